"""Deposits, withdrawals and transfers through the API: as owner, stranger, staff and anonymous."""

from decimal import Decimal

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.step_up import _CONFIRMED_AT
from trading.api.funding.urls import urlpatterns
from trading.models import Deposit, DepositProof, Transfer, Withdrawal
from trading.models.funding import Status
from trading.services.funding.decisions import withdrawal_decide
from trading.tests.factories import ORIGIN, make_live_account, make_method, make_user, set_price
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal, picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mails_sent_at_once")]


class Caller:
    """Calls the API as one person, who gave the password a moment ago unless told otherwise."""

    def __init__(self, user=None, *, confirmed=True):
        self.client = APIClient()
        if user is not None:
            self.client.force_login(user)
            session = self.client.session
            session[_CONFIRMED_AT] = timezone.now().timestamp() if confirmed else 0
            session.save()

    def __call__(self, method, path, body=None, *, key=None):
        headers = {"Idempotency-Key": key} if key else {}
        return getattr(self.client, method)(f"/api/v1{path}", body, format="json", headers=headers)


@pytest.fixture
def owner(live):
    return Caller(live.owner)


@pytest.fixture
def others(db):
    return {
        "stranger": Caller(make_user("stranger@example.com")),
        "staff": Caller(make_user("staff@example.com", is_staff=True, is_superuser=True)),
    }


@pytest.fixture
def payment(live, bank):
    return {"account_id": live.pk, "method_id": bank.pk, "currency": "USD", "amount": "400.00"}


CALLS = [
    ("get", "/deposits"),
    ("post", "/deposits"),
    ("post", "/deposits/quote"),
    ("get", "/deposits/1"),
    ("delete", "/deposits/1"),
    ("get", "/deposits/1/proof"),
    ("post", "/deposits/1/proof"),
    ("get", "/payment-methods"),
    ("get", "/transfers"),
    ("post", "/transfers"),
    ("post", "/transfers/quote"),
    ("get", "/withdrawals"),
    ("post", "/withdrawals"),
    ("post", "/withdrawals/quote"),
    ("get", "/withdrawals/1"),
    ("delete", "/withdrawals/1"),
]


def code(response):
    return response.json()["error"]["code"]


def test_no_operation_is_missing_above():
    offered = {str(pattern.pattern) for pattern in urlpatterns}
    tried = {path.removeprefix("/") for _, path in CALLS}
    assert {p.replace("<id:deposit_id>", "1").replace("<id:withdrawal_id>", "1") for p in offered} == tried


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_anonymous_is_asked_to_sign_in(method, path):
    response = Caller()(method, path, key="k")
    assert response.status_code in (401, 403)
    assert code(response) == "not_authenticated"


@pytest.mark.parametrize("who", ["stranger", "staff"])
def test_others_find_nothing_and_change_nothing(live, bank, others, payment, who):
    call = others[who]
    deposit, withdrawal = ask_deposit(live, bank), ask_withdrawal(live, bank)
    for path in ("/deposits", "/withdrawals", "/transfers"):
        assert call("get", path).json()["results"] == []
    for path in (f"/deposits/{deposit.pk}", f"/withdrawals/{withdrawal.pk}"):
        for method in ("get", "delete"):
            response = call(method, path, key="k")
            assert (response.status_code, code(response)) == (404, "request_not_found")
    for path, body in (
        ("/deposits", payment),
        ("/deposits/quote", payment),
        ("/withdrawals", payment | {"details": "IBAN"}),
        ("/withdrawals/quote", payment),
        ("/transfers", {"source_id": live.pk, "target_id": live.pk, "amount": "5"}),
        ("/transfers/quote", {"source_id": live.pk, "target_id": live.pk, "amount": "5"}),
    ):
        response = call("post", path, body, key="k")
        assert (response.status_code, code(response)) == (404, "account_not_found")
    assert Deposit.objects.get().status == Withdrawal.objects.get().status == Status.REQUESTED
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"), [call for call in CALLS if call[0] != "get" and not call[1].endswith("/quote")]
)
def test_every_change_needs_an_idempotency_key(owner, method, path):
    response = owner(method, path, {})
    assert (response.status_code, code(response)) == (400, "idempotency_key_required")


def test_a_deposit_is_requested_listed_and_cancelled(owner, live, payment):
    created = owner("post", "/deposits", payment | {"reference": "E2E-7"}, key="a")
    assert created.status_code == 201
    row = created.json()
    assert {name: row[name] for name in ("status", "currency", "amount", "fee", "payment_amount", "rate")} == {
        "status": "requested",
        "currency": "USD",
        "amount": "400.00",
        "fee": "0.00",
        "payment_amount": "400.00",
        "rate": "1",
    }
    assert row["method"]["kind"] == "bank_transfer"
    assert "IBAN" in row["instructions"]
    assert owner("get", "/deposits").json()["results"] == [row]
    assert owner("get", f"/deposits/{row['id']}").json() == row
    cancelled = owner("delete", f"/deposits/{row['id']}", key="b")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    again = owner("delete", f"/deposits/{row['id']}", key="c")
    assert (again.status_code, code(again)) == (409, "transition_not_allowed")


