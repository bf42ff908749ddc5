from typing import Any

from django import template

from forexpro.back_office.models import TITLE_LENGTH_MAX
from forexpro.back_office.saved_filters import desk_of, filters_offered, normal_query

register = template.Library()


@register.inclusion_tag("back_office/saved_filters.html", takes_context=True)
def saved_filters(context: Any, changelist: Any) -> dict[str, Any]:
    """Return the filters by name that this reader has saved or shares, and what there is to save now."""
    request = context["request"]
    page, query = changelist.opts.label_lower, normal_query(request.GET.items())
    offered = list(filters_offered(request.user, page))
    return {
        "filters": offered,
        "page": page,
        "query": query,
        "active": next((saved for saved in offered if saved.query == query), None),
        "desk": desk_of(request.user) if query else None,
        "title_length_max": TITLE_LENGTH_MAX,
        "csrf_token": context.get("csrf_token"),
    }
