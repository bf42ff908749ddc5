"""What staff and operators do with endpoints: add, change, turn on and off, rotate secrets, try."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.http.throttles import Limit, parse_rate, take
from forexpro.core.locks import locked_endpoint
from forexpro.core.models import WebhookDelivery, WebhookEndpoint, WebhookSecret
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.catalogue import TEST_TYPE, VERSIONS, is_known
from forexpro.core.webhooks.disabling import endpoint_disable_apply, endpoint_stream
from forexpro.core.webhooks.fan_out import message_new
from forexpro.core.webhooks.guard import check_url
from forexpro.core.webhooks.signing import new_secret

# A receiver has so long to change over to a new secret.
ROTATION_OVERLAP = timedelta(hours=24)
SECRETS_MAX = 5


def endpoint_create(
    *, name: str, url: str, event_types: Sequence[str], ordered: bool = False, payload_version: int = VERSIONS[-1],
    origin: Origin,
) -> tuple[WebhookEndpoint, str]:  # fmt: skip
    """Add an endpoint; return it with its secret, which the caller shows and nobody sees again.

    Refuses `webhook_url_invalid`, `webhook_events_invalid`, `webhook_version_unknown` and `webhook_name_taken`.
    """
    with transaction.atomic(durable=True):
        endpoint = endpoint_create_apply(
            name=name, url=url, event_types=event_types, ordered=ordered, payload_version=payload_version, origin=origin
        )
        secret = secret_show_apply(endpoint=endpoint, origin=origin)
    return endpoint, secret


def endpoint_create_apply(
    *, name: str, url: str, event_types: Sequence[str], ordered: bool, payload_version: int, origin: Origin
) -> WebhookEndpoint:
    """Do the same inside the caller's transaction; the secret is still to be shown."""
    endpoint_check(url=url, event_types=event_types, payload_version=payload_version)
    endpoint = WebhookEndpoint(
        name=name, url=url, event_types=_in_order(event_types), ordered=ordered, payload_version=payload_version
    )
    _save(endpoint)
    WebhookSecret.objects.create(endpoint=endpoint, secret=new_secret())
    _record(endpoint, "webhook.endpoint_added", {"url": _shown(url), **_settings(endpoint)}, origin)
    return endpoint


def endpoint_change(
    *, endpoint_id: int, name: str, url: str, event_types: Sequence[str], ordered: bool, payload_version: int,
    origin: Origin,
) -> WebhookEndpoint:  # fmt: skip
    """Change an endpoint; what waits for it goes to the new address. Refuses as `endpoint_create` does."""
    with transaction.atomic(durable=True):
        return endpoint_change_apply(
            endpoint_id=endpoint_id, name=name, url=url, event_types=event_types, ordered=ordered,
            payload_version=payload_version, origin=origin,
        )  # fmt: skip


def endpoint_change_apply(
    *, endpoint_id: int, name: str, url: str, event_types: Sequence[str], ordered: bool, payload_version: int,
    origin: Origin,
) -> WebhookEndpoint:  # fmt: skip
    """Do the same inside the caller's transaction; nothing is recorded where nothing changes."""
    endpoint_check(url=url, event_types=event_types, payload_version=payload_version)
    endpoint = locked_endpoint(endpoint_id)
    before = {"name": endpoint.name, "url": endpoint.url, **_settings(endpoint)}
    endpoint.name, endpoint.url, endpoint.ordered = name, url, ordered
    endpoint.event_types, endpoint.payload_version = _in_order(event_types), payload_version
    after = {"name": name, "url": url, **_settings(endpoint)}
    changes = {
        field: {"before": before[field], "after": after[field]} for field in after if after[field] != before[field]
    }
    if "url" in changes:
        changes["url"] = {"before": _shown(before["url"]), "after": _shown(url)}
        _heal(endpoint)
    if changes:
        _save(endpoint)
        _record(endpoint, "webhook.endpoint_changed", {"changes": changes}, origin)
    return endpoint


def endpoint_check(*, url: str, event_types: Sequence[str], payload_version: int = VERSIONS[-1]) -> None:
    """Refuse what no endpoint can be: see `endpoint_create`."""
    check_url(url)
    _check_events(event_types, payload_version)


