"""What only the demo has: ready-made sign-ins, and sent mail that is read on a page."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from accounts.selectors import user_by_email
from accounts.services.registration import email_verify_apply, user_create
from forexpro.core.events.chain import Origin
from forexpro.core.refusals import Refused
from forexpro.core.secrets import local_secret

DEMO_ORIGIN = Origin(actor="system:demo")
# Twelve URL-safe characters are 72 bits and can still be typed.
PASSWORD_LENGTH = 12
# Clients whose requests and documents lie on the desks, by the local parts of their addresses.
CLIENTS = {
    "anna": "Anna Schmidt",
    "ben": "Ben Okafor",
    "chloe": "Chloé Laurent",
    "diego": "Diego Fuentes",
    "elif": "Elif Yılmaz",
    "farid": "Farid Haddad",
    "grace": "Grace Chen",
    "hugo": "Hugo Lindqvist",
    "ingrid": "Ingrid Vos",
    "jonas": "Jonas Weber",
}
# What Django's file backend writes after each message of a file.
SEPARATOR = b"-" * 79
NEWEST_MAILS = 50


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    role: Role
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class SentMail:
    to: str
    subject: str
    sent_at: datetime
    body: str


def load_demo_users() -> list[DemoSignIn]:
    """Create one verified person per role where missing and return how to sign in as each.

    They share a password that is generated once into the local directory. Refuses `demo_only` outside demo mode.
    """
    password = _password()
    sign_ins = [DemoSignIn(role, f"{role.name.lower().replace('_', '-')}@demo.example", password) for role in Role]
    for sign_in in sign_ins:
        _person(sign_in.email, f"Demo {sign_in.role.label}", sign_in.role, password)
    return sign_ins


def load_demo_clients() -> dict[str, User]:
    """Create the clients of the demo where missing, with the same password; return them by their short names."""
    password = _password()
    return {
        name: _person(f"{name}@client.example", full_name, Role.TRADER, password) for name, full_name in CLIENTS.items()
    }


def _password() -> str:
    if not settings.DEMO:
        raise Refused("demo_only", "Demo sign-ins exist in demo mode only: set DEMO=true.")
    return local_secret(settings.LOCAL_DIR, "demo_password")[:PASSWORD_LENGTH]


def _person(email: str, full_name: str, role: Role, password: str) -> User:
    """Return the person with an address, who is verified; made now where there is none."""
    with transaction.atomic(durable=True):
        user = user_by_email(email)
        if user is None:
            user = user_create(email=email, full_name=full_name, password=password, role=role, origin=DEMO_ORIGIN)
            email_verify_apply(user, origin=DEMO_ORIGIN)
    return user


def sent_mails() -> list[SentMail]:
    """Return the newest mails that the file backend has written, newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)[:NEWEST_MAILS]
    mails = []
    for file in files:
        messages = [part.strip() for part in file.read_bytes().split(SEPARATOR)]
        mails += [_read(message) for message in reversed(messages) if message]
    return mails[:NEWEST_MAILS]


def _read(message: bytes) -> SentMail:
    mail = message_from_bytes(message, policy=policy.default)
    body = mail.get_body(("plain",))
    return SentMail(
        to=mail["To"],
        subject=mail["Subject"],
        sent_at=parsedate_to_datetime(mail["Date"]),
        body=body.get_content().strip() if body is not None else "",
    )
