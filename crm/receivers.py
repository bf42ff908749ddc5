"""What the house is told of when a webhook endpoint is turned off by the platform."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Notice, User
from accounts.roles import Role
from accounts.services.notices import in_language_of, notify
from forexpro.core.models import WebhookEndpoint


def endpoint_disabled_tell(endpoint: WebhookEndpoint) -> None:
    """Tell everybody who manages webhooks, here and by mail, inside the transaction that turned the endpoint off."""
    managers = User.objects.filter(is_active=True, is_staff=True).filter(
        Q(is_superuser=True)
        | Q(groups__permissions__codename="change_webhookendpoint", groups__permissions__content_type__app_label="core")
        | Q(groups__name=Role.SUPER_ADMIN.value)
    )
    link = reverse("admin:core_webhookendpoint_change", args=[endpoint.pk])
    for manager in managers.distinct().order_by("pk"):
        with in_language_of(manager):
            words = {"name": endpoint.name, "reason": str(endpoint.get_disabled_reason_display())}
            text = _(
                "The webhook endpoint %(name)s was turned off.\n%(reason)s. What waits for it is kept: turn it on when "
                "its receiver works again, and send it what it has missed meanwhile."
            )
            notify(user=manager, kind=Notice.Kind.OPERATIONS, text=text % words, link=link)
