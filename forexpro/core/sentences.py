"""What staff do in the back office, in words."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from forexpro.core.events.sentences import Describe, Payload


def _added(payload: Payload) -> str:
    return _("%(name)s added (%(object)s).") % payload


def _changed(payload: Payload) -> str:
    fields = ", ".join(payload.get("changes", {})) or _("what belongs to it")
    return _("%(name)s changed (%(object)s): %(fields)s.") % {**payload, "fields": fields}


def _deleted(payload: Payload) -> str:
    return _("%(name)s deleted (%(object)s).") % payload


def _exported(payload: Payload) -> str:
    filters = ", ".join(f"{name}={value}" for name, value in payload["filters"].items())
    return _("Audit log exported: %(filters)s.") % {"filters": filters or _("all of it")}


def _schedule_changed(payload: Payload) -> str:
    return _("Schedule of %(name)s changed: %(fields)s.") % {
        "name": payload["name"],
        "fields": ", ".join(f"{name} {change['after']}" for name, change in payload["changes"].items()),
    }


def _planned(payload: Payload) -> str:
    return _("%(name)s (%(object)s) is to change at %(moment)s: %(fields)s.") % {
        **payload,
        "moment": f"{datetime.fromisoformat(payload['effective_at']).astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "fields": ", ".join(payload["changes"]),
    }


def _planned_failed(payload: Payload) -> str:
    return _("The planned change of %(name)s (%(object)s) failed: %(failure)s") % payload


def _planned_withdrawn(payload: Payload) -> str:
    return _("The planned change of %(name)s (%(object)s) was withdrawn.") % payload


DISABLED_REASONS: dict[str, Callable[[], str]] = {
    "staff": lambda: _("by staff"),
    "gone": lambda: _("because its receiver answered that it is gone"),
    "failing": lambda: _("because it had failed for three days"),
}


def _endpoint_added(payload: Payload) -> str:
    return _("Webhook endpoint %(name)s added: %(url)s is told of %(events)s.") % {
        **payload,
        "events": ", ".join(payload["events"]),
    }


def _endpoint_changed(payload: Payload) -> str:
    return _("Webhook endpoint %(name)s changed: %(fields)s.") % {
        "name": payload["name"],
        "fields": ", ".join(payload["changes"]),
    }


def _endpoint_enabled(payload: Payload) -> str:
    return _("Webhook endpoint %(name)s turned on.") % payload


def _endpoint_disabled(payload: Payload) -> str:
    return _("Webhook endpoint %(name)s turned off %(reason)s.") % {
        "name": payload["name"],
        "reason": DISABLED_REASONS[payload["reason"]](),
    }


def _secret_rotated(payload: Payload) -> str:
    return _("Webhook endpoint %(name)s has a new secret; older ones expire within %(hours)s hours.") % payload


def _secret_shown(payload: Payload) -> str:
    return _("The secret of webhook endpoint %(name)s was shown.") % payload


def _endpoint_tested(payload: Payload) -> str:
    return _("Test event sent to webhook endpoint %(name)s.") % payload


def _replayed(payload: Payload) -> str:
    return _("%(count)s webhooks sent again to %(name)s.") % payload


SENTENCES: dict[str, Describe] = {
    "staff.object_added": _added,
    "staff.object_changed": _changed,
    "staff.object_deleted": _deleted,
    "staff.audit_log_exported": _exported,
    "staff.schedule_changed": _schedule_changed,
    "webhook.endpoint_added": _endpoint_added,
    "webhook.endpoint_changed": _endpoint_changed,
    "webhook.endpoint_enabled": _endpoint_enabled,
    "webhook.endpoint_disabled": _endpoint_disabled,
    "webhook.secret_rotated": _secret_rotated,
    "webhook.secret_shown": _secret_shown,
    "webhook.tested": _endpoint_tested,
    "webhook.replayed": _replayed,
    "staff.change_planned": _planned,
    "staff.planned_change_failed": _planned_failed,
    "staff.planned_change_withdrawn": _planned_withdrawn,
}
