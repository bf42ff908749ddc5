import re
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.step_up import _CONFIRMED_AT
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from trading.models import Deposit, Transfer, Withdrawal
from trading.models.funding import Status
from trading.services.funding.decisions import deposit_decide
from trading.tests.factories import ORIGIN, make_account, make_live_account, make_method, make_user, set_price
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal
from trading.tests.views.conftest import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mails_sent_at_once")]
D = Decimal


@pytest.fixture
def client(live):
    """The owner's browser, in which the password was given a moment ago."""
    return confirmed(signed_in(live.owner))


def confirmed(client):
    session = client.session
    session[_CONFIRMED_AT] = timezone.now().timestamp()
    session.save()
    return client


def body(response):
    return response.content.decode()


def hidden(page):
    """The hidden fields of a page's form."""
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: value for name, value in pairs if name != "csrfmiddlewaretoken"}


def terms_of(method, direction):
    return method.terms.get(direction=direction).pk


def steps(client, address, typed):
    """Fill a form in, look at what it comes to, and confirm; return both answers."""
    shown = client.post(address, typed)
    return shown, client.post(address, {**hidden(body(shown)), "confirm": "1"})


def test_a_deposit_is_looked_at_and_then_asked_for(client, live, bank):
    typed = {"account": live.pk, "terms": terms_of(bank, "deposit"), "amount": "250", "reference": "E2E-7"}
    shown, done = steps(client, "/funding/deposit", typed)
    assert "Is this right?" in body(shown)
    assert "Deposit 250.00\u00a0USD" in body(shown)
    deposit = Deposit.objects.get()
    assert done.url == f"/funding/deposits/{deposit.pk}"
    assert (deposit.amount, deposit.reference) == (250, "E2E-7")
    page = body(client.get(done.url))
    assert "DE02 1203 0000" in page
    assert f"Deposit {deposit.pk}" in page


def test_nothing_is_asked_for_before_it_is_confirmed(client, live, bank):
    typed = {"account": live.pk, "terms": terms_of(bank, "deposit"), "amount": "250"}
    assert client.post("/funding/deposit", typed).status_code == 200
    assert client.post("/funding/deposit", typed | {"change": "1"}).status_code == 200
    assert not Deposit.objects.exists()


def test_a_withdrawal_is_asked_for_and_cancelled(client, live, bank):
    typed = {
        "account": live.pk,
        "terms": terms_of(bank, "withdrawal"),
        "amount": "400",
        "details": "DE89 3704 0044 0532 0130 00, Ada",
    }
    _, done = steps(client, "/funding/withdraw", typed)
    withdrawal = Withdrawal.objects.get()
    assert done.url == f"/funding/withdrawals/{withdrawal.pk}"
    assert "DE89 3704 0044 0532 0130 00, Ada" in body(client.get(done.url))
    assert "9,600.00\u00a0USD" in body(client.get("/funding"))
    assert client.post(f"/funding/withdrawals/{withdrawal.pk}/cancel").url == "/funding"
    withdrawal.refresh_from_db()
    assert withdrawal.status == Status.CANCELLED
    assert "10,000.00\u00a0USD" in body(client.get("/funding"))


def test_pressing_twice_asks_once(client, live, bank):
    typed = {"account": live.pk, "terms": terms_of(bank, "withdrawal"), "amount": "400", "details": "IBAN"}
    confirm = {**hidden(body(client.post("/funding/withdraw", typed))), "confirm": "1"}
    first, second = client.post("/funding/withdraw", confirm), client.post("/funding/withdraw", confirm)
    assert first.url == second.url
    assert Withdrawal.objects.count() == 1


def test_a_transfer_is_looked_at_and_then_made(client, live):
    euro = make_live_account(live.owner, currency="EUR", deposit="0")
    typed = {"source": live.pk, "target": euro.pk, "amount": "1100.10"}
    shown, done = steps(client, "/funding/transfer", typed)
    assert "1,000.00\u00a0EUR" in body(shown)
    assert done.url == "/funding"
    assert Transfer.objects.get().received == 1000
    assert f"{live.number} → {euro.number}" in body(client.get("/funding"))


