"""Pages that other sites show in a frame."""

from decimal import Decimal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forexpro.core.http.appearance import THEMES
from forexpro.core.http.content_policy import embeddable
from marketdata.selectors import day_summaries, latest_ticks, symbol_catalogue
from marketdata.ticks import format_price


@embeddable
@require_safe
def prices_widget(request: HttpRequest) -> HttpResponse:
    """Show the prices of the widget symbols, or of those that `symbols` names, in the `theme` of the site around."""
    theme = request.GET.get("theme", "system")
    context = {"theme": theme if theme in THEMES else "system"}
    if not settings.MARKET_DATA_PUBLIC:
        refusal = _("These prices are for clients who have signed in.")
        return render(request, "marketdata/prices_widget.html", {**context, "refusal": refusal}, status=403)
    catalogue = symbol_catalogue()
    offered = [symbol for symbol in settings.WIDGET_SYMBOLS if symbol in catalogue]
    asked = request.GET.get("symbols", "").replace("/", "").upper()
    shown = [symbol for symbol in asked.split(",") if symbol in offered] if asked else offered
    if not shown:
        refusal = _("None of these symbols is shown here. There are: %(symbols)s.") % {"symbols": ", ".join(offered)}
        return render(request, "marketdata/prices_widget.html", {**context, "refusal": refusal}, status=404)
    ticks, days = latest_ticks(shown), day_summaries(shown)
    rows = []
    for symbol in shown:
        digits, tick, day = catalogue[symbol].digits, ticks.get(symbol), days.get(symbol)
        rows.append(
            {
                "symbol": symbol,
                "name": catalogue[symbol].name,
                "digits": digits,
                "bid": Decimal(format_price(tick.bid, digits)) if tick else None,
                "ask": Decimal(format_price(tick.ask, digits)) if tick else None,
                "day": day,
            }
        )
    return render(request, "marketdata/prices_widget.html", {**context, "rows": rows})
