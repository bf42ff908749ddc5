"""Recorded ticks: every line becomes a tick or a reason, at the speed asked for."""

import gzip
import logging
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.feeds import FeedRefused, FeedStatus
from marketdata.gateways.replay import BadLine, LineParser, ReplayFeed
from marketdata.ticks import Tick, to_price, to_units

SYMBOLS = ("EURUSD", "XAUUSD", "USDJPY")
GOOD = [
    "1399507200036,EURUSD,1.39130,1.39141",
    "1399507200042,XAUUSD,1290.33,1290.66",
    "1399507201042,XAUUSD,1290.304,1290.653",
]


class Clock:
    """Time that passes only when somebody sleeps."""

    ms = 1_800_000_000_000

    def __init__(self):
        self.naps = []

    def __call__(self) -> int:
        return self.ms

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.ms += round(seconds * 1000)


def write(directory: Path, *lines: str, name: str = "ticks.csv") -> Path:
    path = directory / name
    content = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def flat(batches):
    return [tick for batch in batches for tick in batch]


async def replay(path: Path, *, speed: float = 0, symbols=SYMBOLS):
    clock = Clock()
    feed = ReplayFeed(path, speed=speed, clock_ms=clock, sleep=clock.sleep)
    batches = [list(batch) async for batch in feed.stream(symbols)]
    return feed, clock, batches


def parse(line: str) -> Tick:
    return LineParser(SYMBOLS, source="replay", clock_ms=lambda: 5).parse(line)


@pytest.mark.parametrize("name", ["ticks.csv", "ticks.csv.gz", "with a space.csv"])
@pytest.mark.parametrize("header", [(), ("time_ms,symbol,bid,ask",), ("\ufefftime_ms,symbol,bid,ask\r",)])
async def test_every_line_becomes_a_tick_received_now(tmp_path, name, header):
    feed, clock, batches = await replay(write(tmp_path, *header, *GOOD, name=name))
    assert flat(batches) == [
        Tick("EURUSD", 139_130_000, 139_141_000, 1399507200036, clock.ms, "replay"),
        Tick("XAUUSD", 129_033_000_000, 129_066_000_000, 1399507200042, clock.ms, "replay"),
        Tick("XAUUSD", 129_030_400_000, 129_065_300_000, 1399507201042, clock.ms, "replay"),
    ]
    assert (feed.ticks, feed.bad_lines) == (3, 0)
    assert "to its end" in feed.status_detail


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1399507200036,EURUSD,1.39130", "expected the 4 fields"),
        ("1399507200036,EURUSD,1.39130,1.39141,1", "found 5"),
        ("1399507200036;EURUSD;1.39130;1.39141", "expected the 4 fields"),
        ('1399507200036,"EUR,USD",1.39130,1.39141', "found 5"),
        ("1399507200,EURUSD,1.39130,1.39141", "milliseconds"),
        ("1399507200036000,EURUSD,1.39130,1.39141", "milliseconds"),
        ("2014-05-08T00:00:00,EURUSD,1.39130,1.39141", "milliseconds"),
        ("-1399507200036,EURUSD,1.39130,1.39141", "milliseconds"),
        ("١٣٩٩٥٠٧٢٠٠٠٣٦,EURUSD,1.39130,1.39141", "milliseconds"),
        (",EURUSD,1.39130,1.39141", "milliseconds"),
        ("1399507200036,ACME,1.39130,1.39141", "'ACME' is not an active symbol"),
        ("1399507200036,,1.39130,1.39141", "is not an active symbol"),
        ("1399507200036,EURUSD,1.39141,1.39130", "above ask"),
        ("1399507200036,EURUSD,,1.39130", "bid '' is not a price"),
        ("1399507200036,EURUSD,1.39130,NaN", "ask 'NaN' is not a price"),
        ("1399507200036,EURUSD,-1.39130,1.39130", "bid '-1.39130' is not a price"),
        ("1399507200036,EURUSD,1e3,1e3", "is not a price"),
        ("1399507200036,EURUSD,1.3 ,1.4", "is not a price"),
        ("1399507200036,EURUSD,١.٣,1.4", "is not a price"),
        ("1399507200036,EURUSD,1.123456789,1.2", "8 decimal places"),
        ("1399507200036,EURUSD,99999999999,99999999999", "is not a price"),
        ("1399507200036,EURUSD,0,1.39130", "bid is zero"),
        ("1399507200036,EURUSD,0.00000000,0.00000000", "bid is zero"),
        ("1399507200036,EURUSD,\ufffd,1.39130", "is not a price"),
    ],
)
def test_a_bad_line_says_what_is_wrong_with_it(line, reason):
    with pytest.raises(BadLine, match=reason):
        parse(line)


@given(st.text())
def test_no_text_breaks_the_parser(line):
    try:
        tick = parse(line)
    except BadLine:
        return
    assert tick.symbol in SYMBOLS


