from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from accounts.roles import Role, grant
from accounts.tests.conftest import _cheap_hashes, _mails_sent_at_once, committing, events, person, roles
from forexpro.core.tests.uploads.conftest import private_folder
from forexpro.core.uploads import cleaning
from kyc.models import RejectionReason

__all__ = ["_cheap_hashes", "_mails_sent_at_once", "committing", "events", "person", "private_folder", "roles"]


@pytest.fixture(autouse=True)
def _private_folder(private_folder):
    """Keep no file of a test."""


@pytest.fixture(autouse=True)
def _quick_cleaner(request, monkeypatch):
    """Look only at what files are: taking them apart, which has its own tests, takes a process each."""
    if "real_cleaner" not in request.fixturenames:
        monkeypatch.setattr(cleaning, "_run", lambda content, kind: ({"width": 320, "height": 240}, content))


@pytest.fixture
def real_cleaner():
    """Take files apart in this test."""


@pytest.fixture
def client_(person):
    return person("client@example.org", full_name="The Client")


@pytest.fixture
def reviewer(person, desks):
    return person("compliance@example.org", Role.COMPLIANCE)


@pytest.fixture
def colleague(person, desks):
    return person("compliance-2@example.org", Role.COMPLIANCE)


@pytest.fixture
def desks(roles):
    """The desks with what the migration grants, also after a transactional test has emptied all tables."""
    granted: Any = import_module("kyc.migrations.0002_reasons_and_roles")
    looking = (Role.READ_ONLY, Role.SUPPORT, Role.BACK_OFFICE, Role.COMPLIANCE, Role.ADMIN)
    grant(granted.STATUS, *looking)(apps, None)
    grant(granted.REVIEW + granted.REASONS_KEPT, Role.COMPLIANCE, Role.ADMIN)(apps, None)


@pytest.fixture
def reason(db):
    return RejectionReason.objects.create(title="It is dark", text="Take it in daylight.")
