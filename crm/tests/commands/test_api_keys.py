from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm.models import ServiceKey
from crm.tests.conftest import Program

pytestmark = pytest.mark.django_db


def run(command, *arguments):
    """Return what a command prints."""
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_a_key_is_printed_and_works(house):
    text = run("create_api_key", "berlin", "--scope", "read", "--network", "203.0.113.0/24", "--days", "7")
    key = ServiceKey.objects.get()
    assert (key.scopes, key.networks) == (["read"], ["203.0.113.0/24"])
    assert timedelta(days=6) < key.expires_at - timezone.now() <= timedelta(days=7)
    assert Program(text).get("users").status_code == 200


@pytest.mark.parametrize(
    "arguments",
    [
        ["Berlin Office", "--scope", "read"],
        ["berlin"],
        ["berlin", "--scope", "everything"],
        ["berlin", "--scope", "read", "--network", "nowhere"],
        ["berlin", "--scope", "read", "--days", "0"],
        ["taken", "--scope", "read"],
    ],
)
def test_what_is_wrong_makes_no_key(house, arguments):
    run("create_api_key", "taken", "--scope", "read")
    with pytest.raises(CommandError):
        run("create_api_key", *arguments)
    assert ServiceKey.objects.count() == 1


def test_a_rotated_key_is_printed_and_the_old_one_goes_on(house):
    old = run("create_api_key", "berlin", "--scope", "read")
    new = run("rotate_api_key", "berlin")
    assert Program(old).get("users").status_code == Program(new).get("users").status_code == 200
    run("rotate_api_key", "berlin", "--overlap-hours", "0")
    assert Program(old).get("users").status_code == Program(new).get("users").status_code == 401
    for arguments in (["nobody"], ["berlin", "--overlap-hours", "9999"]):
        with pytest.raises(CommandError):
            run("rotate_api_key", *arguments)
