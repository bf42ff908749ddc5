"""Settings: what a script asks its user for."""

from typing import TYPE_CHECKING, Any

from analytics.pine.diagnostics import Span
from analytics.pine.semantics import tree
from analytics.pine.semantics.constants import NOT_KNOWN, constant_value
from analytics.pine.semantics.overloads import Match
from analytics.pine.types import Qualifier, Type

if TYPE_CHECKING:
    from analytics.pine.semantics.calls import CallAnalysis

_KINDS = {"int": "int", "float": "float", "bool": "bool", "string": "string", "color": "color"}


def input_value(
    analysis: "CallAnalysis", name: str, found: Match, result: Type, qualifier: Qualifier, span: Span
) -> tree.Expression:
    """Note a setting and return its value."""
    known: dict[str, Any] = {}
    for parameter, argument in found.arguments.items():
        if parameter == "active":
            continue
        value = constant_value(argument)
        computed = qualifier is Qualifier.SERIES or name == "input.time"
        if value is NOT_KNOWN and not (parameter == "defval" and computed):
            analysis.error(
                "argument-qualifier",
                argument.span,
                f"`{parameter}` of `{name}()` must be known when the script is compiled.",
                "Write a literal.",
            )
            return analysis.unknown(span)
        known[parameter] = None if value is NOT_KNOWN else value
    default = found.arguments["defval"]
    kind = name.partition(".")[2] or ("source" if qualifier is Qualifier.SERIES else _KINDS.get(result.name, "string"))
    if kind == "source":
        known["defval"] = default.name if isinstance(default, tree.Builtin) else ""
    options = known.get("options") or ()
    if options and known["defval"] not in options:
        hint = "Add it to the options, or choose one of them."
        analysis.error("input-default", default.span, "The default is none of the options.", hint)
    if kind in ("int", "float"):
        _check_range(analysis, known, default.span)
    setting = tree.Input(
        number=len(analysis.script.inputs),
        kind=kind,
        title=known.get("title") or "",
        default=known["defval"],
        minimum=known.get("minval"),
        maximum=known.get("maxval"),
        step=known.get("step"),
        options=tuple(options),
        tooltip=known.get("tooltip") or "",
        inline=known.get("inline") or "",
        group=known.get("group") or "",
        confirm=bool(known.get("confirm")),
    )
    analysis.script.inputs.append(setting)
    return tree.InputValue(span, result, qualifier, setting.number, default)


def _check_range(analysis: "CallAnalysis", known: dict[str, Any], span: Span) -> None:
    default, least, most = known["defval"], known.get("minval"), known.get("maxval")
    if default is None:
        return
    if least is not None and default < least:
        problem = f"The default {default} is less than {least}, the least that is allowed."
    elif most is not None and default > most:
        problem = f"The default {default} is more than {most}, the most that is allowed."
    else:
        return
    analysis.error("input-default", span, problem, "Change the default or the range.")
