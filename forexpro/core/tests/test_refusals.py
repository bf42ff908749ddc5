from forexpro.core.refusals import Refused


def test_carries_code_sentence_and_numbers():
    refusal = Refused("insufficient_margin", "Deposit first.", {"required": "10.00"})
    assert (refusal.code, refusal.message, refusal.details) == (
        "insufficient_margin",
        "Deposit first.",
        {"required": "10.00"},
    )
    assert refusal.http_status == 422
    assert str(refusal) == "insufficient_margin: Deposit first."


def test_one_status_does_not_leak_into_the_next():
    assert Refused("busy", "Wait.", http_status=409).http_status == 409
    assert Refused("busy", "Wait.").http_status == 422
    assert Refused("busy", "Wait.").details == {}
