"""The API on a running server, with one of everything and tokens to reach it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from accounts.services.tokens import tokens_issue
from crm.models import Scope
from crm.services.keys import service_key_create, service_key_revoke
from forexpro.core.scratch import child_environment
from forexpro.tests.authorisation.access import THE_OTHER, THE_OWNER
from forexpro.tests.authorisation.surroundings import surroundings
from forexpro.tests.authorisation.world import world_with_roles
from forexpro.tests.running import free_port
from trading.models import AccountGroup
from trading.tests.factories import ORIGIN, make_group

START_SECONDS = 120
# Service keys.
EVERY_SCOPE, ONE_SCOPE, REVOKED = "every scope", "one scope", "revoked"
UNLIMITED = {f"RATE_LIMIT_{name.upper()}": "none" for name in settings.RATE_LIMITS}


@dataclass(frozen=True)
class Served:
    """A running server, the owner's objects by the names of parameters, and what people and programs show it."""

    url: str
    names: dict[str, str]
    tokens: dict[str, str]
    service_keys: dict[str, str]


@pytest.fixture
def served(transactional_db, redis, tmp_path) -> Iterator[Served]:
    with surroundings(tmp_path):
        if not AccountGroup.objects.filter(is_default=True).exists():  # the migration's goes with a transactional test
            make_group("Retail", is_default=True)
        world = world_with_roles()
    AccountGroup.objects.update(orders_per_minute=None)
    people = {name: world.people[name] for name in (THE_OWNER, THE_OTHER)}
    tokens = {name: tokens_issue(user=person, origin=ORIGIN).access for name, person in people.items()}
    service_keys = {
        name: service_key_create(name=name.replace(" ", "-"), scopes=scopes, origin=ORIGIN)
        for name, scopes in {EVERY_SCOPE: Scope, ONE_SCOPE: [Scope.READ], REVOKED: Scope}.items()
    }
    service_key_revoke(service_key_id=service_keys[REVOKED][0].pk, origin=ORIGIN)
    port = free_port()
    url = f"http://localhost:{port}"
    own = {**UNLIMITED, "QUOTE_MAX_AGE_SECONDS": "3600", "LOG_LEVEL": "ERROR", "DEBUG": "false"}
    command = [
        Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--workers", "1", "--blocking-threads", "4",
        "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "forexpro.wsgi:application",
    ]  # fmt: skip
    log = tmp_path / "server.log"
    with log.open("w") as output:
        environment = {**os.environ, **child_environment(), **own}
        server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output)
    try:
        _wait_for(f"{url}/api/schema/", server, log)
        yield Served(url, world.names, tokens, {name: text for name, (_key, text) in service_keys.items()})
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            assert httpx.get(url, timeout=60).status_code == 200
            return
        except httpx.TransportError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