def test_a_withdrawal_is_requested_and_its_details_are_not_given_back(owner, live, payment):
    body = payment | {"details": "DE89 3704 0044 0532 0130 00"}
    created = owner("post", "/withdrawals", body, key="a")
    assert created.status_code == 201
    assert "DE89" not in created.content.decode()
    live.refresh_from_db()
    assert live.reserved == 400
    assert owner("post", "/withdrawals", body, key="a").json() == created.json()
    other = owner("post", "/withdrawals", body | {"amount": "401"}, key="a")
    assert (other.status_code, code(other)) == (422, "idempotency_key_reused")
    too_much = owner("post", "/withdrawals", body | {"amount": "9600.01"}, key="b")
    assert (too_much.status_code, code(too_much)) == (422, "funds_insufficient")
    assert Withdrawal.objects.count() == 1


def test_a_withdrawal_needs_a_session_that_was_confirmed(live, payment):
    response = Caller(live.owner, confirmed=False)("post", "/withdrawals", payment | {"details": "IBAN"}, key="a")
    assert (response.status_code, code(response)) == (403, "confirmation_required")
    live.refresh_from_db()
    assert live.reserved == 0


def test_what_is_approved_cannot_be_cancelled(owner, live, bank):
    withdrawal = ask_withdrawal(live, bank)
    clerk = make_user("finance@example.com", is_staff=True)
    withdrawal_decide(actor=clerk, withdrawal_id=withdrawal.pk, status=Status.APPROVED, origin=ORIGIN)
    response = owner("delete", f"/withdrawals/{withdrawal.pk}", key="a")
    assert (response.status_code, response.json()["error"]["details"]["status"]) == (409, "approved")


def test_quotes_hold_their_rate(owner, live):
    euro = make_method(currency="EUR")
    payment = {"account_id": live.pk, "method_id": euro.pk, "currency": "EUR", "amount": "100"}
    quote = owner("post", "/deposits/quote", payment).json()
    assert (quote["amount"], quote["rate"]) == ("110.00", "1.1")
    set_price("EURUSD", "1.20000", "1.20010")
    assert owner("post", "/deposits", payment | {"quote": quote["quote"]}, key="a").json()["amount"] == "110.00"
    other = owner("post", "/deposits", payment | {"amount": "101", "quote": quote["quote"]}, key="b")
    assert code(other) == "quote_expired"
    assert owner("post", "/withdrawals/quote", payment).json()["payment_currency"] == "EUR"


def test_a_transfer_is_made_and_listed(owner, live):
    euro = make_live_account(live.owner, currency="EUR", deposit="0")
    body = {"source_id": live.pk, "target_id": euro.pk, "amount": "1100.10"}
    assert owner("post", "/transfers/quote", body).json()["received"] == "1000.00"
    made = owner("post", "/transfers", body, key="a")
    assert made.status_code == 201
    assert (made.json()["received"], made.json()["received_currency"]) == ("1000.00", "EUR")
    assert owner("post", "/transfers", body, key="a").json() == made.json()
    assert owner("get", "/transfers").json()["results"] == [made.json()]
    assert Transfer.objects.count() == 1


def test_methods_are_listed_with_what_they_cost(owner, bank):
    make_method("Card", fee_percent=Decimal("2.5"), maximum=None)
    terms = owner("get", "/payment-methods").json()
    assert [(row["method"]["name"], row["direction"]) for row in terms] == [
        ("Bank transfer", "deposit"),
        ("Card", "deposit"),
        ("Bank transfer", "withdrawal"),
        ("Card", "withdrawal"),
    ]
    assert (terms[1]["fee_percent"], terms[1]["maximum"], terms[0]["maximum"]) == ("2.5", None, "100000.00")


def test_a_proof_is_sent_once_and_by_its_owner_alone(owner, others, live, bank, tmp_path, settings, monkeypatch):
    monkeypatch.setattr(DepositProof._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
    monkeypatch.setattr("forexpro.core.uploads.storage.private_files", lambda: FileSystemStorage(tmp_path))
    deposit = ask_deposit(live, bank)

    def send(call, upload):
        headers = {"Idempotency-Key": "a"}
        address = f"/api/v1/deposits/{deposit.pk}/proof"
        return call.client.post(address, {"proof": upload} if upload else {}, format="multipart", headers=headers)

    first, again = send(owner, picture()), send(owner, picture())
    assert (first.status_code, first.json()["media_type"]) == (201, "image/jpeg")
    assert again.json() == first.json()
    assert send(owner, None).status_code == 400
    lie = SimpleUploadedFile("receipt.png", b"<svg onload=alert(1)>", content_type="image/png")
    assert code(send(owner, lie)).startswith("file_")
    assert code(send(owner, SimpleUploadedFile("receipt.png", b""))) == "file_empty"
    for who in ("stranger", "staff"):
        assert code(send(others[who], picture(9))) == "request_not_found"
    assert DepositProof.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"amount": "x"}, {"amount": "1e50"}, {"currency": "EURODOLLAR"}, {"account_id": "x"}, {"amount": None}]
)
def test_nonsense_is_named(owner, payment, change):
    response = owner("post", "/deposits", payment | change, key="a")
    assert response.status_code == 400
    assert not Deposit.objects.exists()


def test_lists_cost_the_same_however_long_they_are(owner, live, bank, django_assert_max_num_queries):
    for _ in range(5):
        ask_deposit(live, bank)
    owner("get", "/deposits")
    with django_assert_max_num_queries(3):  # session, person, deposits
        owner("get", "/deposits")
