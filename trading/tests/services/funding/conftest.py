import pytest

from trading.tests.factories import make_user


@pytest.fixture(autouse=True)
def _mails(mails_sent_at_once):
    """Whoever decides or asks has a mail sent."""


@pytest.fixture
def clerk(db):
    return make_user("finance@example.com", is_staff=True)


@pytest.fixture
def colleague(db):
    return make_user("finance2@example.com", is_staff=True)
