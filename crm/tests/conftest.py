import uuid

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from accounts.roles import Role
from crm.models import Scope, ServiceKey
from crm.services.keys import service_key_create
from forexpro.celery import app
from trading.models import FundingLimit
from trading.tests.factories import ORIGIN, make_live_account, make_method, make_symbols, make_user, set_price


@pytest.fixture(autouse=True)
def _mails_sent_at_once():
    """Run tasks where they are queued: there is no worker in these tests."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def house(db, redis):
    """What migrations bring, also after a transactional test has emptied all tables: roles, levels, a group."""
    for role in Role:
        Group.objects.get_or_create(name=role.value)
    FundingLimit.objects.get_or_create(level=0)


def make_key(name="berlin", scopes=tuple(Scope), **options):
    """Return a new service key and its text."""
    return service_key_create(name=name, scopes=scopes, origin=ORIGIN, **options)


class Program:
    """A program that calls with a service key, or with whatever it shows instead."""

    def __init__(self, text=None, address="203.0.113.9"):
        self.text = text
        # A broken server is an answer too: of calls at once the test client would take one's error for all.
        self._client = APIClient(raise_request_exception=False, REMOTE_ADDR=address)

    def get(self, path, query=None, **headers):
        return self._client.get(f"/crm/{path}", query, headers=self._headers(headers))

    def post(self, path, body=None, *, key=None, **headers):
        return self._send("post", path, body, key, headers)

    def patch(self, path, body=None, *, key=None, **headers):
        return self._send("patch", path, body, key, headers)

    def _send(self, method, path, body, key, headers):
        headers = self._headers(headers) | {"Idempotency-Key": key or uuid.uuid4().hex}
        return getattr(self._client, method)(f"/crm/{path}", body or {}, format="json", headers=headers)

    def _headers(self, headers):
        shown = {"X-API-Key": self.text} if self.text else {}
        return shown | {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def crm(house):
    """The CRM, whose key has every scope."""
    return Program(make_key()[1])


@pytest.fixture
def ada(house):
    return make_user("ada@example.com")


@pytest.fixture
def live(ada):
    """A live account of Ada's with 10,000 USD, at 1:100 in the group Test."""
    make_symbols()
    set_price("EURUSD", "1.10000", "1.10010")
    return make_live_account(ada)


@pytest.fixture
def bank(db):
    return make_method()


def error_of(response):
    """Return status and code of a refusal."""
    return response.status_code, response.json()["error"]["code"]


def the_key():
    return ServiceKey.objects.get()
