import pytest

from forexpro.celery import app
from trading.tests.factories import make_account, make_live_account, make_method, make_symbols, make_user, set_price


@pytest.fixture
def market(db, redis):
    """Symbols with fresh prices: EURUSD 1.10000/1.10010, GBPUSD 1.30000/1.30010, USDJPY 150.000/150.010."""
    make_symbols()
    set_price("EURUSD", "1.10000", "1.10010")
    set_price("GBPUSD", "1.30000", "1.30010")
    set_price("USDJPY", "150.000", "150.010")


@pytest.fixture
def trader(db):
    return make_user()


@pytest.fixture
def account(market, trader):
    """A demo account of `trader` in USD, 1:100, with 10,000."""
    return make_account(trader)


@pytest.fixture
def live(market, trader):
    """A live account of `trader` in USD with 10,000."""
    return make_live_account(trader)


@pytest.fixture
def bank(db):
    """A bank transfer in USD, free, from 10 to 100,000."""
    return make_method()


@pytest.fixture
def mails_sent_at_once():
    """Run tasks where they are queued: there is no worker in these tests."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False
