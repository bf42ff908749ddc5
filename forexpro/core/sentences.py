"""What staff do in the back office, in words."""

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
        "moment": payload["effective_at"],
        "fields": ", ".join(payload["changes"]),
    }


def _planned_failed(payload: Payload) -> str:
    return _("The planned change of %(name)s (%(object)s) failed: %(failure)s") % payload


def _planned_withdrawn(payload: Payload) -> str:
    return _("The planned change of %(name)s (%(object)s) was withdrawn.") % payload


SENTENCES: dict[str, Describe] = {
    "staff.object_added": _added,
    "staff.object_changed": _changed,
    "staff.object_deleted": _deleted,
    "staff.audit_log_exported": _exported,
    "staff.schedule_changed": _schedule_changed,
    "staff.change_planned": _planned,
    "staff.planned_change_failed": _planned_failed,
    "staff.planned_change_withdrawn": _planned_withdrawn,
}
