"""Who opens a WebSocket: read when it opens, watched until their session, or what else let them in, ends."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import Any, NamedTuple, Protocol, Self
from weakref import WeakKeyDictionary

from channels.auth import AuthMiddleware
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.db import DatabaseError
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from forexpro.core.http.sessions import SessionStore, lifetime_over
from forexpro.core.realtime.database import in_database
from forexpro.core.realtime.wakeups import wakeup_hub

logger = logging.getLogger(__name__)

# An ended session closes its sockets within five seconds, even when nobody heard that it ended.
POLL_SECONDS = 3
# A sign-out records its event before it deletes the session.
SIGN_OUT_SECONDS = 1


class SessionReader:
    """Put the session of the cookie into the scope.

    Sockets never write sessions. Channels' own middleware asks before every frame whether this one was, which takes a
    tenth of what a price socket costs.
    """

    def __init__(self, application: Callable[..., Awaitable[None]]):
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        session = SessionStore(scope["cookies"].get(settings.SESSION_COOKIE_NAME))
        await self._application({**scope, "session": session}, receive, send)


def with_viewer(application: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return `application` with the session and the user of the cookie in its scope."""
    wrapped: Callable[..., Awaitable[None]] = CookieMiddleware(SessionReader(AuthMiddleware(application)))
    return wrapped


class Viewer(Protocol):
    """Who opened a socket, and what let them in; one kind of it for each kind of credential. Hashable."""

    @property
    def user_id(self) -> int: ...

    @classmethod
    def holding(cls, viewers: Collection[Any]) -> "set[Any]":
        """Return those of this kind whom what let them in still lets in, in as few queries for one as for all."""


class SessionViewer(NamedTuple):
    """Who opened a socket, and by which session."""

    session_key: str
    user_id: int

    @classmethod
    def holding(cls, viewers: Collection[Self]) -> set[Self]:
        """Return those whose sessions are neither expired nor ended, nor the person suspended or the password new.

        Two queries, however many there are.
        """
        now = timezone.now()
        keys = {viewer.session_key for viewer in viewers}
        stored = SessionStore.get_model_class().objects.filter(session_key__in=keys, expire_date__gt=now)
        sessions = {session.session_key: session.get_decoded() for session in stored}
        users = get_user_model().objects.filter(is_active=True).in_bulk({viewer.user_id for viewer in viewers})
        return {
            viewer
            for viewer in viewers
            if (session := sessions.get(viewer.session_key))
            and (user := users.get(viewer.user_id))
            and not lifetime_over(session, now)
            and session.get(SESSION_KEY) == str(user.pk)
            and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        }


def viewer_of(scope: dict[str, Any]) -> Viewer:
    """Return who opened the socket of a signed-in person: by what its headers showed, else by the session."""
    shown: Viewer | None = scope.get("viewer")
    return shown or SessionViewer(scope["session"].session_key, scope["user"].pk)


def still_signed_in(viewers: Collection[Viewer]) -> set[Viewer]:
    """Return those whom what let them in still lets in."""
    by_kind: dict[type[Viewer], list[Viewer]] = defaultdict(list)
    for viewer in viewers:
        by_kind[type(viewer)].append(viewer)
    return {viewer for kind, of_kind in by_kind.items() for viewer in kind.holding(of_kind)}


class SessionWatch:
    """Tells the sockets of one event loop when their viewers' sessions have ended.

    It looks at all of them together, every few seconds and when the log says something of one of their users.
    """

    def __init__(self) -> None:
        self._followers: dict[Viewer, set[Callable[[], None]]] = defaultdict(set)
        self._something = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def follow(self, viewer: Viewer, ended: Callable[[], None]) -> Callable[[], None]:
        """Call `ended` once when the session has ended; return what ends the watch before."""
        self._followers[viewer].add(ended)
        # A function of its own for each: the hub knows followers of one stream by their callbacks.
        unfollow_wakeups = wakeup_hub().follow(f"user:{viewer.user_id}", lambda: self._something.set())
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        return partial(self._unfollow, viewer, ended, unfollow_wakeups)

    def _unfollow(self, viewer: Viewer, ended: Callable[[], None], unfollow_wakeups: Callable[[], None]) -> None:
        unfollow_wakeups()
        self._followers[viewer].discard(ended)
        if not self._followers[viewer]:
            del self._followers[viewer]

    async def _run(self) -> None:
        while self._followers:
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._something.wait()
                await asyncio.sleep(SIGN_OUT_SECONDS)
            except TimeoutError:
                pass
            self._something.clear()
            try:
                await self._look()
            except DatabaseError as error:
                logger.warning("sessions of open sockets not checked, trying again: %s", error)

    async def _look(self) -> None:
        if not (viewers := set(self._followers)):
            return
        for viewer in viewers - await in_database(still_signed_in)(viewers):
            for ended in self._followers.pop(viewer, set()):
                ended()


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, SessionWatch] = WeakKeyDictionary()


def session_watch() -> SessionWatch:
    """Return the watch of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _watches:
        _watches[loop] = SessionWatch()
    return _watches[loop]