def test_the_rate_that_was_shown_counts_and_expires(client, live, monkeypatch):
    euro = make_method(currency="EUR")
    typed = {"account": live.pk, "terms": terms_of(euro, "deposit"), "amount": "100"}
    shown = client.post("/funding/deposit", typed)
    assert "1 EUR = 1.1 USD" in body(shown)
    set_price("EURUSD", "1.20000", "1.20010")
    monkeypatch.setattr("trading.services.funding.terms.QUOTE_SECONDS", -1)
    again = client.post("/funding/deposit", {**hidden(body(shown)), "confirm": "1"})
    assert again.status_code == 422
    assert "no longer valid" in body(again)
    assert "1 EUR = 1.2 USD" in body(again)
    assert not Deposit.objects.exists()


@pytest.mark.parametrize(
    ("address", "change", "said"),
    [
        ("/funding/deposit", {"amount": "5"}, "takes at least 10.00 USD"),
        ("/funding/deposit", {"amount": "-5"}, "Enter an amount above zero."),
        ("/funding/withdraw", {"amount": "1.999"}, "smallest coin"),
        ("/funding/withdraw", {"details": ""}, "This field is required."),
    ],
)
def test_errors_stand_beside_their_fields(client, live, bank, address, change, said):
    direction = "deposit" if address.endswith("deposit") else "withdrawal"
    typed = {"account": live.pk, "terms": terms_of(bank, direction), "amount": "50", "details": "IBAN"} | change
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert said in body(answer)
    assert not Deposit.objects.exists()
    assert not Withdrawal.objects.exists()


def test_more_than_there_is_is_refused_beside_the_amount_before_anybody_confirms(client, live, bank):
    other = make_live_account(live.owner, deposit="0")
    for address, typed in (
        ("/funding/withdraw", {"account": live.pk, "terms": terms_of(bank, "withdrawal"), "details": "IBAN"}),
        ("/funding/transfer", {"source": live.pk, "target": other.pk}),
    ):
        refused = client.post(address, typed | {"amount": "10000.01"})
        assert refused.status_code == 422
        assert refused.context["form"].errors == {"amount": ["At most 10,000.00 USD can be withdrawn now."]}
        assert "Is this right?" not in body(refused)


def test_money_that_went_while_one_looked_is_refused_when_confirmed(client, live, bank):
    typed = {"account": live.pk, "terms": terms_of(bank, "withdrawal"), "amount": "400", "details": "IBAN"}
    confirm = {**hidden(body(client.post("/funding/withdraw", typed))), "confirm": "1"}
    ask_withdrawal(live, bank, "9800")
    refused = client.post("/funding/withdraw", confirm)
    assert refused.status_code == 422
    assert "At most 200.00 USD can be withdrawn now." in body(refused)


def test_a_withdrawal_wants_the_password_again(live, bank):
    client = signed_in(live.owner)
    session = client.session
    session[_CONFIRMED_AT] = 0
    session.save()
    typed = {"account": live.pk, "terms": terms_of(bank, "withdrawal"), "amount": "400", "details": "IBAN"}
    for answer in (client.get("/funding/withdraw"), client.post("/funding/withdraw", typed | {"confirm": "1"})):
        assert answer.url == "/confirm?next=%2Ffunding%2Fwithdraw"
    assert not Withdrawal.objects.exists()


PAGES = ["/funding", "/funding/deposit", "/funding/withdraw", "/funding/transfer"]


@pytest.mark.parametrize("address", PAGES)
def test_visitors_sign_in_first(address):
    assert Client().get(address).url == f"/sign-in?next={address}"


