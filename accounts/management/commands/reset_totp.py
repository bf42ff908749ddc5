from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.locks import locked_user
from accounts.selectors import user_by_email
from accounts.services.second_factor import totp_reset_apply
from forexpro.core.events.chain import Origin


class Command(BaseCommand):
    help = "Take the second factor from somebody who has lost it, for when no colleague is left who could."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--reason", required=True, help="goes into the audit log")

    def handle(self, *args: Any, email: str, reason: str, **options: Any) -> None:
        user = user_by_email(email)
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        with transaction.atomic(durable=True):
            done = totp_reset_apply(locked_user(user.pk), reason=reason, origin=Origin(actor="system:operator"))
        self.stdout.write("Two-step sign-in is reset." if done else "Two-step sign-in was not on.")
