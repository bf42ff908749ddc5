"""What all tests share: services that answer, a database that may be flushed, Redis names that are clean."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import channels.testing.application
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import close_old_connections, connection
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker
from redis import Redis

from forexpro.core import embedded
from forexpro.core.realtime.connections import name, redis_client
from forexpro.tests.browsing import watched_page
from forexpro.tests.running import Platform, running_platform
from scripts.chromium import find_chromium

# Channels' test tools keep the connections of worker threads open, and then the test database cannot be dropped.
channels.testing.application.no_op = close_old_connections

services = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[services] = ExitStack()
    if not config.getoption("numprocesses", None):  # with parallel workers only they run tests
        config.stash[services].enter_context(embedded.running(settings.EMBEDDED_SERVICES, settings.LOCAL_DIR))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser tests last: Playwright's loop goes on in the thread, where no other loop can run beside it."""
    items.sort(key=lambda item: "chromium" in getattr(item, "fixturenames", ()))


def pytest_unconfigure(config: pytest.Config) -> None:
    if services in config.stash:
        config.stash[services].close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let transactional tests empty append-only tables between them; everywhere else the database forbids it.

    A server's thread that is still busy with the last page of a browser would keep the database from being dropped.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE '%no_truncate'")
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def clean_redis(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave nothing of a test in Redis; only tests that reach the database can have put something there."""
    yield
    if {"db", "transactional_db", "redis"} & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        forget_redis_names()


@pytest.fixture
def redis() -> Redis:
    """Redis under this worker's own names, cleaned after the test."""
    forget_redis_names()
    return redis_client()


def forget_redis_names() -> None:
    """Delete every key under this run's namespace."""
    client = redis_client()
    if keys := list(client.scan_iter(match=name("*"), count=1000)):
        client.unlink(*keys)
    cache.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium; tests that want one are skipped, and say so, where there is none."""
    program = find_chromium()
    if program is None:
        pytest.skip("there is no Chromium; `make chromium` installs one")
    # Playwright's loop runs in this thread, which Django takes for asynchronous code that must not touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """The whole platform, running for all tests that want it, on a database of its own."""
    with running_platform() as platform:
        yield platform


@pytest.fixture
def visitor(chromium: Browser, platform: Platform) -> Iterator[Page]:
    """A page of the running platform, as a visitor."""
    with watched_page(chromium, platform.url) as page:
        yield page
