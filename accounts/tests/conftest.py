import re
from functools import partial

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.roles import Role
from accounts.services.registration import email_verify_apply, user_create
from forexpro.celery import app
from forexpro.core.events.chain import Origin

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
