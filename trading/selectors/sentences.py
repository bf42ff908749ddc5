"""An account's events as sentences, for its journal, its owner's toasts and the audit log."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from forexpro.core.events.sentences import Payload
from trading import names
from trading.models import Order

SIDES = {"buy": lambda: _("Buy"), "sell": lambda: _("Sell")}
CLOSE_REASONS: dict[str, Callable[[], str]] = {
    "client": lambda: _("on request"),
    "stop_loss": lambda: _("by its stop loss"),
    "take_profit": lambda: _("by its take profit"),
    "stop_out": lambda: _("by stop-out"),
    "dealer": lambda: _("by the dealer"),
    "order": lambda: _("by an opposite order"),
    "close_by": lambda: _("by an opposite position"),
}
MODIFY_REASONS: dict[str, Callable[[], str]] = {
    "trailing_stop": lambda: _("Position %(id)s: its trailing stop moved the stop loss to %(stop_loss)s."),
    "break_even": lambda: _("Position %(id)s: its stop loss is now at break-even, %(stop_loss)s."),
    "partial_take_profit": lambda: _("Position %(id)s reached a partial take profit."),
}
CANCEL_REASONS: dict[str, Callable[[], str]] = {
    "stop_out": lambda: _("Order %(id)s cancelled by stop-out."),
    "dealer": lambda: _("Order %(id)s cancelled by the dealer."),
    "expired": lambda: _("Order %(id)s expired."),
    "unfilled": lambda: _("Order %(id)s cancelled: the market was not at its price."),
    "deviation": lambda: _("Order %(id)s cancelled: the market went further beyond its price than it allows."),
    "oco": lambda: _("Order %(id)s cancelled: another order of its group was filled."),
    "parent": lambda: _("Order %(id)s cancelled: the order that it waited for is gone."),
}
BALANCE_REASONS: dict[str, Callable[[], str]] = {
    "deposit": lambda: _("Deposit"),
    "withdrawal": lambda: _("Withdrawal"),
    "credit": lambda: _("Credit"),
    "adjustment": lambda: _("Adjustment"),
    "trade": lambda: _("Trading result"),
    "commission": lambda: _("Commission"),
    "swap": lambda: _("Swap"),
    "fee": lambda: _("Fee"),
    "transfer": lambda: _("Transfer"),
    "negative_balance_compensation": lambda: _("Negative balance compensation"),
}


def _opened(payload: Payload) -> str:
    return _("Account opened in %(currency)s with a leverage of 1:%(leverage)s.") % {
        "currency": payload["currency"],
        "leverage": names.plain(Decimal(payload["policy"]["leverage"])),
    }


def _policy_changed(payload: Payload) -> str:
    policy = payload["policy"]
    trading = _("enabled") if policy["trading_enabled"] else _("disabled")
    return _("Conditions changed: leverage 1:%(leverage)s, trading %(trading)s.") % {
        "leverage": names.plain(Decimal(policy["leverage"])),
        "trading": trading,
    }


def _group_changed(payload: Payload) -> str:
    group: dict[str, str] = payload["changes"]["group"]
    moved = _("Moved from the group %(before)s to the group %(after)s, whose conditions apply from now on.") % group
    reason = payload.get("reason")
    return _("%(what)s Reason: %(reason)s") % {"what": moved, "reason": reason} if reason else moved


def _placed(payload: Payload) -> str:
    order = payload["order"]
    if order["type"] == Order.Type.MARKET:
        return _("Order %(id)s: %(side)s %(volume)s %(symbol)s at market.") % _order_words(order)
    return _("Order %(id)s placed: %(side)s %(type)s %(volume)s %(symbol)s at %(price)s.") % _order_words(order)


def _order_words(order: Payload) -> dict[str, Any]:
    return {
        "id": order["id"],
        "side": SIDES[order["side"]](),
        "type": Order.Type(order["type"]).label.lower(),
        "volume": names.lots(Decimal(order["volume"])),
        "symbol": order["symbol"],
        "price": order["price"],
    }


def _order_modified(payload: Payload) -> str:
    return _("Order %(id)s changed: price %(price)s, stop loss %(stop_loss)s, take profit %(take_profit)s.") % {
        "id": payload["order_id"],
        "price": payload["price"],
        **_levels(payload),
    }


def _order_released(payload: Payload) -> str:
    return _("Order %(id)s: the order that it waited for is filled, it now works.") % {"id": payload["order_id"]}


def _order_cancelled(payload: Payload) -> str:
    describe = CANCEL_REASONS.get(payload["reason"], lambda: _("Order %(id)s cancelled."))
    return describe() % {"id": payload["order_id"]}


def _cancelled_by_dealer(payload: Payload) -> str:
    return _("Order %(id)s cancelled as dealer: %(reason)s") % _intervention_words(payload)


def _closed_by_dealer(payload: Payload) -> str:
    return _("Position %(id)s closed as dealer: %(reason)s") % _intervention_words(payload)


def _intervention_words(payload: Payload) -> dict[str, Any]:
    return {"id": payload["object"].partition(":")[2], "reason": payload["reason"]}


def _order_armed(payload: Payload) -> str:
    return _("Order %(id)s: its stop was reached, it now waits as a limit.") % {"id": payload["order_id"]}


def _order_rejected(payload: Payload) -> str:
    return _("Order %(id)s was triggered and rejected: %(message)s") % {
        "id": payload["order_id"],
        "message": payload["message"],
    }


def _order_filled(payload: Payload) -> str:
    return _("Order %(id)s filled: %(side)s %(volume)s %(symbol)s at %(price)s.") % {
        "id": payload["order_id"],
        "side": SIDES[payload["side"]](),
        "volume": names.lots(Decimal(payload["volume"])),
        "symbol": payload["symbol"],
        "price": payload["price"],
    }


def _refused(payload: Payload) -> str:
    return _("Refused: %(message)s") % {"message": payload["message"]}


def _position_opened(payload: Payload) -> str:
    position = payload["position"]
    return _("Position %(id)s opened: %(side)s %(volume)s %(symbol)s at %(price)s.") % {
        "id": position["id"],
        "side": SIDES[position["side"]](),
        "volume": names.lots(Decimal(position["volume"])),
        "symbol": position["symbol"],
        "price": position["open_price"],
    }


def _position_increased(payload: Payload) -> str:
    position = payload["position"]
    return _("Position %(id)s increased by %(added)s: %(side)s %(volume)s %(symbol)s at %(price)s on average.") % {
        "id": position["id"],
        "added": names.lots(Decimal(payload["volume"])),
        "side": SIDES[position["side"]](),
        "volume": names.lots(Decimal(position["volume"])),
        "symbol": position["symbol"],
        "price": position["open_price"],
    }


def _position_modified(payload: Payload) -> str:
    describe = MODIFY_REASONS.get(payload.get("reason", ""))
    if describe is not None:
        return describe() % {"id": payload["position_id"], "stop_loss": payload["stop_loss"]}
    return _("Position %(id)s changed: stop loss %(stop_loss)s, take profit %(take_profit)s.") % {
        "id": payload["position_id"],
        **_levels(payload),
    }


def _position_reduced(payload: Payload) -> str:
    return _(
        "Position %(id)s reduced: %(side)s %(volume)s %(symbol)s closed %(reason)s at %(price)s, %(profit)s; "
        "%(remaining)s stays open."
    ) % {**_closing_words(payload), "remaining": names.lots(Decimal(payload["remaining_volume"]))}


def _position_closed(payload: Payload) -> str:
    return _(
        "Position %(id)s closed: %(side)s %(volume)s %(symbol)s %(reason)s at %(price)s, %(profit)s."
    ) % _closing_words(payload)


def _closing_words(payload: Payload) -> dict[str, Any]:
    return {
        "id": payload["position_id"],
        "side": SIDES[payload["side"]](),
        "volume": names.lots(Decimal(payload["volume"])),
        "symbol": payload["symbol"],
        "reason": CLOSE_REASONS[payload["reason"]](),
        "price": payload["price"],
        "profit": _signed(payload["profit"]),
    }


def _swap_charged(payload: Payload) -> str:
    words = {
        "amount": _signed(payload["amount"]),
        "id": payload["position_id"],
        "symbol": payload["symbol"],
        "day": payload["day"],
        "swap": _signed(payload["swap"]),
    }
    if payload["late"]:
        return (
            _(
                "Swap of %(amount)s for position %(id)s, %(symbol)s, held overnight on %(day)s and charged later, "
                "at the newest prices; %(swap)s in all."
            )
            % words
        )
    return _("Swap of %(amount)s for position %(id)s, %(symbol)s, held overnight on %(day)s; %(swap)s in all.") % words


def _commission_blocked(payload: Payload) -> str:
    return _("Commission of %(amount)s is set aside until %(settles_at)s.") % {
        "amount": payload["amount"],
        "settles_at": _moment(payload["settles_at"]),
    }


def _commission_settled(payload: Payload) -> str:
    return _("Commission of %(amount)s set aside until %(settles_at)s is charged.") % {
        "amount": payload["amount"],
        "settles_at": _moment(payload["settles_at"]),
    }


def _money_reserved(payload: Payload) -> str:
    return _("%(amount)s is reserved for withdrawal %(id)s.") % _reservation_words(payload)


def _money_released(payload: Payload) -> str:
    return _("%(amount)s is no longer reserved for withdrawal %(id)s.") % _reservation_words(payload)


def _reservation_words(payload: Payload) -> dict[str, Any]:
    return {"amount": _amount(payload["amount"]), "id": payload["reservation_id"]}


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"


def _balance_updated(payload: Payload) -> str:
    words = {
        "reason": BALANCE_REASONS[payload["reason"]](),
        "amount": _signed(payload["amount"]),
        "balance": _amount(payload["balance"]),
        "credit": _amount(payload["credit"]),
    }
    if Decimal(payload["credit"]):
        return _("%(reason)s of %(amount)s; the balance is %(balance)s, the credit %(credit)s.") % words
    return _("%(reason)s of %(amount)s; the balance is %(balance)s.") % words


def _margin_call(payload: Payload) -> str:
    if payload["level"] is None:
        return _("Margin call: the equity fell to %(equity)s.") % {"equity": payload["equity"]}
    return _("Margin call: the margin level fell to %(level)s %%.") % {"level": payload["level"]}


def _margin_call_cleared(payload: Payload) -> str:
    return _("The margin call is over.")


def _stop_out(payload: Payload) -> str:
    if payload["level"] is None:
        return _("Stop-out: the equity fell to %(equity)s.") % {"equity": payload["equity"]}
    return _("Stop-out: the margin level fell to %(level)s %%.") % {"level": payload["level"]}


def _levels(payload: Payload) -> dict[str, str]:
    return {name: payload[name] or _("none") for name in ("stop_loss", "take_profit")}


def _amount(amount: str) -> str:
    """Write an amount with the digits that its event has: those of the account's currency."""
    return number_format(Decimal(amount), force_grouping=True)


