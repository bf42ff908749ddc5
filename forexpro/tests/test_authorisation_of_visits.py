"""Every operation of the URLconf, tried in a visit: looking is allowed, and changes only as the visit's scopes say."""

from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from accounts.models import Scope, Visit
from accounts.roles import Role
from accounts.services.visits import visit_grant
from forexpro.tests.authorisation.access import THE_OWNER, Operation
from forexpro.tests.authorisation.expectations import AREAS, TABLE
from forexpro.tests.authorisation.outcomes import changed_since, fingerprint, is_reached
from forexpro.tests.authorisation.surroundings import surroundings
from forexpro.tests.authorisation.world import World
from forexpro.tests.test_authorisation_matrix import described
from trading.tests.factories import ORIGIN

pytestmark = pytest.mark.django_db

VISITOR = "visitor"
# What was tried is written down, of course.
WRITTEN_DOWN = {"accounts_visitstep"}
CLIENTS_OWN = [name for name in AREAS if not name.startswith("back office")]
# What only the client may be, whatever a visit may do: who they are, what they have read, which accounts they open.
NEVER = ("funding/account", "trade/demo", "verification", "api/v1/kyc/", "api/v1/auth/", "profile", "notices")
MONEY = ("funding/", "api/v1/deposits", "api/v1/withdrawals", "api/v1/transfers")
ENDS_IT = ("POST sso/end", "POST sign-out")


@pytest.fixture
def world(db, redis, tmp_path):
    with surroundings(tmp_path):
        yield World()


def visit(world: World, *scopes: Scope) -> Visit:
    """Let the support visit the owner, as `VISITOR`."""
    helper = world.people[Role.SUPPORT.value]
    begun, token = visit_grant(
        issuer=f"staff:{helper.pk}",
        admin_id="17",
        admin_name="Maria Keller",
        client_id=world.people[THE_OWNER].pk,
        reason="Looked into",
        scopes=[scope.value for scope in scopes],
        origin=ORIGIN,
    )
    client = Client()
    assert client.get("/sso/consume", {"token": token.text}).status_code == 302
    world.let_in(VISITOR, client.cookies[settings.SESSION_COOKIE_NAME].value)
    return begun


def changes_something(line: str, operation: Operation) -> bool:
    return not line.startswith("GET ") and operation.has_effect and line not in ENDS_IT


def refusal_of(response: Any) -> str:
    """Return by which rule of visits a response refuses; empty for another answer."""
    if response.status_code != 403:
        return ""
    if response["Content-Type"] == "application/json":
        return str(response.json()["error"]["code"])
    text = response.content.decode()
    return "page" if "Not in a visit" in text else ""


@pytest.mark.parametrize("area", CLIENTS_OWN)
def test_a_visit_changes_nothing(world, area):
    visit(world)
    before = fingerprint()
    faults = []
    for line, operation in AREAS[area].items():
        if THE_OWNER not in operation.access or line in ENDS_IT:
            continue
        savepoint = transaction.savepoint()
        response = world.call(VISITOR, line, operation)
        changed = set(changed_since(before)) - WRITTEN_DOWN
        if changed:
            faults.append(f"{line}: a visit has changed {changed}")
        if changes_something(line, operation) and not refusal_of(response):
            faults.append(f"{line}: not refused: {described(response)}")
        transaction.savepoint_rollback(savepoint)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("scopes", [(Scope.TRADE,), (Scope.FUNDING,)])
def test_a_scope_allows_what_it_names_and_nothing_else(world, scopes):
    visit(world, *scopes)
    before = fingerprint()
    faults = []
    for line, operation in TABLE.items():
        route = line.partition(" ")[2]
        if THE_OWNER not in operation.access or not changes_something(line, operation) or route.startswith("sso/"):
            continue
        is_funding = route.startswith(MONEY)
        is_trading = route.startswith(("trade/", "api/v1/accounts/"))
        allowed = not route.startswith(NEVER) and (
            (is_funding and Scope.FUNDING in scopes) or (is_trading and Scope.TRADE in scopes)
        )
        savepoint = transaction.savepoint()
        response = world.call(VISITOR, line, operation)
        changed = set(changed_since(before)) - WRITTEN_DOWN
        if allowed and not (is_reached(response) and changed):
            faults.append(f"{line}: {scopes} should allow it: {described(response)} {changed}")
        if not allowed and (changed or not refusal_of(response)):
            faults.append(f"{line}: {scopes} should not allow it: {described(response)} {changed}")
        transaction.savepoint_rollback(savepoint)
    assert not faults, "\n".join(faults)


def test_a_visit_opens_nothing_of_the_back_office(world):
    visit(world, Scope.TRADE, Scope.FUNDING)
    before = fingerprint()
    for name, area in AREAS.items():
        for line, operation in area.items() if name.startswith("back office") else ():
            response = world.call(VISITOR, line, operation)
            assert not is_reached(response) or response.status_code in (301, 302), f"{line}: {described(response)}"
    assert not set(changed_since(before)) - WRITTEN_DOWN
