"""The running API does what its OpenAPI document says, whatever it is sent and by whom.

Schemathesis makes the requests from the document, right ones and wrong ones, and holds the answers against it.
"""

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
from forexpro.core.scratch import child_environment
from forexpro.tests.authorisation.access import THE_OTHER, THE_OWNER
from forexpro.tests.authorisation.surroundings import surroundings
from forexpro.tests.authorisation.world import World
from forexpro.tests.running import free_port
from trading.models import AccountGroup
from trading.tests.factories import ORIGIN

START_SECONDS = 120
UNLIMITED = {f"RATE_LIMIT_{name.upper()}": "none" for name in settings.RATE_LIMITS}
# The first part holds the document's own examples and every edge of every field; the rest is random.
SHORT = ["--phases", "examples,coverage", "--max-examples", "1"]
LONG = ["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "150"]
CONFIGURATION = """
{authentication}

[parameters]
{parameters}

# A request that the document allows may still be refused, for what it is about or for who asks.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429]

# A wrong password is 400, as it always was; that cannot be told by the form of it.
[[operations]]
include-operation-id = "tokens_issue"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 429]
"""


@dataclass(frozen=True)
class Served:
    """A running server, the owner's objects by the names of parameters, and access tokens."""

    url: str
    names: dict[str, str]
    tokens: dict[str, str]


@pytest.fixture
def served(transactional_db, redis, tmp_path) -> Iterator[Served]:
    with surroundings(tmp_path):
        world = World()
    AccountGroup.objects.update(orders_per_minute=None)
    people = {name: world.people[name] for name in (THE_OWNER, THE_OTHER)}
    tokens = {name: tokens_issue(user=person, origin=ORIGIN).access for name, person in people.items()}
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
        yield Served(url, world.names, tokens)
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.mark.parametrize(
    "actor", [THE_OWNER, *(pytest.param(one, marks=pytest.mark.long) for one in (THE_OTHER, None))]
)
def test_every_edge_of_every_field(served, tmp_path, actor):
    hold_to_its_document(served, tmp_path, actor, SHORT)


@pytest.mark.long
@pytest.mark.parametrize("actor", [THE_OWNER, THE_OTHER, None])
def test_thousands_of_requests(served, tmp_path, actor):
    hold_to_its_document(served, tmp_path, actor, LONG)


def hold_to_its_document(served: Served, folder: Path, actor: str | None, how_much: list[str]) -> None:
    """Send requests to everything, as `actor` or as nobody, to objects that are the owner's."""
    if actor:
        headers = {"Authorization": f"Bearer {served.tokens[actor]}"}
        assert httpx.get(f"{served.url}/api/v1/accounts", headers=headers).status_code == 200
    authentication = f'[auth.openapi.token]\nbearer = "{served.tokens[actor]}"' if actor else ""
    parameters = "\n".join(f'"path.{name}" = "{value}"' for name, value in served.names.items() if "/" not in name)
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION.format(authentication=authentication, parameters=parameters))
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "--config-file", configuration, "--no-color",
            "run", f"{served.url}/api/schema/", "--continue-on-failure", "--seed", "1", *how_much,
        ],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


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
