"""How a script is carried over bars of the history in a row, whose beginnings are prepared for many of them at once."""

from collections.abc import Iterator

from analytics.pine.broker.broker import Broker
from analytics.pine.instance import Instance
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.columns import Columns
from analytics.pine.runtime.messages import tell


def compute(instance: Instance, start: int, stop: int) -> None:
    """Compute bars of the history."""
    context, compute = instance.context, instance.bar
    bars, move, waiting = context.bars, context.move, context.waiting
    try:
        _look_ahead(instance, start, stop)
        for index in range(start, stop):
            move(index, bars[index])
            compute()
            if waiting:
                tell(context)
        _look_ahead(instance, stop, stop)
    except Exception as error:
        raise instance.failed(error) from None


def compute_and_trade(instance: Instance, broker: Broker, start: int, stop: int) -> None:
    """Compute bars of the history of a strategy whose script runs once on each bar."""
    context, compute = instance.context, instance.bar
    bars, waiting = context.bars[start:stop], context.waiting
    begin, end = broker.begin, broker.end
    equities: list[float] = []
    try:
        _look_ahead(instance, start, stop)
        row = enumerate(bars, start)
        for index, (time, open_, high, low, close, volume) in row:
            # As `context.move` does.
            context.bar_index, context.time, context.volume = index, time, volume
            context.open, context.high, context.low, context.close = open_, high, low, close
            begin(time, open_, high, low, close)
            compute()
            if waiting:
                tell(context)
            equities.append(end())
            if broker.rests:
                _compute_at_rest(instance, broker, row, equities)
        broker.record([bar.time for bar in bars], equities)
        _look_ahead(instance, stop, stop)
    except Exception as error:
        raise instance.failed(error) from None


def _compute_at_rest(instance: Instance, broker: Broker, row: Iterator[tuple[int, Bar]], equities: list[float]) -> None:
    """Compute bars in a row while the broker has nothing to do, up to the one on which something is ordered."""
    context, compute, waiting = instance.context, instance.bar, instance.context.waiting
    equity = equities[-1]
    for index, (time, open_, high, low, close, volume) in row:
        context.bar_index, context.time, context.volume = index, time, volume
        context.open, context.high, context.low, context.close = open_, high, low, close
        broker.begin_at_rest(time, close)
        compute()
        if waiting:
            tell(context)
        if not broker.rests:
            equities.append(broker.end())
            return
        equities.append(equity)


def _look_ahead(instance: Instance, start: int, stop: int) -> None:
    """Prepare bars of the history that are computed next, one after the other; none when they are done."""
    ahead, bars = instance.keep.ahead, instance.context.bars
    if ahead is None:
        return
    if start == stop:
        ahead(None)
    else:
        instance.context.move(start, bars[start])
        ahead(Columns(bars, start, stop))
