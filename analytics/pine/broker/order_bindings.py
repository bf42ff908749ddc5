"""How the commands of a script that order something, or take orders back, are carried out."""

from typing import Any

from analytics.pine.broker.broker import Broker
from analytics.pine.broker.commands import key_of_movable, move_exit
from analytics.pine.broker.orders import ENTRY, NO_NOTES, ORDER, ExitKey, Kind, Notes
from analytics.pine.runtime.bindings import Binding, OfContext, PerCall
from analytics.pine.runtime.values import NA


def _entry(context: Any, *arguments: Any) -> None:
    _place(context.broker, ENTRY, *arguments)


def _order(context: Any, *arguments: Any) -> None:
    _place(context.broker, ORDER, *arguments)


def _place(
    broker: Broker,
    kind: Kind,
    order_id: str,
    direction: str,
    quantity: float,
    limit: float,
    stop: float,
    oca_name: str,
    oca_type: str,
    comment: str | None,
    alert_message: str | None,
    disable_alert: bool,
) -> None:
    notes = _notes(comment, alert_message, disable_alert)
    broker.place(kind, order_id, direction, quantity, limit, stop, oca_name=oca_name, oca_type=oca_type, notes=notes)


def _notes(comment: str | None, alert: str | None, silent: bool) -> Notes:
    if comment is None and alert is None and not silent:
        return NO_NOTES
    return Notes(comment=comment, alert=alert, silent=bool(silent))


def _notes_of_exit(
    comment: str | None,
    comment_profit: str | None,
    comment_loss: str | None,
    comment_trailing: str | None,
    alert: str | None,
    alert_profit: str | None,
    alert_loss: str | None,
    alert_trailing: str | None,
    silent: bool,
) -> Notes:
    return Notes(
        comment,
        comment_profit,
        comment_loss,
        comment_trailing,
        alert,
        alert_profit,
        alert_loss,
        alert_trailing,
        bool(silent),
    )


class _Exit:
    """A place in a script that orders exits, mostly the same ones on all bars.

    Asked again for the same it has nothing to do as long as nothing has changed for the broker, and asked for other
    prices it moves what waits, unless it matters on which bar an order was placed.
    """

    __slots__ = ("asked", "broker", "changes", "limit", "may_rest", "movable", "stop")
    moving = (5, 7)
    """Which arguments `at` takes by themselves, the prices that most scripts move; the others it takes as one tuple."""

    def __init__(self, context: Any) -> None:
        self.broker: Broker = context.broker
        settings = self.broker.settings
        self.may_rest = not (settings.process_orders_on_close or settings.calc_on_order_fills)
        self.asked: tuple[Any, ...] = ()
        self.changes = -1
        self.limit = self.stop = NA
        self.movable: ExitKey | None = None

    def __call__(
        self,
        order_id: str,
        from_entry: str,
        quantity: float,
        percent: float,
        profit: float,
        limit: float,
        loss: float,
        stop: float,
        *others: Any,
    ) -> None:
        self.at(limit, stop, (order_id, from_entry, quantity, percent, profit, loss, *others))

    def at(self, limit: float, stop: float, others: tuple[Any, ...]) -> None:
        """Order exits at these prices; the others are mostly the same ones on all bars."""
        broker = self.broker
        if not broker.account.position and not broker.book.entries:
            return
        # A missing price is the one missing number that there is.
        if self.changes == broker.changes and (others is self.asked or others == self.asked):
            if (limit is self.limit or limit == self.limit) and (stop is self.stop or stop == self.stop):
                return
            order = broker.book.exits.get(self.movable) if self.movable else None
            if order is not None:
                self.limit, self.stop = limit, stop
                move_exit(broker, order, limit, stop)
                self.changes = broker.changes
                return
        self.asked, self.limit, self.stop = others, limit, stop
        order_id, entry, quantity, percent, profit, loss, *trail, oca_name = others[:10]
        notes = _notes_of_exit(*others[10:])
        broker.exit(order_id, entry, quantity, percent, profit, limit, loss, stop, *trail, oca_name, notes)
        if self.may_rest:
            self.changes = broker.changes
            self.movable = key_of_movable(broker, order_id, entry)

    def save(self) -> None:
        """Return nothing: it keeps only what it is told again on each bar."""

    def restore(self, saved: None) -> None:
        """Do nothing, for the same reason."""


class _Closing:
    """A place in a script that closes positions: it has one order, which is changed when it is reached again."""

    __slots__ = ("broker", "site")

    def __init__(self, context: Any) -> None:
        self.broker: Broker = context.broker
        self.site: int = self.broker.new_site()

    def save(self) -> int:
        """Return the number of the place."""
        return self.site

    def restore(self, saved: int) -> None:
        """Take the number of the place."""
        self.site = saved


class _Close(_Closing):
    __slots__ = ()

    def __call__(
        self,
        entry_id: str,
        comment: str | None,
        quantity: float,
        percent: float,
        alert_message: str | None,
        immediately: bool,
        disable_alert: bool,
    ) -> None:
        notes = _notes(comment, alert_message, disable_alert)
        self.broker.close(entry_id, quantity, percent, immediately=bool(immediately), notes=notes, site=self.site)


class _CloseAll(_Closing):
    __slots__ = ()

    def __call__(self, comment: str | None, alert_message: str | None, immediately: bool, disable_alert: bool) -> None:
        notes = _notes(comment, alert_message, disable_alert)
        self.broker.close(None, immediately=bool(immediately), notes=notes, site=self.site)


def _cancel(context: Any, order_id: str) -> None:
    context.broker.cancel(order_id)


def _cancel_all(context: Any) -> None:
    context.broker.cancel_all()


ORDERS: dict[str, Binding] = {
    "strategy.entry": OfContext(_entry),
    "strategy.order": OfContext(_order),
    "strategy.exit": PerCall(_Exit),
    "strategy.close": PerCall(_Close),
    "strategy.close_all": PerCall(_CloseAll),
    "strategy.cancel": OfContext(_cancel),
    "strategy.cancel_all": OfContext(_cancel_all),
}
