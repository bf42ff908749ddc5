"""What all tests share: services that answer, a database that may be flushed, Redis names that are clean."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import channels.testing.application
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import close_old_connections, connection, transaction
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as property_settings
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

# What Django fills after migrations and no test changes; emptied, it would have to be filled anew after each test.
MADE_BY_MIGRATE = {"django_content_type", "auth_permission"}

# How long an example takes says how busy the machine is.
property_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_settings.load_profile("untimed")

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
    """Let transactional tests empty the tables between them, also append-only ones.

    A server's thread that is still busy with the last page of a browser would keep the database from being dropped.
    """
    with django_db_blocker.unblock():
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    emptied = sorted(connection.ops.quote_name(table) for table in set(tables) - MADE_BY_MIGRATE)
    TransactionTestCase._fixture_teardown = lambda _case: empty(emptied)  # type: ignore[attr-defined]  # the case is none of ours
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def empty(tables: list[str]) -> None:
    """Delete every row, whatever forbids it elsewhere: of few rows that takes a fraction of the time of TRUNCATE."""
    with transaction.atomic(), connection.cursor() as cursor:
        # As TRUNCATE does: whoever is still writing for the last test has done so by then.
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(";".join(f"DELETE FROM {table}" for table in tables))


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
