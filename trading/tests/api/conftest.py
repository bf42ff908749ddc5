from functools import partial

import pytest
from rest_framework.test import APIClient

from trading.tests.factories import make_user


class AccountClient:
    """Calls the API below one account, as one person."""

    def __init__(self, account, user=None):
        self._root = f"/api/v1/accounts/{account.pk}"
        self._client = APIClient()
        if user is not None:
            self._client.force_login(user)

    def __getattr__(self, method):
        return partial(self._call, getattr(self._client, method))

    def _call(self, method, path="", body=None, *, key=None):
        headers = {"Idempotency-Key": key} if key else {}
        return method(self._root + path, body, format="json", headers=headers)


@pytest.fixture
def owner(account, trader):
    return AccountClient(account, trader)


@pytest.fixture
def stranger(account):
    return AccountClient(account, make_user("stranger@example.com"))


@pytest.fixture
def staff(account):
    return AccountClient(account, make_user("staff@example.com", is_staff=True, is_superuser=True))


@pytest.fixture
def anonymous(account):
    return AccountClient(account)
