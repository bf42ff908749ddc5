"""`array.*`: arrays are lists, slices of them are views."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, MutableSequence
from typing import Any

from analytics.pine.runtime.bindings import Binding, OfContext, Pure
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.errors import LimitReached, PineRuntimeError
from analytics.pine.runtime.numbers import TOLERANCE
from analytics.pine.runtime.snapshots import ScriptObject
from analytics.pine.runtime.strings import joined, to_string
from analytics.pine.runtime.values import NA, is_na

LARGEST = 100_000
"""How many elements a collection may have."""

Array = MutableSequence[Any]


class Slice(ScriptObject, MutableSequence[Any]):
    """A range of an array that shows what the array has there now, and writes through to it."""

    __slots__ = ("parent", "start", "stop")

    def __init__(self, parent: Array, start: int, stop: int) -> None:
        self.parent = parent
        self.start = start
        self.stop = stop

    def _end(self) -> int:
        return max(self.start, min(self.stop, len(self.parent)))

    def __len__(self) -> int:
        return self._end() - self.start

    def _place(self, index: int) -> int:
        place = self.start + index if index >= 0 else self._end() + index
        if not self.start <= place < self._end():
            raise IndexError(index)
        return place

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return list(self)[index]
        return self.parent[self._place(index)]

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            elements = list(self)
            elements[index] = value
            self.parent[self.start : self._end()] = elements
            self.stop = self.start + len(elements)
        else:
            self.parent[self._place(index)] = value

    def __delitem__(self, index: Any) -> None:
        if isinstance(index, slice):
            elements = list(self)
            del elements[index]
            self[:] = elements
        else:
            del self.parent[self._place(index)]
            self.stop -= 1

    def insert(self, index: int, value: Any) -> None:
        """Put an element before a position."""
        self.parent.insert(self.start + index, value)
        self.stop = min(self.stop, len(self.parent) - 1) + 1

    def __iter__(self) -> Any:
        return iter([self.parent[place] for place in range(self.start, self._end())])


def named(array: Array | None) -> Array:
    if type(array) is list:  # nearly always; to ask an abstract class takes longer than most answers
        return array
    if array is None or not isinstance(array, MutableSequence):
        raise PineRuntimeError("The array is na: make it with array.new or array.from first.")
    return array


def checked(array: Array, index: float, size: int | None = None) -> int:
    """Return an index that is in the array, negative ones counted from its end."""
    most = len(array) if size is None else size
    if index != index:
        raise PineRuntimeError("The index of an element of an array is na.")
    place = int(index)
    if not -len(array) <= place < most:
        raise PineRuntimeError(f"Index {place} is out of bounds, the array's size is {len(array)}.")
    return place


def _room(array: Array, more: int = 1) -> None:
    if len(array) + more > LARGEST:
        raise LimitReached("collection-size", f"An array may have {LARGEST} elements at most.")


def new(size: float = 0, initial: Any = NA) -> Array:
    """Return a new array of equal elements."""
    if size > LARGEST:
        raise LimitReached("collection-size", f"An array may have {LARGEST} elements at most.")
    if is_na(size):
        size = 0
    if size < 0:
        raise PineRuntimeError(f"An array can be made with 0 to {LARGEST} elements.")
    return [initial] * int(size)


def new_empty(size: float = 0, initial: Any = None) -> Array:
    """Return a new array of elements that are no numbers."""
    return new(size, None if is_na(initial) else initial)


def from_values(*values: Any) -> Array:
    """Return an array of the values."""
    return list(values)


def size(array: Array) -> int:
    """Return the number of elements."""
    return len(named(array))


def get(array: Array, index: float) -> Any:
    """Return the element at an index."""
    if type(index) is int and type(array) is list and 0 <= index < len(array):
        return array[index]
    elements = named(array)
    if is_na(index):
        return NA if elements and isinstance(elements[0], (int, float)) else None
    return elements[checked(elements, index)]


def put(array: Array, index: float, value: Any) -> None:
    """Change the element at an index."""
    elements = named(array)
    if not is_na(index):
        elements[checked(elements, index)] = value


def push(array: Array, value: Any) -> None:
    """Append an element."""
    elements = array if type(array) is list else named(array)
    if len(elements) >= LARGEST:
        _room(elements)
    elements.append(value)


def unshift(array: Array, value: Any) -> None:
    """Put an element in front."""
    elements = named(array)
    _room(elements)
    elements.insert(0, value)


def insert(array: Array, index: float, value: Any) -> None:
    """Put an element before an index."""
    elements = named(array)
    _room(elements)
    place = len(elements) if is_na(index) else checked(elements, index, len(elements) + 1)
    elements.insert(place if place >= 0 else len(elements) + place, value)


def _taken(array: Array, index: int, function: str) -> Any:
    elements = named(array)
    if not elements:
        raise PineRuntimeError(f"{function} takes an element of an array, but the array is empty.")
    value = elements[index]
    del elements[index]
    return value


def pop(array: Array) -> Any:
    """Take the last element away and return it."""
    return _taken(array, -1, "array.pop")


def shift(array: Array) -> Any:
    """Take the first element away and return it."""
    return _taken(array, 0, "array.shift")


def remove(array: Array, index: float) -> Any:
    """Take the element at an index away and return it."""
    elements = named(array)
    if is_na(index):
        return get(elements, index)
    return _taken(elements, checked(elements, index), "array.remove")


def first(array: Array) -> Any:
    """Return the first element."""
    elements = named(array)
    return elements[checked(elements, 0)]


def last(array: Array) -> Any:
    """Return the last element."""
    elements = named(array)
    return elements[checked(elements, -1)]


def clear(array: Array) -> None:
    """Take all elements away."""
    del named(array)[:]


def copy(array: Array) -> Array:
    """Return a new array with the same elements."""
    return list(named(array))


def concat(array: Array, other: Array) -> Array:
    """Append the elements of another array and return the first."""
    elements = named(array)
    more = list(named(other))
    _room(elements, len(more))
    elements[len(elements) :] = more
    return elements


def view(array: Array, start: float, stop: float) -> Array:
    """Return a view of the elements from one index up to another."""
    elements = named(array)
    begin = 0 if is_na(start) else int(start)
    end = len(elements) if is_na(stop) else int(stop)
    if not 0 <= begin < len(elements) or not begin <= end <= len(elements):
        raise PineRuntimeError(f"A slice from {begin} to {end} is out of bounds, the array's size is {len(elements)}.")
    return Slice(elements, begin, end)


def fill(array: Array, value: Any, start: float = 0, stop: float = NA) -> None:
    """Set the elements from one index up to another, none if that comes first."""
    elements = named(array)
    end = len(elements) if is_na(stop) else int(stop)
    begin = 0 if is_na(start) else int(start)
    if not (0 <= begin < len(elements) and 0 <= end <= len(elements)):
        raise PineRuntimeError(f"A fill from {begin} to {end} is out of bounds, the array's size is {len(elements)}.")
    for place in range(begin, end):
        elements[place] = value


def reverse(array: Array) -> None:
    """Turn the order of the elements around."""
    elements = named(array)
    elements[:] = list(elements)[::-1]


def includes(array: Array, value: Any) -> bool:
    """Return whether an element equals a value."""
    return index_of(array, value) >= 0


def _equal(element: Any, value: Any) -> bool:
    if isinstance(element, float) or isinstance(value, float):
        return isinstance(element, (int, float)) and abs(element - value) <= TOLERANCE
    return element is value or (isinstance(value, (int, str)) and bool(element == value))


def index_of(array: Array, value: Any) -> int:
    """Return the first index of a value, -1 if there is none."""
    return next((place for place, element in enumerate(named(array)) if _equal(element, value)), -1)


def last_index_of(array: Array, value: Any) -> int:
    """Return the last index of a value, -1 if there is none."""
    elements = list(named(array))
    return next((place for place in reversed(range(len(elements))) if _equal(elements[place], value)), -1)


def _order(element: Any) -> tuple[int, Any]:
    """Return the key by which elements are put in order: na above all numbers, below all texts."""
    if element is None:
        return (0, "")
    return (2, 0) if element != element else (1, element)


def _keys(elements: Iterable[Any], field: str) -> list[Any]:
    """Return by what elements are put in order: themselves, or a field of the objects they are."""
    if not field:
        return list(elements)
    attribute = f"f_{field}"
    return [None if element is None else getattr(element, attribute) for element in elements]


def sort(array: Array, order: str = "ascending", field: str = "") -> None:
    """Put the elements in order."""
    elements = named(array)
    if not field:
        ordered = sorted(elements, key=_order)
        elements[:] = ordered if order == "ascending" else ordered[::-1]
        return
    held = list(elements)
    elements[:] = [held[place] for place in sort_indices(array, order, field)]


def sort_indices(array: Array, order: str = "ascending", field: str = "") -> Array:
    """Return the indices in the order of their elements."""
    keys = _keys(named(array), field)
    return sorted(range(len(keys)), key=lambda place: _order(keys[place]), reverse=order != "ascending")


def binary_search(array: Array, value: float, field: str = "") -> int:
    """Return the index of a value in an ordered array, -1 if there is none."""
    elements = _keys(named(array), field) if field else named(array)
    low, high = 0, len(elements) - 1
    while low <= high:
        middle = (low + high) // 2
        if abs(elements[middle] - value) <= TOLERANCE:
            return middle
        if elements[middle] < value:
            low = middle + 1
        else:
            high = middle - 1
    return -1


def binary_search_leftmost(array: Array, value: float, field: str = "") -> int:
    """Return the first index of a value in an ordered array, of none that of the element before."""
    elements = _keys(named(array), field)
    place = bisect_left(elements, value - TOLERANCE)
    if place < len(elements) and abs(elements[place] - value) <= TOLERANCE:
        return place
    return max(place - 1, 0)


def binary_search_rightmost(array: Array, value: float, field: str = "") -> int:
    """Return the last index of a value in an ordered array, of none that of the element after."""
    elements = _keys(named(array), field)
    place = bisect_right(elements, value + TOLERANCE)
    if place and abs(elements[place - 1] - value) <= TOLERANCE:
        return place - 1
    return place


def join(context: Context, array: Array, separator: str = "") -> str:
    """Return the elements as text, with a separator between them."""
    return joined((to_string(context, element) for element in named(array)), separator)


def every(array: Array) -> bool:
    """Return whether there are elements and all are true."""
    elements = named(array)
    return bool(elements) and all(elements)


def some(array: Array) -> bool:
    """Return whether an element is true."""
    return any(named(array))


_OF_NUMBERS = ("new", "new_int", "new_float")
_OF_OTHERS = (
    "new_bool",
    "new_string",
    "new_color",
    "new_line",
    "new_label",
    "new_box",
    "new_table",
    "new_linefill",
    "new_polyline",
)
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "from": from_values,
    "size": size,
    "get": get,
    "set": put,
    "push": push,
    "unshift": unshift,
    "insert": insert,
    "pop": pop,
    "shift": shift,
    "remove": remove,
    "first": first,
    "last": last,
    "clear": clear,
    "copy": copy,
    "concat": concat,
    "slice": view,
    "fill": fill,
    "reverse": reverse,
    "includes": includes,
    "indexof": index_of,
    "lastindexof": last_index_of,
    "sort": sort,
    "sort_indices": sort_indices,
    "binary_search": binary_search,
    "binary_search_leftmost": binary_search_leftmost,
    "binary_search_rightmost": binary_search_rightmost,
    "every": every,
    "some": some,
}
BINDINGS: dict[str, Binding] = {
    **{f"array.{name}": Pure(new) for name in _OF_NUMBERS},
    **{f"array.{name}": Pure(new_empty) for name in _OF_OTHERS},
    **{f"array.{name}": Pure(function) for name, function in _FUNCTIONS.items()},
    "array.join": OfContext(join),
}
