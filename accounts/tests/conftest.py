import re
from base64 import b32decode
from functools import partial

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import AnonymousUser, Group
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone
from django_otp.oath import TOTP

from accounts.devices import token_hash
from accounts.models import BackupCode, KnownDevice, TotpDevice
from accounts.roles import Role
from accounts.services.registration import email_verify_apply, user_create
from accounts.services.second_factor import HASHER
from forexpro.celery import app
from forexpro.core.events.chain import Origin
from forexpro.core.http.sessions import SessionStore

ORIGIN = Origin(actor="visitor", request_id="test-request", ip="203.0.113.9")
PASSWORD = "plum-Tree-93-lane"


@pytest.fixture(autouse=True)
def _mails_sent_at_once(settings):
    """Run tasks where they are queued: there is no worker in these tests."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch):
    """Hash with the real algorithm at its lowest cost: these tests hash hundreds of passwords."""
    for cost, least in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
        monkeypatch.setattr(Argon2PasswordHasher, cost, least)


@pytest.fixture
def roles(db):
    """The groups of the migration, also after a transactional test has emptied all tables."""
    for role in Role:
        Group.objects.get_or_create(name=role.value)


@pytest.fixture
def committing(django_capture_on_commit_callbacks):
    """Return a context after which what waits for the commit has run."""
    return partial(django_capture_on_commit_callbacks, execute=True)


@pytest.fixture
def person(roles):
    """Return what creates a verified person of a role."""

    def create(email, role=Role.TRADER, *, verified=True, password=PASSWORD, full_name="Ada Lovelace"):
        with transaction.atomic():
            user = user_create(email=email, full_name=full_name, password=password, role=role, origin=ORIGIN)
            if verified:
                email_verify_apply(user, origin=ORIGIN)
        return user

    return create


def user_roles(user):
    """Return the roles of a person, lowest first."""
    names = set(user.groups.values_list("name", flat=True))
    return [role for role in Role if role.value in names]


def visit_from(ip="203.0.113.9", user=None, device="", **headers):
    """Return a request as services see it: from an address, with a session, of somebody or nobody."""
    request = RequestFactory().post("/sign-in", REMOTE_ADDR=ip, headers=headers)
    request.COOKIES["device"] = device
    request.session = SessionStore()
    request.user = user or AnonymousUser()
    return request


class Clock:
    """What authenticator apps and their verifier take for the time."""

    def __init__(self):
        self.now = 1_790_000_010.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("django_otp.oath.time", clock)
    return clock


class App:
    """Somebody's authenticator app."""

    def __init__(self, secret, clock):
        self._totp = TOTP(b32decode(secret))
        self._clock = clock

    def code(self, steps=0):
        """Return the code of now, or of so many steps of 30 seconds later."""
        self._totp.time = self._clock.now + 30 * steps
        return f"{self._totp.token():06}"

    def next_code(self):
        """Return the code of the next step, which is now from now on."""
        self._clock.now += 30
        return self.code()


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BACKUP = "4abcd-efghj"
OWN_BROWSER = "the cookie of a browser that its owner has used before"


@pytest.fixture
def with_app(clock):
    """Return what gives a person two-step sign-in, one backup code and a known browser; it returns the app."""

    def set_up(user, *, confirmed=True):
        TotpDevice.objects.create(user=user, name="authenticator", secret=SECRET, confirmed=confirmed)
        BackupCode.objects.create(user=user, number=4, code_hash=HASHER.hash(BACKUP.replace("-", "")))
        now = timezone.now()
        KnownDevice.objects.create(user=user, token_hash=token_hash(OWN_BROWSER), first_seen_at=now, last_seen_at=now)
        return App(SECRET, clock)

    return set_up


@pytest.fixture
def hashes(monkeypatch):
    """Return the list of the passwords and codes that were hashed to be verified or stored."""
    hashed = []
    for name in ("encode", "verify"):
        original = getattr(Argon2PasswordHasher, name)

        def counting(self, *arguments, original=original, name=name, **options):
            hashed.append(name)
            return original(self, *arguments, **options)

        monkeypatch.setattr(Argon2PasswordHasher, name, counting)
    return hashed


def without_tokens(response):
    """Return a page without what differs between any two: the masks of the CSRF token."""
    page = response.content.decode()
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"', "", page)


@pytest.fixture
def events():
    """Return what lists the (type, payload) of a stream's events."""
    from forexpro.core.models import Event

    def listed(stream):
        return list(Event.objects.filter(stream=stream).order_by("seq").values_list("type", "payload"))

    return listed
