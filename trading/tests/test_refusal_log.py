"""An operator sees which signed-in callers reach for what is not theirs, and nobody fills the log with it."""

import logging
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import AsyncRequestFactory
from django.urls import resolve
from django.utils.functional import SimpleLazyObject

from accounts.models import Scope
from accounts.services.api_keys import api_key_create
from forexpro.core.http import refusal_log as log
from forexpro.core.models import Event
from trading.tests.factories import ORIGIN, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted(monkeypatch):
    monkeypatch.setattr(log.refusal_log, "_refused", log.Counter())


@pytest.fixture
def lines(caplog):
    """Return what lists the fields of the lines so far."""
    caplog.set_level(logging.INFO, logger="forexpro.security")
    names = ("actor", "method", "route", "objects", "status", "code", "shown")

    def read():
        found = [record for record in caplog.records if record.name == "forexpro.security"]
        return [{name: getattr(record, name) for name in names if hasattr(record, name)} for record in found]

    return read


@pytest.fixture
def stranger(client):
    user = make_user("stranger@example.com")
    client.force_login(user)
    return user


def test_somebody_elses_object_is_a_line_with_person_route_and_code(client, stranger, account, lines):
    assert client.get(f"/api/v1/accounts/{account.pk}").status_code == 404
    assert client.get(f"/trade/{account.pk}/history").status_code == 404
    of_the_api, of_the_page = lines()
    assert of_the_api == {
        "actor": f"user:{stranger.pk}",
        "method": "GET",
        "route": "api/v1/accounts/<id:account_id>",
        "objects": {"account_id": str(account.pk)},
        "status": 404,
        "code": "account_not_found",
        "shown": "session",
    }
    assert (of_the_page["status"], of_the_page["code"]) == (404, "not_found")


def test_the_wrong_role_in_the_back_office_is_a_line(client, stranger, lines):
    assert client.get("/admin/", follow=True).status_code == 403
    assert [(line["actor"], line["status"], line["route"]) for line in lines()] == [
        (f"user:{stranger.pk}", 403, "admin/login/")
    ]


def test_the_wrong_scope_of_a_key_names_the_key(client, trader, account, lines):
    key, text = api_key_create(
        owner_id=trader.pk, name="Bot", scopes=[Scope.READ], lifetime=timedelta(days=1), origin=ORIGIN
    )
    response = client.post(f"/api/v1/accounts/{account.pk}/orders", {}, headers={"X-API-Key": text})
    assert response.status_code == 403
    (line,) = lines()
    assert (line["actor"], line["code"]) == (f"user:{trader.pk}", "scope_missing")
    assert line["shown"] == f"api_key:{key.pk}"
    assert text not in str(line)


async def test_asynchronous_servers_write_it_down_too_and_ask_the_database_for_nothing(trader, lines):
    def not_here():
        raise AssertionError("reads the session in the event loop")

    async def known():
        return trader

    async def page(request):
        return HttpResponse(status=404)

    request = AsyncRequestFactory().get("/trade/5/history")
    request.user, request.auser = SimpleLazyObject(not_here), known
    request.resolver_match = resolve("/trade/5/history")
    await log.RefusalLogMiddleware(page)(request)
    (line,) = lines()
    assert (line["actor"], line["objects"]) == (f"user:{trader.pk}", {"account_id": "5"})


def test_who_is_not_signed_in_leaves_no_line_and_writes_nothing(client, account, lines, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(f"/trade/{account.pk}/history")
        client.get("/verify/nonsense")
        client.get("/no-such-page")
    assert client.get(f"/api/v1/accounts/{account.pk}").status_code == 401
    assert lines() == []


def test_an_address_that_does_not_exist_is_no_refusal(client, stranger, lines):
    assert client.get("/no-such-page").status_code == 404
    assert lines() == []


def test_no_event_and_no_row_is_written(client, stranger, account, lines):
    before = Event.objects.count()
    client.get(f"/api/v1/accounts/{account.pk}")
    assert Event.objects.count() == before
    assert len(lines()) == 1


def test_one_person_cannot_fill_the_log(caplog):
    one = log.RefusalLog()
    for number in range(50):
        one.write("user:1", now=600.0 + number / 10, code="not_found")
    one.write("user:2", now=600.0, code="not_found")
    assert len(caplog.records) == log.LINES_PER_MINUTE + 1
    caplog.clear()
    one.write("user:2", now=660.0, code="not_found")
    assert [record.getMessage() for record in caplog.records] == [
        "30 more requests of user:1 were refused",
        "refused user:2: code=not_found",
    ]
