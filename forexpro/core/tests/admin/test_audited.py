from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django import forms
from django.apps.registry import Apps
from django.contrib.admin.sites import AdminSite
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import models
from django.test import RequestFactory

from forexpro.core.admin.audited import AuditedModelAdmin, recordable
from forexpro.core.crypto.fields import EarlyBigAutoField, EncryptedTextField
from forexpro.core.models import Event

User = get_user_model()
pytestmark = pytest.mark.django_db


class GroupAdmin(AuditedModelAdmin):
    """Groups stand for any model: they have a text and a relation to many."""


class UserAdmin(AuditedModelAdmin):
    fields = ("email", "full_name", "password")


@pytest.fixture
def post(django_user_model):
    """Return what posts a form of the admin as a super admin, without any page around it."""
    staff = User.objects.create_superuser("root@example.org", None, full_name="Root")

    def post(model_admin, instance, data):
        request = RequestFactory().post("/", data)
        request.user = staff
        form_class = model_admin.get_form(request, instance, change=instance is not None)
        form = form_class(data, instance=instance)
        assert form.is_valid(), form.errors
        changed = form.save(commit=False)
        model_admin.save_model(request, changed, form, change=instance is not None)
        model_admin.save_related(request, form, [], change=instance is not None)
        return changed

    post.staff = staff
    return post


def last():
    return Event.objects.latest("id")


def test_records_what_is_added_and_changed(post):
    admin = GroupAdmin(Group, AdminSite())
    first, second = Permission.objects.order_by("pk")[:2]
    group = post(admin, None, {"name": "Desk", "permissions": [first.pk]})
    assert (last().type, last().stream) == ("staff.object_added", f"staff:{post.staff.pk}")
    assert last().payload == {
        "object": f"auth.group:{group.pk}",
        "name": "Desk",
        "changes": {
            "name": {"before": None, "after": "Desk"},
            "permissions": {"before": None, "after": [first.pk]},
        },
    }
    post(admin, group, {"name": "Front desk", "permissions": [first.pk, second.pk]})
    assert last().type == "staff.object_changed"
    assert last().payload["changes"] == {
        "name": {"before": "Desk", "after": "Front desk"},
        "permissions": {"before": [first.pk], "after": [first.pk, second.pk]},
    }


def test_records_what_is_deleted_one_by_one_and_in_bulk(post):
    admin = GroupAdmin(Group, AdminSite())
    request = RequestFactory().post("/")
    request.user = post.staff
    groups = [Group.objects.create(name=f"Group {number}") for number in range(3)]
    admin.delete_model(request, groups[0])
    assert last().payload["before"]["name"] == "Group 0"
    admin.delete_queryset(request, Group.objects.filter(name__startswith="Group"))
    assert set(Event.objects.filter(type="staff.object_deleted").values_list("payload__name", flat=True)) == {
        "Group 0",
        "Group 1",
        "Group 2",
    }
    assert not Group.objects.filter(name__startswith="Group").exists()


def test_credentials_are_recorded_as_changed_and_never_shown(post):
    admin = UserAdmin(User, AdminSite())
    user = User.objects.create_user("ada@example.org", None, full_name="Ada")
    post(admin, user, {"email": "ada@example.org", "full_name": "Ada L.", "password": "s3cret-value"})
    changes = last().payload["changes"]
    assert changes["full_name"] == {"before": "Ada", "after": "Ada L."}
    assert changes["password"] == {"before": "(not recorded)", "after": "(not recorded)"}
    assert "s3cret" not in str(last().payload)

    request = RequestFactory().post("/")
    request.user = post.staff
    admin.delete_model(request, user)
    assert last().payload["before"]["password"] == "(not recorded)"


def test_values_become_json_without_floats():
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    assert recordable({"a": Decimal("0.10"), "b": [moment, None, True, 3], "c": 0.5, "d": forms.CharField}) == {
        "a": "0.10",
        "b": ["2026-01-02T00:00:00+00:00", None, True, 3],
        "c": "0.5",
        "d": str(forms.CharField),
    }


class Vault(models.Model):
    id = EarlyBigAutoField(primary_key=True)
    label = models.CharField(max_length=20)
    note = EncryptedTextField(editable=True)

    class Meta:
        apps = Apps()
        app_label = "core"

    def __str__(self):
        return self.label


def test_encrypted_fields_are_recorded_as_changed_and_never_shown(post):
    admin = AuditedModelAdmin(Vault, AdminSite())
    vault = Vault(pk=5, label="Bank", note="s3cret-value")
    form = forms.modelform_factory(Vault, fields=["label", "note"])(
        {"label": "B", "note": "s3cret-too"}, instance=vault
    )
    assert form.is_valid()
    request = RequestFactory().post("/")
    request.user = post.staff
    admin._record(request, "staff.object_changed", vault, changes=admin._form_changes(form, change=True))
    assert last().payload["changes"] == {
        "label": {"before": "Bank", "after": "B"},
        "note": {"before": "(not recorded)", "after": "(not recorded)"},
    }
    admin._record_deletion(request, vault)
    assert last().payload["before"] == {"id": 5, "label": "B", "note": "(not recorded)"}
    assert not Event.objects.filter(payload__icontains="s3cret").exists()
