"""By what the items of a collection are put in order, or looked for in it."""

from typing import TYPE_CHECKING

from analytics.pine.diagnostics import Span
from analytics.pine.semantics import tree
from analytics.pine.semantics.constants import constant_value
from analytics.pine.semantics.overloads import Match
from analytics.pine.syntax import nodes
from analytics.pine.types import ANY, FLOAT, INT, NA, STRING, Qualifier, Type

if TYPE_CHECKING:
    from analytics.pine.semantics.calls import CallAnalysis

SORTING = frozenset({"array.sort", "array.sort_indices", "matrix.sort"})
SEARCHING = frozenset({"array.binary_search", "array.binary_search_leftmost", "array.binary_search_rightmost"})


def name_sort_field(analysis: "CallAnalysis", name: str, found: Match, span: Span) -> None:
    """Let a call that sorts or searches know by which field it does; texts and numbers are compared themselves."""
    if name not in SORTING and name not in SEARCHING:
        return
    items = found.bound.get("T", ANY)
    kinds = (INT, FLOAT, STRING) if name in SORTING else (INT, FLOAT)
    given = found.arguments.get("sort_field")
    field = ""
    if items.name == "user" and analysis.version >= 6:
        field = _field(analysis, name, items, kinds, given, span)
    elif items not in (*kinds, NA, ANY):
        analysis.error("argument-type", span, f"`{name}()` cannot put `{items}` in order.", _allowed(kinds))
    elif given is not None and items.name != "user":
        hint = "Leave it out, or make a type whose objects are sorted."
        analysis.error("argument-type", given.span, f"`sort_field` names a field, and `{items}` has none.", hint)
    found.arguments["sort_field"] = tree.Constant(span, STRING, Qualifier.CONST, field)


def _allowed(kinds: tuple[Type, ...]) -> str:
    return f"It takes {', '.join(f'`{kind}`' for kind in kinds)}, in version 6 also objects with such a field."


def _field(
    analysis: "CallAnalysis",
    name: str,
    items: Type,
    kinds: tuple[Type, ...],
    given: tree.Expression | None,
    span: Span,
) -> str:
    fields = analysis.declared_types[items.label].fields
    wanted = 0 if given is None else constant_value(given)
    chosen: nodes.Field | None = None
    if isinstance(wanted, int) and 0 <= wanted < len(fields):
        chosen = fields[wanted]
    elif isinstance(wanted, str):
        chosen = next((field for field in fields if field.name == wanted), None)
    where = span if given is None else given.span
    if chosen is None:
        known = ", ".join(f"`{field.name}`" for field in fields)
        analysis.error("field-unknown", where, f"`{items}` has no field `{wanted}` to sort by.", f"It has {known}.")
        return ""
    kind = analysis.written_type(chosen.type)
    if kind not in (*kinds, ANY):
        problem = f"`{name}()` cannot put `{kind}`, which `{chosen.name}` of `{items}` is, in order."
        analysis.error("argument-type", where, problem, "Name another field with `sort_field`.")
    return chosen.name
