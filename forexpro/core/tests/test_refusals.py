from forexpro.core.refusals import Refused


def test_carries_code_sentence_and_numbers():
    refused = Refused("insufficient_margin", "Deposit first.", {"required": "10.00"})
    assert (refused.code, refused.message, refused.details) == (
        "insufficient_margin",
        "Deposit first.",
        {"required": "10.00"},
    )
    assert refused.http_status == 422
    assert str(refused) == "insufficient_margin: Deposit first."


def test_one_status_does_not_leak_into_the_next():
    assert Refused("busy", "Wait.", http_status=409).http_status == 409
    assert Refused("busy", "Wait.").http_status == 422
    assert Refused("busy", "Wait.").details == {}
