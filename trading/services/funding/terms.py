"""What a deposit or withdrawal comes to: fees, limits of the method, and the rate where money changes currency."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from forexpro.core.money import amount_text, quantize, quantum
from forexpro.core.refusals import Refused
from trading.engine.conversion import QuoteSide, find_conversion
from trading.engine.market import Market
from trading.models import PaymentTerms
from trading.models.funding import Direction

RATE_DIGITS = 14
# How long somebody may look at what a request comes to before they send it.
QUOTE_SECONDS = 120
_SALT = "trading.funding.quote"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request comes to, by the names of its row."""

    amount: Decimal
    fee: Decimal
    payment_amount: Decimal
    payment_currency: str
    rate: Decimal
    base_amount: Decimal

    @property
    def net_amount(self) -> Decimal:
        """What is left of the amount after the fee."""
        return self.amount - self.fee


def exchange_rate(source: str, target: str, market: Market) -> Decimal:
    """Return how much of `target` the house gives for one unit of `source` now; refuses stale and missing prices.

    It is the bid of that pair, as for a profit that is converted.
    """
    conversion = find_conversion(source, target, QuoteSide.BID, market)
    oldest = timedelta(seconds=settings.CONVERSION_QUOTE_MAX_AGE_SECONDS)
    for leg in conversion.legs:
        age = market.now - market.quote(leg.symbol).received_at
        if age > oldest:
            raise Refused(
                "quote_stale",
                _("The last price of %(symbol)s is too old to convert %(source)s. Wait for one, or use %(target)s.")
                % {"symbol": leg.symbol, "source": source, "target": target},
                {"symbol": leg.symbol, "age_seconds": f"{age.total_seconds():.3f}"},
            )
    return conversion.rate.quantize(quantum(RATE_DIGITS), rounding=ROUND_HALF_EVEN)


def converted(amount: Decimal, source: str, target: str, market: Market) -> Decimal:
    """Return what `amount` of one currency is in another now."""
    return quantize(amount * exchange_rate(source, target, market), target)


def deposit_terms(
    terms: PaymentTerms, amount: Decimal, currency: str, market: Market, *, rate: Decimal | None = None
) -> Terms:
    """Return what paying in `amount` of the terms' currency brings to an account in `currency`.

    `rate` is the one that was shown; by default the present one counts. Refuses what the terms do not take.
    """
    paid_in = terms.currency
    ensure_whole_coins(amount, paid_in)
    _ensure_bounds(terms, amount)
    if rate is None:
        rate = exchange_rate(paid_in, currency, market)
    credited = quantize(amount * rate, currency)
    fee = quantize(_fee(terms, amount) * rate, currency)
    _ensure_fee(fee, credited, currency)
    base = converted(amount, paid_in, settings.FUNDING_BASE_CURRENCY, market)
    return Terms(credited, fee, amount, paid_in, rate, base)


def withdrawal_terms(
    terms: PaymentTerms, amount: Decimal, currency: str, market: Market, *, rate: Decimal | None = None
) -> Terms:
    """Return what `amount` from an account in `currency` pays out in the terms' currency; otherwise as for deposits."""
    paid_out = terms.currency
    ensure_whole_coins(amount, currency)
    if rate is None:
        rate = exchange_rate(currency, paid_out, market)
    gross = quantize(amount * rate, paid_out)
    _ensure_bounds(terms, gross)
    fee_paid = _fee(terms, gross)
    _ensure_fee(fee_paid, gross, paid_out)
    fee = quantize(fee_paid / rate, currency)
    _ensure_fee(fee, amount, currency)
    base = converted(amount, currency, settings.FUNDING_BASE_CURRENCY, market)
    return Terms(amount, fee, gross - fee_paid, paid_out, rate, base)


def payment_terms(method_id: int, direction: Direction, currency: str) -> PaymentTerms:
    """Return the terms of an active method in a direction and currency, with the method; refuses where it has none."""
    terms = PaymentTerms.objects.select_related("method").filter(
        method_id=method_id, direction=direction, currency=currency, method__active=True
    )
    found = terms.first()
    if found is None:
        raise Refused(
            "method_unavailable",
            _("This payment method is not offered in %(currency)s now. Choose another one.") % {"currency": currency},
            {"field": "method", "method_id": method_id, "currency": currency, "direction": direction.value},
        )
    return found


def signed_quote(asked: dict[str, Any], rate: Decimal) -> str:
    """Return a token that holds the house to `rate` for what was asked, for a short while."""
    return signing.dumps({**asked, "rate": str(rate)}, salt=_SALT)


def quoted_rate(token: str, asked: dict[str, Any]) -> Decimal | None:
    """Return the rate of a token, None without one; refuses one that is too old or was given for something else."""
    if not token:
        return None
    try:
        quote = signing.loads(token, salt=_SALT, max_age=QUOTE_SECONDS)
    except signing.BadSignature:
        quote = {}
    rate = quote.pop("rate", None)
    if rate is None or quote != asked:
        raise Refused("quote_expired", _("What was shown is no longer valid. Look at it again and confirm."))
    return Decimal(rate)


def _fee(terms: PaymentTerms, amount: Decimal) -> Decimal:
    return quantize(terms.fee_fixed + amount * terms.fee_percent / 100, terms.currency)


def ensure_whole_coins(amount: Decimal, currency: str) -> None:
    """Refuse `amount_invalid` for nothing, less than that, and parts of the smallest coin."""
    if amount <= 0 or amount != quantize(amount, currency):
        raise amount_invalid(amount, currency)


def amount_invalid(amount: Decimal, currency: str) -> Refused:
    """Return the refusal of an amount of which nothing, or nothing whole, can be moved."""
    return Refused(
        "amount_invalid",
        _("Enter an amount above zero in whole units of %(currency)s's smallest coin.") % {"currency": currency},
        {"field": "amount", "amount": str(amount), "currency": currency},
    )


def _ensure_bounds(terms: PaymentTerms, amount: Decimal) -> None:
    details = {
        "field": "amount",
        "amount": str(amount),
        "minimum": f"{terms.minimum.normalize():f}",
        "maximum": None if terms.maximum is None else f"{terms.maximum.normalize():f}",
        "currency": terms.currency,
    }
    if amount < terms.minimum:
        raise Refused(
            "amount_below_minimum",
            _("%(method)s takes at least %(minimum)s.")
            % {"method": terms.method.name, "minimum": amount_text(terms.minimum, terms.currency)},
            details,
        )
    if terms.maximum is not None and amount > terms.maximum:
        raise Refused(
            "amount_above_maximum",
            _("%(method)s takes at most %(maximum)s at once.")
            % {"method": terms.method.name, "maximum": amount_text(terms.maximum, terms.currency)},
            details,
        )


def _ensure_fee(fee: Decimal, amount: Decimal, currency: str) -> None:
    if fee >= amount:
        raise Refused(
            "fee_exceeds_amount",
            _("The fee of %(fee)s would leave nothing of %(amount)s.")
            % {"fee": amount_text(fee, currency), "amount": amount_text(amount, currency)},
            {"field": "amount", "fee": str(fee), "amount": str(amount), "currency": currency},
        )
