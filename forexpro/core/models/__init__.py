from forexpro.core.models.events import Event, EventAnchor, EventStream, EventVerification

__all__ = ["Event", "EventAnchor", "EventStream", "EventVerification"]
