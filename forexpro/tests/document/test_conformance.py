"""The running API does what its OpenAPI document says, whatever it is sent and by whom.

Schemathesis makes the requests from the document, right ones and wrong ones, and holds the answers against it.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from forexpro.tests.authorisation.access import THE_OTHER, THE_OWNER
from forexpro.tests.document.conftest import EVERY_SCOPE, ONE_SCOPE, REVOKED, Served

# The first part holds the document's own examples and every edge of every field; the rest is random.
SHORT = ["--phases", "examples,coverage", "--max-examples", "1"]
LONG = ["--phases", "examples,coverage,fuzzing,stateful"]
# Of each who calls, so that all of them together send far more than ten thousand.
LONG_CASES = 2_000
SEED = 1
# Ends the token that it is called with: what came after it would be tried as nobody.
LAST = "sessions_end_all"
CONFIGURATION = """
{authentication}

[parameters]
{parameters}

# A request that the document allows may still be refused, for what it is about or for who asks.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422, 429]

# Whoever asks for what is another's is told that there is no such thing, with a key or without.
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 404, 406, 412]

# A wrong password is 400, as it always was; that cannot be told by the form of it.
[[operations]]
include-operation-id = "tokens_issue"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 429]
"""


@dataclass(frozen=True)
class Calling:
    """Who calls which part of the API."""

    actor: str
    paths: str
    # How the document names what they show.
    scheme: str = ""
    # How many random requests to each operation make so many in all.
    examples: int = 40


ANYBODY = Calling("anonymous", "^/(api|market)/")
OWNER, ANOTHER = (Calling(name, "^/(api|market)/", "token") for name in (THE_OWNER, THE_OTHER))
PROGRAM, LIMITED, FORMER = (
    Calling(name, "^/(crm|sso)/", "service_key", examples=100) for name in (EVERY_SCOPE, ONE_SCOPE, REVOKED)
)
EVERYBODY = [ANYBODY, OWNER, ANOTHER, PROGRAM, LIMITED, FORMER]


def named(calling: Calling) -> str:
    return calling.actor


@pytest.mark.parametrize("calling", [OWNER, PROGRAM], ids=named)
def test_every_edge_of_every_field(served, tmp_path, calling):
    hold_to_its_document(served, tmp_path, calling, SHORT)


@pytest.mark.long
@pytest.mark.parametrize("calling", EVERYBODY, ids=named)
def test_thousands_of_requests(served, tmp_path, calling):
    cases = hold_to_its_document(served, tmp_path, calling, [*LONG, "--max-examples", str(calling.examples)])
    assert cases >= LONG_CASES


def hold_to_its_document(served: Served, folder: Path, calling: Calling, how_much: list[str]) -> int:
    """Send requests to objects that are the owner's, as somebody; return how many there were."""
    shown = {**served.tokens, **served.service_keys}.get(calling.actor)
    if calling.scheme == "token":
        headers = {"Authorization": f"Bearer {shown}"}
        assert httpx.get(f"{served.url}/api/v1/accounts", headers=headers).status_code == 200
    parts = [["--include-path-regex", calling.paths]]
    if calling.scheme == "token":
        parts = [[*parts[0], "--exclude-operation-id", LAST], ["--include-operation-id", LAST]]
    kind = "bearer" if calling.scheme == "token" else "api_key"
    authentication = f'[auth.openapi.{calling.scheme}]\n{kind} = "{shown}"' if shown else ""
    parameters = "\n".join(f'"path.{name}" = "{value}"' for name, value in served.names.items() if "/" not in name)
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION.format(authentication=authentication, parameters=parameters))
    return sum(_sent(served, configuration, [*part, *how_much]) for part in parts)


def _sent(served: Served, configuration: Path, options: list[str]) -> int:
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "--config-file", configuration, "--no-color",
            "run", settings.BASE_DIR / "docs" / "openapi.yaml", "--url", served.url,
            "--continue-on-failure", "--seed", str(SEED), *options,
        ],
        cwd=configuration.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    cases = re.search(r"([\d,]+) generated", done.stdout)
    assert cases is not None, done.stdout
    return int(cases[1].replace(",", ""))
