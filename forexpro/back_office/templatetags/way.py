from typing import Any

from django import template
from django.db.models import Model
from django.urls import NoReverseMatch, reverse

from forexpro.back_office.navigation import PLACES, Place

register = template.Library()


@register.filter
def placed(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the way to a page by the names that the sidebar has, instead of those of apps and models.

    The name of an object is `own`: it is written as it is.
    """
    parts = [part | {"own": isinstance(part["title"], Model)} for part in parts]
    places = _places()
    found = next((places[link] for part in parts if (link := str(part.get("link", ""))) in places), None)
    if found is None:
        return parts
    named = [
        part | {"title": places[link].title or part["title"]} if (link := str(part.get("link", ""))) in places else part
        for part in parts[1:]
    ]
    return [{"title": found.group}, *named]


def _places() -> dict[str, Place]:
    """Return the places of lists by their addresses."""
    places = {}
    for label, place in PLACES.items():
        app, _dot, model = label.partition(".")
        if model:
            try:
                places[reverse(f"admin:{app}_{model}_changelist")] = place
            except NoReverseMatch:
                continue
    return places
