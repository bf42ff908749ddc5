"""What the accounts of a group trade and how they see prices, kept per process and never out of date."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from forexpro.core.money import trimmed
from marketdata.models import Symbol
from marketdata.sessions import ALWAYS_OPEN, TradingHours
from trading.engine.codec import from_json
from trading.engine.market import Instrument, MarginMode, ProfitConversion, Slippage, SlippageMode, TradeMode
from trading.engine.pricing import SpreadMode, SpreadPolicy
from trading.engine.state import (
    CompensationCredit,
    GapPolicy,
    HedgedMargin,
    LevelUnit,
    Policy,
    StopOutSequence,
    TriggerSide,
)
from trading.models import AccountGroup, ConditionsVersion, Configuration, GroupInstrument, TradingAccount
from trading.selectors.charges import commission_terms, swap_terms
from trading.selectors.margin_terms import leverage_tier_terms, margin_rate_terms, margin_tier_terms


@dataclass(frozen=True, slots=True)
class Conditions:
    """The trading conditions of one account group; `instruments` and `spreads` by symbol."""

    group_id: int
    version: UUID | None
    name: str
    orders_per_minute: int | None
    instruments: Mapping[str, Instrument]
    spreads: Mapping[str, SpreadPolicy]
    policy: Policy


_cached: dict[int, Conditions] = {}


def configuration_version() -> UUID | None:
    """Return the version that groups, their instruments and the catalogue have now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM trading_configuration")
        row = cursor.fetchone()
        return row[0] if row else None


def group_conditions(group_id: int, version: UUID | None) -> Conditions:
    """Return the conditions of a group at `version`, which the caller has just read from the database.

    What is loaded may be newer than `version`; then the next caller reads another version and loads again.
    """
    cached = _cached.get(group_id)
    if cached is None or version is None or cached.version != version:
        cached = _cached[group_id] = _load(group_id, version)
    return cached


def account_conditions(account: TradingAccount) -> Conditions:
    """Return the conditions that an account trades under."""
    return group_conditions(account.group_id, configuration_version())


def conditions_at(conditions: Conditions, moment: datetime) -> Conditions:
    """Return what the group of the present `conditions` traded under at an earlier moment.

    Those are the present ones where no other version was kept; prices show at the present spreads.
    """
    versions = ConditionsVersion.objects.filter(group_id=conditions.group_id, effective_from__lte=moment)
    kept = versions.order_by("-effective_from").first()
    if kept is None or kept.version == conditions.version:
        return conditions
    instruments = [from_json(Instrument, payload) for payload in kept.document["instruments"]]
    return replace(
        conditions,
        version=kept.version,
        instruments={instrument.symbol: instrument for instrument in instruments},
        policy=from_json(Policy, kept.document["policy"]),
    )


def configuration_changed_at() -> datetime | None:
    """Return since when groups, their instruments and the catalogue are as they are now."""
    return Configuration.objects.values_list("changed_at", flat=True).first()


def _load(group_id: int, version: UUID | None) -> Conditions:
    group = AccountGroup.objects.get(pk=group_id)
    by_symbol: dict[str, GroupInstrument] = {}
    by_class: dict[str, GroupInstrument] = {}
    for override in group.instruments.all():
        if override.symbol_id is not None:
            by_symbol[override.symbol_id] = override
        else:
            by_class[override.asset_class] = override

    instruments, spreads = {}, {}
    # Inactive symbols too: what was opened in them can still be valued and closed.
    for symbol in Symbol.objects.all():
        rule = _rule(by_symbol.get(symbol.code), by_class.get(symbol.asset_class))
        instruments[symbol.code] = _instrument(symbol, group, rule)
        spreads[symbol.code] = _spread(symbol, group, rule)
    policy = Policy(
        margin_call_level=trimmed(group.margin_call_level),
        stop_out_level=trimmed(group.stop_out_level),
        limit_price_improvement=group.limit_price_improvement,
        negative_balance_protection=group.negative_balance_protection,
        quote_max_age_seconds=settings.QUOTE_MAX_AGE_SECONDS,
        trigger_side=TriggerSide(group.trigger_side),
        gap_policy=GapPolicy(group.gap_policy),
        marketable_stops_accepted=group.marketable_stops_accepted,
        positions_max=group.positions_max,
        orders_max=group.orders_max,
        exposure_max=_limit(group.exposure_max),
        hedged_margin=HedgedMargin(group.hedged_margin),
        level_unit=LevelUnit(group.level_unit),
        stop_out_sequence=StopOutSequence(group.stop_out_sequence),
        stop_out_fully_hedged=group.stop_out_fully_hedged,
        compensation_credit=CompensationCredit(group.compensation_credit),
    )
    return Conditions(group.pk, version, group.name, group.orders_per_minute, instruments, spreads, policy)


