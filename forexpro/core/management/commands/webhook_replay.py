from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from forexpro.core.management.commands.webhook_endpoint import ORIGIN, named_endpoint
from forexpro.core.models import WebhookDelivery
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.replay import Which, deliveries_replay, missed_send


class Command(BaseCommand):
    help = "Send an endpoint again what it was sent, or what it has missed, under the same ids."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the endpoint")
        parser.add_argument("--message", action="append", help="the id of a message; several times for several")
        parser.add_argument("--status", choices=WebhookDelivery.Status.values)
        parser.add_argument("--type", help="the name of an event")
        parser.add_argument("--since", help="events from this moment on, such as 2026-11-28T15:00:00Z")
        parser.add_argument("--until", help="events before this moment")
        parser.add_argument("--missed", action="store_true", help="what it was never told of since then")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        endpoint = named_endpoint(name)
        since, until = _moment(options["since"]), _moment(options["until"])
        try:
            if options["missed"]:
                if since is None:
                    raise CommandError("--missed needs --since.")
                until = until or timezone.now()
                count = missed_send(endpoint_id=endpoint.pk, since=since, until=until, origin=ORIGIN)
            else:
                status = options["status"] and WebhookDelivery.Status(options["status"])
                which = Which(status, options["type"], since, until, options["message"])
                if which == Which():
                    raise CommandError("Say what to send again: --message, --status, --type, --since or --until.")
                count = deliveries_replay(endpoint_id=endpoint.pk, which=which, origin=ORIGIN)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{count} sent again to {name}.")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{text!r} is no moment. Write one such as 2026-11-28T15:00:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
