import json

import pytest
from django.core.management import CommandError, call_command

from trading.selectors.journal import newest_seq
from trading.tests.factories import make_order, process_tick, set_price

ORDER = {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.10"}


def test_fill_with_its_numbers(owner):
    filled = owner.post("/orders", ORDER, key="a").json()
    explanation = owner.get(f"/events/{filled['seq']}/explanation").json()
    assert explanation["command"]["command"] == "PlaceOrder"
    assert explanation["quotes"][0]["ask"] == "1.10010"
    assert explanation["quotes"][0]["time"].endswith("Z")
    assert [entry["type"] for entry in explanation["verdict"]] == [event["type"] for event in filled["events"]]
    assert explanation["before"]["margin"] == "0"
    assert explanation["after"]["margin"] == "110.01"
    assert explanation["policy"]["stop_out_level"] == "50"
    assert explanation["instruments"][0]["contract_size"] == "100000"
    assert {"name": "margin", "formula": "0.1 × 100000 / 100 × 1.1001 × 1 = 110.01 USD"} in explanation["formulas"]


def test_refusal_with_its_numbers(owner):
    assert owner.post("/orders", ORDER | {"volume": "90"}, key="a").status_code == 422
    seq = owner.get("/changes").json()["seq"]
    explanation = owner.get(f"/events/{seq}/explanation").json()
    assert explanation["refusal"] == "insufficient_margin"
    assert explanation["details"]["free_margin"] == "10000.00"


def test_opening_of_the_account_has_none(owner):
    response = owner.get("/events/1/explanation")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "event_not_explained"


def test_events_of_clients_are_without_what_they_were_decided_on(owner):
    answer = owner.post("/orders", ORDER, key="a").json()
    changes = owner.get("/changes").json()
    for event in [*answer["events"], *changes["events"]]:
        assert "decided_on" not in event["payload"]


@pytest.fixture
def document(account, owner, tmp_path):
    """The signed document of a stop loss, as it was downloaded."""
    make_order(account, stop_loss="1.09000")
    set_price("EURUSD", "1.08000", "1.08010")
    process_tick(account)
    response = owner.get(f"/events/{newest_seq(account.pk)}/explanation/document")
    assert response["Content-Disposition"].startswith("attachment; filename=")
    path = tmp_path / "decision.json"
    path.write_bytes(response.content)
    return path


def test_document_is_verified_and_decided_again(document, capsys):
    call_command("verify_decision", document)
    assert "comes out the same" in capsys.readouterr().out


def test_changed_document_is_refused(document):
    signed = json.loads(document.read_text())
    signed["document"]["market"]["quotes"][0]["bid"] = "1.10000"
    document.write_text(json.dumps(signed))
    with pytest.raises(CommandError, match="the document was changed"):
        call_command("verify_decision", document)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "other.json"
    path.write_text("[]")
    with pytest.raises(CommandError, match="cannot be read as a signed decision"):
        call_command("verify_decision", path)
