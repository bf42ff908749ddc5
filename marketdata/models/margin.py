"""The columns that say what margin a symbol asks for; a group may set rates, tiers and leverage otherwise."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketdata.models.fields import StructureField

MARKET_KINDS = ("buy", "sell")
SIZES = ("volume", "notional")
PENDING_KINDS = ("buy_limit", "sell_limit", "buy_stop", "sell_stop", "buy_stop_limit", "sell_stop_limit")


def margin_rates(value: Any) -> dict[str, tuple[Decimal, ...]]:
    """Return the rates in `{"buy": [1.5, 1], "sell_limit": 0.5}` by kind of order. Raises ValueError.

    Buy and sell have one rate, or an initial and a maintenance rate; pending kinds have one.
    """
    if not isinstance(value, Mapping):
        raise ValueError('rates are an object such as {"buy": [1.5, 1], "sell_limit": 0.5}')
    rates = {}
    for kind, given in value.items():
        numbers = _numbers(given if isinstance(given, list) else [given])
        if kind not in MARKET_KINDS + PENDING_KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(MARKET_KINDS + PENDING_KINDS)}")
        if len(numbers) not in ((1, 2) if kind in MARKET_KINDS else (1,)):
            raise ValueError(f"{kind} has one rate, or an initial and a maintenance rate if it is buy or sell")
        rates[kind] = numbers
    return rates


def leverage_tiers(value: Any) -> tuple[tuple[Decimal, Decimal], ...]:
    """Return from which notional value each leverage in `[[0, 500], [100000, 200]]` counts. Raises ValueError.

    None where `margin_tiers` are given instead.
    """
    if isinstance(value, Mapping):
        margin_tiers(value)
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError("tiers are a list such as [[0, 500], [100000, 200]]")
    tiers = []
    for tier in value:
        numbers = _numbers(tier if isinstance(tier, list) else [tier])
        if len(numbers) != 2 or numbers[1] < 1:
            raise ValueError("each tier is a value and the highest leverage above it, such as [100000, 200]")
        tiers.append((numbers[0], numbers[1]))
    _ensure_rising(tiers)
    return tuple(tiers)


def margin_tiers(value: Any) -> tuple[str, tuple[tuple[Decimal, ...], ...]]:
    """Return what the size of a holding is, and from which size each rate counts. Raises ValueError.

    In `{"volume": [[0, 1], [10, 2, 1.5]]}` the margin of what is above ten lots is doubled for orders and takes 1.5
    times for positions; by "notional" sizes are values in account currency. None where `leverage_tiers` are given.
    """
    if not isinstance(value, Mapping):
        return SIZES[0], ()
    if len(value) != 1 or next(iter(value)) not in SIZES:
        raise ValueError(
            "tiers are a list such as [[0, 500], [100000, 200]], or rates of the margin by volume or notional, such as "
            '{"volume": [[0, 1], [10, 2]]}'
        )
    by, given = next(iter(value.items()))
    tiers = [_numbers(tier) for tier in given if isinstance(tier, list)] if isinstance(given, list) else []
    if not tiers or len(tiers) != len(given) or any(len(tier) not in (2, 3) for tier in tiers):
        raise ValueError("each tier is a size, the rate of orders above it and that of positions, such as [10, 2, 1.5]")
    _ensure_rising(tiers)
    return by, tuple(tiers)


def _ensure_rising(tiers: Sequence[tuple[Decimal, ...]]) -> None:
    if any(tier[0] >= following[0] for tier, following in pairwise(tiers)):
        raise ValueError("each tier starts above the one before it")


def _numbers(given: Sequence[Any]) -> tuple[Decimal, ...]:
    try:
        numbers = tuple(Decimal(str(number)) for number in given)
    except InvalidOperation as error:
        raise ValueError(f"{given!r} are not numbers") from error
    if not all(number.is_finite() and number >= 0 for number in numbers):
        raise ValueError(f"{given!r}: no number is below zero")
    return numbers


def validate_margin_rates(value: Any) -> None:
    """Refuse rates that `margin_rates` cannot read."""
    try:
        margin_rates(value)
    except ValueError as error:
        raise ValidationError(_("Margin rates cannot be read: %(reason)s"), params={"reason": str(error)}) from error


def validate_leverage_tiers(value: Any) -> None:
    """Refuse tiers that `leverage_tiers` cannot read."""
    try:
        leverage_tiers(value)
    except ValueError as error:
        raise ValidationError(_("Leverage tiers cannot be read: %(reason)s"), params={"reason": str(error)}) from error


MARGIN_RATES_HELP = _(
    "Where a kind of order differs: initial and maintenance rate of buy and sell, the part that each pending kind "
    'reserves, such as {"buy": [1.5, 1], "sell_limit": 0.5}. Pending orders reserve nothing otherwise.'
)
LEVERAGE_TIERS_HELP = _(
    "From which value of a holding, in the account's currency, the part above it has less leverage: "
    "[[0, 500], [100000, 200]]. Empty for none."
)


class AmountField(models.DecimalField):
    """An amount, a size or a price that is not below zero."""

    def __init__(self, *args: Any, **options: Any) -> None:
        usual: dict[str, Any] = {
            "max_digits": 18,
            "decimal_places": 8,
            "default": 0,
            "validators": [MinValueValidator(0)],
        }
        super().__init__(*args, **usual | options)


class MarginFields(models.Model):
    """How margin is computed, and what multiplies, replaces or bounds it."""

    class MarginMode(models.TextChoices):
        FOREX = "forex", _("Forex")
        FOREX_NO_LEVERAGE = "forex_no_leverage", _("Forex without leverage")
        CFD = "cfd", _("CFD")
        CFD_LEVERAGE = "cfd_leverage", _("CFD with leverage")
        CFD_INDEX = "cfd_index", _("CFD index")
        FUTURES = "futures", _("Futures")
        EXCHANGE_FUTURES = "exchange_futures", _("Exchange futures")
        FIXED = "fixed", _("Fixed")

    margin_mode = models.CharField(_("margin mode"), max_length=20, choices=MarginMode)
    margin_rate = models.DecimalField(
        _("margin rate"),
        max_digits=8,
        decimal_places=4,
        default=1,
        validators=[MinValueValidator(0)],
        help_text=_("What the computed margin is multiplied by."),
    )
    margin_rates = StructureField(
        _("margin rates by order"),
        default=dict,
        blank=True,
        validators=[validate_margin_rates],
        help_text=MARGIN_RATES_HELP,
    )
    leverage_cap = models.DecimalField(
        _("highest leverage"), max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(1)]
    )
    leverage_tiers = StructureField(
        _("leverage tiers"),
        default=list,
        blank=True,
        validators=[validate_leverage_tiers],
        help_text=LEVERAGE_TIERS_HELP,
    )
    initial_margin = AmountField(
        _("initial margin"),
        help_text=_("A fixed amount per lot, in the margin currency, that replaces the formula; zero for none."),
    )
    maintenance_margin = AmountField(
        _("maintenance margin"),
        help_text=_("The fixed amount for what is open; zero for the initial one. Exchange futures: that of selling."),
    )
    hedged_margin = AmountField(
        _("hedged margin"),
        default=None,
        null=True,
        blank=True,
        help_text=_(
            "What a covered lot counts as under basic hedged margin: a contract size, or an amount where margin is "
            "fixed. Empty for the same as any other lot, zero for nothing."
        ),
    )
    tick_size = AmountField(_("tick size"), help_text=_("The step of the price of indices and futures."))
    tick_value = AmountField(_("tick value"), help_text=_("What a tick of one lot is worth, in the quote currency."))
    settlement_price = AmountField(_("settlement price"), help_text=_("Of the session; for exchange futures."))
    margin_currency_rate = AmountField(
        _("margin currency rate, %"), help_text=_("The exchange's addition to price differences; for exchange futures.")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(margin_mode__in=["cfd_index", "futures", "exchange_futures"])
                | Q(tick_size__gt=0, tick_value__gt=0),
                name="%(class)s_ticks",
                violation_error_message=_("Indices and futures need a tick size and a tick value above zero."),
            ),
            models.CheckConstraint(
                condition=~Q(margin_mode__in=["futures", "exchange_futures", "fixed"]) | Q(initial_margin__gt=0),
                name="%(class)s_initial_margin",
                violation_error_message=_("Futures and fixed margin need an initial margin above zero."),
            ),
        ]
