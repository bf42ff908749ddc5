"""Service keys in the back office: who makes them, and that each is shown once."""

import re

import pytest

from accounts.roles import Role
from accounts.services.registration import user_create
from crm.models import Note, ServiceKey, ServiceSecret
from crm.services.keys import service_key_create
from crm.tests.conftest import Program, make_key
from forexpro.core.models import Event
from trading.tests.factories import ORIGIN

pytestmark = pytest.mark.django_db
ADD = "/admin/crm/servicekey/add/"
NEW = {"name": "crm-berlin", "scopes": ["read", "clients"], "networks": "203.0.113.9, 198.51.100.0/24"}


@pytest.fixture(autouse=True)
def _one_step(settings):
    settings.STAFF_TOTP_REQUIRED = False


@pytest.fixture
def as_role(client, house):
    def sign_in(role):
        client.force_login(
            user_create(email=f"{role.name}@example.com", full_name="Staff", password=None, role=role, origin=ORIGIN)
        )
        return client

    return sign_in


def text_in(response):
    return re.search(r"fps_[0-9a-f]{8}_[\w-]{43}", response.content.decode())[0]


def test_a_super_admin_creates_a_key_that_is_shown_once_and_works(as_role):
    staff = as_role(Role.SUPER_ADMIN)
    text = text_in(staff.post(ADD, NEW))
    key = ServiceKey.objects.get()
    assert (key.scopes, key.networks, key.expires_at) == (
        ["clients", "read"],
        ["203.0.113.9/32", "198.51.100.0/24"],
        None,
    )
    assert Program(text).get("users").status_code == 200
    for address in (f"/admin/crm/servicekey/{key.pk}/change/", "/admin/crm/servicekey/"):
        page = staff.get(address)
        assert page.status_code == 200
        assert text not in page.content.decode()
    created = Event.objects.get(type="service_key.created")
    assert created.actor.startswith("staff:")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "With Spaces"},
        {"name": "taken"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"networks": "nowhere"},
        {"expires_at_0": "2020-01-01", "expires_at_1": "00:00"},
    ],
)
def test_what_is_wrong_is_said_and_makes_no_key(as_role, wrong):
    make_key("taken")
    response = as_role(Role.SUPER_ADMIN).post(ADD, NEW | wrong)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert ServiceKey.objects.count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role.is_staff and role is not Role.SUPER_ADMIN])
def test_nobody_else_sees_or_makes_one(as_role, role):
    key, _text = make_key()
    staff = as_role(role)
    for path in ("", "add/", f"{key.pk}/change/", f"{key.pk}/rotate/"):
        assert staff.get(f"/admin/crm/servicekey/{path}").status_code in (302, 403), path
    for path in ("add/", f"{key.pk}/rotate/", f"{key.pk}/revoke/"):
        staff.post(f"/admin/crm/servicekey/{path}", NEW | {"overlap_hours": "1", "_form_submitted": "True"})
    assert (ServiceKey.objects.count(), ServiceSecret.objects.count()) == (1, 1)
    key.refresh_from_db()
    assert key.revoked_at is None


def test_rotating_shows_the_new_one_and_the_old_goes_on(as_role):
    key, old = make_key()
    address = f"/admin/crm/servicekey/{key.pk}/rotate/"
    staff = as_role(Role.SUPER_ADMIN)
    assert staff.get(address).status_code == 200
    assert ServiceSecret.objects.count() == 1  # looking is no rotation
    assert "overlap_hours" in staff.post(address, {"overlap_hours": "9999"}).context["form"].errors
    new = text_in(staff.post(address, {"overlap_hours": "1"}))
    assert new != old
    assert Program(old).get("users").status_code == Program(new).get("users").status_code == 200


def test_a_rotation_without_overlap_ends_the_old_one(as_role):
    key, old = make_key()
    new = text_in(as_role(Role.SUPER_ADMIN).post(f"/admin/crm/servicekey/{key.pk}/rotate/", {"overlap_hours": "0"}))
    assert Program(old).get("users").status_code == 401
    assert Program(new).get("users").status_code == 200


def test_revoking_ends_all_of_it(as_role):
    key, text = make_key()
    staff = as_role(Role.SUPER_ADMIN)
    staff.post(f"/admin/crm/servicekey/{key.pk}/revoke/", {"_form_submitted": "True"})
    assert Program(text).get("users").status_code == 401
    assert b"/rotate/" not in staff.get(f"/admin/crm/servicekey/{key.pk}/change/").content


def test_staff_see_what_is_set_and_noted(as_role, ada):
    ada.external_id, ada.flags = "crm-1001", ["vip"]
    ada.save()
    Note.objects.create(client=ada, author="crm:berlin", text="Called about it.", created_at=ada.date_joined)
    page = as_role(Role.SUPPORT).get(f"/admin/accounts/user/{ada.pk}/change/").content.decode()
    for shown in ("crm-1001", "vip", "Called about it.", "crm:berlin"):
        assert shown in page


def test_a_name_is_never_given_away_again(as_role):
    key, _text = service_key_create(name="crm-berlin", scopes=[], origin=ORIGIN)
    ServiceKey.objects.filter(pk=key.pk).update(revoked_at=key.created_at)
    assert as_role(Role.SUPER_ADMIN).post(ADD, NEW).context["adminform"].form.errors.keys() == {"name"}
