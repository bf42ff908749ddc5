from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Response

from accounts.models import User


@pytest.fixture
def page(chromium: Browser, live_server, settings) -> Iterator[Page]:
    """A page of the built front end, as a visitor; a script error, a missing or a forbidden resource fails the test."""
    if not Path(django_settings.BASE_DIR, "static", "dist", "app.js").exists():
        pytest.fail("The front end is not built: `make build`, or node scripts/build.mjs.")
    settings.DEMO = True
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    def note(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in ("script", "stylesheet", "font", "image"):
            complaints.append(f"{response.status} {response.url}")

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", hear)
    page.on("response", note)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def signed_in(page: Page, live_server, transactional_db) -> Page:
    """The same page, signed in as a trader without accounts."""
    user = User.objects.create_user("trader@example.com", "correct horse battery", full_name="Ada Lovelace")
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return page
