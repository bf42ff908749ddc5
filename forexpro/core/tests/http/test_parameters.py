import pytest

from forexpro.core.http.parameters import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("9" * 18, 10**18 - 1)])
def test_a_number_is_read(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e3", "１７", "²", " 1", "9" * 19, "9" * 5000, "1\0"])
def test_anything_else_is_none(text):
    assert whole_number(text) is None
