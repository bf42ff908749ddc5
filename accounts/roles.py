"""The roles of the house. A role is a group; what it may do is granted by migrations of the apps concerned."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A value is the name of the group."""

    TRADER = "Trader", _("Trader")
    READ_ONLY = "Read-only", _("Read-only")
    SUPPORT = "Support", _("Support")
    COMPLIANCE = "Compliance", _("Compliance")
    DEALER = "Dealer", _("Dealer")
    FINANCE = "Finance", _("Finance")
    # A generalist, who looks at everything.
    BACK_OFFICE = "Back office", _("Back office")
    ADMIN = "Admin", _("Admin")
    SUPER_ADMIN = "Super admin", _("Super admin")

    @property
    def is_staff(self) -> bool:
        return self is not Role.TRADER


def grant(permissions: Iterable[str], *roles: Role) -> Callable[[Any, Any], None]:
    """Return what a migration runs to grant `permissions` (`trading.account.view_account`) to `roles`.

    Permissions are `<app>.<model>.<codename>`. Django itself creates them only after all migrations, so missing
    ones are created here. A super admin needs no grants.
    """

    def forwards(apps: Any, schema_editor: Any) -> None:
        Group = apps.get_model("auth", "Group")
        Permission = apps.get_model("auth", "Permission")
        ContentType = apps.get_model("contenttypes", "ContentType")
        granted = []
        for permission in permissions:
            app_label, model, codename = permission.split(".")
            content_type, _created = ContentType.objects.get_or_create(app_label=app_label, model=model)
            granted.append(
                Permission.objects.get_or_create(
                    content_type=content_type,
                    codename=codename,
                    defaults={"name": f"Can {codename.replace('_', ' ')}"},
                )[0]
            )
        for role in roles:
            Group.objects.get_or_create(name=role.value)[0].permissions.add(*granted)

    return forwards
