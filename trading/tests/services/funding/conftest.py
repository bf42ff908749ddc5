import pytest

from forexpro.celery import app
from trading.tests.factories import make_live_account, make_method, make_user


@pytest.fixture(autouse=True)
def _mails_sent_at_once():
    """Run tasks where they are queued: there is no worker in these tests."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def live(market, trader):
    """A live account of `trader` in USD with 10,000."""
    return make_live_account(trader)


@pytest.fixture
def bank(db):
    """A bank transfer in USD, free, from 10 to 100,000."""
    return make_method()


@pytest.fixture
def clerk(db):
    return make_user("finance@example.com", is_staff=True)


@pytest.fixture
def colleague(db):
    return make_user("finance2@example.com", is_staff=True)
