"""No built-in without a test."""

import ast
from pathlib import Path

from analytics.pine.runtime.builtins import BUILTINS

GENERAL = {"test_every_builtin.py", "test_saved_states.py", "test_reference_cases.py"}
"""Tests that prove nothing of the values of one built-in, or are not always carried out."""


def test_every_builtin_is_named_in_a_test() -> None:
    named: set[object] = set()
    for module in Path(__file__).parent.glob("test_*.py"):
        if module.name not in GENERAL:
            tree = ast.parse(module.read_text())
            named.update(node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    assert sorted(set(BUILTINS) - named) == []
