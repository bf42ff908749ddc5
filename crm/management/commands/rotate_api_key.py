from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.models import ServiceKey
from crm.services.keys import OVERLAP, service_key_rotate
from forexpro.core.events.chain import Origin
from forexpro.core.refusals import Refused


class Command(BaseCommand):
    help = "Give a service key a new secret and print it; the old one goes on for a while."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--overlap-hours",
            type=int,
            default=int(OVERLAP.total_seconds() // 3600),
            help="for how long the old one is good, 0 to end it at once (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = ServiceKey.objects.filter(name=options["name"]).first()
        if key is None:
            raise CommandError(f"There is no service key {options['name']!r}.")
        try:
            _key, text = service_key_rotate(
                service_key_id=key.pk,
                overlap=timedelta(hours=options["overlap_hours"]),
                origin=Origin(actor="system:rotate_api_key"),
            )
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        self.stderr.write("Keep this: it is shown once.")
        self.stdout.write(text)
