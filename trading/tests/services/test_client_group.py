"""All accounts of a client to another group: all of them or none, and as they were shown."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from accounts.roles import Role
from forexpro.core.events.chain import Origin
from forexpro.core.events.sentences import sentence
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from trading.engine.state import PositionMode
from trading.models import GroupInstrument, TradingAccount
from trading.selectors.client_group import group_differences, group_previews, shown_state
from trading.services.accounts import account_open, account_set_leverage
from trading.services.client_group import client_set_group
from trading.services.client_terms import open_accounts
from trading.services.group_change import account_set_group, ensure_fits
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_account, make_group, make_order, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealer(db):
    user = make_user("dealer@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=Role.DEALER.value))
    return user


@pytest.fixture
def second(account):
    """Another account of the same client."""
    return make_account(account.owner)


@pytest.fixture
def strict(market):
    """A group with earlier stop-outs, less leverage in EURUSD and a commission."""
    group = make_group("Strict", stop_out_level=80, margin_call_level=120)
    GroupInstrument.objects.create(
        group=group, symbol_id="EURUSD", leverage_cap=30, commission_unit="money", commission_rate="3.5"
    )
    return group


def move(actor, owner, group, *, seen=None, reason="Became professional"):
    return client_set_group(
        actor=actor,
        owner_id=owner.pk,
        group_id=group.pk,
        reason=reason,
        seen=shown_state(open_accounts(owner.pk), group) if seen is None else seen,
        origin=Origin(actor=f"staff:{actor.pk}"),
    )


def groups(owner):
    return list(TradingAccount.objects.filter(owner=owner).order_by("id").values_list("group__name", flat=True))


def refused(code, actor, owner, group, **options):
    """Try a move, which must be refused with `code` and change nothing; return the sentence."""
    before, events = groups(owner), Event.objects.count()
    with pytest.raises(Refused, match=code) as caught:
        move(actor, owner, group, **options)
    assert (groups(owner), Event.objects.count()) == (before, events)
    return caught.value.message


def test_every_account_moves_with_one_event_each(dealer, account, second, strict):
    make_order(account, volume=1)
    owner = account.owner
    updated = owner.updated_at
    assert move(dealer, owner, strict) == [account.pk, second.pk]
    assert groups(owner) == ["Strict", "Strict"]
    moved = Event.objects.filter(type="account.group_changed").order_by("stream")
    assert [event.stream for event in moved] == sorted([f"account:{account.pk}", f"account:{second.pk}"])
    assert {event.actor for event in moved} == {f"staff:{dealer.pk}"}
    assert {event.payload["reason"] for event in moved} == {"Became professional"}
    assert sentence(moved[0]).endswith("Reason: Became professional")
    owner.refresh_from_db()
    assert owner.updated_at > updated
    assert account_first_difference(account.pk) is None


def test_accounts_that_are_there_already_have_no_event(dealer, account, second, strict):
    account_set_group(account_id=second.pk, group_id=strict.pk, origin=ORIGIN)
    before = Event.objects.filter(stream=f"account:{second.pk}").count()
    assert move(dealer, account.owner, strict) == [account.pk]
    assert Event.objects.filter(stream=f"account:{second.pk}").count() == before


def test_closed_accounts_stay_where_they_are(dealer, account, second, strict):
    TradingAccount.objects.filter(pk=second.pk).update(status="closed")
    assert move(dealer, account.owner, strict) == [account.pk]
    assert groups(account.owner) == ["Strict", "Test"]


def test_a_currency_that_does_not_fit_keeps_all_of_them(dealer, account, market):
    euro = make_account(account.owner, currency="EUR")
    dollars = make_group("Dollars", currencies="USD GBP")
    message = refused("currency_not_in_group", dealer, account.owner, dollars)
    assert message == (
        f"Account {euro.number}: The group Dollars takes accounts in USD, GBP only. Choose another group."
    )


def test_a_position_mode_that_does_not_fit_keeps_all_of_them(dealer, account, market):
    netting = make_account(account.owner, position_mode=PositionMode.NETTING)
    hedging = make_group("Hedging only", position_mode="hedging")
    message = refused("position_mode_not_in_group", dealer, account.owner, hedging)
    assert message.startswith(f"Account {netting.number}: The group Hedging only takes hedging accounts only.")


def test_a_leverage_above_the_group_keeps_all_of_them(dealer, account, second):
    account_set_leverage(account_id=account.pk, leverage=Decimal(20), origin=ORIGIN)
    message = refused("leverage_not_allowed", dealer, account.owner, make_group("Low", leverage_max=Decimal(30)))
    assert message.startswith(f"Account {second.number}: The group Low allows")


def test_who_may_not_and_who_says_nothing(dealer, account, strict):
    support = make_user("support@example.com", is_staff=True)
    support.groups.add(Group.objects.get(name=Role.SUPPORT.value))
    refused("group_forbidden", support, account.owner, strict)
    refused("group_forbidden", account.owner, account.owner, strict)
    refused("reason_required", dealer, account.owner, strict, reason="  ")
    refused("no_accounts", dealer, make_user("empty@example.com"), strict)
    own = make_account(dealer)
    refused("own_account", dealer, own.owner, strict)


def test_what_has_changed_since_the_look_is_refused(dealer, account, second, strict):
    seen = shown_state(open_accounts(account.owner_id), strict)
    strict.stop_out_level = 90
    strict.save()
    refused("preview_outdated", dealer, account.owner, strict, seen=seen)
    seen = shown_state(open_accounts(account.owner_id), strict)
    account_set_group(account_id=second.pk, group_id=make_group("Other").pk, origin=ORIGIN)
    refused("preview_outdated", dealer, account.owner, strict, seen=seen)
    seen = shown_state(open_accounts(account.owner_id), strict)
    make_account(account.owner)
    refused("preview_outdated", dealer, account.owner, strict, seen=seen)


def test_the_preview_says_what_will_be(dealer, account, second, strict):
    make_order(account, volume=8)  # 8 lots at 1:100 of 10,000
    first, other = group_previews(open_accounts(account.owner_id), strict, ensure_fits)
    assert first.before.margin == Decimal("8800.80")
    assert first.after.margin == Decimal("29336.00")
    assert first.warning == "It would be stopped out at once."
    assert (other.before.margin, other.warning, other.refusal) == (0, "", "")
    (refusal, *_rest) = group_previews(
        open_accounts(account.owner_id), make_group("Low", leverage_max=Decimal(30)), ensure_fits
    )
    assert "leverage from 1 to 30" in refusal.refusal
    assert refusal.after is None
    move(dealer, account.owner, strict)
    again = group_previews(open_accounts(account.owner_id), strict, ensure_fits)
    assert again[0].before.margin == Decimal("29336.00")
    assert all(preview.stays for preview in again)


def test_the_differences_are_told_by_conditions_and_symbols(account, strict):
    told = {(row.name, row.before, row.after, row.symbols) for row in group_differences(account.group, strict)}
    assert ("stop-out level", "50", "80", ()) in told
    assert ("highest leverage", "the account's", "1:30", ("EURUSD",)) in told
    assert (
        "commission",
        "none",
        "3.5 a lot in the currency of the account, when opened and closed",
        ("EURUSD",),
    ) in told
    assert not any("GBPUSD" in row[3] for row in told)
    assert group_differences(strict, strict) == []


def test_accounts_are_opened_only_where_they_fit(trader, market):
    dollars = make_group("Dollars", currencies="USD", position_mode="netting")
    terms = {"owner": trader, "kind": "demo", "leverage": Decimal(30), "group": dollars, "origin": ORIGIN}
    with pytest.raises(Refused, match="currency_not_in_group"):
        account_open(currency="EUR", position_mode=PositionMode.NETTING, **terms)
    with pytest.raises(Refused, match="position_mode_not_in_group"):
        account_open(currency="USD", **terms)
    assert account_open(currency="USD", position_mode=PositionMode.NETTING, **terms).group == dollars


def test_a_group_is_not_closed_to_accounts_that_are_in_it(account):
    group = account.group
    group.currencies = "EUR"
    with pytest.raises(ValidationError) as caught:
        group.clean()
    assert f"Account {account.number} is in this group" in caught.value.message_dict["currencies"][0]
    group.currencies, group.position_mode = "USD", "netting"
    with pytest.raises(ValidationError) as caught:
        group.clean()
    assert list(caught.value.message_dict) == ["position_mode"]
    TradingAccount.objects.filter(pk=account.pk).update(status="closed")
    group.clean()
