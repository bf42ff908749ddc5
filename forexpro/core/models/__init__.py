from forexpro.core.models.events import Event, EventAnchor, EventStream

__all__ = ["Event", "EventAnchor", "EventStream"]
