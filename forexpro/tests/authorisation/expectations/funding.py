"""Money in and out: requests are their owner's alone. A form answers everybody, and takes nobody else's account."""

from forexpro.tests.authorisation.access import (
    OWNER,
    SIGNED_IN,
    Operation,
    asks,
    changes,
    changes_quietly,
    changes_without_key,
    moves_money,
    reads,
)
from trading.tests.services.funding.asking import picture

NEW_ACCOUNT = {"position_mode": "hedging", "currency": "USD", "leverage": "30"}
TYPED_PAYMENT = {"confirm": "1", "account": "{live_account_id}", "amount": "50"}
TYPED_TRANSFER = {"confirm": "1", "source": "{live_account_id}", "target": "{second_live_account_id}", "amount": "50"}
PAYMENT = {"account_id": "{live_account_id}", "method_id": "{method_id}", "currency": "USD", "amount": "50"}
TRANSFER = {"source_id": "{live_account_id}", "target_id": "{second_live_account_id}", "amount": "50"}

TABLE: dict[str, Operation] = {
    "GET funding": reads(SIGNED_IN),
    "GET funding/account": reads(SIGNED_IN),
    "POST funding/account": changes(SIGNED_IN, **NEW_ACCOUNT),
    "GET funding/deposit": reads(SIGNED_IN),
    "POST funding/deposit": changes_quietly(OWNER, **TYPED_PAYMENT, terms="{deposit_terms_id}"),
    "GET funding/withdraw": reads(SIGNED_IN),
    "POST funding/withdraw": changes_quietly(OWNER, **TYPED_PAYMENT, terms="{withdrawal_terms_id}", details="IBAN"),
    "GET funding/transfer": reads(SIGNED_IN),
    "POST funding/transfer": changes_quietly(OWNER, **TYPED_TRANSFER),
    "GET funding/deposits/<int:deposit_id>": reads(OWNER),
    "POST funding/deposits/<int:deposit_id>/proof": changes(OWNER, proof=picture),
    "GET funding/deposits/<int:deposit_id>/proofs/<int:proof_id>": reads(OWNER),
    "POST funding/deposits/<int:deposit_id>/cancel": changes(OWNER),
    "GET funding/withdrawals/<int:withdrawal_id>": reads(OWNER),
    "POST funding/withdrawals/<int:withdrawal_id>/cancel": changes(OWNER),
    "GET api/v1/payment-methods": reads(SIGNED_IN),
    "GET api/v1/deposits": reads(SIGNED_IN),
    "POST api/v1/deposits": moves_money(OWNER, **PAYMENT),
    "POST api/v1/deposits/quote": asks(OWNER, **PAYMENT),
    "GET api/v1/deposits/<id:deposit_id>": reads(OWNER),
    "DELETE api/v1/deposits/<id:deposit_id>": moves_money(OWNER),
    "GET api/v1/deposits/<id:deposit_id>/proof": reads(OWNER),
    "POST api/v1/deposits/<id:deposit_id>/proof": moves_money(OWNER, proof=picture),
    "GET api/v1/withdrawals": reads(SIGNED_IN),
    "POST api/v1/withdrawals": changes_without_key(OWNER, **PAYMENT, details="IBAN"),
    "POST api/v1/withdrawals/quote": asks(OWNER, **PAYMENT),
    "GET api/v1/withdrawals/<id:withdrawal_id>": reads(OWNER),
    "DELETE api/v1/withdrawals/<id:withdrawal_id>": moves_money(OWNER),
    "GET api/v1/transfers": reads(SIGNED_IN),
    "POST api/v1/transfers": moves_money(OWNER, **TRANSFER),
    "POST api/v1/transfers/quote": asks(OWNER, **TRANSFER),
}
