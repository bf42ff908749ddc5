from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import DemoSignIn, load_demo_clients, load_demo_users
from accounts.models import User
from accounts.roles import Role
from accounts.selectors import user_by_email
from forexpro.core.refusals import Refused
from kyc.demo import load_demo_documents
from marketdata.services.catalogue import catalogue_load
from trading.demo import load_demo_accounts, load_payment_methods
from trading.demo_money import load_demo_money


class Command(BaseCommand):
    help = "Load what the demo starts with, where it is missing: symbols, people, payments, documents. Needs DEMO=true."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            catalogue_load()
            load_payment_methods()
            sign_ins = load_demo_users()
            for sign_in in sign_ins:
                owner = user_by_email(sign_in.email)
                if sign_in.role is Role.TRADER and owner is not None:
                    load_demo_accounts(owner)
            clients = load_demo_clients()
            load_demo_documents(clients, _of_role(sign_ins, Role.COMPLIANCE))
            load_demo_money(clients, _of_role(sign_ins, Role.FINANCE))
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write("Sign in as")
        for sign_in in sign_ins:
            self.stdout.write(f"  {sign_in.role.label:<12} {sign_in.email:<28} password {sign_in.password}")
        self.stdout.write(f"Clients such as {next(iter(clients.values())).email} have the same password.")
        if not settings.STAFF_TOTP_REQUIRED:
            self.stdout.write("The back office takes no second factor here; with STAFF_TOTP_REQUIRED=true it does.")


def _of_role(sign_ins: list[DemoSignIn], role: Role) -> User:
    """Return the member of the demo's staff who has a role."""
    user = user_by_email(next(sign_in.email for sign_in in sign_ins if sign_in.role is role))
    assert user is not None
    return user
