"""An explained decision as tables: for the page, and for programs."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from forexpro.core.events.sentences import sentence
from forexpro.core.refusals import Refused
from trading.engine.codec import command_payload, to_json
from trading.engine.evolve import evolve
from trading.engine.margin import symbol_margins
from trading.engine.market import Market
from trading.engine.state import AccountState
from trading.engine.valuation import value_account
from trading.selectors.explanations import ExplainedDecision
from trading.selectors.journal import AccountEvent

Row = dict[str, Any]

FORMULA = "formula"


def explanation_report(decision: ExplainedDecision) -> Row:
    """Return what was asked, what was decided, and the numbers behind it.

    `before` and `after` are the account's figures at the quotes of the decision, None where one of them is missing.
    """
    explanation = decision.explanation
    state, market = explanation.state, explanation.market
    after = state
    for event in explanation.events:
        after = evolve(after, event)
    evidence = list(_evidence(decision.events))
    return {
        "account_id": str(decision.account_id),
        "first_seq": decision.events[0].seq,
        "last_seq": decision.events[-1].seq,
        "decided_at": market.now,
        "currency": state.currency,
        "command": command_payload(explanation.command),
        "refusal": explanation.refusal,
        "verdict": [{"seq": event.seq, "type": event.type, "sentence": sentence(event)} for event in decision.events],
        "formulas": [{"name": name, "formula": text} for name, text in _formulas(evidence)],
        "details": _details(decision.events),
        "quotes": [to_json(quote) for quote in market.quotes.values()],
        "conversions": [{"name": name, **record} for name, record in _conversions(evidence)],
        "before": _figures(state, market),
        "after": _figures(after, market),
        "positions": _positions(state, market),
        "margins": _margins(state, market),
        "policy": to_json(state.policy),
        "instruments": [to_json(instrument) for instrument in market.instruments.values()],
        "conditions_since": decision.conditions_since,
    }


def _evidence(events: Sequence[AccountEvent]) -> Iterator[Mapping[str, Any]]:
    for event in events:
        evidence = event.payload.get("evidence")
        if evidence:
            yield evidence


def _formulas(evidence: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the formulae with their numbers, each once: whatever evidence calls `formula` or `…_formula`."""
    found = {
        (name.removesuffix(FORMULA).strip("_") or "level", text): None
        for record in evidence
        for name, text in record.items()
        if name.endswith(FORMULA)
    }
    return list(found)


def _conversions(evidence: Sequence[Mapping[str, Any]]) -> list[tuple[str, Row]]:
    found: dict[tuple[str, str], Row] = {}
    for record in evidence:
        for name, value in record.items():
            if name.endswith("_conversion") and value["legs"]:
                found[name.removesuffix("_conversion"), value["rate"]] = value
    return [(name, value) for (name, _), value in found.items()]


def _details(events: Sequence[AccountEvent]) -> Row:
    """Return the numbers behind a refusal or rejection."""
    return next((dict(event.payload["details"]) for event in events if event.payload.get("details")), {})


def _figures(state: AccountState, market: Market) -> Row | None:
    try:
        valuation = value_account(state, market)
    except Refused:
        return None
    return {
        name: getattr(valuation, name)
        for name in ("balance", "credit", "floating", "equity", "margin", "free_margin", "margin_level")
    }


def _positions(state: AccountState, market: Market) -> list[Row]:
    try:
        values = value_account(state, market).positions
    except Refused:
        values = {}
    return [
        {
            "id": str(position.id),
            "symbol": position.symbol,
            "side": position.side.value,
            "volume": position.volume,
            "open_price": position.open_price,
            "price": values[position.id].price if position.id in values else None,
            "margin_conversion": position.margin_conversion,
            "swap": position.swap,
            "profit": values[position.id].profit if position.id in values else None,
        }
        for position in state.positions.values()
    ]


def _margins(state: AccountState, market: Market) -> dict[str, Decimal]:
    try:
        return symbol_margins(state, market)
    except Refused:
        return {}
