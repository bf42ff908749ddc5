import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marketdata.candle_rows import joined, lines_of_json, row_of_json
from marketdata.ticks import format_price

prices = st.tuples(*[st.integers(0, 10**15)] * 4)
bars = st.lists(st.tuples(st.integers(0, 4_000_000_000), prices, st.integers(0, 2**31 - 1)), max_size=20)


@given(bars, st.integers(0, 8))
def test_many_rows_at_once_read_as_each_by_itself(bars, digits):
    seconds = np.array([second for second, _, _ in bars], np.int64)
    columns = np.array([price for _, price, _ in bars], np.int64).reshape(-1, 4).T
    volumes = np.array([volume for _, _, volume in bars], np.int64)
    assert joined(lines_of_json(seconds, columns, volumes, digits)) == b"".join(
        b"\n" + row_of_json(second * 1000, [format_price(one, digits) for one in price], volume)
        for second, price, volume in bars
    )
