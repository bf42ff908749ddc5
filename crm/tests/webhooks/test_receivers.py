from typing import Any

import pytest
from django.db import transaction

from accounts.models import Notice
from accounts.roles import Role
from forexpro.core.events.chain import Origin
from forexpro.core.locks import locked_endpoint
from forexpro.core.models import WebhookEndpoint
from forexpro.core.webhooks.disabling import endpoint_disable_apply
from forexpro.core.webhooks.endpoints import endpoint_create, endpoint_disable

ORIGIN = Origin(actor="system:test")
pytestmark = pytest.mark.usefixtures("db", "redis")


def test_those_who_manage_webhooks_are_told_here_and_by_mail(person: Any, committing: Any, mailoutbox: Any) -> None:
    admin = person("admin@example.org", Role.ADMIN)
    for number, role in enumerate(set(Role) - {Role.ADMIN, Role.SUPER_ADMIN}):
        person(f"other{number}@example.org", role)
    suspended = person("suspended@example.org", Role.ADMIN)
    suspended.is_active = False
    suspended.save()
    super_admin = person("super@example.org", Role.SUPER_ADMIN)
    endpoint, _secret = endpoint_create(
        name="CRM", url="https://crm.example.com/", event_types=["user.created"], origin=ORIGIN
    )
    mailoutbox.clear()
    with committing(), transaction.atomic():
        endpoint_disable_apply(locked_endpoint(endpoint.pk), reason=WebhookEndpoint.DisabledReason.FAILING)
    told = Notice.objects.filter(link=f"/admin/core/webhookendpoint/{endpoint.pk}/change/")
    assert set(told.values_list("user", flat=True)) == {admin.pk, super_admin.pk}
    assert {notice.kind for notice in told} == {Notice.Kind.OPERATIONS}
    assert told[0].headline == "The webhook endpoint CRM was turned off."
    assert "It failed for three days" in told[0].detail
    assert sorted(recipient for mail in mailoutbox for recipient in mail.to) == [admin.email, super_admin.email]


def test_nobody_is_told_of_what_staff_do_themselves(person: Any) -> None:
    person("admin@example.org", Role.ADMIN)
    endpoint, _secret = endpoint_create(
        name="CRM", url="https://crm.example.com/", event_types=["user.created"], origin=ORIGIN
    )
    endpoint_disable(endpoint_id=endpoint.pk, origin=ORIGIN)
    assert not Notice.objects.filter(link__contains="webhook").exists()
