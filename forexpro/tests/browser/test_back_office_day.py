"""A day in the back office, in a real browser, by somebody who needs two steps to get in."""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import SignedInSession
from accounts.roles import Role
from accounts.tests.conftest import _cheap_hashes, _mails_sent_at_once, person, roles
from forexpro.core.tests.uploads.conftest import private_folder
from forexpro.tests.browser.journey import (
    add_authenticator_app,
    approve_document,
    decide,
    sign_in,
    sign_in_with_code,
    sign_out,
    violations,
)
from forexpro.tests.browsing import watched_page
from kyc.models import Document
from kyc.tests.factories import send
from trading.models import Withdrawal
from trading.models.funding import Status
from trading.services.funding.requests import withdrawal_request
from trading.tests.factories import ORIGIN, make_live_account, make_method, make_symbols, set_price

__all__ = ["_cheap_hashes", "_mails_sent_at_once", "person", "private_folder", "roles"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WRONG_NAME = "The bank account is not in your name."
SUSPICION = "Somebody else's bank account"


@pytest.fixture
def morning(person, private_folder, redis, settings):
    """What the desk finds: a client with a document to review and 250.00 of 1,000.00 to be paid out."""
    settings.STAFF_TOTP_REQUIRED = True
    make_symbols()
    set_price("EURUSD", "1.10000", "1.10010")
    client = person("client@example.org", full_name="Grace Client")
    account = make_live_account(client, deposit="1000")
    send(client, Document.Kind.PROOF_OF_ADDRESS)
    withdrawal = withdrawal_request(
        owner=client,
        account_id=account.pk,
        method_id=make_method().pk,
        currency="USD",
        amount=Decimal(250),
        details="DE89 3704 0044 0532 0130 00, Somebody Else",
        origin=ORIGIN,
        idempotency_key=None,
    )
    return client, account, withdrawal


@pytest.fixture
def staff(person):
    """A super admin who was invited and has not set up an authenticator app yet."""
    return person("staff@example.org", Role.SUPER_ADMIN, full_name="Sam Staff")


@pytest.fixture
def client_page(chromium: Browser, live_server, page: Page):
    """A second browser beside the desk's."""
    with watched_page(chromium, live_server.url) as client_page:
        yield client_page


def exported_log(desk: Page) -> list[dict[str, str]]:
    """Download the audit log and return its rows."""
    desk.goto("/admin/core/event/")
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Export as CSV").click()
    assert re.fullmatch(r"audit-log-\d{8}-\d{6}\.csv", download.value.suggested_filename)
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))


def test_a_day_in_the_back_office(page: Page, client_page: Page, morning, staff):
    desk, found = page, []
    client, account, withdrawal = morning
    sign_in(client_page, client.email)
    client_page.wait_for_url("**/")
    client_page.goto("/funding")
    funds = client_page.get_by_label("Live accounts")
    expect(funds.locator("dt:text-is('Can be withdrawn') + dd")).to_have_text("750.00 USD")
    expect(funds.locator("dt:text-is('Reserved for withdrawals') + dd")).to_have_text("250.00 USD")

    # The password alone opens nothing: neither before there is an app nor with one.
    sign_in(desk, staff.email)
    expect(desk.get_by_text("The back office takes two-step sign-in")).to_be_visible()
    secret = add_authenticator_app(desk)
    sign_out(desk)
    sign_in(desk, staff.email)
    expect(desk.get_by_role("heading", name="One more step")).to_be_visible()
    desk.goto("/admin/")
    expect(desk).to_have_url(re.compile("/sign-in"))
    sign_in_with_code(desk, staff.email, secret)
    expect(desk.get_by_role("heading", name="What needs doing").first).to_be_visible()

    desk.goto("/admin/kyc/verificationcase/next/")
    expect(desk.get_by_role("heading", name="Grace Client")).to_be_visible()
    picture = desk.locator(".desk-viewer img").first
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 320
    approve_document(desk, "Proof of address")
    document = Document.objects.get()
    assert (document.status, document.decided_by) == (Document.Status.APPROVED, staff)

    desk.goto(f"/admin/trading/withdrawal/{withdrawal.pk}/change/")
    desk.get_by_role("link", name="Show (this is recorded)").click()
    expect(desk.get_by_text("Somebody Else")).to_be_visible()
    desk.go_back()
    found += violations(desk, "#content")
    decide(desk, "Decline", reason=WRONG_NAME)
    expect(desk.get_by_text("is declined.")).to_be_visible()
    # The client's page was not reloaded: the money is free again there, and it says why.
    expect(funds.locator("dt:text-is('Can be withdrawn') + dd")).to_have_text("1,000.00 USD", timeout=15_000)
    expect(funds.get_by_text("Reserved for withdrawals")).to_have_count(0)
    expect(client_page.get_by_role("row", name=f"Withdrawal {withdrawal.pk}")).to_contain_text(WRONG_NAME)
    account.refresh_from_db()
    assert (account.balance, account.reserved) == (1000, 0)
    assert Withdrawal.objects.get().status == Status.DECLINED

    desk.goto(f"/admin/accounts/user/{client.pk}/change/")
    decide(desk, "Suspend", reason=SUSPICION)
    expect(desk.get_by_text("every session of this person has ended")).to_be_visible()
    assert not SignedInSession.objects.filter(user=client).exists()
    # Nor was it now: the next thing that the page asks for by itself ends at the sign-in, which lets nobody in.
    expect(client_page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=15_000)
    sign_in(client_page, client.email)
    expect(client_page.get_by_text("ask support if your account was suspended")).to_be_visible()

    log = exported_log(desk)
    found += violations(desk, "#content")
    done = [row for row in log if row["actor"] == f"staff:{staff.pk}" and row["type"] != "staff.audit_log_exported"]
    steps = done[-8:]
    assert [(step["type"], step["stream"]) for step in steps] == [
        ("user.signed_in", staff.stream),
        ("kyc.document_viewed", document.case.stream),
        ("kyc.document_approved", document.case.stream),
        ("kyc.status_changed", document.case.stream),
        ("withdrawal.details_viewed", f"account:{account.pk}"),
        ("account.money_released", f"account:{account.pk}"),
        ("withdrawal.declined", f"account:{account.pk}"),
        ("user.suspended", client.stream),
    ]
    assert {step["ip"] for step in steps} == {"127.0.0.1"}
    assert json.loads(steps[-2]["payload"])["reason"] == WRONG_NAME
    assert json.loads(steps[-1]["payload"])["reason"] == SUSPICION
    assert found == []
