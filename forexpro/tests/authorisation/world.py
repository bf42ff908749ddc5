"""The people and objects on which the table of expectations is tried, and how to tell that nothing has changed."""

import time
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from accounts.credentials import key_credential
from accounts.models import RefreshFamily, Scope, SignedInSession, User
from accounts.roles import Role
from accounts.services.api_keys import api_key_create
from accounts.services.registration import email_verify_apply, user_create
from accounts.services.tokens import tokens_issue
from forexpro.core.models import Event, EventAnchor, EventVerification
from forexpro.core.schedules.scheduler import schedule_install
from forexpro.tests.authorisation.access import ANONYMOUS, THE_OTHER, THE_OWNER, Operation
from forexpro.tests.authorisation.expectations import PASSWORD
from forexpro.tests.authorisation.routes import address
from trading.engine.state import OrderType, Side
from trading.models import ConditionsVersion, Deal, LedgerTransaction
from trading.services.accounts import account_set_trading
from trading.services.orders import order_place
from trading.tests.factories import ORIGIN, make_account, make_group, make_symbols, set_price

# Sessions are how a caller is known, and are written by looking at pages too.
NOT_COMPARED = {"django_migrations", "django_session"}


class World:
    """A client with a demo account on which there is one of everything, another client, and a person of each role."""

    def __init__(self) -> None:
        self.people = {THE_OWNER: _person("owner", Role.TRADER), THE_OTHER: _person("other", Role.TRADER)}
        self.people |= {role.value: _person(role.name.lower(), role) for role in Role if role.is_staff}
        self.names = self._objects()
        # One for all: each would set all the middleware up.
        self._client = Client(raise_request_exception=False)
        self._cookies = {actor: _session_of(person) for actor, person in self.people.items()}

    def _objects(self) -> dict[str, str]:
        owner = self.people[THE_OWNER]
        schedule_install(settings.CELERY_BEAT_SCHEDULE)
        make_symbols()
        set_price("EURUSD", "1.10000", "1.10010")
        account = make_account(owner)
        make_account(self.people[THE_OTHER])
        disabled = make_account(self.people[THE_OTHER])
        account_set_trading(account_id=disabled.pk, enabled=False, origin=ORIGIN)
        suspended = _person("suspended", Role.TRADER)
        User.objects.filter(pk=suspended.pk).update(is_active=False)
        api_key, _text = api_key_create(
            owner_id=owner.pk, name="Bot", scopes=[Scope.READ], lifetime=timedelta(days=30), origin=ORIGIN
        )
        # Everybody has a program that is signed in.
        tokens = {name: tokens_issue(user=person, origin=ORIGIN) for name, person in self.people.items()}
        long = _order(account, OrderType.MARKET)
        names = {
            "account_id": account.pk,
            "position_id": long,
            "opposite_position_id": _order(account, OrderType.MARKET, side=Side.SELL),
            "order_id": _order(account, OrderType.LIMIT, price=Decimal("1.05")),
            "seq": Event.objects.filter(stream=f"account:{account.pk}", type="order.filled").earliest("id").seq,
            "disabled_account_id": disabled.pk,
            "api_key_id": api_key.pk,
            "owner_email": owner.email,
            "suspended_id": suspended.pk,
            "refresh_token": tokens["owner"].refresh,
            "family_id": RefreshFamily.objects.get(user=owner).pk,
            "signed_in_id": SignedInSession.objects.create(
                session=Session.objects.get(pk=_session_of(owner)),
                user=owner,
                signed_in_at=timezone.now(),
                last_seen_at=timezone.now(),
            ).pk,
            # What the back office calls an object, by its model.
            "core/event": Event.objects.latest("id").pk,
            "core/eventanchor": EventAnchor.objects.create(before_xid=1, streams=1, hash="0" * 64).pk,
            "core/eventverification": EventVerification.objects.create(
                started_at=timezone.now(), streams=1, events=1, anchors=1, faulty_streams=0
            ).pk,
            "accounts/user": owner.pk,
            "marketdata/symbol": "EURUSD",
            "trading/accountgroup": account.group_id,
            "trading/tradingaccount": account.pk,
            "trading/order": long,
            "trading/position": long,
            "trading/deal": Deal.objects.earliest("id").pk,
            "trading/conditionsversion": ConditionsVersion.objects.earliest("id").pk,
            "django_celery_beat/periodictask": PeriodicTask.objects.get(name="sweep-margins").pk,
            "other_group_id": make_group("Other").pk,
            "trading/ledgertransaction": LedgerTransaction.objects.earliest("id").pk,
            # What proves nothing to anybody.
            "token": "forged",
            "uid": "MQ",
            "content_type_id": 1,
            "app_label": "trading/",
            "url": "no-such-page/",
        }
        return {name: str(value) for name, value in names.items()}

    def call(self, actor: str, line: str, operation: Operation, headers: dict[str, str] | None = None) -> Any:
        """Carry out an operation as somebody, with what the table sends to it."""
        method, _space, route = line.partition(" ")
        self._client.cookies.clear()
        if actor in self._cookies:
            self._client.cookies[settings.SESSION_COOKIE_NAME] = self._cookies[actor]
        body = {name: self._named(value) for name, value in operation.body.items()}
        options: dict[str, Any] = {"headers": {"Idempotency-Key": uuid.uuid4().hex, **(headers or {})}}
        if route.startswith(("api/", "market/")) and method != "GET":
            options["content_type"] = "application/json"
        return getattr(self._client, method.lower())(self.path(route, operation), body, **options)

    def path(self, route: str, operation: Operation) -> str:
        """Return the address of an operation on the objects of this world."""
        arguments = self.names | {name: self.names[instead] for name, instead in operation.arguments.items()}
        if route.startswith("admin/") and "object_id" not in arguments:
            model = "/".join(route.split("/")[1:3])
            arguments["object_id"] = self.names.get(model, "1")
        return address(route, arguments)

    def forget_objects(self) -> None:
        """Let every address from now on name something that there is not."""
        nothing = {"family_id": str(uuid.uuid4()), "marketdata/symbol": "NOSUCH"}
        for name in self.names:
            if name.endswith("_id") or "/" in name or name == "seq":
                self.names[name] = nothing.get(name, "999999999")

    def make_key(self, scope: Scope) -> str:
        """Return the text of a new key of the owner that allows one thing, used already: the first use is written."""
        options: dict[str, Any] = {"scopes": [scope], "lifetime": timedelta(days=30), "origin": ORIGIN}
        _key, text = api_key_create(owner_id=self.people[THE_OWNER].pk, name=f"For {scope}", **options)
        key_credential(text, None)
        return text

    def cookie_header(self, actor: str) -> list[tuple[bytes, bytes]]:
        """Return the header with which the browser of somebody opens a socket."""
        cookie = self._cookies.get(actor)
        return [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())] if cookie else []

    def _named(self, value: Any) -> Any:
        return value.format_map(self.names) if isinstance(value, str) else value


