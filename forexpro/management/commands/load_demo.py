from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import load_demo_users
from accounts.roles import Role
from accounts.selectors import user_by_email
from forexpro.core.refusals import Refused
from marketdata.services.catalogue import catalogue_load
from trading.demo import load_demo_accounts, load_payment_methods


class Command(BaseCommand):
    help = "Load what the demo starts with, where it is missing: symbols, people, accounts. Needs DEMO=true."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            catalogue_load()
            load_payment_methods()
            sign_ins = load_demo_users()
            for sign_in in sign_ins:
                owner = user_by_email(sign_in.email)
                if sign_in.role is Role.TRADER and owner is not None:
                    load_demo_accounts(owner)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write("Sign in as")
        for sign_in in sign_ins:
            self.stdout.write(f"  {sign_in.role.label:<12} {sign_in.email:<28} password {sign_in.password}")
        if not settings.STAFF_TOTP_REQUIRED:
            self.stdout.write("The back office takes no second factor here; with STAFF_TOTP_REQUIRED=true it does.")