def _rule(of_symbol: GroupInstrument | None, of_class: GroupInstrument | None) -> GroupInstrument | None:
    """Return what a group says about a symbol: the rule for it, completed by that for its asset class."""
    if of_symbol is None or of_class is None:
        return of_symbol or of_class
    return of_symbol.completed_by(of_class)


def _instrument(symbol: Symbol, group: AccountGroup, rule: GroupInstrument | None) -> Instrument:
    slippage = rule if rule is not None and rule.slippage_mode else group
    tiers = _overridden("leverage_tiers", symbol, rule)
    margin_tiers_by, margin_tiers = margin_tier_terms(tiers)
    return Instrument(
        symbol=symbol.code,
        base_currency=symbol.base_currency,
        quote_currency=symbol.quote_currency,
        margin_currency=symbol.margin_currency,
        digits=symbol.digits,
        contract_size=trimmed(symbol.contract_size),
        volume_min=trimmed(symbol.volume_min),
        volume_max=trimmed(symbol.volume_max),
        volume_step=trimmed(symbol.volume_step),
        margin_mode=MarginMode(symbol.margin_mode),
        margin_rates=margin_rate_terms(
            _overridden("margin_rate", symbol, rule), _overridden("margin_rates", symbol, rule)
        ),
        leverage_cap=_limit(_overridden("leverage_cap", symbol, rule)),
        leverage_tiers=leverage_tier_terms(tiers),
        margin_tiers=margin_tiers,
        margin_tiers_by=margin_tiers_by,
        tick_size=trimmed(symbol.tick_size),
        tick_value=trimmed(symbol.tick_value),
        initial_margin=trimmed(symbol.initial_margin),
        maintenance_margin=trimmed(symbol.maintenance_margin),
        hedged_margin=_limit(symbol.hedged_margin),
        settlement_price=trimmed(symbol.settlement_price),
        margin_currency_rate=trimmed(symbol.margin_currency_rate),
        stops_level_points=_overridden("stops_level_points", symbol, rule),
        freeze_level_points=_overridden("freeze_level_points", symbol, rule),
        gap_level_points=_overridden("gap_level_points", symbol, rule),
        volume_limit=_limit(_overridden("volume_limit", symbol, rule)),
        slippage=Slippage(
            mode=SlippageMode(slippage.slippage_mode),
            minimum_points=slippage.slippage_minimum_points,
            maximum_points=slippage.slippage_maximum_points,
            seed=group.slippage_seed,
        ),
        profit_conversion=ProfitConversion(group.profit_conversion),
        margin_refreshed_nightly=group.margin_refreshed_nightly,
        trade_mode=_trade_mode(symbol, rule),
        hours=_hours(symbol, group),
        swap=swap_terms(symbol, group, rule),
        commission=commission_terms(symbol, rule),
    )


def _trade_mode(symbol: Symbol, rule: GroupInstrument | None) -> TradeMode:
    if not symbol.is_active:
        return TradeMode.CLOSE_ONLY
    return TradeMode(rule.trade_mode if rule is not None and rule.trade_mode else symbol.trade_mode)


def _hours(symbol: Symbol, group: AccountGroup) -> TradingHours:
    enforced = settings.TRADING_HOURS_APPLY and group.trading_hours_enforced
    return TradingHours.from_json(symbol.sessions) if enforced else ALWAYS_OPEN


def _overridden(name: str, symbol: Symbol, rule: GroupInstrument | None) -> Any:
    """Return what the group's rule says, or the symbol where it says nothing."""
    own = None if rule is None else getattr(rule, name)
    return getattr(symbol, name) if own is None else own


def _limit(value: Decimal | None) -> Decimal | None:
    return None if value is None else trimmed(value)


def _spread(symbol: Symbol, group: AccountGroup, rule: GroupInstrument | None) -> SpreadPolicy:
    spread = rule if rule is not None and rule.spread_mode else group
    return SpreadPolicy(
        mode=SpreadMode(spread.spread_mode),
        points=spread.spread_points,
        digits=symbol.digits,
        one_sided_points=symbol.typical_spread_points,
    )
