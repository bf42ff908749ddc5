import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from forexpro.core.http.sessions import SessionStore
from forexpro.core.realtime import sessions
from forexpro.core.realtime.database import in_database
from forexpro.core.realtime.sessions import SessionWatch, Viewer, signed_in, with_viewer
from forexpro.core.realtime.wakeups import wake

pytestmark = pytest.mark.django_db(transaction=True)


async def seen(cookie: str | None):
    """Return the scope and the sender that an application behind `with_viewer` gets, and the sender given to it."""
    found = []

    async def application(scope, receive, send):
        found.extend((scope, send))

    async def send(message):
        raise AssertionError("nothing is sent")

    headers = [(b"cookie", f"sessionid={cookie}".encode())] if cookie else []
    await with_viewer(application)({"type": "websocket", "headers": headers}, None, send)
    return *found, send


def sign_in_now(email="viewer@example.com"):
    user = get_user_model().objects.create_user(email, "a long password")
    client = Client()
    client.force_login(user)
    return user, client.cookies["sessionid"].value


sign_in = in_database(sign_in_now)


async def test_the_viewer_is_whom_the_cookies_session_belongs_to():
    user, cookie = await sign_in()
    scope, _, _ = await seen(cookie)
    assert (scope["user"].pk, scope["session"].session_key) == (user.pk, cookie)


async def test_nobody_without_a_session():
    _, cookie = await sign_in()
    await in_database(Session.objects.all().delete)()
    for one in (None, "made-up", cookie):
        scope, _, _ = await seen(one)
        assert not scope["user"].is_authenticated


async def test_frames_go_to_the_server_without_a_detour():
    _, send, given = await seen(None)
    assert send is given


def end(user, cookie):
    Session.objects.filter(pk=cookie).delete()


def expire(user, cookie):
    Session.objects.filter(pk=cookie).update(expire_date=timezone.now() - timedelta(seconds=1))


def outlive(user, cookie):
    """Have it go on in use past the time that a session lasts at most."""
    session = SessionStore(cookie)
    session["signed_in_at"] = timezone.now().timestamp() - settings.SESSION_COOKIE_AGE
    session.save()


def suspend(user, cookie):
    user.is_active = False
    user.save()


def change_password(user, cookie):
    user.set_password("another long password")
    user.save()


@pytest.mark.parametrize("happens", [end, expire, outlive, suspend, change_password])
def test_what_ends_a_session(happens):
    (user, cookie), (other, other_cookie) = sign_in_now(), sign_in_now("other@example.com")
    viewer, neighbour = Viewer(cookie, user.pk), Viewer(other_cookie, other.pk)
    assert signed_in([viewer, neighbour]) == {viewer, neighbour}
    happens(user, cookie)
    assert signed_in([viewer, neighbour]) == {neighbour}


def test_a_session_is_one_persons():
    (_, cookie), (other, _) = sign_in_now(), sign_in_now("other@example.com")
    assert signed_in([Viewer(cookie, other.pk)]) == set()


def test_all_sessions_are_looked_at_in_two_queries(django_assert_num_queries):
    signed = [sign_in_now(f"viewer{number}@example.com") for number in range(5)]
    viewers = [Viewer(cookie, user.pk) for user, cookie in signed]
    with django_assert_num_queries(2):
        assert signed_in(viewers) == set(viewers)


async def test_sockets_of_an_ended_session_hear_of_it_once_though_the_wake_up_was_lost(redis, monkeypatch):
    monkeypatch.setattr(sessions, "POLL_SECONDS", 0.05)
    user, cookie = await sign_in()
    watch, heard = SessionWatch(), asyncio.Queue()
    unfollow = [watch.follow(Viewer(cookie, user.pk), lambda name=name: heard.put_nowait(name)) for name in range(3)]
    unfollow[0]()
    await in_database(end)(user, cookie)
    async with asyncio.timeout(10):
        assert {await heard.get(), await heard.get()} == {1, 2}
        for one in unfollow[1:]:
            one()
        await watch._task
    assert heard.empty()


async def test_a_wake_up_is_heard_at_once_by_a_socket_whose_neighbour_has_left(redis, monkeypatch):
    monkeypatch.setattr(sessions, "POLL_SECONDS", 3600)
    monkeypatch.setattr(sessions, "SIGN_OUT_SECONDS", 0)
    user, cookie = await sign_in()
    watch, ended = SessionWatch(), asyncio.Event()
    first = watch.follow(Viewer(cookie, user.pk), lambda: None)
    last = watch.follow(Viewer(cookie, user.pk), ended.set)
    first()
    await in_database(end)(user, cookie)
    async with asyncio.timeout(10):
        while not ended.is_set():  # whoever publishes cannot know whether the subscription stands already
            await sync_to_async(wake)([f"user:{user.pk}"])
            await asyncio.sleep(0.05)
        last()
        watch._something.set()
        await watch._task


async def test_a_database_out_of_reach_ends_no_session(redis, monkeypatch):
    monkeypatch.setattr(sessions, "POLL_SECONDS", 0.05)
    asked = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def unreachable(viewers):
        loop.call_soon_threadsafe(asked.put_nowait, viewers)
        raise DatabaseError

    monkeypatch.setattr(sessions, "signed_in", unreachable)
    watch, ended = SessionWatch(), []
    unfollow = watch.follow(Viewer("key", 1), lambda: ended.append(1))
    async with asyncio.timeout(10):
        await asked.get()
        await asked.get()
        unfollow()
        await watch._task
    assert ended == []
