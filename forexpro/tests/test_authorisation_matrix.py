"""Every operation of the URLconf, tried as everybody: who reaches it, and that nothing changes for those who do not.

What a route is for stands in `authorisation/expectations`: one line for each operation. The effect of a line is
proved, too: a body without effect could not show that a refusal is one.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Scope
from forexpro.tests.authorisation.access import ANONYMOUS, THE_OWNER, Operation, actors_of, tried_for
from forexpro.tests.authorisation.expectations import AREAS, TABLE
from forexpro.tests.authorisation.outcomes import Fingerprint, changed_since, fingerprint, is_reached, is_refused
from forexpro.tests.authorisation.routes import ASKED_OF_PAGES, http_routes, methods_of, parameters_of
from forexpro.tests.authorisation.surroundings import surroundings
from forexpro.tests.authorisation.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db, redis, tmp_path):
    with surroundings(tmp_path):
        yield World()


# --- Nothing is forgotten ------------------------------------------------------------------------
def test_every_route_has_its_lines():
    lines = {tuple(line.split(" ", 1)) for line in TABLE}
    missing = []
    for route, view in http_routes().items():
        known = {method for method, path in lines if path == route}
        missing += [f"{method} {route}" for method in sorted((methods_of(view) or set()) - known)]
        if not known:
            missing.append(f"GET {route}")
    assert not missing, "Say in `expectations` who may do this:\n" + "\n".join(missing)


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


# --- Everybody tries everything ------------------------------------------------------------------
@pytest.mark.parametrize("area", AREAS)
def test_who_reaches_what(world, area):
    before = fingerprint()
    faults = [fault for line, operation in AREAS[area].items() for fault in tried(world, before, line, operation)]
    assert not faults, "\n".join(faults)


def tried(world: World, before: Fingerprint, line: str, operation: Operation) -> Iterator[str]:
    """Yield what is not as its line says, and leave everything as it was."""
    savepoint = transaction.savepoint()
    for actor in actors_of(line):
        if actor in operation.access:
            continue
        response = world.call(actor, line, operation)
        answered_alike = operation.is_quiet and is_reached(response)
        if not answered_alike and not is_refused(line, actor, response):
            yield f"{line}: {actor} is not refused as is usual there: {described(response)}"
    if changed := changed_since(before):
        yield f"{line}: those who were refused have changed {changed}"
    transaction.savepoint_rollback(savepoint)
    for actor in tried_for(operation.access):
        savepoint = transaction.savepoint()
        response = world.call(actor, line, operation)
        changed = changed_since(before)
        if not is_reached(response):
            yield f"{line}: {actor} is refused: {described(response)}"
        elif operation.has_effect and not changed:
            yield f"{line}: {actor} has changed nothing: {described(response)}"
        if changed and not operation.has_effect:
            yield f"{line}: {actor} should change nothing and has changed {changed}"
        transaction.savepoint_rollback(savepoint)


def described(response: Any) -> str:
    return f"{response.status_code} {response.get('Location', '')} {response.content[:200]!r}"


def test_other_methods_than_those_of_the_table_change_nothing(world):
    before = fingerprint()
    routes = {line.split(" ", 1)[1] for line in TABLE}
    untold = [f"{method} {route}" for route in sorted(routes) for method in ASKED_OF_PAGES]
    for line in untold:
        for actor in (ANONYMOUS, THE_OWNER, "Super admin") if line not in TABLE else ():
            response = world.call(actor, line, Operation(frozenset()))
            assert response.status_code < 500, f"{line}: {actor} gets {response.status_code}"
            assert not changed_since(before), f"{line}: {actor} has changed something"


def test_what_does_not_exist_is_not_found_and_no_error(world):
    """An address whose object is gone, or was guessed, is answered in the same way as one that belongs to others."""
    before = fingerprint()
    world = world.without_objects()
    faults = []
    for line, operation in TABLE.items():
        for actor in (THE_OWNER, "Super admin") if parameters_of(line) else ():
            savepoint = transaction.savepoint()
            response = world.call(actor, line, operation)
            if response.status_code >= 500 or changed_since(before):
                faults.append(f"{line}: {actor} gets {described(response)}, {changed_since(before)}")
            transaction.savepoint_rollback(savepoint)
    assert not faults, "\n".join(faults)


# --- Keys ----------------------------------------------------------------------------------------
def test_a_key_does_what_it_was_made_for_and_nothing_else(world):
    only = {scope: world.make_key({scope}) for scope in Scope}
    others = {scope: world.make_key(set(Scope) - {scope}) for scope in Scope} | {None: world.make_key(Scope)}
    before = fingerprint()
    faults = []
    for line, operation in TABLE.items():
        if " api/v1/" not in line or "/auth/" in line:
            continue
        response = world.call(ANONYMOUS, line, operation, {"X-API-Key": others[operation.scope]})
        codes = {"scope_missing"} if operation.scope else {"api_key_not_enough", "confirmation_required"}
        if response.status_code != 403 or response.json()["error"]["code"] not in codes:
            faults.append(f"{line}: a key without the scope {operation.scope} gets {described(response)}")
        if changed := changed_since(before):
            faults.append(f"{line}: a key without the scope {operation.scope} has changed {changed}")
        if operation.scope is None:
            continue
        savepoint = transaction.savepoint()
        if not is_reached(response := world.call(ANONYMOUS, line, operation, {"X-API-Key": only[operation.scope]})):
            faults.append(f"{line}: a key for {operation.scope} is refused: {described(response)}")
        transaction.savepoint_rollback(savepoint)
    assert not faults, "\n".join(faults)
