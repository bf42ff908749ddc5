"""The first page of a person who has signed in."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forexpro.core.events.sentences import sentence
from forexpro.core.http.sessions import unattended
from trading.selectors.overview import user_overview

GAUGE_FULL = 500  # percent of margin from which an account is simply comfortable


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show a person's accounts, open positions and latest events; htmx asks for the same without the frame."""
    overview = user_overview(request.user)
    age = (datetime.now(UTC) - overview.priced_at).total_seconds() if overview.priced_at else None
    context = {
        "overview": overview,
        "news": [(one, sentence(one.event)) for one in overview.news],
        "gauge_full": GAUGE_FULL,
        "stale": age is None or age > settings.QUOTE_MAX_AGE_SECONDS,
    }
    fragment = bool(getattr(request, "htmx", False))
    if fragment:
        unattended(request)
    return render(request, "trading/partials/overview.html" if fragment else "trading/overview.html", context)
