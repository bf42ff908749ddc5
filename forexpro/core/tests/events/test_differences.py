import pytest

from forexpro.core.events.differences import Difference, before_and_after


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, []),
        ({"changes": None, "inlines": None}, []),
        ({"changes": {"name": {"before": "A", "after": "B"}}}, [Difference("", "name", "A", "B")]),
        ({"changes": {"name": "not a change"}}, []),
        ({"before": ["Trader"], "after": ["Admin", "Dealer"]}, [Difference("", "", "Trader", "Admin, Dealer")]),
        (
            {"before": {"name": "A", "digits": 5}},
            [Difference("", "name", "A", None), Difference("", "digits", 5, None)],
        ),
        (
            {
                "changes": {"name": {"before": 1, "after": 2}},
                "inlines": [
                    {"added": "t.x:1", "changes": {"a": {"before": None, "after": 1}}},
                    {"changed": "t.x:2", "changes": {"a": {"before": 1, "after": 2}}},
                    {"deleted": "t.x:3", "name": "The third"},
                ],
            },
            [
                Difference("", "name", 1, 2),
                Difference("t.x:1", "a", None, 1),
                Difference("t.x:2", "a", 1, 2),
                Difference("t.x:3", "", "The third", None),
            ],
        ),
    ],
)
def test_every_form_of_a_change_is_read(payload, expected):
    assert before_and_after(payload) == expected
