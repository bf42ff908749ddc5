"""A decision with everything that it depended on, so that anybody can take it again from the document alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from forexpro.core.refusals import Refused
from trading.engine.codec import (
    command_from_payload,
    command_payload,
    from_json,
    from_payload,
    state_from_payload,
    state_payload,
    to_json,
    to_payload,
)
from trading.engine.commands import Command
from trading.engine.decide import decide
from trading.engine.events import EngineEvent
from trading.engine.market import Instrument, Market, Quote
from trading.engine.state import AccountState

FORMAT = "forexpro/decision/1"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A command, the account before it, the market it met, and what was decided: events, or the code of a refusal."""

    state: AccountState
    command: Command
    market: Market
    events: Sequence[EngineEvent] = ()
    refusal: str | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the explanation as JSON."""
        return {
            "format": FORMAT,
            "state": state_payload(self.state),
            "command": command_payload(self.command),
            "market": {
                "now": self.market.now.isoformat(),
                "instruments": [to_json(instrument) for instrument in self.market.instruments.values()],
                "quotes": [to_json(quote) for quote in self.market.quotes.values()],
            },
            "events": [{"type": event.type} | to_payload(event) for event in self.events],
            "refusal": self.refusal,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Explanation":
        """Return the explanation that `to_document` wrote; raises ValueError where it is none."""
        if document.get("format") != FORMAT:
            raise ValueError(f"the document's format is {document.get('format')!r} and not {FORMAT!r}")
        market = document["market"]
        instruments = [from_json(Instrument, payload) for payload in market["instruments"]]
        quotes = [from_json(Quote, payload) for payload in market["quotes"]]
        return cls(
            state=state_from_payload(document["state"]),
            command=command_from_payload(document["command"]),
            market=Market(
                now=datetime.fromisoformat(market["now"]),
                instruments={instrument.symbol: instrument for instrument in instruments},
                quotes={quote.symbol: quote for quote in quotes},
            ),
            events=tuple(from_payload(event["type"], event) for event in document["events"]),
            refusal=document["refusal"],
        )

    def first_difference(self) -> str | None:
        """Decide again; return in what the result differs from what was decided, None where it is the same.

        Numbers count, not how they are written: evidence, which is text made of them, is left out.
        """
        try:
            events: Sequence[EngineEvent] = decide(self.state, self.command, self.market)
            refusal = None
        except Refused as refused:
            events, refusal = (), refused.code
        if refusal != self.refusal:
            return f"refusal: {self.refusal} was recorded, {refusal} is decided now"
        if len(events) != len(self.events):
            return f"events: {len(self.events)} were recorded, {len(events)} are decided now"
        for number, (recorded, decided) in enumerate(zip(self.events, events, strict=True), 1):
            if recorded.type != decided.type:
                return f"event {number}: {recorded.type} was recorded, {decided.type} is decided now"
            for field in fields(recorded):
                was, now = getattr(recorded, field.name), getattr(decided, field.name)
                if field.name != "evidence" and was != now:
                    return f"event {number}, {recorded.type}: {field.name} was {was}, {now} is decided now"
        return None


def market_seen(state: AccountState, command: Command, market: Market) -> Market:
    """Return the part of `market` that a decision can have looked at: what the account holds, and what it asks for."""
    symbols = {position.symbol for position in state.positions.values()}
    symbols.update(order.symbol for order in state.orders.values())
    asked = getattr(command, "symbol", None)
    if asked is not None:
        symbols.add(asked)
    return Market(
        now=market.now,
        instruments={symbol: market.instruments[symbol] for symbol in sorted(symbols & market.instruments.keys())},
        quotes=dict(market.quotes),
    )
