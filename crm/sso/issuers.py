"""Service keys answer for the visits that they allow: when one is revoked, or expires, its visits end."""

from django.db.models import Q
from django.utils import timezone

from accounts.visits import add_issuer
from crm.models import Scope, ServiceKey

KIND = "service_key"


def issuer_of(service_key_id: int) -> str:
    """Return what a visit that this key has allowed names as its issuer."""
    return f"{KIND}:{service_key_id}"


def key_may_still(number: str) -> bool:
    """Return whether a key still lets people visit clients."""
    return (
        ServiceKey.objects.filter(pk=number, revoked_at=None, scopes__contains=[Scope.VISITS.value])
        .filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
        .exists()
    )


add_issuer(KIND, key_may_still)
