"""Lists of the back office that say who acted, by name."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from forexpro.core.events.selectors import names_of_actors


class NamesActors:
    """An admin of rows whose `actor_field` holds an actor of events, such as `staff:9`: `who` says whose that is."""

    actor_field = "actor"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the list with the names of all its actors, looked up at once."""
        response = super().changelist_view(request, extra_context)  # type: ignore[misc]  # of the admin beside this class
        changelist = getattr(response, "context_data", {}).get("cl")
        if changelist is not None:
            names = names_of_actors(getattr(row, self.actor_field) for row in changelist.result_list)
            for row in changelist.result_list:
                row.name_of_actor = names.get(getattr(row, self.actor_field), "")
        return response

    @display(description=_("actor"))
    def who(self, row: Any) -> str:
        """The name and, as filters of the audit log take it, the actor."""
        actor: str = getattr(row, self.actor_field)
        if not hasattr(row, "name_of_actor"):  # on the page of the row itself
            row.name_of_actor = names_of_actors([actor]).get(actor, "")
        return f"{row.name_of_actor} ({actor})" if row.name_of_actor else actor
