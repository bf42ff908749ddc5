"""The world on which the table of expectations is tried: people, objects, and how somebody calls an operation."""

import uuid
from collections.abc import Iterable
from copy import copy
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from accounts.credentials import key_credential
from accounts.models import Scope
from accounts.roles import Role, grant
from accounts.services.api_keys import api_key_create
from crm import models as crm
from crm.credentials import service_caller
from crm.services.keys import service_key_create
from forexpro.tests.authorisation.access import SERVICE_KEY, THE_OTHER, THE_OWNER, Operation
from forexpro.tests.authorisation.objects import make_objects
from forexpro.tests.authorisation.people import make_person, session_of
from forexpro.tests.authorisation.routes import address
from trading.tests.factories import ORIGIN

# What names nothing; other names of objects are numbers.
NOTHING = {"family_id": str(uuid.UUID(int=0)), "marketdata/symbol": "NOSUCH", "requirement": "no-such", "seq": "999999"}
NO_NUMBER = "999999999"


class World:
    """A client with one of everything, another client, and a person of each role."""

    def __init__(self) -> None:
        self.people = {THE_OWNER: make_person("owner"), THE_OTHER: make_person("other")}
        self.people |= {role.value: make_person(role.name.lower(), role) for role in Role if role.is_staff}
        self.names = make_objects(self.people)
        # One for all: each would set all the middleware up.
        self._client = Client(raise_request_exception=False)
        _key, self._service_key = service_key_create(name="crm", scopes=crm.Scope, origin=ORIGIN)
        service_caller(self._service_key, None)  # used already: the first use is written
        self._cookies = {actor: session_of(person) for actor, person in self.people.items()}

    def call(self, actor: str, line: str, operation: Operation, headers: dict[str, str] | None = None) -> Any:
        """Carry out an operation as somebody, with what the table sends to it."""
        method, _space, route = line.partition(" ")
        self._client.cookies.clear()
        if actor in self._cookies:
            self._client.cookies[settings.SESSION_COOKIE_NAME] = self._cookies[actor]
        body = {name: self._named(value) for name, value in operation.body.items()}
        options: dict[str, Any] = {"headers": {"Idempotency-Key": uuid.uuid4().hex, **(headers or {})}}
        if actor == SERVICE_KEY:
            options["headers"]["X-API-Key"] = self._service_key
        has_files = any(map(callable, operation.body.values()))
        if route.startswith(("api/", "market/", "crm/", "sso/impersonate")) and method != "GET" and not has_files:
            options["content_type"] = "application/json"
        return getattr(self._client, method.lower())(self.path(route, operation), body, **options)

    def path(self, route: str, operation: Operation) -> str:
        """Return the address of an operation on the objects of this world."""
        arguments = self.names | {name: self.names[instead] for name, instead in operation.arguments.items()}
        if route.startswith("admin/") and "object_id" not in arguments:
            model = "/".join(route.split("/")[1:3])
            arguments["object_id"] = self.names.get(model, "1")
        return address(route, arguments)

    def without_objects(self) -> "World":
        """Return this world with names in its addresses that nothing has."""
        empty = copy(self)
        empty.names = {
            name: NOTHING.get(name, NO_NUMBER) if name in NOTHING or name.endswith("_id") or "/" in name else value
            for name, value in self.names.items()
        }
        return empty

    def make_key(self, scopes: Iterable[Scope]) -> str:
        """Return the text of a new key of the owner that allows so much, used already: the first use is written."""
        allowed = sorted(scopes)
        _key, text = api_key_create(
            owner_id=self.people[THE_OWNER].pk,
            name=f"For {', '.join(allowed)}",
            scopes=allowed,
            lifetime=timedelta(days=30),
            origin=ORIGIN,
        )
        key_credential(text, None)
        return text

    def let_in(self, actor: str, session_key: str) -> None:
        """Let somebody else call operations, by a session of theirs."""
        self._cookies[actor] = session_key

    def cookie_header(self, actor: str) -> list[tuple[bytes, bytes]]:
        """Return the header with which the browser of somebody opens a socket."""
        cookie = self._cookies.get(actor)
        return [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())] if cookie else []

    def _named(self, value: Any) -> Any:
        """Return what is sent: texts with the names of objects in them, files made anew each time."""
        if callable(value):
            return value()
        return value.format_map(self.names) if isinstance(value, str) else value


def world_with_roles() -> World:
    """Return the world of the table; tests that are no transaction leave neither roles nor what they may do behind."""
    Group.objects.bulk_create([Group(name=role.value) for role in Role], ignore_conflicts=True)
    for grants in _grants():
        grants(apps, None)
    return World()


def _grants() -> list[Any]:
    """Return what the migrations run to grant permissions to roles, in their order."""
    loader = MigrationLoader(None)
    operations = [
        operation
        for migration in loader.graph.leaf_nodes()
        for name in loader.graph.forwards_plan(migration)
        for operation in loader.graph.nodes[name].operations
    ]
    found = {
        operation.code: None
        for operation in operations
        if isinstance(operation, RunPython) and operation.code.__module__ == grant.__module__
    }
    return list(found)
