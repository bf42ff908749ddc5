"""What the demo gives the CRM sandbox: a service key and a webhook endpoint, each with a secret of this start."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from crm.models import Scope, ServiceKey
from crm.services.keys import service_key_create, service_key_rotate
from forexpro.core.events.chain import Origin
from forexpro.core.models import WebhookEndpoint
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.endpoints import endpoint_change, endpoint_create, endpoint_enable, secret_rotate

KEY_NAME = "sandbox"
ENDPOINT_NAME = "CRM sandbox"
SCOPES = (Scope.READ, Scope.CLIENTS, Scope.FUNDING, Scope.KYC, Scope.VISITS)
AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens the service API, and what signs the webhooks."""

    key: str = field(repr=False)
    secret: str = field(repr=False)


def sandbox_set_up(*, url: str, event_types: list[str], origin: Origin) -> Credentials:
    """Have `url` told of events, and return what a sandbox needs; what an earlier one was given ends.

    Refuses `demo_only`, and whatever the services of keys and endpoints refuse.
    """
    if not settings.DEMO:
        raise Refused(
            "demo_only",
            _("Only a demo gives the sandbox its key. Create a key and an endpoint, and name them in the environment."),
        )
    key = ServiceKey.objects.filter(name=KEY_NAME).first()
    if key is None:
        _key, text = service_key_create(name=KEY_NAME, scopes=SCOPES, origin=origin)
    else:
        _key, text = service_key_rotate(service_key_id=key.pk, overlap=AT_ONCE, origin=origin)
    return Credentials(text, _endpoint_secret(url, event_types, origin))


def _endpoint_secret(url: str, event_types: list[str], origin: Origin) -> str:
    endpoint = WebhookEndpoint.objects.filter(name=ENDPOINT_NAME).first()
    if endpoint is None:
        _endpoint, secret = endpoint_create(name=ENDPOINT_NAME, url=url, event_types=event_types, origin=origin)
        return secret
    endpoint_change(
        endpoint_id=endpoint.pk,
        name=ENDPOINT_NAME,
        url=url,
        event_types=event_types,
        ordered=endpoint.ordered,
        payload_version=endpoint.payload_version,
        origin=origin,
    )
    if not endpoint.enabled:  # the demo stood still for days, or somebody has turned it off
        endpoint_enable(endpoint_id=endpoint.pk, origin=origin)
    return secret_rotate(endpoint_id=endpoint.pk, overlap=AT_ONCE, origin=origin)
