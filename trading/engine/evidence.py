"""The proof that goes into an event: JSON-ready records of the quotes used and of formulae with their numbers."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from forexpro.core.money import quantize
from trading.engine.commission import Commission
from trading.engine.conversion import Conversion
from trading.engine.margin_formulae import Exposure, effective_leverage
from trading.engine.margin_tiers import lone_margin
from trading.engine.market import Instrument, MarginMode, Quote
from trading.engine.state import AccountState, LevelUnit, Policy, Position
from trading.engine.swap import Swap
from trading.engine.valuation import Valuation


def quote_record(quote: Quote) -> dict[str, str]:
    """Return the tick behind a decision as the account's group saw it."""
    return {
        "id": quote.tick_id,
        "symbol": quote.symbol,
        "bid": str(quote.bid),
        "ask": str(quote.ask),
        "time": quote.time.isoformat(),
    }


def conversion_record(conversion: Conversion) -> dict[str, Any]:
    """Return a conversion rate and the quotes that it was made of."""
    return {
        "rate": f"{conversion.rate:f}",
        "legs": [
            {
                "symbol": leg.symbol,
                "side": str(leg.side),
                "price": str(leg.price),
                "inverted": leg.inverted,
                "tick": leg.tick_id,
            }
            for leg in conversion.legs
        ],
    }


def fill_evidence(quote: Quote, missed: Quote | None = None) -> dict[str, Any]:
    """Return the tick of a fill; with `missed` also the older tick that triggered it while the engine was out."""
    if missed is None:
        return {"tick": quote_record(quote), "filled_at": "tick"}
    return {"tick": quote_record(quote), "filled_at": "first_fresh_quote", "trigger_tick": quote_record(missed)}


def opening_evidence(
    fill: dict[str, Any], instrument: Instrument, position: Position, conversion: Conversion, state: AccountState
) -> dict[str, Any]:
    """Return the evidence of an opening deal: the tick, the frozen conversion and the margin formula."""
    return fill | {
        "margin_conversion": conversion_record(conversion),
        "margin_formula": _margin_formula(instrument, position, state),
    }


def closing_evidence(fill: dict[str, Any], conversion: Conversion, formula: str) -> dict[str, Any]:
    """Return the evidence of a closing deal: the tick, the profit's conversion and its formula."""
    return fill | {"profit_conversion": conversion_record(conversion), "profit_formula": formula}


def commission_evidence(commission: Commission) -> dict[str, Any]:
    """Return what a deal's evidence says of its commission: its conversion and formula; nothing where it is free."""
    if not commission.formula:
        return {}
    return {
        "commission_conversion": conversion_record(commission.conversion),
        "commission_formula": commission.formula,
    }


def swap_evidence(swap: Swap, quote: Quote | None, day_ended_at: datetime, charged_at: datetime) -> dict[str, Any]:
    """Return the evidence of a night's swap: its formula, conversion and quotes, and when it was due and charged."""
    evidence = {} if quote is None else {"tick": quote_record(quote)}
    return evidence | {
        "day_ended_at": day_ended_at.isoformat(),
        "charged_at": charged_at.isoformat(),
        "swap_conversion": conversion_record(swap.conversion),
        "swap_formula": swap.formula,
    }


def margin_evidence(valuation: Valuation, policy: Policy, level: Decimal) -> dict[str, Any]:
    """Return the account's figures behind a margin call or stop-out at `level`, position by position."""
    if not valuation.margin and policy.level_unit is LevelUnit.PERCENT:
        threshold = "equity < 0, no margin in use"
    else:
        threshold = f"level ≤ {level} %" if policy.level_unit is LevelUnit.PERCENT else f"equity ≤ {level}"
    return {
        "threshold": threshold,
        "balance": str(valuation.balance),
        "credit": str(valuation.credit),
        "floating": str(valuation.floating),
        "blocked": str(valuation.blocked),
        "reserved": str(valuation.reserved),
        "formula": f"{valuation.equity} / {valuation.margin} × 100 = {valuation.margin_level}"
        if valuation.margin
        else f"equity {valuation.equity}, margin 0",
        "positions": [
            {"id": id, "price": str(value.price), "profit": str(value.profit)}
            for id, value in valuation.positions.items()
        ],
    }


def _margin_formula(instrument: Instrument, position: Position, state: AccountState) -> str:
    """Return the margin of a position by itself with its numbers; leverage tiers show as what they come to."""
    mode = instrument.margin_mode
    if mode is MarginMode.EXCHANGE_FUTURES:
        return f"max(buy side, sell side) by the settlement price {instrument.settlement_price}"
    if instrument.initial_margin or mode in (MarginMode.FUTURES, MarginMode.FIXED):
        terms = f"{position.volume} × {instrument.maintenance_margin or instrument.initial_margin}"
    else:
        terms = f"{position.volume} × {instrument.contract_size}"
        if not mode.is_forex:
            terms += f" × {position.open_price}"
        if mode is MarginMode.CFD_INDEX:
            terms += f" × {instrument.tick_value} / {instrument.tick_size}"
    if mode.is_leveraged:
        terms += f" / {effective_leverage(instrument, state.policy.leverage)}"
        if instrument.leverage_tiers:
            tiers = ", ".join(f"1:{tier.leverage} above {tier.notional_from}" for tier in instrument.leverage_tiers)
            terms += f" (at most {tiers})"
    if instrument.margin_tiers:
        tiers = ", ".join(f"× {tier.held} above {tier.start}" for tier in instrument.margin_tiers)
        terms += f" ({tiers})"
    rate = instrument.margin_rates.of(position.side).held
    amount = instrument.maintenance_margin or instrument.initial_margin
    exposure = Exposure(position.volume, position.open_price, position.margin_conversion, rate, amount)
    margin = quantize(lone_margin(instrument, exposure, state.policy.leverage), state.currency)
    return f"{terms} × {position.margin_conversion:f} × {rate} = {margin} {state.currency}"
