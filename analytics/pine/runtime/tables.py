"""`table.*`: tables that stand still over the chart, one at each position."""

from typing import Any

from analytics.pine.runtime.bindings import Binding, OfContext, Pure, Variable
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.drawings import Drawing, drawn, place, take_off
from analytics.pine.runtime.errors import LimitReached, PineRuntimeError
from analytics.pine.runtime.snapshots import ScriptObject
from analytics.pine.runtime.values import is_na

MOST_CELLS = 10_000
"""How many cells of a table may be filled."""
_USUAL = ("", 0, 0, 0x363A45_00, "center", "center", "normal", None, None, "default", 0)
"""What a cell has that only a setter has named, in the order of its fields."""


class Cell(ScriptObject):
    """A cell of a table."""

    __slots__ = (
        "bgcolor", "height", "text", "text_color", "text_font_family", "text_formatting", "text_halign", "text_size",
        "text_valign", "tooltip", "width",
    )  # fmt: skip
    fields = (
        "text", "width", "height", "text_color", "text_halign", "text_valign", "text_size", "bgcolor", "tooltip",
        "text_font_family", "text_formatting",
    )  # fmt: skip


class Table(Drawing):
    """A table; `cells` are by column and row, `merged` the first and last column and row of each larger cell."""

    __slots__ = (
        "bgcolor", "border_color", "border_width", "cells", "columns", "force_overlay", "frame_color", "frame_width",
        "merged", "position", "rows",
    )  # fmt: skip
    fields = (
        "position", "columns", "rows", "bgcolor", "frame_color", "frame_width", "border_color", "border_width",
        "force_overlay",
    )  # fmt: skip
    columns: int
    rows: int
    cells: dict[tuple[int, int], Cell]
    merged: list[tuple[int, int, int, int]]
    position: str


def new(context: Context, *arguments: Any) -> Table:
    """Put a table on the chart in the place of the one that is at its position."""
    table = Table()
    for name, value in zip(Table.fields, arguments, strict=True):
        setattr(table, name, value)
    table.cells = {}
    table.merged = []
    for other in [other for other in drawn(context, "table").values() if other.position == table.position]:
        take_off(context, "table", other)
    place(context, "table", table)
    return table


def _checked(table: Table, column: float, row: float) -> tuple[int, int]:
    if not (0 <= column < table.columns and 0 <= row < table.rows):
        raise PineRuntimeError(
            f"Column {column} and row {row} are out of bounds, "
            f"the table has {table.columns:.0f} columns and {table.rows:.0f} rows."
        )
    return int(column), int(row)


def cell(table: Table | None, column: float, row: float, *arguments: Any) -> None:
    """Fill a cell."""
    if table is None:
        return
    filled = Cell()
    for name, value in zip(Cell.fields, arguments, strict=True):
        setattr(filled, name, value)
    at = _checked(table, column, row)
    if at not in table.cells and len(table.cells) >= MOST_CELLS:
        raise LimitReached("too-many-cells", f"A table may have {MOST_CELLS} cells at most.")
    table.cells[at] = filled


def _cell_setter(name: str) -> Pure:
    def change(table: Table | None, column: float, row: float, value: Any) -> None:
        if table is None:
            return
        at = _checked(table, column, row)
        if at not in table.cells:
            cell(table, *at, *_USUAL)
        setattr(table.cells[at], name, value)

    return Pure(change)


def _table_setter(name: str) -> Pure:
    def change(table: Table | None, value: Any) -> None:
        if table is not None:
            setattr(table, name, value)

    return Pure(change)


def clear(
    table: Table | None, start_column: float, start_row: float, end_column: float | None, end_row: float | None
) -> None:
    """Empty the cells from one corner to another, or one cell; what was merged of them falls apart."""
    if table is None:
        return
    left, top = _checked(table, start_column, start_row)
    right = left if end_column is None or is_na(end_column) else int(end_column)
    bottom = top if end_row is None or is_na(end_row) else int(end_row)
    for column, row in list(table.cells):
        if left <= column <= right and top <= row <= bottom:
            del table.cells[column, row]
    table.merged = [
        area
        for area in table.merged
        if not (left <= area[0] and area[2] <= right and top <= area[1] and area[3] <= bottom)
    ]


def merge(table: Table | None, start_column: float, start_row: float, end_column: float, end_row: float) -> None:
    """Make one cell of those from one corner to another."""
    if table is None:
        return
    left, top = _checked(table, start_column, start_row)
    right, bottom = _checked(table, end_column, end_row)
    area = (left, top, right, bottom)
    for other in table.merged:
        if other != area and not (right < other[0] or other[2] < left or bottom < other[1] or other[3] < top):
            raise PineRuntimeError("Cells that have been merged cannot be merged with others.")
    if area not in table.merged:
        table.merged.append(area)


_CELL_SETTERS = (
    "bgcolor", "height", "text", "text_color", "text_font_family", "text_formatting", "text_halign", "text_size",
    "text_valign", "tooltip", "width",
)  # fmt: skip
_TABLE_SETTERS = ("bgcolor", "border_color", "border_width", "frame_color", "frame_width", "position")
BINDINGS: dict[str, Binding] = {
    "table.new": OfContext(new),
    "table.delete": OfContext(lambda context, table: take_off(context, "table", table)),
    "table.all": Variable(lambda context: list(drawn(context, "table").values())),
    "table.cell": Pure(cell),
    "table.clear": Pure(clear),
    "table.merge_cells": Pure(merge),
    **{f"table.cell_set_{name}": _cell_setter(name) for name in _CELL_SETTERS},
    **{f"table.set_{name}": _table_setter(name) for name in _TABLE_SETTERS},
}
