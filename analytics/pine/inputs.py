"""The values of a script's settings for one run."""

from collections.abc import Mapping
from typing import Any

from analytics.pine.generator.support import SOURCES, EnumValue
from analytics.pine.histories import moment
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.runtime.values import NA
from analytics.pine.semantics.tree import Input

_TYPES: dict[str, type | tuple[type, ...]] = {
    "int": int,
    "time": int,
    "color": int,
    "float": (int, float),
    "price": (int, float),
    "bool": bool,
}
_MOST_OF_COLOURS = 0xFFFFFFFF
Enums = Mapping[str, EnumValue]


def input_values(inputs: list[Input], given: Mapping[str, Any], enums: Enums) -> list[Any]:
    """Return the values of all inputs in their order.

    `given` has values by the title of the input or by `in_` and its number; what it does not name keeps its default.
    Colours are `0xRRGGBBTT`, times milliseconds UTC, sources names such as `hl2`, members of enums `Enum.member`. A
    value that the input does not allow is refused with PineRuntimeError.
    """
    known = {setting.title for setting in inputs} | {f"in_{setting.number}" for setting in inputs}
    for name in given:
        if name not in known:
            raise PineRuntimeError(f'The script has no input "{name}". {_names(inputs)}')
    return [_value(setting, given, enums) for setting in inputs]


def _names(inputs: list[Input]) -> str:
    if not inputs:
        return "It has none at all."
    named = [f'"{setting.title}"' if setting.title else f"in_{setting.number}" for setting in inputs]
    return f"It has {', '.join(dict.fromkeys(named))}."


def _value(setting: Input, given: Mapping[str, Any], enums: Enums) -> Any:
    key = f"in_{setting.number}"
    if key not in given:
        key = setting.title
    if key in given:
        value = _allowed(setting, given[key])
    elif setting.kind == "source" or (setting.kind == "time" and setting.default is None):
        return None  # the script computes it
    else:
        value = setting.default
    if setting.kind == "enum":
        members = {name: one for name, one in enums.items() if one.enum == setting.default.partition(".")[0]}
        if value not in members:
            raise PineRuntimeError(f'The input "{setting.title}" takes one of {", ".join(members)}; {value!r} is none.')
        return members[value]
    return NA if value is None and setting.kind in ("int", "float", "price", "time") else value


def _allowed(setting: Input, value: Any) -> Any:
    name = f'The input "{setting.title or setting.number}"'
    wanted = _TYPES.get(setting.kind, str)
    fits: bool = isinstance(value, wanted) and (setting.kind == "bool" or not isinstance(value, bool))
    if not fits:
        raise PineRuntimeError(f"{name} takes a value of the kind {setting.kind}; {value!r} is none.")
    if setting.options and value not in setting.options:
        raise PineRuntimeError(
            f"{name} takes one of {', '.join(map(str, setting.options))}; {value!r} is none of them."
        )
    if setting.kind == "timeframe" and value:
        Timeframe.parse(value)
    if setting.kind == "color" and not 0 <= value <= _MOST_OF_COLOURS:
        raise PineRuntimeError(f"{name} takes colours as 0xRRGGBBTT; {value!r} is none.")
    if setting.kind == "source" and value not in SOURCES:
        raise PineRuntimeError(f"{name} takes one of {', '.join(sorted(SOURCES))}; {value!r} is none of them.")
    if setting.minimum is not None and value < setting.minimum:
        raise PineRuntimeError(f"{name} is at least {setting.minimum}; {value} is less.")
    if setting.maximum is not None and value > setting.maximum:
        raise PineRuntimeError(f"{name} is at most {setting.maximum}; {value} is more.")
    return value


def values_from_text(inputs: list[Input], given: Mapping[str, str]) -> dict[str, Any]:
    """Return values that were written as text, by the names `given` has them under, as `input_values` takes them.

    Colours are `#RRGGBB` or `#RRGGBBAA`, bools `true` or `false`, times ISO 8601 or a number of milliseconds. What
    cannot be read is refused with PineRuntimeError; names that no input has are left for `input_values` to refuse.
    """
    settings = {setting.title: setting for setting in reversed(inputs)}
    settings |= {f"in_{setting.number}": setting for setting in inputs}
    return {name: _from_text(settings[name], text) if name in settings else text for name, text in given.items()}


def _from_text(setting: Input, text: str) -> Any:
    try:
        match setting.kind:
            case "int":
                return int(text)
            case "float" | "price":
                return float(text)
            case "bool":
                return {"true": True, "false": False}[text.lower()]
            case "color":
                return _colour(text)
            case "time":
                return int(text) if text.lstrip("-").isdigit() else moment(text)
    except (ValueError, KeyError):
        raise PineRuntimeError(
            f'The input "{setting.title or setting.number}" takes a value of the kind {setting.kind}; "{text}" is none.'
        ) from None
    return text


def _colour(text: str) -> int:
    digits = text.removeprefix("#")
    if len(digits) not in (6, 8) or not text.startswith("#"):
        raise ValueError(text)
    opacity = int(digits[6:] or "ff", 16)
    return int(digits[:6], 16) << 8 | (255 - opacity)