def _signed(amount: str) -> str:
    return _amount(amount) if amount.startswith("-") else f"+{_amount(amount)}"


def _replay_difference(payload: Payload) -> str:
    return _("Account %(id)s is not what its events say: %(difference)s.") % {
        "id": payload["account_id"],
        "difference": payload["difference"],
    }


def _account_opened(payload: Payload) -> str:
    return _("Account %(number)s opened.") % {"number": payload["number"]}


SENTENCES: dict[str, Callable[[Payload], str]] = {
    "account.opened": _opened,
    "account.policy_changed": _policy_changed,
    "account.group_changed": _group_changed,
    "order.placed": _placed,
    "order.modified": _order_modified,
    "order.released": _order_released,
    "order.cancelled": _order_cancelled,
    "staff.order_cancelled": _cancelled_by_dealer,
    "order.armed": _order_armed,
    "order.rejected": _order_rejected,
    "order.filled": _order_filled,
    "order.refused": _refused,
    "position.opened": _position_opened,
    "position.increased": _position_increased,
    "position.modified": _position_modified,
    "position.reduced": _position_reduced,
    "position.closed": _position_closed,
    "staff.position_closed": _closed_by_dealer,
    "position.swap_charged": _swap_charged,
    "account.commission_blocked": _commission_blocked,
    "account.commission_settled": _commission_settled,
    "account.money_reserved": _money_reserved,
    "account.money_released": _money_released,
    "balance.updated": _balance_updated,
    "account.margin_call": _margin_call,
    "account.margin_call_cleared": _margin_call_cleared,
    "account.stop_out": _stop_out,
    "replay.difference": _replay_difference,
    "user.account_opened": _account_opened,
}
