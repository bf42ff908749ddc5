import asyncio
import json

from hypothesis import given
from hypothesis import strategies as st

from marketdata import hub as hub_module
from marketdata.hub import BEHIND_CLOSE_CODE, PriceClient, PriceHub
from marketdata.models import Symbol
from marketdata.ticks import Tick, pack

SYMBOLS = ["EURUSD", "USDJPY", "XAUUSD", "WTI"]


class Socket:
    """A viewer that reads when it is allowed to, and remembers the last price of each symbol."""

    def __init__(self, *, page: bool = False):
        self.reads = asyncio.Event()
        self.reads.set()
        self.frames: list[dict] = []
        self.prices: dict[str, tuple[str, str]] = {}
        self.closed: int | None = None
        self.client = PriceClient(self.send, self.close, page=page)
        self.writer = asyncio.ensure_future(self.client.run())

    async def send(self, text: str) -> None:
        await self.reads.wait()
        frame = json.loads(text)
        self.frames.append(frame)
        for price in frame.get("prices", ()):
            self.prices[price["s"]] = (price["b"], price["a"])

    def close(self, code: int) -> None:
        self.closed = code


class Markup:
    def apply(self, tick: Tick) -> tuple[int, int]:
        return tick.bid - 1_000, tick.ask + 1_000


def make_hub() -> PriceHub:
    """A hub whose ticks and flushes the test drives itself."""
    hub = PriceHub()
    for code, digits in zip(SYMBOLS, (5, 3, 2, 0), strict=True):
        hub.catalogue[code] = Symbol(code=code, digits=digits)
    return hub


def attach(hub: PriceHub, symbols: list[str], **how) -> Socket:
    socket = Socket(page=how.pop("page", False))
    hub._clients.add(socket.client)
    hub.join(socket.client, symbols, **how)
    return socket


def tick(symbol: str, bid: int, ask: int | None = None) -> Tick:
    return Tick(symbol, bid, ask or bid + 2_000, 1_700_000_000_000, 1_700_000_000_005, "test")


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_flush_sends_the_newest_of_each_changed_symbol_in_one_frame():
    hub = make_hub()
    viewer = attach(hub, ["EURUSD", "USDJPY"])
    hub._take(b"".join(map(pack, [tick("EURUSD", 108_000_000), tick("EURUSD", 108_012_500), tick("WTI", 5)])))
    await hub._flush()
    await settle()
    assert viewer.frames == [
        {"type": "prices", "prices": [{"s": "EURUSD", "b": "1.08013", "a": "1.08015", "t": 1_700_000_000_000}]}
    ]
    await hub._flush()
    await settle()
    assert len(viewer.frames) == 1


async def test_a_newcomer_gets_the_newest_prices_at_once():
    hub = make_hub()
    hub._take(pack(tick("EURUSD", 108_000_000)))
    await hub._flush()
    viewer = attach(hub, ["EURUSD", "WTI"])
    await settle()
    assert viewer.prices == {"EURUSD": ("1.08000", "1.08002")}

    hub._take(pack(tick("USDJPY", 15_000_000_000)))
    hub.join(viewer.client, ["EURUSD", "USDJPY"])
    await settle()
    assert [price["s"] for price in viewer.frames[-1]["prices"]] == ["USDJPY"]  # EURUSD was known


async def test_the_same_view_is_encoded_once_for_all_its_viewers(monkeypatch):
    hub = make_hub()
    viewers = [attach(hub, SYMBOLS) for _ in range(50)]
    written = []
    record = hub_module.Joined.record
    monkeypatch.setattr(hub_module.Joined, "record", lambda *args: written.append(args) or record(*args))
    hub._take(b"".join(pack(tick(symbol, 100_000_000)) for symbol in SYMBOLS))
    await hub._flush()
    await settle()
    assert len(written) == len(SYMBOLS)
    assert all(len(viewer.frames) == 1 for viewer in viewers)


async def test_each_pricing_sees_its_own_prices():
    hub = make_hub()
    plain, marked = attach(hub, ["EURUSD"]), attach(hub, ["EURUSD"], pricing=Markup())
    hub._take(pack(tick("EURUSD", 108_000_000)))
    await hub._flush()
    await settle()
    assert plain.prices["EURUSD"] == ("1.08000", "1.08002")
    assert marked.prices["EURUSD"] == ("1.07999", "1.08003")


