"""The CRM decides as the desk does: money moves once, the client is told, and the event names the key."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Notice
from crm.tests.api.test_keys import _no_cleaning  # noqa: F401  # a fixture
from crm.tests.conftest import error_of
from forexpro.core.models import Event
from kyc.checklist import checklist
from kyc.models import Document, VerificationCase
from kyc.tests.factories import send
from trading.models import Withdrawal
from trading.models.funding import Status
from trading.services.funding.decisions import withdrawal_decide
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_user
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

pytestmark = pytest.mark.django_db


def test_an_approved_deposit_is_credited_once_and_the_client_is_told(crm, ada, live, bank):
    deposit = ask_deposit(live, bank, "500")
    path = f"deposits/{deposit.pk}/decision"
    first = crm.post(path, {"decision": "approve"}, key="one")
    assert (first.status_code, first.json()["status"]) == (200, "approved")
    again = crm.post(path, {"decision": "approve"}, key="one")
    assert (again.status_code, again.json()) == (200, first.json())
    assert error_of(crm.post(path, {"decision": "approve"}, key="two")) == (409, "transition_not_allowed")
    assert error_of(crm.post(path, {"decision": "decline", "reason": "x"}, key="one")) == (
        422,
        "idempotency_key_reused",
    )
    live.refresh_from_db()
    assert live.balance == Decimal(10500)
    assert account_first_difference(live.pk) is None
    approved = Event.objects.get(stream=f"account:{live.pk}", type="deposit.approved")
    assert (approved.actor, approved.payload["decided_by"]) == ("crm:berlin", None)
    told = Notice.objects.filter(user=ada).latest("id")
    assert "is credited" in told.text


@pytest.mark.parametrize("unread", [10**30, {"deep": [1e308, None]}])
def test_fields_that_nobody_reads_may_hold_whatever_json_can(crm, live, bank, unread):
    deposit = ask_deposit(live, bank, "500")
    body = {"decision": "approve", "unread": unread}
    assert crm.post(f"deposits/{deposit.pk}/decision", body, key="one").status_code == 200
    again = crm.post(f"deposits/{deposit.pk}/decision", body, key="one")
    assert (again.status_code, again["Idempotent-Replayed"]) == (200, "true")


def test_a_declined_deposit_says_why(crm, ada, live, bank):
    deposit = ask_deposit(live, bank)
    path = f"deposits/{deposit.pk}/decision"
    assert error_of(crm.post(path, {"decision": "decline"}, key="one")) == (422, "reason_required")
    # What was refused had no effect: the same key may try again, with another body, too.
    response = crm.post(path, {"decision": "decline", "reason": "Not from your account."}, key="one")
    assert response.json()["status"] == "declined"
    assert "Not from your account." in Notice.objects.filter(user=ada).latest("id").text
    assert error_of(crm.post("deposits/999999/decision", {"decision": "approve"})) == (404, "request_not_found")


def test_a_withdrawal_is_approved_and_paid(crm, live, bank):
    withdrawal = ask_withdrawal(live, bank, "400")
    path = f"withdrawals/{withdrawal.pk}/decision"
    assert crm.post(path, {"decision": "approve"}).json()["status"] == "approved"
    assert crm.post(path, {"decision": "pay"}).json()["status"] == "paid"
    live.refresh_from_db()
    assert (live.balance, live.reserved) == (Decimal(9600), 0)
    assert account_first_difference(live.pk) is None


def test_a_declined_withdrawal_gives_the_money_back(crm, live, bank):
    withdrawal = ask_withdrawal(live, bank, "400")
    crm.post(f"withdrawals/{withdrawal.pk}/decision", {"decision": "decline", "reason": "Unknown account."})
    live.refresh_from_db()
    assert (live.balance, live.reserved) == (Decimal(10000), 0)


def test_a_program_is_never_the_first_of_two(crm, live, bank, settings):
    settings.FUNDING_FOUR_EYES_FROM = 300
    withdrawal = ask_withdrawal(live, bank, "400")
    path = f"withdrawals/{withdrawal.pk}/decision"
    assert error_of(crm.post(path, {"decision": "approve"})) == (409, "staff_approval_required")
    clerk = make_user("clerk@example.com", is_staff=True)
    withdrawal_decide(actor=clerk, withdrawal_id=withdrawal.pk, status=Status.APPROVED, origin=ORIGIN)
    assert crm.post(path, {"decision": "approve"}).json()["status"] == "approved"
    withdrawal = Withdrawal.objects.get()
    assert (withdrawal.first_approved_by, withdrawal.decided_by) == (clerk, None)


def test_a_document_is_approved_with_its_checklist(crm, ada):
    document = send(ada)
    path = f"kyc/{document.pk}/decision"
    waiting = crm.get(f"users/{ada.pk}/kyc").json()["documents"][0]
    assert waiting["checklist"] == sorted(checklist(document.kind))
    assert error_of(crm.post(path, {"decision": "approve"})) == (422, "checklist_incomplete")
    read = {"checked": waiting["checklist"], "expires_on": str(timezone.now().date() + timedelta(days=365))}
    assert crm.post(path, {"decision": "approve", **read}).json()["status"] == "approved"
    assert Event.objects.get(type="kyc.document_approved").actor == "crm:berlin"
    assert error_of(crm.post(path, {"decision": "decline", "reason": "x"})) == (409, "document_decided")
    assert Document.objects.get().decided_by is None
    assert Notice.objects.filter(user=ada, kind=Notice.Kind.VERIFICATION).exists()


def test_a_declined_document_changes_the_client_for_those_who_follow(crm, ada):
    document = send(ada)
    assert error_of(crm.post(f"kyc/{document.pk}/decision", {"decision": "decline"})) == (422, "reason_missing")
    crm.post(f"kyc/{document.pk}/decision", {"decision": "decline", "reason": "Too dark."})
    assert VerificationCase.objects.get().status == "rejected"
    assert crm.get(f"users/{ada.pk}").json()["kyc"] == {"status": "rejected", "level": 0}


def test_a_program_is_never_the_first_reviewer_of_two(crm, ada, settings):
    settings.KYC_FOUR_EYES = True
    document = send(ada)
    read = {"checked": list(checklist(document.kind)), "expires_on": str(timezone.now().date() + timedelta(days=365))}
    answer = crm.post(f"kyc/{document.pk}/decision", {"decision": "approve", **read})
    assert error_of(answer) == (409, "staff_approval_required")
