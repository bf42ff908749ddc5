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


@pytest.fixture
def trader(served, generated):
    """Return what calls an operation as the owner, by its tag and name."""
    client = generated("client").AuthenticatedClient(base_url=served.url, token=served.tokens[THE_OWNER])

    def call(operation, *path, **arguments):
        tag, _dot, name = operation.partition(".")
        return generated(f"api.{tag}.{name}").sync(*path, client=client, **arguments)

    with client:
        yield call


def test_a_generated_client_trades(served, generated, trader):
    models = generated("models")
    account = served.names["account_id"]
    order = models.OrderInput(
        symbol="EURUSD", side=models.Side.BUY, type_=models.OrderType.MARKET, volume="0.10", stop_loss="1.05"
    )
    assert trader("accounts.accounts_get", account).currency == "USD"
    symbols = {one.symbol: one for one in trader("accounts.accounts_symbols", account).symbols}
    assert (symbols["EURUSD"].digits, symbols["EURUSD"].ask) == (5, "1.1001")
    preview = trader("accounts.orders_preview", account, body=order)
    answer = trader("accounts.orders_place", account, body=order, idempotency_key="one")
    again = trader("accounts.orders_place", account, body=order, idempotency_key="one")
    assert (answer.repeated, again.repeated, again.order_id) == (False, True, answer.order_id)
    position = trader("accounts.positions_list", account).results[0]
    assert (position.id, position.open_price, position.stop_loss) == (
        answer.position_ids[0], preview.price, "1.05",
    )  # fmt: skip
    nothing = models.OrderInput(symbol="EURUSD", side=models.Side.BUY, type_=models.OrderType.MARKET, volume="0.0001")
    refusal = trader("accounts.orders_place", account, body=nothing, idempotency_key="two")
    assert refusal.error.code == "volume_too_small"

    # --- An order waits, is changed, and is taken back.
    limit = models.OrderInput(
        symbol="EUR/USD", side=models.Side.BUY, type_=models.OrderType.LIMIT, volume="0.10", price="1.05"
    )
    waits = trader("accounts.orders_place", account, body=limit, idempotency_key="three").order_id
    lower = models.PatchedOrderChangeInput(price="1.04")
    changed = trader("accounts.orders_modify", account, waits, body=lower, idempotency_key="four")
    assert [event.type_ for event in changed.events] == ["order.modified"]
    assert trader("accounts.orders_get", account, waits).price == "1.04"
    assert waits in [one.id for one in trader("accounts.orders_list", account).results]
    cancelled = trader("accounts.orders_cancel", account, waits, idempotency_key="five")
    assert [event.type_ for event in cancelled.events] == ["order.cancelled"]
    assert trader("accounts.orders_get", account, waits).status == models.OrderStatus.CANCELLED

    # --- A position is protected, closed in part, and closed.
    protection = models.PatchedProtectionInput(take_profit="1.20", stop_loss=None)
    trader("accounts.positions_modify", account, position.id, body=protection, idempotency_key="six")
    shown = trader("accounts.positions_get", account, position.id)
    assert (shown.take_profit, shown.stop_loss) == ("1.2", None)
    part = models.CloseInput(volume="0.04")
    trader("accounts.positions_close", account, position.id, body=part, idempotency_key="seven")
    assert trader("accounts.positions_get", account, position.id).volume == "0.06"
    rest = models.CloseInput()
    closed = trader("accounts.positions_close", account, position.id, body=rest, idempotency_key="eight")
    assert "position.closed" in [event.type_ for event in closed.events]

    # --- What is left of it: deals, money, events by number, sentences, and why.
    deals = [deal for deal in trader("accounts.deals_list", account).results if deal.position_id == position.id]
    assert [(deal.entry.value, deal.volume) for deal in deals] == [("out", "0.06"), ("out", "0.04"), ("in", "0.1")]
    assert trader("accounts.ledger_list", account).results
    changes = trader("accounts.changes_list", account, since=answer.seq)
    assert [event.seq for event in changes.events] == list(range(answer.seq + 1, closed.seq + 1))
    newest = trader("accounts.journal_list", account, limit=1).entries[0]
    assert (newest.seq, newest.explained) == (closed.seq, True)
    assert trader("accounts.events_explanation", account, newest.seq).verdict


def test_a_generated_client_opens_an_account_and_pays_in(served, generated, trader):
    models = generated("models")
    demo = models.AccountInput(kind=models.AccountKind.DEMO, leverage="30")
    opened = trader("accounts.accounts_open", body=demo, idempotency_key="one")
    assert (opened.leverage, opened.balance) == ("30", "10000.00")
    names = served.names
    payment = {"account_id": names["live_account_id"], "method_id": names["method_id"], "currency": "USD"}
    quote = trader("deposits.deposits_quote", body=models.DepositQuoteInput(**payment, amount="50")).quote
    body = models.DepositInput(**payment, amount="50", quote=quote)
    deposit = trader("deposits.deposits_create", body=body, idempotency_key="two")
    assert trader("deposits.deposits_get", deposit.id).status == models.FundingStatus.REQUESTED
    back = trader("deposits.deposits_cancel", deposit.id, idempotency_key="three")
    assert back.status == models.FundingStatus.CANCELLED
    assert trader("notices.notices_list").results
    assert trader("profile.profile_change", body=models.PatchedProfileInput(time_zone="Europe/Berlin")).time_zone == (
        "Europe/Berlin"
    )
