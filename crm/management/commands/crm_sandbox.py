import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from crm.sandbox.server import HOST, is_loopback, sandbox, serve
from crm.services.sandbox import Credentials, sandbox_set_up
from crm.webhook_events import NAMED_EVENTS
from forexpro.core import embedded
from forexpro.core.events.chain import Origin
from forexpro.core.refusals import Refused

KEY, SECRET = "CRM_SANDBOX_KEY", "CRM_SANDBOX_WEBHOOK_SECRET"


class Command(BaseCommand):
    help = "Play the CRM: show the webhooks that come in, and decide on what clients ask for, at a page of its own."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port",
            type=int,
            default=settings.CRM_SANDBOX_PORT,
            help="where the page is, and /hooks (CRM_SANDBOX_PORT)",
        )
        parser.add_argument("--url", default="http://localhost:8000", help="of the platform")
        parser.add_argument("--set-up", action="store_true", help="make a key and an endpoint in the demo's database")
        parser.add_argument("--anywhere", action="store_true", help="let the platform be on another machine")

    def handle(self, *args: Any, port: int, url: str, set_up: bool, anywhere: bool, **options: Any) -> None:
        if not (is_loopback(url) or anywhere):
            raise CommandError(
                f"{url} is not on this machine, and the sandbox moves money at the press of a button. "
                "If that is what you want, add --anywhere."
            )
        credentials = self.set_up(port) if set_up else self.from_environment()
        app = sandbox(url=url, key=credentials.key, secret=credentials.secret, port=port)
        self.stdout.write(f"The CRM sandbox is at http://{HOST}:{port}, for the platform at {url}")
        self.stdout.flush()
        serve(app)

    def set_up(self, port: int) -> Credentials:
        """Return what the database of the demo gives; it is left alone from then on."""
        names = [event.name for event in NAMED_EVENTS]
        try:
            with embedded.running(settings.EMBEDDED_SERVICES, settings.LOCAL_DIR):
                return sandbox_set_up(
                    url=f"http://{HOST}:{port}/hooks", event_types=names, origin=Origin(actor="system:crm_sandbox")
                )
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        finally:
            connection.close()

    def from_environment(self) -> Credentials:
        """Return what the environment names."""
        missing = [name for name in (KEY, SECRET) if not os.environ.get(name)]
        if missing:
            raise CommandError(
                f"Set {' and '.join(missing)}: a service key, and the secret of a webhook endpoint. "
                "With --set-up a demo makes both."
            )
        return Credentials(os.environ[KEY], os.environ[SECRET])
