"""People as the table needs them, and the browsers in which they are signed in."""

import time

from django.conf import settings
from django.db import transaction
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from accounts.services.registration import email_verify_apply, user_create
from forexpro.tests.authorisation.access import PASSWORD
from trading.tests.factories import ORIGIN


def make_person(name: str, role: Role = Role.TRADER) -> User:
    """Return a new person whose address is verified."""
    with transaction.atomic():
        user = user_create(
            email=f"{name}@example.org", full_name=f"The {name}", password=PASSWORD, role=role, origin=ORIGIN
        )
        email_verify_apply(user, origin=ORIGIN)
    return user


def session_of(person: User) -> str:
    """Return the key of a new session of somebody who has just given the password."""
    client = Client()
    client.force_login(person)
    session = client.session
    session["confirmed_at"] = time.time()
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value
