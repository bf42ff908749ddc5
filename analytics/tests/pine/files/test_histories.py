"""Candles from files."""

import gzip
from math import isnan

import pytest

from analytics.pine.histories import moment, read_candles, read_history
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.errors import PineRuntimeError


def candles(text):
    return read_candles(text.splitlines(), name="x.csv")


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1672639200", 1_672_639_200_000),
        ("1672639200.5", 1_672_639_200_500),
        ("1672639200000", 1_672_639_200_000),
        ("-3600", -3_600_000),
        ("2023-01-02T06:00:00Z", 1_672_639_200_000),
        ("2023-01-02T01:00:00-05:00", 1_672_639_200_000),
        ("2023-01-02T01:00:00-0500", 1_672_639_200_000),
        ("2023-01-02 06:00", 1_672_639_200_000),
        ("2023-01-02", 1_672_617_600_000),
        ("20230102", 1_672_617_600_000),
    ],
)
def test_times_are_read_in_every_form(text, milliseconds):
    assert moment(text) == milliseconds


def test_columns_stand_in_any_order_and_case():
    history = candles("Close,VOLUME, Time ,low,Open,High,ema\n1.5,7,60,1,1.25,2,9\n")

    assert history.bars == [Bar(60_000, 1.25, 2, 1, 1.5, 7)]
    assert history.decimals == 2


def test_a_plot_that_is_called_as_a_column_does_not_replace_it():
    assert candles("time,open,high,low,close,Close\n60,1,2,1,1.5,99\n").bars[0].close == 1.5


@pytest.mark.parametrize("volume", ["", "NaN", "1e100"])
def test_volume_that_nobody_knows_is_na(volume):
    assert isnan(candles(f"time,open,high,low,close,volume\n60,1,2,1,1.5,{volume}\n").bars[0].volume)


def test_packed_files_are_read_too(tmp_path):
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress("\ufefftime,open,high,low,close\r\n60,1,2,1,1.5\r\n\r\n".encode()))

    assert [bar[:5] for bar in read_history(path).bars] == [(60_000, 1, 2, 1, 1.5)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column time, open, high, low, close"),
        ("time,open,high,low\n", "no column close"),
        ("time,open,high,low,close\n", "no candles"),
        ("time,open,high,low,close\n60,1,2,1,x\n", 'line 2: "x" is no price'),
        ("time,open,high,low,close\n60,1,2,1\n", "line 2: it has too few columns"),
        ("time,open,high,low,close\nsoon,1,2,1,1\n", 'line 2: "soon" is no time'),
        ("time,open,high,low,close,volume\n60,1,2,1,1,much\n", 'line 2: "much" is no volume'),
        ("time,open,high,low,close\n60,1,2,1,NaN\n", "line 2: a price is missing"),
        ("time,open,high,low,close\n60,1,2,1,1\n60,1,2,1,1\n", "line 3: not later"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text, said):
    with pytest.raises(PineRuntimeError, match=said):
        candles(text)


def test_files_that_are_not_there_or_not_packed_are_refused(tmp_path):
    packed = gzip.compress(b"time,open,high,low,close\n60,1,2,1,1\n")
    (tmp_path / "plain.csv.gz").write_text("time,open\n")
    (tmp_path / "cut.csv.gz").write_bytes(packed[:-12])
    (tmp_path / "broken.csv.gz").write_bytes(packed[:10] + b"\xff" * 20)
    (tmp_path / "wide.csv").write_text("time,open\n", encoding="utf-16")

    for name in ("none.csv", "plain.csv.gz", "cut.csv.gz", "broken.csv.gz", "wide.csv", "."):
        with pytest.raises(PineRuntimeError, match="cannot be read"):
            read_history(tmp_path / name)
