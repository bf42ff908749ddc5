"""The desk decides through the admin: who may, who may not, and that nothing changes when they may not."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.roles import Role
from forexpro.core.models import Event
from trading.models import Deposit, PaymentMethod, PaymentTerms, TradingAccount, Withdrawal
from trading.models.funding import Status
from trading.services.funding.transfers import account_transfer
from trading.tests.factories import ORIGIN, make_live_account, make_user
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

pytestmark = pytest.mark.django_db
DECIDERS = [Role.FINANCE, Role.ADMIN]
LOOKERS = [Role.READ_ONLY, Role.SUPPORT, Role.COMPLIANCE, Role.DEALER, Role.BACK_OFFICE]
LISTS = ["deposit", "withdrawal", "transfer", "paymentmethod"]


@pytest.fixture(autouse=True)
def _desk(settings, mails_sent_at_once):
    settings.STAFF_TOTP_REQUIRED = False


@pytest.fixture
def as_(live):
    """Return a client signed in as a role, the owner, another client, or nobody."""

    def client(who, email=None):
        browser = Client()
        if who == "owner":
            browser.force_login(live.owner)
        elif who != "anonymous":
            user = make_user(email or f"{who.lower().replace(' ', '')}@example.com", is_staff=who != "stranger")
            if who != "stranger":
                user.groups.add(Group.objects.get(name=Role(who).value))
            browser.force_login(user)
        return browser

    return client


def payout_looks():
    return Event.objects.filter(type="withdrawal.details_viewed")


@pytest.mark.parametrize("role", [*DECIDERS, *LOOKERS])
def test_every_look_at_payout_details_is_recorded(as_, live, bank, role):
    withdrawal = ask_withdrawal(live, bank, details="IBAN DE89 3704")
    client, page = as_(role), f"/admin/trading/withdrawal/{withdrawal.pk}"
    assert "DE89" not in client.get(f"{page}/change/").content.decode()
    assert not payout_looks().exists()
    response = client.get(f"{page}/payout-details/")
    if role in DECIDERS:
        assert "IBAN DE89 3704" in response.content.decode()
        (look,) = payout_looks()
        assert (look.stream, look.payload) == (f"account:{live.pk}", {"withdrawal_id": withdrawal.pk})
        assert look.actor.startswith("staff:")
    else:
        assert response.status_code == 403
        assert not payout_looks().exists()


def press(client, row, button, **fields):
    model = row._meta.model_name
    return client.post(f"/admin/trading/{model}/{row.pk}/{button}/", {"_form_submitted": "True", **fields})


def picture():
    return (
        list(Deposit.objects.values()),
        list(Withdrawal.objects.values()),
        list(TradingAccount.objects.values("balance", "reserved")),
        Event.objects.filter(stream__startswith="account:").count(),
    )


@pytest.mark.parametrize("who", DECIDERS)
def test_finance_and_admins_decide(live, bank, as_, who):
    client = as_(who)
    deposit, withdrawal = ask_deposit(live, bank), ask_withdrawal(live, bank)
    press(client, deposit, "start_review")
    deposit.refresh_from_db()
    assert deposit.status == Status.IN_REVIEW
    press(client, deposit, "approve")
    press(client, withdrawal, "approve")
    press(client, withdrawal, "mark_paid")
    deposit.refresh_from_db()
    withdrawal.refresh_from_db()
    live.refresh_from_db()
    assert (deposit.status, withdrawal.status) == (Status.APPROVED, Status.PAID)
    assert (live.balance, live.reserved) == (10_000, 0)
    assert Event.objects.get(type="withdrawal.paid").actor == f"staff:{withdrawal.decided_by_id}"


def test_a_decline_takes_a_reason(live, bank, as_):
    client = as_(Role.FINANCE)
    withdrawal = ask_withdrawal(live, bank)
    before = picture()
    press(client, withdrawal, "decline", reason="")
    assert picture() == before
    press(client, withdrawal, "decline", reason="The account is not yours.")
    withdrawal.refresh_from_db()
    live.refresh_from_db()
    assert (withdrawal.status, withdrawal.reason, live.reserved) == (Status.DECLINED, "The account is not yours.", 0)


@pytest.mark.parametrize("who", [*LOOKERS, "anonymous", "owner", "stranger"])
def test_nobody_else_decides_and_nothing_changes(live, bank, as_, who):
    client = as_(who)
    deposit, withdrawal = ask_deposit(live, bank), ask_withdrawal(live, bank)
    before = picture()
    refused = 403 if who in LOOKERS else 302
    for button in ("start_review", "approve", "decline", "mark_failed"):
        assert press(client, deposit, button, reason="x").status_code == refused
    for button in ("start_review", "approve", "decline", "mark_paid", "mark_failed"):
        assert press(client, withdrawal, button, reason="x").status_code == refused
    assert picture() == before


@pytest.mark.parametrize("who", [*DECIDERS, *LOOKERS])
def test_every_desk_looks_and_only_those_who_pay_see_where_to(live, bank, as_, who):
    client = as_(who)
    ask_deposit(live, bank)
    withdrawal = ask_withdrawal(live, bank)
    for name in LISTS:
        assert client.get(f"/admin/trading/{name}/").status_code == 200
    page = client.get(f"/admin/trading/withdrawal/{withdrawal.pk}/change/")
    assert page.status_code == 200
    assert (f"withdrawal/{withdrawal.pk}/payout-details/" in page.content.decode()) == (who in DECIDERS)
    assert ("Approve" in page.content.decode()) == (who in DECIDERS)


@pytest.mark.parametrize("who", ["anonymous", "owner", "stranger"])
def test_clients_and_visitors_see_nothing(live, bank, as_, who):
    withdrawal = ask_withdrawal(live, bank)
    client = as_(who)
    for address in (*LISTS, f"withdrawal/{withdrawal.pk}/change"):
        assert client.get(f"/admin/trading/{address}/").status_code == 302


@pytest.mark.parametrize("who", [Role.ADMIN, Role.FINANCE])
@pytest.mark.parametrize("model", ["deposit", "withdrawal", "transfer"])
def test_nothing_is_edited_added_or_deleted_directly(live, bank, as_, who, model):
    other = make_live_account(live.owner, deposit="0")
    rows = {
        "deposit": ask_deposit(live, bank),
        "withdrawal": ask_withdrawal(live, bank),
        "transfer": account_transfer(
            owner=live.owner,
            source_id=live.pk,
            target_id=other.pk,
            amount=Decimal(5),
            origin=ORIGIN,
            idempotency_key=None,
        ),
    }
    client = as_(who)
    before = picture()
    root = f"/admin/trading/{model}"
    assert client.post(f"{root}/{rows[model].pk}/change/", {"status": "approved"}).status_code == 403
    assert client.post(f"{root}/{rows[model].pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{root}/add/", {"amount": "5"}).status_code == 403
    assert picture() == before


def test_only_what_can_happen_next_is_offered(live, bank, as_):
    client = as_(Role.FINANCE)
    withdrawal = ask_withdrawal(live, bank)
    address = f"/admin/trading/withdrawal/{withdrawal.pk}/change/"
    assert "Mark as paid" not in client.get(address).content.decode()
    press(client, withdrawal, "approve")
    page = client.get(address).content.decode()
    assert "Mark as paid" in page
    assert "Decline" not in page


def test_who_comes_second_is_told(live, bank, as_):
    deposit = ask_deposit(live, bank)
    press(as_(Role.FINANCE), deposit, "approve")
    second = as_(Role.ADMIN)
    press(second, deposit, "decline", reason="Late.")
    page = second.get(f"/admin/trading/deposit/{deposit.pk}/change/").content.decode()
    assert "cannot become declined" in page
    deposit.refresh_from_db()
    assert deposit.status == Status.APPROVED


def test_a_large_withdrawal_takes_two_members_of_staff(live, bank, as_, settings):
    settings.FUNDING_FOUR_EYES_FROM = 500
    withdrawal = ask_withdrawal(live, bank, "500")
    first, second = as_(Role.FINANCE), as_(Role.FINANCE, "finance2@example.com")
    other = ask_withdrawal(live, bank, "400")
    press(first, other, "start_review")
    press(first, withdrawal, "approve")
    press(first, withdrawal, "approve")
    withdrawal.refresh_from_db()
    assert withdrawal.status == Status.IN_REVIEW
    waiting = second.get("/admin/trading/withdrawal/?status__exact=in_review&first_approved_by__isempty=0")
    assert [row.pk for row in waiting.context["cl"].result_list] == [withdrawal.pk]
    assert 'aria-current="page">Second approval missing' in waiting.content.decode()
    press(second, withdrawal, "approve")
    withdrawal.refresh_from_db()
    assert withdrawal.status == Status.APPROVED


def terms_of(bank, **change):
    """What the form of a method sends."""
    terms = bank.terms.get(direction="deposit")
    row = {"id": terms.pk, "method": bank.pk, "direction": "deposit", "currency": "USD", "minimum": "20"}
    row |= {"maximum": "100", "fee_fixed": "1", "fee_percent": "2"} | change
    management = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "1", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}
    method = {"name": "Wire", "kind": "bank_transfer", "active": "on", "position": "0"}
    return (
        method
        | {f"terms-{name}": value for name, value in management.items()}
        | {f"terms-0-{name}": value for name, value in row.items()}
    )


def test_admins_set_what_methods_take_and_it_is_recorded(bank, as_):
    PaymentTerms.objects.filter(direction="withdrawal").delete()
    response = as_(Role.ADMIN).post(f"/admin/trading/paymentmethod/{bank.pk}/change/", terms_of(bank))
    assert response.status_code == 302
    terms = PaymentTerms.objects.get()
    assert (terms.minimum, terms.maximum, terms.fee_fixed, terms.fee_percent) == (20, 100, 1, 2)
    event = Event.objects.get(type="staff.object_changed")
    assert event.payload["changes"]["name"] == {"before": "Bank transfer", "after": "Wire"}


def test_terms_that_contradict_themselves_are_refused(bank, as_):
    PaymentTerms.objects.filter(direction="withdrawal").delete()
    response = as_(Role.ADMIN).post(f"/admin/trading/paymentmethod/{bank.pk}/change/", terms_of(bank, maximum="5"))
    assert "The least is not above the most." in response.content.decode()
    assert PaymentTerms.objects.get().maximum == 100_000


@pytest.mark.parametrize("who", [Role.FINANCE, *LOOKERS])
def test_nobody_else_changes_methods(bank, as_, who):
    PaymentTerms.objects.filter(direction="withdrawal").delete()
    assert as_(who).post(f"/admin/trading/paymentmethod/{bank.pk}/change/", terms_of(bank)).status_code == 403
    assert PaymentMethod.objects.get().name == "Bank transfer"


def test_lists_cost_the_same_however_long_they_are(live, bank, as_, django_assert_max_num_queries):
    client = as_(Role.FINANCE)
    for _ in range(8):
        ask_withdrawal(live, bank, "10")
    client.get("/admin/trading/withdrawal/")
    with django_assert_max_num_queries(12):
        client.get("/admin/trading/withdrawal/")