async def test_a_pending_frame_of_another_pricing_is_never_sent():
    hub = make_hub()
    viewer = attach(hub, ["EURUSD", "USDJPY"])
    hub._take(pack(tick("EURUSD", 108_000_000)) + pack(tick("USDJPY", 15_000_000_000)))
    await hub._flush()
    hub.join(viewer.client, ["EURUSD"], Markup())
    await settle()
    assert viewer.prices == {"EURUSD": ("1.07999", "1.08003")}


async def test_a_stalled_viewer_holds_one_slot_and_then_gets_every_symbol_it_missed():
    hub = make_hub()
    slow, quick = attach(hub, SYMBOLS), attach(hub, SYMBOLS)
    slow.reads.clear()
    for step in range(1, 200):
        hub._take(pack(tick(SYMBOLS[step % 4], step * 100_000_000)))
        await hub._flush()
        await settle()
    assert len(quick.frames) == 199
    slow.reads.set()
    await settle()
    assert len(slow.frames) == 2  # the one it was stuck in, and all the rest in one
    assert slow.prices == quick.prices


async def test_whole_views_get_all_symbols_every_time():
    hub = make_hub()
    widget = attach(hub, ["EURUSD", "USDJPY"], whole=True)
    await settle()
    hub._take(pack(tick("EURUSD", 108_000_000)) + pack(tick("USDJPY", 15_000_000_000)))
    await hub._flush()
    await settle()
    assert widget.frames == []
    for group in hub._groups.values():
        group.offer(group.view.symbols)
    await settle()
    assert sorted(widget.prices) == ["EURUSD", "USDJPY"]


async def test_a_view_ends_with_its_last_viewer():
    hub = make_hub()
    one, other = attach(hub, ["EURUSD"]), attach(hub, ["EURUSD"])
    hub.leave(one.client)
    assert len(hub._groups) == 1
    hub.leave(other.client)
    hub.leave(other.client)
    assert (len(hub._groups), len(hub._writers), len(hub._clients)) == (0, 0, 0)


async def test_a_page_that_leaves_heartbeats_unanswered_is_closed():
    viewer = Socket(page=True)
    start = asyncio.get_running_loop().time()
    for second in range(30):
        viewer.client.beat(start + second)
        await settle()
        if viewer.frames and second < 14:
            viewer.client.answer(viewer.frames[-1]["seq"])
    sent = [frame["seq"] for frame in viewer.frames]
    assert sent == [1, 2, 3, 4, 5]
    assert viewer.closed == BEHIND_CLOSE_CODE


async def test_answered_heartbeats_keep_a_page_open_and_other_sockets_get_none():
    page, program = Socket(page=True), Socket()
    start = asyncio.get_running_loop().time()
    for second in range(60):
        page.client.beat(start + second)
        program.client.beat(start + second)
        await settle()
        if page.frames:
            page.client.answer(page.frames[-1]["seq"])
    assert page.closed is None
    assert len(page.frames) == 11
    assert program.frames == []


async def test_unread_messages_are_bounded():
    viewer = Socket()
    viewer.reads.clear()
    for _ in range(hub_module.MESSAGES_MAX + 2):
        viewer.client.post("{}")
        await settle()
    assert viewer.closed == BEHIND_CLOSE_CODE


ticks = st.lists(st.tuples(st.sampled_from(SYMBOLS), st.integers(1, 9)), max_size=5)
steps = st.lists(st.tuples(ticks, st.lists(st.booleans(), min_size=3, max_size=3), st.integers(0, 3)), max_size=30)


@given(steps)
def test_after_the_source_stops_every_viewer_has_every_final_price_within_two_flushes(script):
    async def run() -> None:
        hub = make_hub()
        views = [["EURUSD", "USDJPY"], SYMBOLS, ["WTI"]]
        viewers = [attach(hub, symbols) for symbols in views]
        final: dict[str, int] = {}
        for batch, reading, yields in script:
            for viewer, reads in zip(viewers, reading, strict=True):
                (viewer.reads.set if reads else viewer.reads.clear)()
            for symbol, price in batch:
                final[symbol] = price * 100_000_000
                hub._take(pack(tick(symbol, final[symbol])))
            await hub._flush()
            for _ in range(yields):
                await asyncio.sleep(0)
        for viewer in viewers:
            viewer.reads.set()
        for _ in range(2):
            await hub._flush()
            await settle()
        for viewer, symbols in zip(viewers, views, strict=True):
            seen = {symbol: round(float(bid) * 100_000_000) for symbol, (bid, _) in viewer.prices.items()}
            assert seen == {symbol: final[symbol] for symbol in symbols if symbol in final}
            viewer.writer.cancel()

    asyncio.run(run())