@given(
    st.integers(31_536_000_000, 4_102_444_799_999),
    st.sampled_from(SYMBOLS),
    st.decimals("0.00000001", 999_999_999, places=8),
    st.decimals(0, 1000, places=5),
)
def test_a_written_tick_is_read_back_exactly(time_ms, symbol, bid, spread):
    ask = min(bid + spread, Decimal("999999999.99999999"))
    tick = parse(f"{time_ms},{symbol},{bid:f},{ask:f}\r\n")
    assert tick == Tick(symbol, to_units(bid), to_units(ask), time_ms, 5, "replay")
    assert (to_price(tick.bid), to_price(tick.ask)) == (bid, ask)


async def test_bad_lines_are_named_counted_and_skipped(tmp_path, caplog):
    path = write(tmp_path, "time_ms,symbol,bid,ask", GOOD[0], "rubbish", "", GOOD[1], "1,EURUSD,1,2", GOOD[2])
    with caplog.at_level(logging.WARNING):
        feed, _, batches = await replay(path)
    assert len(flat(batches)) == 3
    assert feed.bad_lines == 2
    assert "2 lines were no ticks" in feed.status_detail
    assert [record.message.split(":")[0] for record in caplog.records] == ["ticks.csv line 3", "ticks.csv line 6"]


async def test_a_header_in_the_middle_is_a_bad_line(tmp_path):
    feed, _, _ = await replay(write(tmp_path, *GOOD, "time_ms,symbol,bid,ask"))
    assert feed.bad_lines == 1


async def test_a_file_of_rubbish_does_not_flood_the_log(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        feed, _, batches = await replay(write(tmp_path, *["rubbish"] * 500))
    assert (feed.bad_lines, batches) == (500, [])
    assert len(caplog.records) == 101


async def test_bytes_that_are_no_text_are_a_bad_line(tmp_path):
    path = tmp_path / "ticks.csv"
    path.write_bytes(GOOD[0].encode() + b"\n\xff\xfe\x00\n" + GOOD[1].encode())
    feed, _, batches = await replay(path)
    assert (len(flat(batches)), feed.bad_lines) == (2, 1)


async def test_real_speed_waits_for_the_time_of_each_tick(tmp_path):
    _, clock, batches = await replay(write(tmp_path, *GOOD), speed=1)
    assert clock.naps == [pytest.approx(0.006), pytest.approx(1.0)]
    assert [len(batch) for batch in batches] == [1, 1, 1]
    assert [batch[0].received_ms - Clock.ms for batch in batches] == [0, 6, 1006]


async def test_ten_times_real_speed(tmp_path):
    _, clock, _ = await replay(write(tmp_path, *GOOD), speed=10)
    assert sum(clock.naps) == pytest.approx(0.1, abs=0.002)


async def test_as_fast_as_it_goes_never_waits_and_loses_nothing(tmp_path):
    lines = [f"{1399507200000 + index},EURUSD,1.{index:05},1.{index:05}" for index in range(10, 2_310)]
    _, clock, batches = await replay(write(tmp_path, *lines), speed=0)
    assert clock.naps == []
    assert [tick.time_ms - 1399507200000 for batch in batches for tick in batch] == list(range(10, 2_310))
    assert max(len(batch) for batch in batches) == 500


async def test_time_that_goes_backwards_is_kept_and_not_waited_for(tmp_path):
    _, clock, batches = await replay(write(tmp_path, GOOD[2], GOOD[0]), speed=1)
    assert len(flat(batches)) == 2
    assert clock.naps == []


async def test_a_missing_file_is_refused_with_its_name(tmp_path):
    with pytest.raises(FeedRefused, match=r"nowhere\.csv"):
        await replay(tmp_path / "nowhere.csv")


async def test_a_truncated_archive_delivers_what_it_has_and_says_so(tmp_path):
    path = write(tmp_path, *[GOOD[0]] * 5_000, name="ticks.csv.gz")
    path.write_bytes(path.read_bytes()[:-20])
    clock = Clock()
    feed = ReplayFeed(path, speed=0, clock_ms=clock, sleep=clock.sleep)
    ticks = []

    async def collect():
        async for batch in feed.stream(SYMBOLS):
            ticks.extend(batch)

    with pytest.raises(FeedRefused, match="Mend the file"):
        await collect()
    assert len(ticks) == feed.ticks > 0


async def test_a_recorded_day_is_read_whole():
    if "REFERENCE_DATA" not in os.environ:
        pytest.skip("REFERENCE_DATA does not point at recorded ticks")
    path = Path(os.environ["REFERENCE_DATA"]) / "data" / "ticks_2014-05-08.csv.gz"
    feed, _, batches = await replay(path, symbols=("EURUSD", "NZDUSD", "XAUUSD"))
    assert (feed.ticks, feed.bad_lines, sum(map(len, batches))) == (336_830, 0, 336_830)
    assert feed.status == FeedStatus.DOWN
