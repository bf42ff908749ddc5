"""How a symbol is written."""

import re

from django.utils.translation import gettext as _

from forexpro.core.refusals import Refused

CODE_PATTERN = re.compile(r"[A-Z0-9][A-Z0-9.]{0,15}")
# As programs may write one: `eur/usd`.
WRITTEN_PATTERN = "^[A-Za-z0-9](/?[A-Za-z0-9.]){0,15}$"


def normalise_symbol(text: str) -> str:
    """Return the catalogue's code of a symbol written as `EURUSD`, `EUR/USD` or in lower case.

    Raises Refused `symbol_invalid` for what can be no code. Whether the catalogue has the symbol is not checked here.
    """
    code = text.strip().upper().replace("/", "")
    if not CODE_PATTERN.fullmatch(code):
        raise Refused(
            "symbol_invalid",
            _("“%(symbol)s” is not a symbol. Write it as EURUSD or EUR/USD.") % {"symbol": text[:40]},
            {"symbol": text[:40]},
        )
    return code
