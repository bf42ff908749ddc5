"""A typed client made from the document trades: it says enough for a program that knows nothing else."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from forexpro.tests.authorisation.access import THE_OWNER

GENERATOR = Path(sys.executable).with_name("openapi-python-client")


@pytest.fixture
def generated(served, tmp_path, monkeypatch):
    """Generate the client and return a function that imports its modules."""
    document, configuration = tmp_path / "openapi.yaml", tmp_path / "generator.yaml"
    subprocess.run([sys.executable, "manage.py", "spectacular", "--file", document], check=True)
    configuration.write_text("post_hooks: []\n")
    subprocess.run(
        [
            GENERATOR, "generate", "--path", document, "--config", configuration, "--meta", "none",
            "--output-path", tmp_path / "forexpro_client", "--fail-on-warning",
        ],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: importlib.import_module(f"forexpro_client.{name}")
    for name in [name for name in sys.modules if name.startswith("forexpro_client")]:
        del sys.modules[name]


def test_a_generated_client_trades(served, generated):
    models = generated("models")
    client = generated("client").AuthenticatedClient(base_url=served.url, token=served.tokens[THE_OWNER])

    def call(operation, *path, **arguments):
        return generated(f"api.accounts.{operation}").sync(*path, client=client, **arguments)

    account = served.names["account_id"]
    with client:
        assert call("accounts_get", account).currency == "USD"
        order = models.OrderInput(
            symbol="EURUSD", side=models.Side.BUY, type_=models.OrderType.MARKET, volume="0.10", stop_loss="1.05"
        )
        preview = call("orders_preview", account, body=order)
        answer = call("orders_place", account, body=order, idempotency_key="one")
        again = call("orders_place", account, body=order, idempotency_key="one")
        assert (answer.repeated, again.repeated, again.order_id) == (False, True, answer.order_id)
        position = call("positions_list", account).results[0]
        assert (position.id, position.open_price, position.stop_loss) == (
            answer.position_ids[0], preview.price, "1.05",
        )  # fmt: skip
        nothing = models.OrderInput(
            symbol="EURUSD", side=models.Side.BUY, type_=models.OrderType.MARKET, volume="0.0001"
        )
        refusal = call("orders_place", account, body=nothing, idempotency_key="two")
        assert refusal.error.code == "volume_too_small"
        closed = call("positions_close", account, position.id, body=models.CloseInput(), idempotency_key="three")
        assert "position.closed" in [event.type_ for event in closed.events]
        assert call("deals_list", account).results[0].position_id == position.id
