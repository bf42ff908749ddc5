"""When the market centres trade, as the browser works it out from their own clocks."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from playwright.sync_api import Route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sessions_between(browser_page):
    """Call the module's function with two moments; answer the openings as (centre, opens, closes) in UTC."""
    page = browser_page()

    def serve(route: Route) -> None:
        source = settings.BASE_DIR / "static" / route.request.url.split("/source/")[1]
        route.fulfill(body=source.read_text(), content_type="text/javascript")

    page.route("**/source/**", serve)
    page.goto("/sign-in")
    page.evaluate(
        """() => document.body.insertAdjacentHTML("beforeend", `<div id="sessions">${
            ["sydney", "tokyo", "london", "new-york"].map((name) => (
                `<i data-session="${name}"><i class="session-name">${name}</i></i>`)).join("")}</div>`)"""
    )

    def call(first: datetime, last: datetime) -> list[tuple[str, str, str]]:
        found = page.evaluate(
            "(span) => import('/source/src/terminal/sessions.js').then((module) => module.sessionsBetween(...span))",
            [first.timestamp(), last.timestamp()],
        )
        return [
            (one["name"], f"{moment(one['from']):%a %H:%M}", f"{moment(one['to']):%a %H:%M}")
            for one in sorted(found, key=lambda one: one["from"])
        ]

    return call


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_a_winter_day_of_the_north(sessions_between):
    wednesday = datetime(2026, 1, 14, tzinfo=UTC)
    assert sessions_between(wednesday, wednesday.replace(hour=23)) == [
        ("sydney", "Tue 21:00", "Wed 06:00"),
        ("tokyo", "Wed 00:00", "Wed 09:00"),
        ("london", "Wed 08:00", "Wed 17:00"),
        ("new-york", "Wed 13:00", "Wed 22:00"),
        ("sydney", "Wed 21:00", "Thu 06:00"),
    ]


def test_daylight_saving_moves_london_and_new_york(sessions_between):
    wednesday = datetime(2026, 7, 15, 7, 30, tzinfo=UTC)
    assert sessions_between(wednesday, wednesday.replace(hour=20)) == [
        ("tokyo", "Wed 00:00", "Wed 09:00"),
        ("london", "Wed 07:00", "Wed 16:00"),
        ("new-york", "Wed 12:00", "Wed 21:00"),
    ]


def test_nobody_trades_at_the_weekend(sessions_between):
    friday, sunday = datetime(2026, 1, 16, 22, tzinfo=UTC), datetime(2026, 1, 18, 20, tzinfo=UTC)
    assert sessions_between(friday, sunday) == []
