"""What there is in the world of the table: of everything one that is the owner's, by the names that addresses use.

`<app>/<model>` is what the back office takes for an object of that list.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from accounts.models import Notice, RefreshFamily, Scope, SignedInSession, TotpDevice, User
from accounts.roles import Role
from accounts.services.api_keys import api_key_create
from accounts.services.notices import notify
from accounts.services.tokens import tokens_issue
from accounts.services.visits import visit_grant_by_staff
from crm import models as crm
from crm.services.keys import service_key_create
from forexpro.back_office.saved_filters import filter_save
from forexpro.core.models import Event, EventAnchor, EventVerification, WebhookDelivery, WebhookSecret
from forexpro.core.planned_changes import change_plan_apply
from forexpro.core.schedules.scheduler import schedule_install
from forexpro.core.webhooks.endpoints import endpoint_create, endpoint_disable, endpoint_try
from forexpro.tests.authorisation.access import THE_OTHER, THE_OWNER
from forexpro.tests.authorisation.people import make_person, session_of
from kyc.models import RejectionReason
from kyc.services.retention import relationship_end
from kyc.tests.factories import send
from trading.engine.state import OrderType, Side
from trading.models import AccountGroup, Booking, ConditionsVersion, Deal, FundingLimit, LedgerTransaction
from trading.models.funding import Direction, Status
from trading.selectors.client_group import shown_state
from trading.services.accounts import account_set_trading
from trading.services.client_terms import open_accounts
from trading.services.funding.decisions import withdrawal_decide
from trading.services.funding.proofs import deposit_proof_add
from trading.services.funding.transfers import account_transfer
from trading.services.orders import order_place
from trading.tests.factories import (
    ORIGIN,
    make_account,
    make_group,
    make_live_account,
    make_method,
    make_symbols,
    make_user,
    set_price,
)
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal, picture

People = Mapping[str, User]

# What proves nothing to anybody, and what there is without anybody having made it.
WORDS = {
    "token": "forged",
    "uid": "MQ",
    "content_type_id": 1,
    "app_label": "trading/",
    "url": "no-such-page/",
    "requirement": "address",
}


def make_objects(people: People) -> dict[str, str]:
    """Make everything and return what names it in addresses and bodies."""
    make_symbols()
    set_price("EURUSD", "1.10000", "1.10010")
    names = WORDS | _accounts(people) | _trading(people) | _funding(people) | _verification(people)
    names |= _house(people)
    # What a move of the owner to another group starts from, now that they have all their accounts.
    other_group = AccountGroup.objects.get(pk=names["other_group_id"])
    names["group_seen"] = shown_state(open_accounts(people[THE_OWNER].pk), other_group)
    return {name: str(value) for name, value in names.items()}


def _accounts(people: People) -> dict[str, Any]:
    owner = people[THE_OWNER]
    suspended, with_two_steps = make_person("suspended"), make_person("two-steps")
    User.objects.filter(pk=suspended.pk).update(is_active=False)
    TotpDevice.objects.create(user=with_two_steps, name="app", confirmed=True, secret="JBSWY3DPEHPK3PXP")
    api_key, _text = api_key_create(
        owner_id=owner.pk, name="Bot", scopes=[Scope.READ], lifetime=timedelta(days=30), origin=ORIGIN
    )
    # Everybody has a program that is signed in, and something to read.
    tokens = {name: tokens_issue(user=person, origin=ORIGIN) for name, person in people.items()}
    notices = {name: notify(user=person, kind=Notice.Kind.SECURITY, text="Look") for name, person in people.items()}
    visit, _token = visit_grant_by_staff(
        actor=people[Role.SUPER_ADMIN.value], client_id=owner.pk, reason="Looked into", origin=ORIGIN
    )
    here = SignedInSession.objects.create(
        session=Session.objects.get(pk=session_of(owner)),
        user=owner,
        signed_in_at=timezone.now(),
        last_seen_at=timezone.now(),
    )
    return {
        "owner_email": owner.email,
        "suspended_id": suspended.pk,
        "two_step_id": with_two_steps.pk,
        "api_key_id": api_key.pk,
        "refresh_token": tokens[THE_OWNER].refresh,
        "family_id": RefreshFamily.objects.get(user=owner).pk,
        "signed_in_id": here.pk,
        "notice_id": notices[THE_OWNER].pk,
        "accounts/user": owner.pk,
        "accounts/visit": visit.pk,
        "user_id": owner.pk,
    }


def _trading(people: People) -> dict[str, Any]:
    account = make_account(people[THE_OWNER])
    make_account(people[THE_OTHER])
    disabled = make_account(people[THE_OTHER])
    account_set_trading(account_id=disabled.pk, enabled=False, origin=ORIGIN)
    long = _order(account, OrderType.MARKET)
    group = make_group("Other")
    group.stop_out_level = Decimal(30)
    tomorrow = timezone.now() + timedelta(days=1)
    with transaction.atomic():
        plan = change_plan_apply(changed=group, fields=["stop_out_level"], effective_at=tomorrow, origin=ORIGIN)
    assert plan is not None
    return {
        "account_id": account.pk,
        "position_id": long,
        "opposite_position_id": _order(account, OrderType.MARKET, side=Side.SELL),
        "order_id": _order(account, OrderType.LIMIT, price=Decimal("1.05")),
        "seq": Event.objects.filter(stream=f"account:{account.pk}", type="order.filled").earliest("id").seq,
        "disabled_account_id": disabled.pk,
        "other_group_id": group.pk,
        "marketdata/symbol": "EURUSD",
        "trading/accountgroup": account.group_id,
        "trading/tradingaccount": account.pk,
        "trading/order": long,
        "trading/position": long,
        "trading/deal": Deal.objects.earliest("id").pk,
        "trading/conditionsversion": ConditionsVersion.objects.earliest("id").pk,
        "trading/ledgertransaction": LedgerTransaction.objects.earliest("id").pk,
        "core/plannedchange": plan.pk,
    }


def _funding(people: People) -> dict[str, Any]:
    owner = people[THE_OWNER]
    live, second = make_live_account(owner), make_live_account(owner)
    method = make_method()
    terms = {row.direction: row.pk for row in method.terms.all()}
    deposit = ask_deposit(live, method)
    proof = deposit_proof_add(owner=owner, deposit_id=deposit.pk, upload=picture(shade=200), origin=ORIGIN)
    withdrawal, approved = ask_withdrawal(live, method), ask_withdrawal(live, method)
    withdrawal_decide(
        actor=people[Role.FINANCE.value], withdrawal_id=approved.pk, status=Status.APPROVED, origin=ORIGIN
    )
    transfer = account_transfer(
        owner=owner,
        source_id=live.pk,
        target_id=second.pk,
        amount=Decimal(100),
        origin=ORIGIN,
        idempotency_key=None,
    )
    booking = Booking.objects.create(
        account=live,
        kind=Booking.Kind.ADJUSTMENT,
        amount=Decimal(-5),
        reason="Cash correction",
        submission="of a colleague",
        asked_by=make_user("asker@example.org", is_staff=True),
        asked_at=timezone.now(),
    )
    return {
        "live_account_id": live.pk,
        "second_live_account_id": second.pk,
        "method_id": method.pk,
        "deposit_terms_id": terms[Direction.DEPOSIT],
        "withdrawal_terms_id": terms[Direction.WITHDRAWAL],
        "deposit_id": deposit.pk,
        "proof_id": proof.pk,
        "withdrawal_id": withdrawal.pk,
        "approved_withdrawal_id": approved.pk,
        "trading/deposit": deposit.pk,
        "trading/booking": booking.pk,
        "trading/withdrawal": withdrawal.pk,
        "trading/transfer": transfer.pk,
        "trading/paymentmethod": method.pk,
        "trading/fundinglimit": FundingLimit.objects.get(level=0).pk,
    }


def _verification(people: People) -> dict[str, Any]:
    document, of_another = send(people[THE_OWNER]), send(people[THE_OTHER])
    relationship_end(actor=people[Role.SUPER_ADMIN.value], case_id=of_another.case_id, origin=ORIGIN)
    reason = RejectionReason.objects.create(title="It is dark", text="Take it in daylight.")
    return {
        "document_id": document.pk,
        "case_id": document.case_id,
        "left_case_id": of_another.case_id,
        "page_id": document.pages.get().pk,
        "kyc/verificationcase": document.case_id,
        "kyc/rejectionreason": reason.pk,
    }


def _house(people: People) -> dict[str, Any]:
    schedule_install(settings.CELERY_BEAT_SCHEDULE)
    saved = filter_save(
        actor=people[Role.FINANCE.value],
        page="trading.deposit",
        title="To decide",
        query="status__exact=requested",
        for_desk=True,
        origin=ORIGIN,
    )
    verification = EventVerification.objects.create(
        started_at=timezone.now(), streams=1, events=1, anchors=1, faulty_streams=0
    )
    service_key, _text = service_key_create(name="reports", scopes=[crm.Scope.READ], origin=ORIGIN)
    read = crm.CountedRead.objects.create(
        key=service_key, minute=timezone.now(), method="GET", path="/crm/users", status=200, count=1
    )
    endpoint, _secret = endpoint_create(
        name="CRM", url="https://crm.example.com/", event_types=["user.created"], origin=ORIGIN
    )
    WebhookSecret.objects.update(shown_at=None)
    off, _secret = endpoint_create(name="Off", url=endpoint.url, event_types=["user.created"], origin=ORIGIN)
    endpoint_disable(endpoint_id=off.pk, origin=ORIGIN)
    delivery = endpoint_try(endpoint_id=endpoint.pk, origin=ORIGIN)
    WebhookDelivery.objects.update(status=WebhookDelivery.Status.DELIVERED)
    return {
        "filter_id": saved.pk,
        "crm/servicekey": service_key.pk,
        "crm/countedread": read.pk,
        "core/webhookendpoint": endpoint.pk,
        "core/webhookdelivery": delivery.pk,
        "endpoint_id": endpoint.pk,
        "disabled_endpoint_id": off.pk,
        "core/event": Event.objects.latest("id").pk,
        "core/eventanchor": EventAnchor.objects.create(before_xid=1, streams=1, hash="0" * 64).pk,
        "core/eventverification": verification.pk,
        "django_celery_beat/periodictask": PeriodicTask.objects.get(name="sweep-margins").pk,
    }


def _order(account: Any, type: OrderType, side: Side = Side.BUY, **prices: Decimal) -> int:
    answer = order_place(
        account_id=account.pk, symbol="EURUSD", side=side, type=type, volume=Decimal("0.10"), origin=ORIGIN, **prices
    )
    assert answer.order_id is not None
    return answer.order_id
