from forexpro.core.models.events import Event, EventAnchor, EventStream, EventVerification
from forexpro.core.models.planned_change import PlannedChange

__all__ = ["Event", "EventAnchor", "EventStream", "EventVerification", "PlannedChange"]
