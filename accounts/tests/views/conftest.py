import pytest
from django.test import Client

from accounts.roles import Role


@pytest.fixture
def cast(person):
    """A fixed cast: the owner, a stranger, and one member of staff per role."""
    return {
        "owner": person("owner@example.org", full_name="The Owner"),
        "stranger": person("stranger@example.org", full_name="A Stranger"),
        "back_office": person("desk@example.org", Role.BACK_OFFICE),
        "admin": person("admin@example.org", Role.ADMIN),
        "super_admin": person("super@example.org", Role.SUPER_ADMIN),
    }


@pytest.fixture
def as_(cast):
    """Return a client signed in as a member of the cast, or as nobody."""

    def client(who="anonymous"):
        client = Client()
        if who != "anonymous":
            client.force_login(cast[who])
        return client

    return client
