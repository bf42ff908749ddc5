"""Replay ticks through feed, tick stream, engine process and database, and compare with the fold."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from random import Random
from typing import Any

from accounts.models import User
from forexpro.core.events.chain import Origin
from forexpro.core.events.reader import current_position
from forexpro.core.money import round_price
from marketdata.stream import newest_id, publish_ticks, report_progress
from marketdata.ticks import Tick
from trading.engine.commands import BalanceReason
from trading.engine.state import AccountState, OrderType, Side
from trading.engine.valuation import opening_price
from trading.models import AccountGroup, Deal, TradingAccount
from trading.replay.engine_process import EngineProcess
from trading.replay.fold import FoldedAccount, FoldedDeal, fold_ticks
from trading.runner.checkpoints import Checkpoint, claim_checkpoint, load_checkpoint, tick_order
from trading.runner.shards import Shard
from trading.selectors.market import account_market
from trading.selectors.state import load_accounts
from trading.services.accounts import account_open, balance_change
from trading.services.orders import order_place

ORIGIN = Origin(actor="system:comparison")
ORDERS_PER_ACCOUNT = 50
POLL_SECONDS = 0.01
PROGRESS_SECONDS = 2
FIRST_TICKS = 10_000
PLACED_PER_PRICE = 100
PENDING = (OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT)

Batches = Callable[[], AsyncIterator[Sequence[Tick]]]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: the deals of the platform and those of the fold, in each account's order, and the time taken."""

    ticks: int
    replay_seconds: float
    fold_seconds: float
    platform: list[FoldedDeal]
    fold: list[FoldedDeal]
    states_differ: list[int]

    @property
    def differences(self) -> list[tuple[FoldedDeal | None, FoldedDeal | None]]:
        """Return (platform's, fold's) of each place at which the two differ."""
        return [pair for pair in zip_longest(self.platform, self.fold) if pair[0] != pair[1]]

    @property
    def equal(self) -> bool:
        return self.platform == self.fold and not self.states_differ


def compare_replay(
    batches: Batches,
    *,
    symbols: Sequence[str],
    orders: int,
    positions: int,
    seed: int,
    kills: int = 0,
    progress: Progress,
) -> Outcome:
    """Place seeded orders and positions at the first prices, replay all ticks, fold the same ticks, compare.

    `batches` starts the feed again each time it is called. The database must be one of its own and empty of accounts.
    The engine process is killed `kills` times on the way, and must not let that show.
    """
    first = asyncio.run(_first_ticks(batches, set(symbols)))
    publish_now(first.values())
    progress(f"Placing {orders:,} orders and {positions:,} positions on {', '.join(sorted(first))} …")
    reproducible = Random(seed)  # noqa: S311  # reproducible, not secret
    account_ids = place_orders(first, orders=orders, positions=positions, random=reproducible)
    newest_deal = Deal.objects.order_by("-id").values_list("id", flat=True).first() or 0
    folded = [FoldedAccount(loaded.state, loaded.conditions) for loaded in load_accounts(account_ids)]

    progress("Replaying through tick stream, engine and database …")
    started = time.monotonic()
    ticks = _replay(batches, kills, progress)
    replay_seconds = time.monotonic() - started

    progress("Folding …")
    started = time.monotonic()
    deals = fold_ticks(folded, asyncio.run(_collect(batches)), first)
    fold_seconds = time.monotonic() - started
    return Outcome(
        ticks=ticks,
        replay_seconds=replay_seconds,
        fold_seconds=fold_seconds,
        platform=[_folded(deal) for deal in Deal.objects.filter(id__gt=newest_deal).order_by("account_id", "id")],
        fold=sorted(deals, key=lambda deal: deal.account_id),
        states_differ=_differing(folded),
    )


