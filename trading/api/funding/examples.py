"""Worked requests and answers of deposits, withdrawals and transfers, for the document."""

from typing import Any

from forexpro.core.http.schema import asked, error_example, worked

_ROW: dict[str, Any] = {
    "id": "7",
    "account_id": "42",
    "method": {"id": "1", "name": "Bank transfer", "kind": "bank_transfer"},
    "status": "requested",
    "currency": "USD",
    "amount": "275.00",
    "fee": "0.00",
    "payment_amount": "250.00",
    "payment_currency": "EUR",
    "rate": "1.1",
    "reference": "E2E-7",
    "reason": "",
    "requested_at": "2026-03-02T09:30:00.123456Z",
    "decided_at": None,
}
PROOF = {
    "id": "5",
    "media_type": "image/jpeg",
    "size": 48213,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "sent_at": "2026-03-02T09:31:00.123456Z",
}
PAY_IN = asked(
    "Pay 250 euros into an account",
    {"account_id": "42", "method_id": "1", "currency": "EUR", "amount": "250.00", "reference": "E2E-7"},
)
PAID_IN = worked("Requested", _ROW | {"instructions": "IBAN DE02 1203 0000 0000 2020 51"}, 201)
PAY_OUT = asked(
    "Pay 400 dollars out",
    {
        "account_id": "42",
        "method_id": "1",
        "currency": "USD",
        "amount": "400.00",
        "details": "DE89 3704 0044 0532 0130 00",
    },
)
PAID_OUT = worked(
    "Requested, the money is reserved",
    _ROW | {"amount": "400.00", "payment_amount": "400.00", "payment_currency": "USD", "rate": "1", "reference": ""},
    201,
)
QUOTED = worked(
    "What it comes to",
    {
        "amount": "275.00",
        "fee": "0.00",
        "payment_amount": "250.00",
        "payment_currency": "EUR",
        "rate": "1.1",
        "quote": "eyJhbW91bnQiOiIyNTAifQ:1tX",
    },
)
DEPOSIT = worked("A deposit", _ROW | {"instructions": "IBAN DE02 1203 0000 0000 2020 51"})
DEPOSIT_BACK = worked("Taken back", _ROW | {"status": "cancelled", "instructions": "IBAN DE02 1203 0000 0000 2020 51"})
WITHDRAWAL = worked("A withdrawal", _ROW)
WITHDRAWAL_BACK = worked("Taken back", _ROW | {"status": "cancelled"})
PROOF_KEPT = worked("Kept", PROOF, 201)
TERMS = worked(
    "What a bank transfer takes",
    {
        "method": {"id": "1", "name": "Bank transfer", "kind": "bank_transfer"},
        "direction": "withdrawal",
        "currency": "EUR",
        "minimum": "10.00",
        "maximum": None,
        "fee_fixed": "2.00",
        "fee_percent": "0.5",
        "details_label": "IBAN",
    },
)
PAY_OUT_QUOTE = asked(
    "Pay 400 dollars out", {"account_id": "42", "method_id": "1", "currency": "USD", "amount": "400.00"}
)
ARRIVES = worked(
    "What would arrive", {"received": "1000.00", "rate": "0.90900827197527", "quote": "eyJhbW91bnQiOiIxMTAwIn0:1tX"}
)
MOVE = asked(
    "Move 1,100.10 dollars to an account in euros", {"source_id": "42", "target_id": "43", "amount": "1100.10"}
)
MOVED = worked(
    "Moved",
    {
        "id": "3",
        "source_id": "42",
        "target_id": "43",
        "currency": "USD",
        "amount": "1100.10",
        "received_currency": "EUR",
        "received": "1000.00",
        "rate": "0.90900827197527",
        "created_at": "2026-03-02T09:30:00.123456Z",
    },
    201,
)
MOVED_BEFORE = worked("A transfer", MOVED.value)
TOO_MUCH = error_example(
    "More than can be withdrawn",
    422,
    "funds_insufficient",
    "At most 812.30 USD can be withdrawn now.",
    {"field": "amount", "amount": "900.00", "available": "812.30", "currency": "USD"},
)
NOT_CONFIRMED = error_example(
    "Not confirmed",
    403,
    "confirmation_required",
    "Confirm that it is you: give your password or a code again on the page of `details`, then repeat this.",
    {"page": "/confirm"},
)
DECIDED = error_example(
    "Decided already",
    409,
    "transition_not_allowed",
    "This is approved and cannot become cancelled. Look again: somebody may have been faster.",
    {"id": 7, "status": "approved", "wanted": "cancelled"},
)


DECIDED_DEPOSIT = error_example(
    "Decided already", 409, "deposit_decided", "This deposit is decided; it needs no proof any more.", {}
)
