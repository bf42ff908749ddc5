from typing import Any

from django import template

from forexpro.back_office.models import TITLE_LENGTH_MAX
from forexpro.back_office.saved_filters import desk_of, filters_offered, normal_query

register = template.Library()


@register.inclusion_tag("back_office/filters_by_name.html", takes_context=True)
def filters_by_name(context: Any, changelist: Any) -> dict[str, Any]:
    """Return the filters that this reader finds above a list, ready-made and saved, and what there is to save now."""
    request = context["request"]
    page, query = changelist.opts.label_lower, normal_query(request.GET.items())
    ready, saved = context["ready_filters"], list(filters_offered(request.user, page))
    return {
        "ready_filters": ready,
        "saved_filters": saved,
        "page": page,
        "query": query,
        "is_ready": any(offered["active"] for offered in ready),
        "active": next((offered for offered in saved if offered.query == query), None),
        "desk": desk_of(request.user) if query else None,
        "title_length_max": TITLE_LENGTH_MAX,
        "csrf_token": context.get("csrf_token"),
    }
