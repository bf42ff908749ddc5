import pytest
from hypothesis import given
from hypothesis import strategies as st

from forexpro.core.refusals import Refused
from marketdata.symbols import normalise_symbol


@pytest.mark.parametrize("text", ["EURUSD", "EUR/USD", "eurusd", " eur/usd ", "Eur/Usd"])
def test_one_code_for_every_way_of_writing_it(text):
    assert normalise_symbol(text) == "EURUSD"


@pytest.mark.parametrize("text", ["", "/", "EUR USD", "EUR-USD", "€URUSD", "A" * 17, "EURUSD\0", "EURUSD,GBPUSD"])
def test_what_is_no_symbol_is_refused(text):
    with pytest.raises(Refused) as refusal:
        normalise_symbol(text)
    assert refusal.value.code == "symbol_invalid"


@given(st.text())
def test_a_normalised_symbol_stays_as_it_is_and_fits_a_tick(text):
    try:
        code = normalise_symbol(text)
    except Refused:
        return
    assert normalise_symbol(code) == code
    assert len(code.encode()) <= 16
