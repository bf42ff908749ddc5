from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm.models import Scope, ServiceKey
from crm.services.keys import service_key_create
from forexpro.core.events.chain import Origin
from forexpro.core.networks import network
from forexpro.core.refusals import Refused


class Command(BaseCommand):
    help = "Create a service key for a program of the house, such as the CRM, and print it: nobody can read it again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="small letters, digits and hyphens, such as berlin")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            required=True,
            help="what it may do; may be given several times",
        )
        parser.add_argument(
            "--network",
            action="append",
            default=[],
            help="an IP address or network from which alone it works; may be given several times",
        )
        parser.add_argument("--days", type=int, help="after how many days it expires; never without this")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ServiceKey._meta.get_field("name").run_validators(options["name"])
            networks = [network(text) for text in options["network"]]
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        days = options["days"]
        if days is not None and days < 1:
            raise CommandError("--days is at least 1")
        try:
            _key, text = service_key_create(
                name=options["name"],
                scopes={Scope(scope) for scope in options["scope"]},
                networks=networks,
                expires_at=timezone.now() + timedelta(days=days) if days else None,
                origin=Origin(actor="system:create_api_key"),
            )
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        self.stderr.write("Keep this: it is shown once. Send it as the header X-API-Key.")
        self.stdout.write(text)
