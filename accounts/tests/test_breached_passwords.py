import hashlib

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.test import override_settings

from accounts.breached_passwords import BreachedPasswordValidator, fault_of_list

BREACHED = [f"password-{number}" for number in range(300)]


def line(password, count=7):
    return f"{hashlib.sha1(password.encode()).hexdigest().upper()}:{count}"


@pytest.fixture
def breached(tmp_path):
    """Return what writes a list and returns where it is."""

    def write(passwords=BREACHED, end="\r\n", last="\r\n"):
        path = tmp_path / "breached.txt"
        lines = sorted(line(password, 10 ** (number % 7)) for number, password in enumerate(passwords))
        path.write_bytes((end.join(lines) + last).encode() if lines else b"")
        return str(path)

    return write


def is_refused(path, password):
    try:
        BreachedPasswordValidator(path).validate(password)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(("end", "last"), [("\r\n", "\r\n"), ("\n", "\n"), ("\n", "")])
def test_every_line_is_found_and_nothing_else(breached, end, last):
    path = breached(end=end, last=last)
    assert all(is_refused(path, password) for password in BREACHED)
    assert not any(is_refused(path, f"another-{number}") for number in range(300))


@pytest.mark.parametrize("passwords", [[], ["one"], ["one", "two"], ["one", "two", "three"]])
def test_short_lists_are_read_to_both_ends(breached, passwords):
    path = breached(passwords)
    assert [is_refused(path, password) for password in ("one", "two", "three")] == [
        password in passwords for password in ("one", "two", "three")
    ]


def test_only_the_beginning_of_a_hash_is_no_match(tmp_path):
    path = tmp_path / "breached.txt"
    path.write_text(line("one")[:39] + "\n")
    assert not is_refused(str(path), "one")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "its lines do not begin with a SHA-1 in upper-case hex"),
        ("password1\npassword2\n", "its lines do not begin with a SHA-1 in upper-case hex"),
        (line("one").lower() + "\n", "its lines do not begin with a SHA-1 in upper-case hex"),
        ("\n".join(sorted([line("one"), line("two")], reverse=True)), "it is not sorted by hash"),
    ],
)
def test_what_is_no_such_list_is_named(tmp_path, text, fault):
    path = tmp_path / "breached.txt"
    path.write_text(text)
    assert fault_of_list(str(path)) == fault


def test_a_good_list_has_no_fault(breached):
    assert fault_of_list(breached()) == ""


def test_a_list_that_is_not_there_is_a_fault_of_the_installation(tmp_path):
    with override_settings(BREACHED_PASSWORDS_FILE=str(tmp_path / "missing.txt")):
        (error,) = [one for one in run_checks() if one.id == "forexpro.E003"]
    assert "BREACHED_PASSWORDS_FILE" in error.msg
    assert "No such file or directory" in error.msg


@pytest.mark.django_db
def test_a_registration_with_a_breached_password_is_refused_beside_its_field(client, roles, breached, settings):
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
        {"NAME": "accounts.breached_passwords.BreachedPasswordValidator", "OPTIONS": {"path": breached()}},
    ]
    fields = {"email": "ada@example.org", "full_name": "Ada", "password": BREACHED[0]}
    response = client.post("/register", fields)
    assert response.status_code == 422
    assert "stolen somewhere" in response.content.decode()
    assert client.post("/register", fields | {"password": "plum-Tree-93-lane"}).status_code == 302
