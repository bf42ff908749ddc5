import csv
import inspect
import os
from pathlib import Path

import pytest

from analytics.pine import reference
from analytics.pine.program import bindings
from analytics.pine.reference.notation import Function, Signature, Value, read, read_type
from analytics.pine.reference.refused import refusal
from analytics.pine.runtime.bindings import OfContext, PerCall, Variable
from analytics.pine.semantics import tree
from analytics.pine.semantics.expressions import literal
from analytics.pine.types import Qualifier

BY_COMPILER = {"indicator", "strategy", "library", "max_bars_back", "request.security", "request.security_lower_tf"}
BY_GENERATOR = {"open", "high", "low", "close", "volume", "bar_index", "time", "hl2", "hlc3", "hlcc4", "ohlc4", "na"}


def binding_of(name: str, *, function: bool) -> object:
    known = bindings()
    return (known.get(f"{name}()") or known.get(name)) if function else known.get(name)


def test_the_notation_is_read_whole():
    function, constant = read(
        "f.g(a int, b simple float = 1.5, c string?) -> series array<T> @6\n"
        "f.g(a T...) -> [N, float] := a, 1\n"
        "    Does something.\n"
        "f.c const string = \"x\"\n"
        "    A value.\n"
    )  # fmt: skip

    assert isinstance(function, Function)
    first, second = function.overloads
    assert [(one.name, one.qualifier, str(one.type), one.optional, one.default) for one in first.parameters] == [
        ("a", Qualifier.SERIES, "int", False, ""),
        ("b", Qualifier.SIMPLE, "float", True, "1.5"),
        ("c", Qualifier.SERIES, "string", True, ""),
    ]
    assert (str(first.result), first.result_qualifier, first.versions) == ("array<T>", Qualifier.SERIES, (6,))
    assert second.variadic
    assert (str(second.result), second.result_qualifier, second.call_as) == ("[N, float]", None, ("a", "1"))
    assert isinstance(constant, Value)
    assert (constant.name, constant.value) == ("f.c", '"x"')


@pytest.mark.parametrize("text", ["f(a) -> int\n    Bad.", "f(a int) -> int", "what is this\n    Bad."])
def test_what_is_no_entry_is_refused(text):
    with pytest.raises(ValueError):
        list(read(text))


def test_every_entry_says_what_it_does_and_has_readable_defaults():
    for name, entry in reference.entries().items():
        assert entry.summary.endswith("."), name
        if isinstance(entry, Value):
            if entry.value:
                literal(entry.value)
            continue
        for overload in entry.overloads:
            names = [parameter.name for parameter in overload.parameters]
            assert len(names) == len(set(names)), name
            for parameter in overload.parameters:
                if parameter.default:
                    literal(parameter.default)


def test_everything_in_the_reference_is_carried_out():
    missing = set()
    for entry in reference.entries().values():
        if isinstance(entry, Value):
            if not entry.value and entry.name not in BY_GENERATOR and binding_of(entry.name, function=False) is None:
                missing.add(entry.name)
            continue
        by_compiler = entry.name in BY_COMPILER or entry.name.partition(".")[0] == "input"
        if not by_compiler and binding_of(entry.name, function=True) is None:
            missing.add(entry.name)

    assert not missing


def arguments_taken(overload: Signature, first: Signature) -> int:
    parameters = first.parameters if overload.call_as else overload.parameters
    return len(overload.call_as) or len(parameters)


def test_what_carries_out_a_function_takes_its_arguments():
    for entry in reference.functions().values():
        binding = binding_of(entry.name, function=True)
        if binding is None or entry.name.partition(".")[0] == "input":
            continue
        target = binding.state.__call__ if isinstance(binding, PerCall) else binding.function
        own = 1 if isinstance(binding, (PerCall, OfContext)) else 0
        signature = inspect.signature(target)
        for overload in entry.overloads:
            count = own + arguments_taken(overload, entry.overloads[0])
            signature.bind(*range(count))


def test_constants_have_one_value():
    for name, binding in bindings().items():
        entry = reference.values().get(name)
        if isinstance(entry, Value) and entry.value and isinstance(binding, Variable):
            constant = literal(entry.value)
            assert isinstance(constant, tree.Constant), name
            assert binding.read(None) == constant.value, name


def test_methods_are_found_by_the_type_they_belong_to():
    assert reference.methods()["push"] == ("array.push",)
    assert set(reference.methods()["copy"]) >= {
        "array.copy",
        "matrix.copy",
        "map.copy",
        "line.copy",
        "chart.point.copy",
    }


@pytest.mark.parametrize("name", ["request.financial", "earnings.actual", "footprint", "syminfo.employees"])
def test_refused_names_have_a_reason(name):
    assert refusal(name)
    assert name not in reference.values()


def test_types_are_read():
    assert str(read_type("map<string, float>")) == "map<string, float>"
    assert str(read_type("[int, array<T>]")) == "[int, array<T>]"


def test_every_name_that_scripts_use_is_known_or_refused():
    if "REFERENCE_DATA" not in os.environ:
        pytest.skip("REFERENCE_DATA does not point at a list of names that scripts use")
    path = Path(os.environ["REFERENCE_DATA"]) / "conformance" / "pine" / "frequency.csv"
    with path.open() as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in ("function", "variable/constant")]
    used = {row["name"] for row in rows if float(row["clean_wild_pct"]) > 0}
    written_otherwise = {"array.new<T>()", "matrix.new<T>()", "map.new<T>()", "chart.point"}
    # Methods that single scripts declare for themselves.
    own = {"chart.bg_color.hue()", "chart.fg_color.hue()", "timeframe.period.user_tf()"}

    unknown = {name for name in used if name not in reference.entries() and not refusal(name.removesuffix("()"))}
    assert unknown == written_otherwise | own
