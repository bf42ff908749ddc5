from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forexpro.core.events.chain import Origin
from forexpro.core.models import WebhookEndpoint
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.endpoints import (
    endpoint_create,
    endpoint_disable,
    endpoint_enable,
    endpoint_try,
    secret_rotate,
)
from forexpro.core.webhooks.selectors import endpoints_with_counts

ORIGIN = Origin(actor="system:operator")


class Command(BaseCommand):
    help = "Add, list, try and turn on or off the endpoints that are told of events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        adding = actions.add_parser("add", help="add an endpoint and print its secret")
        adding.add_argument("name")
        adding.add_argument("url")
        adding.add_argument("events", nargs="+", help="names of events, or '*' for every one")
        adding.add_argument("--ordered", action="store_true", help="send one after the other, in order")
        actions.add_parser("list", help="list the endpoints and how they are doing")
        for name, what in (
            ("enable", "turn an endpoint on"),
            ("disable", "turn an endpoint off"),
            ("test", "send a test event"),
        ):
            actions.add_parser(name, help=what).add_argument("name")
        rotating = actions.add_parser("rotate", help="print a new secret; older ones go on for a while")
        rotating.add_argument("name")
        rotating.add_argument("--hours", type=int, default=24, help="for which older secrets sign, too")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"{action}_endpoint")(options)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal

    def add_endpoint(self, options: dict[str, Any]) -> None:
        _endpoint, secret = endpoint_create(
            name=options["name"],
            url=options["url"],
            event_types=options["events"],
            ordered=options["ordered"],
            origin=ORIGIN,
        )
        self.stdout.write(f"{options['name']} is told from now on. Its secret, which is not shown again: {secret}")

    def list_endpoint(self, options: dict[str, Any]) -> None:
        endpoint: Any  # with the counts beside its fields
        for endpoint in endpoints_with_counts().order_by("name"):
            standing = "on" if endpoint.enabled else f"off ({endpoint.get_disabled_reason_display()})"
            if endpoint.is_failing:
                standing = f"failing since {endpoint.failing_since:%Y-%m-%d %H:%M} UTC, {endpoint.failures} in a row"
            order = ", in order" if endpoint.ordered else ""
            self.stdout.write(
                f"{endpoint.name}: {endpoint.url}{order}, {', '.join(endpoint.event_types)}; {standing}; "
                f"{endpoint.waiting} waiting, {endpoint.given_up} given up"
            )

    def enable_endpoint(self, options: dict[str, Any]) -> None:
        endpoint_enable(endpoint_id=named_endpoint(options["name"]).pk, origin=ORIGIN)
        self.stdout.write(f"{options['name']} is on.")

    def disable_endpoint(self, options: dict[str, Any]) -> None:
        endpoint_disable(endpoint_id=named_endpoint(options["name"]).pk, origin=ORIGIN)
        self.stdout.write(f"{options['name']} is off.")

    def test_endpoint(self, options: dict[str, Any]) -> None:
        delivery = endpoint_try(endpoint_id=named_endpoint(options["name"]).pk, origin=ORIGIN)
        self.stdout.write(f"{delivery.message_id} is on its way.")

    def rotate_endpoint(self, options: dict[str, Any]) -> None:
        if options["hours"] < 0:
            raise CommandError("--hours is 0 or more.")
        overlap = timedelta(hours=options["hours"])
        secret = secret_rotate(endpoint_id=named_endpoint(options["name"]).pk, overlap=overlap, origin=ORIGIN)
        self.stdout.write(f"The new secret of {options['name']}, which is not shown again: {secret}")


def named_endpoint(name: str) -> WebhookEndpoint:
    """Return the endpoint of this name; raise CommandError with the names that there are."""
    try:
        return WebhookEndpoint.objects.get(name=name)
    except WebhookEndpoint.DoesNotExist:
        names = ", ".join(WebhookEndpoint.objects.order_by("name").values_list("name", flat=True))
        raise CommandError(f"There is no endpoint {name}; there are: {names or 'none'}.") from None
