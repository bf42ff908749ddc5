"""The running API does what its OpenAPI document says, whatever it is sent and by whom.

Schemathesis makes the requests from the document, right ones and wrong ones, and holds the answers against it.
"""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from forexpro.tests.authorisation.access import THE_OTHER, THE_OWNER
from forexpro.tests.document.conftest import Served

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
