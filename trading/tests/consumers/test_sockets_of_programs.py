"""Sockets that no browser opens: who they are is in a header, never in the address."""

import asyncio
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async

from accounts.links import email_change_link
from accounts.models import EmailChange, Scope, TotpDevice
from accounts.services.api_keys import api_key_create, api_key_revoke
from accounts.services.email_change import email_change_confirm, email_change_request
from accounts.services.force_logout import sessions_end
from accounts.services.second_factor import totp_enable, totp_prepare
from accounts.services.tokens import tokens_issue, tokens_refresh, tokens_revoke
from accounts.tests.conftest import visit_from
from forexpro.core.realtime import sessions
from forexpro.core.refusals import Refused
from marketdata.consumers import NOT_ALLOWED_CODE
from trading.tests.consumers.test_account_sockets import Socket, _close_frame, refused, signed_in
from trading.tests.factories import ORIGIN, make_user

pytestmark = pytest.mark.django_db(transaction=True)
in_thread = database_sync_to_async


def bearer(text):
    return [(b"authorization", f"Bearer {text}".encode())]


def key_header(text):
    return [(b"x-api-key", text.encode())]


@pytest.fixture
def pair(trader):
    return tokens_issue(user=trader, origin=ORIGIN)


def make_key(owner, *scopes, networks=()):
    return api_key_create(
        owner_id=owner.pk,
        name="Bot",
        scopes=scopes,
        lifetime=timedelta(days=30),
        networks=networks,
        origin=ORIGIN,
    )


@pytest.fixture
def key(trader):
    return make_key(trader, Scope.READ)


async def test_a_program_opens_its_owners_account(account, pair, key):
    for headers in (bearer(pair.access), bearer(key[1]), key_header(key[1])):
        async with Socket(f"/ws/account/{account.pk}?since=0", headers) as socket:
            assert [event["seq"] for event in await socket.events(2)] == [1, 2]


async def test_no_token_in_an_address_opens_anything(account, pair, key):
    for name, text in (("token", pair.access), ("access_token", pair.access), ("api_key", key[1])):
        assert await refused(f"/ws/account/{account.pk}?{name}={text}", [])


async def test_others_and_wrong_credentials_are_refused(account, pair, trader):
    other = await in_thread(make_user)("stranger@example.com")
    others = await in_thread(tokens_issue)(user=other, origin=ORIGIN)
    _key, only_trade = await in_thread(make_key)(trader, Scope.TRADE)
    _key, bound = await in_thread(make_key)(other, Scope.READ, networks=["198.51.100.0/24"])
    wrong = (
        bearer(others.access),
        bearer(pair.refresh),
        bearer(pair.access + "x"),
        bearer(""),
        key_header(only_trade),
        key_header(bound),
        key_header("fpk_00000000_" + "x" * 43),
    )
    for headers in wrong:
        assert await refused(f"/ws/account/{account.pk}", headers)
    for headers in wrong[1:]:
        assert await refused("/ws/price-stream", headers)  # even where everybody may look


async def test_a_wrong_header_is_not_made_good_by_a_cookie(account, trader, pair):
    cookie = await in_thread(signed_in)(trader)
    assert await refused(f"/ws/account/{account.pk}", [*cookie, *bearer(pair.access + "x")])


async def test_pages_of_other_sites_open_nothing_with_a_token_either(account, pair):
    elsewhere = [(b"origin", b"https://elsewhere.example")]
    assert await refused(f"/ws/account/{account.pk}", [*elsewhere, *bearer(pair.access)])


def revoke(pair, key, trader):
    tokens_revoke(refresh_token=pair.refresh, origin=ORIGIN)
    api_key_revoke(owner_id=trader.pk, api_key_id=key[0].pk, origin=ORIGIN)


def force_logout(pair, key, trader):
    sessions_end(trader.pk, reason="Lost phone", with_api_keys=True, origin=ORIGIN)


def reuse(pair, key, trader):
    tokens_refresh(refresh_token=pair.refresh, origin=ORIGIN)
    with pytest.raises(Refused):
        tokens_refresh(refresh_token=pair.refresh, origin=ORIGIN)
    api_key_revoke(owner_id=trader.pk, api_key_id=key[0].pk, origin=ORIGIN)


@pytest.fixture
def codes(monkeypatch):
    """Let a first code of an app be good without the app."""
    monkeypatch.setattr(TotpDevice, "verify_unthrottled", lambda device, code: True)


def change_email(trader):
    email_change_request(user_id=trader.pk, new_email="trader.new@example.com", origin=ORIGIN)
    for mailbox in ("old", "new"):
        link = email_change_link(EmailChange.objects.get(user=trader), mailbox)
        email_change_confirm(request=visit_from(), token=link.rpartition("/")[2])


def set_up_a_second_step(trader):
    totp_prepare(user_id=trader.pk)
    totp_enable(request=visit_from(), user_id=trader.pk, code="123456")


@pytest.mark.parametrize("happens", [change_email, set_up_a_second_step])
async def test_sockets_of_tokens_and_browsers_close_after_a_change_of_credentials(
    account, pair, trader, codes, happens
):
    path, headers = f"/ws/account/{account.pk}", await in_thread(signed_in)(trader)
    async with Socket(path, bearer(pair.access)) as of_token, Socket(path, headers) as of_browser:
        await of_token.next("valuation")
        await of_browser.next("valuation")
        await in_thread(happens)(trader)
        async with asyncio.timeout(5):
            for socket in (of_token, of_browser):
                assert (await _close_frame(socket.communicator))["code"] == NOT_ALLOWED_CODE


@pytest.mark.parametrize("happens", [revoke, force_logout, reuse])
async def test_sockets_close_when_what_opened_them_ends(account, pair, key, trader, happens):
    """Within five seconds, at the product's own pace."""
    assert sessions.POLL_SECONDS + sessions.SIGN_OUT_SECONDS < 5
    path = f"/ws/account/{account.pk}"
    async with Socket(path, bearer(pair.access)) as of_token, Socket(path, key_header(key[1])) as of_key:
        await of_token.next("valuation")
        await of_key.next("valuation")
        await in_thread(happens)(pair, key, trader)
        async with asyncio.timeout(5):
            for socket in (of_token, of_key):
                assert (await _close_frame(socket.communicator))["code"] == NOT_ALLOWED_CODE


async def test_a_force_logout_closes_the_sockets_of_browsers(account, trader):
    headers = await in_thread(signed_in)(trader)
    async with Socket(f"/ws/account/{account.pk}", headers) as socket:
        await socket.next("valuation")
        await in_thread(sessions_end)(trader.pk, reason="Lost phone", origin=ORIGIN)
        async with asyncio.timeout(5):
            assert (await _close_frame(socket.communicator))["code"] == NOT_ALLOWED_CODE
    assert await refused(f"/ws/account/{account.pk}", headers)
