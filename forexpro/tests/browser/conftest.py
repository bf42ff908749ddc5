from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, Page

from accounts.models import User
from forexpro.tests.browsing import watched_page


@pytest.fixture
def page(chromium: Browser, live_server, settings) -> Iterator[Page]:
    """A page of the built front end, as a visitor; a script error, a missing or a forbidden resource fails the test."""
    if not Path(django_settings.BASE_DIR, "static", "dist", "app.js").exists():
        pytest.fail("The front end is not built: `make build`, or node scripts/build.mjs.")
    settings.DEMO = True
    with watched_page(chromium, live_server.url) as page:
        yield page


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
