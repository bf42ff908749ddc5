from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trading.models import TradingAccount
from trading.services.replay import account_first_difference


class Command(BaseCommand):
    help = "Fold the events of accounts again and say where their tables differ first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("number", type=int, nargs="?", help="an account's number, as its owner sees it")
        which.add_argument("--all", action="store_true", help="every account")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = TradingAccount.objects.order_by("id").values_list("id", "number")
        if not options["all"]:
            accounts = accounts.filter(number=options["number"])
        replayed = 0
        for account_id, number in accounts.iterator():
            difference = account_first_difference(account_id)
            if difference is not None:
                raise CommandError(f"Account {number}: {difference}.")
            replayed += 1
        if not replayed and not options["all"]:
            raise CommandError(f"There is no account {options['number']}.")
        self.stdout.write(self.style.SUCCESS(f"{replayed} account(s): the tables are what the events say."))
