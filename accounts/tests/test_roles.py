import pytest
from django.contrib.auth.models import Group, Permission

from accounts.roles import Role


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.TRADER, set()),
        (Role.BACK_OFFICE, {"view_user", "view_event", "view_plannedchange", "view_visit"}),
        (
            Role.ADMIN,
            {
                "view_user",
                "view_event",
                "change_user",
                "suspend_user",
                "reset_totp",
                "view_plannedchange",
                "change_plannedchange",
                "view_visit",
                "view_as_client",
                "view_webhookendpoint",
                "add_webhookendpoint",
                "change_webhookendpoint",
                "view_webhookdelivery",
                "change_webhookdelivery",
                "annotate_client",
                "limit_client",
            },
        ),
        (Role.SUPPORT, {"view_user", "change_user", "reset_totp", "view_as_client", "annotate_client"}),
        (
            Role.COMPLIANCE,
            {
                "view_user",
                "view_event",
                "suspend_user",
                "view_plannedchange",
                "view_visit",
                "view_as_client",
                "annotate_client",
                "limit_client",
            },
        ),
        (Role.FINANCE, {"view_user", "annotate_client"}),
        (Role.READ_ONLY, {"view_user", "view_event", "view_plannedchange", "view_visit"}),
        (Role.DEALER, {"view_plannedchange"}),
    ],
)
def test_migrations_create_the_roles_with_their_permissions(role, expected):
    permissions = Group.objects.get(name=role.value).permissions.filter(
        content_type__app_label__in=["accounts", "core"]
    )
    assert set(permissions.values_list("codename", flat=True)) == expected


@pytest.mark.django_db
def test_nobody_but_super_admins_manages_staff():
    assert not Permission.objects.get(codename="manage_staff").group_set.exists()
