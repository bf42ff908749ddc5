"""Changes of configuration that take effect by themselves at a moment to come."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, models, transaction
from django.utils.translation import gettext as _

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.models import PlannedChange
from forexpro.core.refusals import Refused

# The database away is no fault of the change: it is tried again.
REFUSED_BY_DATABASE = ("IntegrityError", "DataError")


def change_plan_apply(
    *, changed: models.Model, fields: Sequence[str], effective_at: datetime, origin: Origin
) -> PlannedChange | None:
    """Plan that `fields` of an object become what they are in `changed`, which is not saved, inside a transaction.

    Returns None where they are that already. Refuses `moment_passed`, and `change_not_plannable` for fields that refer
    to several objects.
    """
    now = datetime.now(UTC)
    if effective_at <= now:
        raise Refused(
            "moment_passed", _("Choose a moment that is still to come."), {"moment": effective_at.isoformat()}
        )
    present = type(changed)._default_manager.get(pk=changed.pk)
    values = {name: (_stored(present, name), _stored(changed, name)) for name in sorted(set(fields))}
    changes = {name: {"before": before, "after": after} for name, (before, after) in values.items() if before != after}
    if not changes:
        return None
    planned = PlannedChange.objects.create(
        object=f"{changed._meta.label_lower}:{changed.pk}",
        name=str(present)[:200],
        changes=changes,
        effective_at=effective_at,
        planned_by=origin.actor,
        planned_at=now,
    )
    _record(planned, "staff.change_planned", origin=origin, effective_at=effective_at.isoformat())
    return planned


def planned_change_withdraw(*, planned_change_id: int, origin: Origin) -> PlannedChange:
    """Let a planned change not happen. Refuses `change_finished` when it has happened, failed or was withdrawn."""
    with transaction.atomic(durable=True):
        planned = PlannedChange.objects.select_for_update().get(pk=planned_change_id)
        if planned.status != PlannedChange.Status.PLANNED:
            raise Refused(
                "change_finished",
                _("This change is no longer planned: it is “%(status)s”.") % {"status": planned.get_status_display()},
                {"status": planned.status},
            )
        _finish(planned, PlannedChange.Status.WITHDRAWN)
        _record(planned, "staff.planned_change_withdrawn", origin=origin)
    return planned


def planned_changes_carry_out(*, now: datetime | None = None) -> int:
    """Carry out what is due, the earliest first, each in a transaction of its own; return how many there were.

    A change that its object or the database does not accept any more fails, with the reason, and leaves all as it was.
    """
    now = now or datetime.now(UTC)
    done = 0
    while _carry_out_next(now):
        done += 1
    return done


@transaction.atomic(durable=True)
def _carry_out_next(now: datetime) -> bool:
    due = PlannedChange.objects.filter(status=PlannedChange.Status.PLANNED, effective_at__lte=now)
    planned = due.select_for_update(skip_locked=True).order_by("effective_at", "id").first()
    if planned is None:
        return False
    origin = Origin(actor=planned.planned_by)
    try:
        with transaction.atomic():
            _change_object(planned)
    except (ObjectDoesNotExist, LookupError):
        failure = _("It is no longer there.")
    except ValidationError as error:
        failure = " ".join(error.messages)
    except DatabaseError as error:
        if type(error).__name__ not in REFUSED_BY_DATABASE:
            raise
        failure = str(error)
    else:
        _finish(planned, PlannedChange.Status.APPLIED)
        _record(planned, "staff.object_changed", origin=origin, planned_change=planned.pk)
        return True
    planned.failure = failure
    _finish(planned, PlannedChange.Status.FAILED)
    _record(planned, "staff.planned_change_failed", origin=origin, failure=failure)
    return True


def _change_object(planned: PlannedChange) -> None:
    label, _colon, pk = planned.object.rpartition(":")
    model = apps.get_model(label)
    instance = model._default_manager.select_for_update().get(pk=pk)
    names = []
    for name, change in planned.changes.items():
        field: Any = model._meta.get_field(name)
        setattr(instance, field.attname, field.to_python(change["after"]))
        names.append(name)
    instance.full_clean()
    instance.save(update_fields=names)


def _stored(instance: models.Model, name: str) -> Any:
    """Return the value of a field as JSON keeps it, from which the field makes the same value again."""
    field: Any = instance._meta.get_field(name)
    if field.many_to_many:
        raise Refused(
            "change_not_plannable",
            _("%(field)s can be changed at once only.") % {"field": field.verbose_name},
            {"field": name},
        )
    return getattr(instance, field.attname)


def _finish(planned: PlannedChange, status: PlannedChange.Status) -> None:
    planned.status = status
    planned.finished_at = datetime.now(UTC)
    planned.save(update_fields=["status", "failure", "finished_at"])


def _record(planned: PlannedChange, type: str, *, origin: Origin, **more: Any) -> None:
    # As JSON has kept them: what the log says is what will be done.
    planned.refresh_from_db(fields=["changes"])
    payload = {"object": planned.object, "name": planned.name, "changes": planned.changes} | more
    record([NewEvent(planned.planned_by, type, payload)], origin=origin)
