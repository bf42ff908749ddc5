from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import orjson
import pytest
from django.utils.translation import gettext_lazy

from forexpro.core.http.renderers import OrjsonRenderer, dumps


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.10"), b'"1.10"'),
        (Decimal("1E+3"), b'"1000"'),
        (Decimal("0.00000001"), b'"0.00000001"'),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), b'"2026-01-02T03:04:05Z"'),
        (datetime(2026, 1, 2, 3, 4, 5), b'"2026-01-02T03:04:05Z"'),
        (date(2026, 1, 2), b'"2026-01-02"'),
        (gettext_lazy("Trader"), b'"Trader"'),
        (OrderedDict(a=Decimal("0.1")), b'{"a":"0.1"}'),
        ({"ids": {7}}, b'{"ids":[7]}'),
        (None, b"null"),
    ],
)
def test_encodes_as_the_contract_wants(value, expected):
    assert dumps(value) == expected


def test_a_time_of_another_zone_is_the_same_moment():
    moment = datetime(2026, 1, 2, 3, 0, tzinfo=timezone(timedelta(hours=2)))
    assert datetime.fromisoformat(orjson.loads(dumps(moment))) == moment


def test_refuses_what_it_does_not_know():
    with pytest.raises(TypeError):
        dumps(object())


def test_no_content_is_no_bytes():
    assert OrjsonRenderer().render(None) == b""
