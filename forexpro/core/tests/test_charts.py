from decimal import Decimal

import pytest

from forexpro.core.charts import HEIGHT, WIDTH, bar_chart


def chart(*values):
    return bar_chart([(str(number), value, str(value)) for number, value in enumerate(values)], summary="All")


def test_the_largest_value_is_as_high_as_the_chart():
    drawn = chart(1, Decimal(4), 2)
    assert [bar.height for bar in drawn.bars] == [HEIGHT / 4, HEIGHT, HEIGHT / 2]
    assert [bar.y for bar in drawn.bars] == [HEIGHT * 3 / 4, 0, HEIGHT / 2]
    assert drawn.zero == HEIGHT


def test_losses_hang_under_the_line():
    gain, loss = chart(3, -1).bars
    assert (gain.y, gain.height, gain.is_negative) == (0, HEIGHT * 3 / 4, False)
    assert (loss.y, loss.height, loss.is_negative) == (HEIGHT * 3 / 4, HEIGHT / 4, True)


def test_what_is_there_is_seen_however_small():
    assert [bar.height for bar in chart(0, 1, 1_000_000).bars] == [0, 1, HEIGHT]


@pytest.mark.parametrize("values", [(), (0,), (0, 0)])
def test_nothing_is_drawn_of_nothing(values):
    assert all(bar.height == 0 for bar in chart(*values).bars)


def test_bars_stay_within_the_chart():
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in chart(*range(60)).bars)