def endpoint_enable(*, endpoint_id: int, origin: Origin) -> WebhookEndpoint:
    """Turn an endpoint on: what waits for it is sent when it is due. Refuses `webhook_enabled`."""
    with transaction.atomic(durable=True):
        return endpoint_enable_apply(endpoint_id=endpoint_id, origin=origin)


def endpoint_enable_apply(*, endpoint_id: int, origin: Origin) -> WebhookEndpoint:
    """Do the same inside the caller's transaction."""
    endpoint = locked_endpoint(endpoint_id)
    if endpoint.enabled:
        raise Refused("webhook_enabled", _("The endpoint is on already."))
    endpoint.enabled, endpoint.disabled_reason, endpoint.disabled_at = True, "", None
    _heal(endpoint)
    endpoint.save()
    _record(endpoint, "webhook.endpoint_enabled", {}, origin)
    return endpoint


def endpoint_disable(*, endpoint_id: int, origin: Origin) -> WebhookEndpoint:
    """Turn an endpoint off: nothing more is sent to it, and it is not told of what happens meanwhile.

    Refuses `webhook_disabled`.
    """
    with transaction.atomic(durable=True):
        return endpoint_turn_off_apply(endpoint_id=endpoint_id, origin=origin)


def endpoint_turn_off_apply(*, endpoint_id: int, origin: Origin) -> WebhookEndpoint:
    """Do the same inside the caller's transaction."""
    endpoint = locked_endpoint(endpoint_id)
    if not endpoint.enabled:
        raise Refused("webhook_disabled", _("The endpoint is off already."))
    endpoint_disable_apply(endpoint, reason=WebhookEndpoint.DisabledReason.STAFF, origin=origin)
    return endpoint


def secret_rotate(*, endpoint_id: int, overlap: timedelta = ROTATION_OVERLAP, origin: Origin) -> str:
    """Give an endpoint another secret and return it, which nobody sees again; those before sign along for `overlap`.

    Refuses `webhook_secrets_too_many`.
    """
    with transaction.atomic(durable=True):
        endpoint = secret_rotate_apply(endpoint_id=endpoint_id, overlap=overlap, origin=origin)
        return secret_show_apply(endpoint=endpoint, origin=origin)


def secret_rotate_apply(*, endpoint_id: int, overlap: timedelta, origin: Origin) -> WebhookEndpoint:
    """Do the same inside the caller's transaction; the new secret is still to be shown."""
    now = timezone.now()
    endpoint = locked_endpoint(endpoint_id)
    WebhookSecret.objects.filter(endpoint=endpoint, expires_at__lte=now).delete()
    if WebhookSecret.objects.filter(endpoint=endpoint).count() >= SECRETS_MAX:
        raise Refused(
            "webhook_secrets_too_many",
            _("So many secrets are in use already. Wait until the older ones have expired."),
            {"most": SECRETS_MAX},
        )
    ends = now + overlap
    WebhookSecret.objects.filter(Q(expires_at=None) | Q(expires_at__gt=ends), endpoint=endpoint).update(expires_at=ends)
    WebhookSecret.objects.create(endpoint=endpoint, secret=new_secret())
    hours = f"{overlap.total_seconds() / 3600:g}"
    _record(endpoint, "webhook.secret_rotated", {"hours": hours}, origin)
    return endpoint


def secret_show(*, endpoint_id: int, origin: Origin) -> str:
    """Return the newest secret of an endpoint if nobody has seen it yet. Refuses `webhook_secret_shown`."""
    with transaction.atomic(durable=True):
        return secret_show_apply(endpoint=locked_endpoint(endpoint_id), origin=origin)


def secret_show_apply(*, endpoint: WebhookEndpoint, origin: Origin) -> str:
    """Do the same for a locked endpoint, or a new one, inside the caller's transaction."""
    newest = WebhookSecret.objects.filter(endpoint=endpoint).latest("pk")
    if newest.shown_at is not None:
        raise Refused(
            "webhook_secret_shown",
            _("The secret was shown before and is not shown again. Rotate it if nobody has kept it."),
        )
    newest.shown_at = timezone.now()
    newest.save(update_fields=["shown_at"])
    _record(endpoint, "webhook.secret_shown", {}, origin)
    secret: str = newest.secret
    return secret


