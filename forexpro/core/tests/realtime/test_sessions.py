import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client

from forexpro.core.realtime.sessions import with_viewer

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


@sync_to_async
def sign_in():
    user = get_user_model().objects.create_user("viewer@example.com", "a long password")
    client = Client()
    client.force_login(user)
    return user, client.cookies["sessionid"].value


async def test_the_viewer_is_whom_the_cookies_session_belongs_to():
    user, cookie = await sign_in()
    scope, _, _ = await seen(cookie)
    assert (scope["user"].pk, scope["session"].session_key) == (user.pk, cookie)


async def test_nobody_without_a_session():
    _, cookie = await sign_in()
    await Session.objects.all().adelete()
    for one in (None, "made-up", cookie):
        scope, _, _ = await seen(one)
        assert not scope["user"].is_authenticated


async def test_frames_go_to_the_server_without_a_detour():
    _, send, given = await seen(None)
    assert send is given