@pytest.mark.parametrize("staff", [False, True])
def test_others_see_and_do_nothing(live, bank, staff):
    other = confirmed(signed_in(make_user("other@example.com", is_staff=staff)))
    deposit, withdrawal = ask_deposit(live, bank), ask_withdrawal(live, bank)
    assert str(live.number) not in body(other.get("/funding"))
    for address in (f"/funding/deposits/{deposit.pk}", f"/funding/withdrawals/{withdrawal.pk}"):
        assert other.get(address).status_code == 404
        assert other.post(f"{address}/cancel").status_code == 404
    for address, direction in (("/funding/deposit", "deposit"), ("/funding/withdraw", "withdrawal")):
        typed = {"account": live.pk, "terms": terms_of(bank, direction), "amount": "50", "details": "IBAN"}
        assert other.post(address, typed | {"confirm": "1"}).status_code == 422
    own = make_live_account(make_user("third@example.com"))
    assert other.post("/funding/transfer", {"source": live.pk, "target": own.pk, "amount": "5"}).status_code == 422
    assert {Deposit.objects.get().status, Withdrawal.objects.get().status} == {Status.REQUESTED}
    assert not Transfer.objects.exists()


def test_visitors_cancel_nothing(live, bank):
    withdrawal = ask_withdrawal(live, bank)
    address = f"/funding/withdrawals/{withdrawal.pk}/cancel"
    assert Client().post(address).url == f"/sign-in?next={address}"
    withdrawal.refresh_from_db()
    assert withdrawal.status == Status.REQUESTED


def test_what_is_decided_cannot_be_cancelled_and_says_so(client, live, bank):
    deposit = ask_deposit(live, bank)
    clerk = make_user("finance@example.com", is_staff=True)
    deposit_decide(actor=clerk, deposit_id=deposit.pk, status=Status.APPROVED, origin=ORIGIN)
    page = body(client.get(f"/funding/deposits/{deposit.pk}"))
    assert "Approved" in page
    assert "Cancel deposit" not in page
    answer = client.post(f"/funding/deposits/{deposit.pk}/cancel", follow=True)
    assert "cannot become cancelled" in body(answer)


def test_htmx_gets_what_is_new_without_the_frame(client, live, bank, htmx):
    deposit = ask_deposit(live, bank)
    for address in ("/funding", f"/funding/deposits/{deposit.pk}"):
        page = body(client.get(address, headers=htmx))
        assert "Requested" in page
        assert "<html" not in page


def test_empty_pages_say_what_there_will_be(market, trader):
    client = confirmed(signed_in(trader))
    make_account(trader)
    assert "No live account yet" in body(client.get("/funding"))
    assert "Nothing was paid in or out yet" in body(client.get("/funding"))
    assert "No payment method is offered" in body(client.get("/funding/deposit"))
    make_method()
    assert "No live account yet" in body(client.get("/funding/withdraw"))


def test_older_entries_are_on_further_pages(client, live, bank, monkeypatch):
    monkeypatch.setattr("trading.views.funding.PAGE_SIZE", 2)
    ids = [ask_withdrawal(live, bank, "10").pk for _ in range(3)]
    page = body(client.get("/funding"))
    assert f"Withdrawal {ids[0]}" not in page
    (older,) = re.findall(r'href="(/funding\?before=[^"]+)"', page)
    assert f"Withdrawal {ids[0]}" in body(client.get(older))
    assert client.get("/funding?before=nonsense").status_code == 200


def test_the_page_costs_the_same_however_much_there_is(client, live, bank, django_assert_max_num_queries):
    for _ in range(5):
        ask_deposit(live, bank)
        ask_withdrawal(live, bank, "10")
    client.get("/funding")
    with django_assert_max_num_queries(9):
        client.get("/funding")


def test_why_money_was_reserved_can_be_looked_up_and_a_step_of_the_desk_has_no_why(client, live, bank):
    ask_withdrawal(live, bank)
    with pytest.raises(Refused, match="funds_insufficient"):
        ask_withdrawal(live, bank, "20000")
    seqs = dict(Event.objects.filter(stream=f"account:{live.pk}").values_list("type", "seq"))
    for type, status in (("account.money_reserved", 200), ("order.refused", 200), ("withdrawal.requested", 404)):
        assert client.get(f"/trade/{live.pk}/events/{seqs[type]}").status_code == status, type
    journal = body(client.get(f"/trade/{live.pk}/journal"))
    assert "500.00 is reserved for withdrawal" in journal
    assert f"/events/{seqs['account.money_reserved']}" in journal
    assert f"/events/{seqs['withdrawal.requested']}" not in journal