def place_orders(ticks: Mapping[str, Tick], *, orders: int, positions: int, random: Random) -> list[int]:
    """Spread seeded orders and positions, with stop losses and take profits, over new accounts; return their ids.

    All are placed at the prices of `ticks`, which are published again and again so that none gets stale. They are
    swap-free: swap depends on the day on which this runs, and not on the ticks.
    """
    owner = User.objects.create_user("comparison@localhost", None, full_name="Comparison")
    groups = [
        AccountGroup.objects.create(name="Comparison, as received", orders_per_minute=None, swap_free=True),
        AccountGroup.objects.create(
            name="Comparison, marked up",
            orders_per_minute=None,
            spread_mode="markup",
            spread_points=6,
            slippage_mode="random",
            slippage_maximum_points=4,
            slippage_seed=random.randrange(1000),
            limit_price_improvement=False,
            swap_free=True,
        ),
    ]
    accounts = []
    for number in range(max(1, (orders + positions) // ORDERS_PER_ACCOUNT)):
        account = account_open(
            owner=owner,
            kind=TradingAccount.Kind.DEMO,
            currency="USD",
            leverage=Decimal(100),
            group=groups[number % 2],
            origin=ORIGIN,
        )
        # Some are rich; some come close to a margin call, or past it.
        deposit = Decimal(random.choice([3_000, 10_000, 1_000_000]))
        balance_change(account_id=account.pk, amount=deposit, reason=BalanceReason.DEPOSIT, origin=ORIGIN)
        accounts.append(account)
    kinds = [OrderType.MARKET] * positions + [random.choice(PENDING) for _ in range(orders)]
    for number, kind in enumerate(kinds):
        if number % PLACED_PER_PRICE == 0:
            publish_now(ticks.values())
        _place(accounts[number % len(accounts)], random.choice(list(ticks)), kind, random)
    return [account.pk for account in accounts]


def publish_now(ticks: Iterable[Tick]) -> None:
    """Publish ticks as received at this moment."""
    now_ms = int(time.time() * 1000)
    asyncio.run(publish_ticks([tick._replace(received_ms=now_ms) for tick in ticks]))


def _place(account: TradingAccount, symbol: str, kind: OrderType, random: Random) -> None:
    market = account_market(account)
    instrument, quote = market.instrument(symbol), market.quote(symbol)
    side = random.choice(list(Side))
    present = opening_price(side, quote)

    def distance(least: float, most: float) -> Decimal:
        return present * Decimal(random.uniform(least, most))

    price = limit_price = None
    fills_at = present
    if kind is not OrderType.MARKET:
        ahead = -side.sign if kind is OrderType.LIMIT else side.sign
        price = fills_at = round_price(present + ahead * distance(0.0005, 0.012), instrument.digits)
    if kind is OrderType.STOP_LIMIT:
        limit_price = fills_at = round_price(fills_at - side.sign * distance(-0.0002, 0.001), instrument.digits)
    order_place(
        account_id=account.pk,
        symbol=symbol,
        side=side,
        type=kind,
        volume=instrument.volume_min * random.randint(1, 20),
        price=price,
        limit_price=limit_price,
        stop_loss=round_price(fills_at - side.sign * distance(0.002, 0.01), instrument.digits),
        take_profit=round_price(fills_at + side.sign * distance(0.002, 0.01), instrument.digits),
        origin=ORIGIN,
    )


def _replay(batches: Batches, kills: int, progress: Progress) -> int:
    """Publish every tick of the feed, let an engine work through them, and return how many there were.

    The engine is killed and started again `kills` times on the way.
    """
    before = newest_id()
    claim_checkpoint(Shard(), Checkpoint(before, current_position()))
    report_progress(Shard().consumer, before)  # the feed is to wait for the engine from the start
    engine = EngineProcess()
    try:
        ticks = asyncio.run(_publish(batches))
        newest = newest_id()
        kill_at = [_ticks_between(before, newest) * kill // (kills + 1) for kill in range(1, kills + 1)]
        shown = time.monotonic()
        while (checkpoint := load_checkpoint(Shard())) is None or checkpoint.tick_id != newest:
            worked = 0 if checkpoint is None else _ticks_between(before, checkpoint.tick_id)
            if kill_at and worked >= kill_at[0]:
                engine.kill()
                progress(f"Killed the engine after {worked:,} ticks.")
                kill_at = [at for at in kill_at if at > worked]
                engine = EngineProcess()
            elif not engine.is_running:
                raise RuntimeError("the engine has stopped before the end of the ticks; its log says why")
            if time.monotonic() - shown > PROGRESS_SECONDS:
                shown = time.monotonic()
                progress(f"… {worked:,} of {ticks:,} ticks")
            time.sleep(POLL_SECONDS)
    finally:
        engine.stop()
    return ticks


def _ticks_between(first: str, second: str) -> int:
    return tick_order(second)[1] - tick_order(first)[1]


async def _publish(batches: Batches) -> int:
    count = 0
    async for batch in batches():
        await publish_ticks(batch, wait_for_consumers=True)
        count += len(batch)
    return count


async def _first_ticks(batches: Batches, symbols: set[str]) -> dict[str, Tick]:
    """Return the first tick of each symbol, looking no further than `FIRST_TICKS` into the feed."""
    first: dict[str, Tick] = {}
    seen = 0
    async for batch in batches():
        for tick in batch:
            first.setdefault(tick.symbol, tick)
        seen += len(batch)
        if seen >= FIRST_TICKS or first.keys() >= symbols:
            break
    return first


async def _collect(batches: Batches) -> list[Tick]:
    return [tick async for batch in batches() for tick in batch]


def _folded(deal: Deal) -> FoldedDeal:
    assert deal.market_time is not None
    return FoldedDeal(
        account_id=deal.account_id,
        position_id=deal.position_id,
        entry=deal.entry,
        symbol=deal.symbol,
        side=deal.side,
        volume=deal.volume,
        price=deal.price,
        profit=deal.profit,
        reason=deal.reason,
        market_time=deal.market_time,
    )


def _differing(folded: Sequence[FoldedAccount]) -> list[int]:
    """Return the accounts whose balance, orders or positions in the database are not those of the fold."""
    expected = {account.state.id: _figures(account.state) for account in folded}
    return [
        loaded.state.id
        for loaded in load_accounts(sorted(expected))
        if _figures(loaded.state) != expected[loaded.state.id]
    ]


def _figures(state: AccountState) -> tuple[Any, ...]:
    """Return what must agree: everything but the moments at which this machine did it."""
    orders = {order.id: (order.price, order.armed) for order in state.orders.values()}
    positions = {position.id: (position.volume, position.open_price) for position in state.positions.values()}
    return state.balance, state.credit, state.margin_call, orders, positions
