"""Which events of an account are announced on its page, and in which tone."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest

from forexpro.core.events.sentences import sentence
from trading.selectors.journal import AccountEvent

# A page that was asleep for long is not buried in what it has missed: the journal has it all.
ANNOUNCED_MAX = 4

# What is missing here stays in the journal: a market order's placing, its position's opening, its result's booking.
_TONES = {
    "account.policy_changed": messages.INFO,
    "account.margin_call": messages.ERROR,
    "account.margin_call_cleared": messages.INFO,
    "account.stop_out": messages.ERROR,
    "order.modified": messages.SUCCESS,
    "order.cancelled": messages.INFO,
    "order.armed": messages.INFO,
    "order.released": messages.INFO,
    "order.rejected": messages.ERROR,
    "order.filled": messages.SUCCESS,
    "position.modified": messages.SUCCESS,
    "position.reduced": messages.SUCCESS,
    "position.closed": messages.SUCCESS,
}
_CLOSE_TONES = {"stop_loss": messages.WARNING, "stop_out": messages.ERROR}
# A stop loss that trails moves often, a partial take profit shows by what it closes.
_SILENT_CHANGES = {"trailing_stop", "partial_take_profit"}
_OF_TRADING = {"trade", "commission", "swap"}


def announce(request: HttpRequest, events: Iterable[AccountEvent]) -> None:
    """Turn the newest of `events` into messages, which reach the page as toasts."""
    told = [(tone, event) for event in events if (tone := tone_of(event)) is not None]
    for tone, event in told[-ANNOUNCED_MAX:]:
        messages.add_message(request, tone, sentence(event))


def tone_of(event: AccountEvent) -> int | None:
    """Return the message level of an event, None for one that is not announced."""
    if event.type == "order.placed":
        return None if event.payload["order"]["type"] == "market" else messages.SUCCESS
    if event.type == "balance.updated":
        return None if event.payload["reason"] in _OF_TRADING else messages.INFO
    if event.type == "position.modified" and event.payload.get("reason") in _SILENT_CHANGES:
        return None
    if event.type == "position.closed":
        return _CLOSE_TONES.get(event.payload["reason"], messages.SUCCESS)
    return _TONES.get(event.type)
