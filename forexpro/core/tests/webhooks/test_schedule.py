from datetime import UTC, datetime, timedelta

import pytest

from forexpro.core.webhooks.schedule import (
    ATTEMPTS,
    DELAYS,
    Health,
    Reason,
    delay_after,
    health_after,
    retry_after,
    succeeded,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_ten_attempts_take_three_days_and_a_little() -> None:
    delays = [delay_after(attempts, chance=0) for attempts in range(1, ATTEMPTS)]
    assert ATTEMPTS == 10
    assert sum(filter(None, delays), timedelta(0)) == timedelta(hours=75, minutes=35, seconds=5)
    assert delays == list(DELAYS)
    assert delay_after(ATTEMPTS, chance=0) is None


def test_chance_makes_a_delay_longer_by_a_tenth_at_most() -> None:
    for attempts, delay in enumerate(DELAYS, 1):
        assert delay_after(attempts, chance=0.5) == delay * 1.05
        assert delay <= (delay_after(attempts, chance=0.999999) or timedelta(0)) <= delay * 1.1


@pytest.mark.parametrize(("status", "counts"), [(200, True), (204, True), (299, True), (302, False), (None, False)])
def test_only_2xx_counts(status: int | None, counts: bool) -> None:
    assert succeeded(status) is counts


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        (" 7 ", 7),
        ("Sat, 28 Nov 2026 12:01:00 GMT", 60),
        ("Sat, 28 Nov 2026 11:00:00 GMT", 0),
        ("99999999999999999999", 24 * 3600),
        ("Sat, 28 Nov 2099 12:01:00 GMT", 24 * 3600),
    ],
)
def test_retry_after_in_both_its_forms(header: str, seconds: int) -> None:
    assert retry_after(header, now=NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "١٢"])
def test_retry_after_that_says_nothing(header: str) -> None:
    assert retry_after(header, now=NOW) is None


def failing(times: int, *, every: timedelta, status: int | None = 500) -> Health:
    health, now = Health(), NOW
    for _ in range(times):
        health = health_after(health, status=status, asked=None, now=now)
        now += every
    return health


def test_five_failures_in_a_row_pause_an_endpoint_ever_longer() -> None:
    assert failing(4, every=timedelta(0)).paused_until is None
    pauses = []
    health, now = failing(4, every=timedelta(0)), NOW
    for _ in range(7):
        health = health_after(health, status=None, asked=None, now=now)
        assert health.paused_until is not None
        pauses.append((health.paused_until - now).total_seconds())
        now = health.paused_until
    assert pauses == [30, 60, 120, 240, 480, 600, 600]


def test_what_was_under_way_when_the_pause_began_adds_nothing() -> None:
    paused = failing(5, every=timedelta(0))
    assert health_after(paused, status=500, asked=None, now=NOW) == paused


def test_a_success_makes_an_endpoint_well() -> None:
    assert health_after(failing(9, every=timedelta(minutes=1)), status=200, asked=None, now=NOW) == Health()


@pytest.mark.parametrize("status", [429, 502, 504])
def test_who_cannot_keep_up_is_left_alone_for_a_moment(status: int) -> None:
    health = health_after(Health(), status=status, asked=None, now=NOW)
    assert health.paused_until == NOW + timedelta(seconds=5)
    assert health_after(Health(), status=500, asked=None, now=NOW).paused_until is None


def test_an_endpoint_is_left_alone_for_as_long_as_it_asks() -> None:
    health = health_after(Health(), status=503, asked=timedelta(hours=1), now=NOW)
    assert health.paused_until == NOW + timedelta(hours=1)


def test_gone_is_for_good() -> None:
    assert health_after(Health(), status=410, asked=None, now=NOW).disabled is Reason.GONE


def test_three_days_of_nothing_but_failures_turn_an_endpoint_off() -> None:
    assert failing(72, every=timedelta(hours=1)).disabled is None
    assert failing(73, every=timedelta(hours=1)).disabled is Reason.FAILING
    # One that is rarely told of anything has not failed often enough to be sure.
    assert failing(4, every=timedelta(days=2)).disabled is None