def fingerprint() -> dict[str, str]:
    """Return a hash of every table's rows."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - NOT_COMPARED)
        rows = " UNION ALL ".join(
            f"SELECT '{table}', md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {table} t"
            for table in tables
        )
        cursor.execute(rows)
        return dict(cursor.fetchall())


def changed_since(before: dict[str, str]) -> list[str]:
    """Return the tables that are not as they were."""
    now = fingerprint()
    return sorted(table for table in now if now[table] != before.get(table))


def leads_to_sign_in(response: HttpResponse) -> bool:
    """Return whether a response asks somebody to sign in, and to come back."""
    target = response.get("Location", "") if response.status_code == 302 else ""
    return target.startswith(("/sign-in?next=", "/admin/login/?next="))


def is_refused(line: str, actor: str, response: HttpResponse) -> bool:
    """Return whether a response refuses in the way that the place has for this caller."""
    path = line.partition(" ")[2]
    if path.startswith(("api/", "market/")):
        return response.status_code == (401 if actor == ANONYMOUS else 404)
    if actor == ANONYMOUS:
        return leads_to_sign_in(response) or response.status_code == 404
    if path.startswith("admin/"):
        return leads_to_sign_in(response) or response.status_code in (403, 404)
    return response.status_code == 404


def is_reached(response: HttpResponse) -> bool:
    """Return whether a response is that of an operation that was let through, whatever it made of the body."""
    return (
        response.status_code < 500
        and response.status_code not in (401, 403, 404, 405)
        and not leads_to_sign_in(response)
    )


def _person(name: str, role: Role) -> User:
    with transaction.atomic():
        user = user_create(
            email=f"{name}@example.org", full_name=f"The {name}", password=PASSWORD, role=role, origin=ORIGIN
        )
        email_verify_apply(user, origin=ORIGIN)
    return user


def _session_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    session = client.session
    session["confirmed_at"] = time.time()  # as after giving the password
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _order(account: Any, type: OrderType, side: Side = Side.BUY, **prices: Decimal) -> int:
    answer = order_place(
        account_id=account.pk, symbol="EURUSD", side=side, type=type, volume=Decimal("0.10"), origin=ORIGIN, **prices
    )
    assert answer.order_id is not None
    return answer.order_id
