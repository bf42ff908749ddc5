import pytest

from forexpro.core.events.chain import NewEvent
from forexpro.core.events.sentences import sentence
from trading.models.funding import DEPOSIT_TRANSITIONS, WITHDRAWAL_TRANSITIONS
from trading.selectors.funding_sentences import SENTENCES

REQUEST = {
    "id": 7,
    "currency": "USD",
    "amount": "275.00",
    "payment_amount": "250.00",
    "payment_currency": "EUR",
    "method": {"name": "Bank transfer"},
    "reason": "The sender is not you.",
}
TRANSFER = {
    "id": 3,
    "currency": "USD",
    "amount": "1100.10",
    "received_currency": "EUR",
    "received": "1000.00",
    "source_account_number": 10000001,
    "target_account_number": 10000002,
}
SAID = [
    ("deposit.requested", REQUEST, "Deposit 7 of 250.00 EUR by Bank transfer requested."),
    ("deposit.in_review", REQUEST, "Deposit 7 of 250.00 EUR is in review."),
    ("deposit.approved", REQUEST, "Deposit 7 of 250.00 EUR approved."),
    ("deposit.declined", REQUEST, "Deposit 7 of 250.00 EUR declined: The sender is not you."),
    ("deposit.failed", REQUEST, "Deposit 7 of 250.00 EUR has failed: The sender is not you."),
    ("deposit.cancelled", REQUEST, "Deposit 7 of 250.00 EUR cancelled."),
    ("deposit.proof_added", {"deposit_id": 7}, "A proof of payment was added to deposit 7."),
    ("deposit.proof_viewed", {"deposit_id": 7}, "A proof of payment of deposit 7 was looked at."),
    ("deposit.proof_erased", {"deposit_id": 7}, "A proof of payment of deposit 7 was deleted: its time was over."),
    ("withdrawal.details_viewed", {"withdrawal_id": 7}, "Where withdrawal 7 is paid to was looked at."),
    ("withdrawal.requested", REQUEST, "Withdrawal 7 of 275.00 USD by Bank transfer requested."),
    ("withdrawal.in_review", REQUEST, "Withdrawal 7 of 275.00 USD is in review."),
    ("withdrawal.first_approval", REQUEST, "Withdrawal 7 of 275.00 USD approved by the first of two."),
    ("withdrawal.approved", REQUEST, "Withdrawal 7 of 275.00 USD approved."),
    ("withdrawal.declined", REQUEST, "Withdrawal 7 of 275.00 USD declined: The sender is not you."),
    ("withdrawal.paid", REQUEST, "Withdrawal 7 of 275.00 USD paid."),
    ("withdrawal.failed", REQUEST, "The payment of withdrawal 7 of 275.00 USD has failed: The sender is not you."),
    ("withdrawal.cancelled", REQUEST, "Withdrawal 7 of 275.00 USD cancelled."),
    ("transfer.sent", TRANSFER, "Transfer 3 of 1,100.10 USD to account 10000002."),
    ("transfer.received", TRANSFER, "Transfer 3 of 1,000.00 EUR from account 10000001."),
]


@pytest.mark.parametrize(("type", "payload", "said"), SAID)
def test_what_happened_is_said(type, payload, said):
    assert sentence(NewEvent("account:1", type, payload)) == said


def test_every_event_has_its_sentence():
    reached = {
        f"{kind}.{status}"
        for kind, table in (("deposit", DEPOSIT_TRANSITIONS), ("withdrawal", WITHDRAWAL_TRANSITIONS))
        for statuses in (table.keys(), *table.values())
        for status in statuses
    }
    assert reached <= SENTENCES.keys()
    assert {type for type, _, _ in SAID} == SENTENCES.keys()


@pytest.mark.parametrize(
    ("type", "said"),
    [
        ("account.money_reserved", "250.00 is reserved for withdrawal 9."),
        ("account.money_released", "250.00 is no longer reserved for withdrawal 9."),
    ],
)
def test_reservations_are_said(type, said):
    assert sentence(NewEvent("account:1", type, {"reservation_id": 9, "amount": "250.00"})) == said
