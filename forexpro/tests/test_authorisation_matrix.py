"""Every operation of the URLconf, tried as everybody: who reaches it, and that nothing changes for those who do not.

What a route is for stands in `authorisation/expectations.py`: one line for each operation. The effect of a line is
proved, too: a body without effect could not show that a refusal is one.
"""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import transaction

from accounts.models import Scope
from forexpro.asgi import application
from forexpro.tests.authorisation.access import ACTORS, ANONYMOUS, THE_OWNER, Operation, tried_for
from forexpro.tests.authorisation.expectations import AREAS, SOCKETS, TABLE
from forexpro.tests.authorisation.routes import ASKED_OF_PAGES, http_routes, methods_of, parameters_of, socket_routes
from forexpro.tests.authorisation.world import World, changed_since, fingerprint, is_reached, is_refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis")]


@pytest.fixture(autouse=True)
def _everybody_may_ask_often(settings, monkeypatch):
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)  # a refusal is a line with a traceback
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "")
    for cost, least in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
        monkeypatch.setattr(Argon2PasswordHasher, cost, least)


@pytest.fixture
def world(redis, db, _everybody_may_ask_often):
    return World()


# --- Nothing is forgotten ------------------------------------------------------------------------
def test_every_route_has_its_lines():
    lines = {tuple(line.split(" ", 1)) for line in TABLE}
    missing = []
    for route, view in http_routes().items():
        known = {method for method, path in lines if path == route}
        missing += [f"{method} {route}" for method in sorted((methods_of(view) or set()) - known)]
        if not known:
            missing.append(f"GET {route}")
    assert not missing, "Say in expectations.py who may do this:\n" + "\n".join(missing)


def test_every_line_has_its_route():
    routes = http_routes()
    unknown = [line for line in TABLE if line.split(" ", 1)[1] not in routes]
    for line in set(TABLE) - set(unknown):
        method, route = line.split(" ", 1)
        methods = methods_of(routes[route])
        if methods is not None and method not in methods:
            unknown.append(line)
    assert not unknown, "There is no such operation (any more):\n" + "\n".join(unknown)
    assert len(TABLE) == sum(len(area) for area in AREAS.values()), "A line stands in two areas."


def test_every_socket_has_its_line():
    assert {line.partition("?")[0] for line in SOCKETS} == socket_routes()


# --- Everybody tries everything ------------------------------------------------------------------
@pytest.mark.parametrize("area", AREAS)
def test_who_reaches_what(world, area):
    faults = [fault for line, operation in AREAS[area].items() for fault in tried(world, line, operation)]
    assert not faults, "\n".join(faults)


def tried(world: World, line: str, operation: Operation) -> Iterator[str]:
    before = fingerprint()
    for actor in ACTORS:
        if actor in operation.access:
            continue
        response = world.call(actor, line, operation)
        answered_alike = operation.is_quiet and is_reached(response)
        if not answered_alike and not is_refused(line, actor, response):
            yield f"{line}: {actor} is not refused as is usual there: {described(response)}"
    if changed := changed_since(before):
        yield f"{line}: those who were refused have changed {changed}"
    for actor in tried_for(operation.access):
        savepoint = transaction.savepoint() if operation.has_effect else None
        response = world.call(actor, line, operation)
        if not is_reached(response):
            yield f"{line}: {actor} is refused: {described(response)}"
        elif operation.has_effect and not changed_since(before):
            yield f"{line}: {actor} has changed nothing: {described(response)}"
        if savepoint:
            transaction.savepoint_rollback(savepoint)
    if changed := changed_since(before):
        yield f"{line}: what should change nothing has changed {changed}"


def described(response: Any) -> str:
    return f"{response.status_code} {response.get('Location', '')} {response.content[:200]!r}"


@pytest.mark.parametrize("area", AREAS)
def test_other_methods_than_those_of_the_table_change_nothing(world, area):
    before = fingerprint()
    routes = {line.split(" ", 1)[1] for line in AREAS[area]}
    for route in sorted(routes):
        for method in ASKED_OF_PAGES:
            if f"{method} {route}" not in TABLE:
                for actor in (ANONYMOUS, THE_OWNER, "Super admin"):
                    response = world.call(actor, f"{method} {route}", Operation(frozenset()))
                    assert response.status_code < 500, f"{method} {route}: {actor} gets {response.status_code}"
    assert not changed_since(before)


@pytest.mark.parametrize("area", AREAS)
def test_what_does_not_exist_is_not_found_and_no_error(world, area):
    """An address whose object is gone, or was guessed, is answered in the same way as one that belongs to others."""
    before = fingerprint()
    world.forget_objects()
    faults = []
    for line, operation in AREAS[area].items():
        for actor in (THE_OWNER, "Super admin") if parameters_of(line) else ():
            savepoint = transaction.savepoint()
            response = world.call(actor, line, operation)
            if response.status_code >= 500 or changed_since(before):
                faults.append(f"{line}: {actor} gets {described(response)}, {changed_since(before)}")
            transaction.savepoint_rollback(savepoint)
    assert not faults, "\n".join(faults)


# --- Keys ----------------------------------------------------------------------------------------
def test_a_key_that_may_only_look_changes_nothing(world):
    """And one that may only trade sees nothing: each operation takes the scope that it is for."""
    text = {scope: world.make_key(scope) for scope in Scope}
    before = fingerprint()
    faults = []
    for line, operation in AREAS["api"].items():
        if not line.partition(" ")[2].startswith("api/v1/") or "/auth/" in line:
            continue
        needed = Scope.TRADE if operation.has_effect else Scope.READ
        lacking = Scope.READ if operation.has_effect else Scope.TRADE
        response = world.call(ANONYMOUS, line, operation, {"X-API-Key": text[lacking]})
        if response.status_code != 403 or response.json()["error"]["code"] != "scope_missing":
            faults.append(f"{line}: a key for {lacking} gets {response.status_code}")
        if changed := changed_since(before):
            faults.append(f"{line}: a key for {lacking} has changed {changed}")
        savepoint = transaction.savepoint()
        if not is_reached(world.call(ANONYMOUS, line, operation, {"X-API-Key": text[needed]})):
            faults.append(f"{line}: a key for {needed} is refused")
        transaction.savepoint_rollback(savepoint)
    assert not faults, "\n".join(faults)


# --- Sockets -------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
async def test_who_opens_which_socket():
    world = await sync_to_async(World)()
    opened = {}
    for line, operation in SOCKETS.items():
        path = world.path(line, operation).format_map(world.names)
        opened[line] = frozenset([actor for actor in ACTORS if await opens(path, world.cookie_header(actor))])
    assert opened == {line: operation.access for line, operation in SOCKETS.items()}


async def opens(path: str, headers: list[tuple[bytes, bytes]]) -> bool:
    communicator = WebsocketCommunicator(application, path, headers=[(b"origin", b"http://localhost"), *headers])
    connected, _code = await communicator.connect(timeout=10)
    await communicator.disconnect()
    return bool(connected)