def endpoint_try(*, endpoint_id: int, origin: Origin) -> WebhookDelivery:
    """Send an endpoint a `webhook.test`, whatever it asks for.

    Refuses `webhook_disabled`, and `too_many_requests` to whoever has sent too many.
    """
    tries_take(origin)
    with transaction.atomic(durable=True):
        return endpoint_try_apply(endpoint_id=endpoint_id, origin=origin)


def tries_take(origin: Origin) -> None:
    """Count one more test event of whoever sends it. Refuses `too_many_requests`."""
    rate = settings.RATE_LIMITS["webhook_tests"]
    wait = take([Limit(f"webhook_tests:{origin.actor}", *parse_rate(rate))]) if rate else None
    if wait is not None:
        raise Refused(
            "too_many_requests",
            _("You have sent several test events just now. Wait a moment and try again."),
            {"retry_after_seconds": int(wait) + 1},
            http_status=429,
        )


def endpoint_try_apply(*, endpoint_id: int, origin: Origin) -> WebhookDelivery:
    """Send an endpoint a `webhook.test` inside the caller's transaction, uncounted."""
    now = timezone.now()
    endpoint = locked_endpoint(endpoint_id)
    if not endpoint.enabled:
        raise Refused("webhook_disabled", _("The endpoint is off. Turn it on first."))
    message = message_new(
        type=TEST_TYPE,
        data={"endpoint": endpoint.name, "text": "Test event."},
        occurred_at=now,
        version=endpoint.payload_version,
    )
    message.save()
    delivery = WebhookDelivery.objects.create(endpoint=endpoint, message=message, next_attempt_at=now)
    _record(endpoint, "webhook.tested", {"message": message.pk}, origin)
    return delivery


def _check_events(event_types: Sequence[str], payload_version: int) -> None:
    unknown = sorted({name for name in event_types if not is_known(name)})
    if unknown:
        raise Refused(
            "webhook_events_invalid",
            _("There are no such events: %(names)s. Name events of the catalogue, or * for all.")
            % {"names": ", ".join(unknown)[:300]},
            {"unknown": unknown[:20]},
        )
    if not event_types:
        raise Refused("webhook_events_invalid", _("Name at least one event, or * for all."), {"unknown": []})
    if payload_version not in VERSIONS:
        raise Refused(
            "webhook_version_unknown",
            _("There is no such version of the payload. The newest is %(newest)s.") % {"newest": VERSIONS[-1]},
            {"versions": list(VERSIONS)},
        )


def _in_order(event_types: Sequence[str]) -> list[str]:
    return sorted(set(event_types))


def _settings(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "events": endpoint.event_types,
        "ordered": endpoint.ordered,
        "payload_version": endpoint.payload_version,
    }


def _heal(endpoint: WebhookEndpoint) -> None:
    """Let an endpoint begin anew: what failed before says nothing about it any more."""
    endpoint.failures, endpoint.failing_since, endpoint.paused_until = 0, None, None


def _shown(url: str) -> str:
    """Return a URL without its query, which may hold what only the receiver should know."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}{'?…' if parts.query else ''}"


def _record(endpoint: WebhookEndpoint, type: str, payload: dict[str, Any], origin: Origin) -> None:
    named = {"object": f"core.webhookendpoint:{endpoint.pk}", "name": endpoint.name}
    record([NewEvent(endpoint_stream(endpoint.pk), type, named | payload)], origin=origin)


def _save(endpoint: WebhookEndpoint) -> None:
    try:
        with transaction.atomic():
            endpoint.save()
    except IntegrityError:
        raise _name_taken(endpoint.name) from None


def _name_taken(name: str) -> Refused:
    return Refused(
        "webhook_name_taken", _("There is an endpoint named %(name)s. Choose another name.") % {"name": name}
    )
