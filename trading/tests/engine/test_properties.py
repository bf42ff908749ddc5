"""What must hold whatever happens: random accounts, random commands, random prices, every policy."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from trading.engine.codec import EVENT_TYPES
from trading.engine.state import PositionMode, StopOutSequence
from trading.tests.engine.account_machine import AccountMachine

QUICK = settings(
    max_examples=12,
    stateful_step_count=30,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
THOROUGH = settings(QUICK, max_examples=1700, stateful_step_count=50, derandomize=False, print_blob=True)

kinds = pytest.mark.parametrize(
    ("position_mode", "sequence"),
    [pytest.param(*kind, id="-".join(kind)) for kind in product(PositionMode, StopOutSequence)],
)


@kinds
def test_invariants_of_an_account(position_mode, sequence):
    seen = Counter()
    run_state_machine_as_test(lambda: AccountMachine(position_mode, sequence, seen), settings=QUICK)


@pytest.mark.long
@kinds
def test_invariants_of_thousands_of_accounts(position_mode, sequence):
    seen = Counter()
    run_state_machine_as_test(lambda: AccountMachine(position_mode, sequence, seen), settings=THOROUGH)
    rare = {"account.opened"} | ({"position.increased"} if position_mode is PositionMode.HEDGING else set())
    assert EVENT_TYPES.keys() - rare <= seen.keys(), "everything that can happen has happened"
