"""From a stranger to a verified client with money in a live account, in a real browser, on the whole platform."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from forexpro.core.tests.uploads.making import exif, image
from forexpro.tests.browser.journey import (
    add_authenticator_app,
    approve_document,
    decide,
    new_address,
    open_mailed_link,
    register,
    sign_in,
    sign_in_with_code,
    sign_out,
    violations,
)
from forexpro.tests.browsing import watched_page
from forexpro.tests.running import Platform

pytestmark = pytest.mark.browser
NEXT_YEAR = (date.today() + timedelta(days=400)).isoformat()
# Of 1,234.56 the card's 2.5 percent are 30.864: what is credited depends on the cent that the fee is rounded to.
PAID, FEE, CREDITED = "1234.56", "30.86", Decimal("1203.70")
LEDGER = """
import json
from django.db.models import Sum
from trading.models import LedgerAccount, Posting, TradingAccount
account = TradingAccount.objects.get(number={number!r})
postings = Posting.objects.filter(transaction__account=account)
sums = postings.values_list("ledger_account__kind").annotate(Sum("amount")).order_by()
print(json.dumps({{"account": str(account.balance), **{{kind: str(amount) for kind, amount in sums}}}}))
"""


def ledger_of(platform: Platform, number: str) -> dict[str, Decimal]:
    """Return the balance that an account names, and the sums of its postings by the kind of ledger account."""
    printed = platform.manage("shell", "--no-imports", "-c", LEDGER.format(number=number)).splitlines()[-1]
    return {kind: Decimal(amount) for kind, amount in json.loads(printed).items()}


def send_document(page: Page, what: str, content: bytes, *, kind: str = "") -> None:
    """Send one photograph for one of the things that verification needs."""
    page.goto("/verification")
    need = page.get_by_role("article", name=what)
    if kind:
        need.get_by_label(kind).check()
    need.get_by_label("Files").set_input_files([{"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content}])
    need.get_by_role("button", name="Send").click()
    expect(page.get_by_text("We look at it and tell you")).to_be_visible()


def test_from_registration_to_a_funded_account(chromium: Browser, visitor: Page, platform: Platform):
    client, email, found = visitor, new_address(), []

    register(client, email)
    open_mailed_link(client, email, "Verify your e-mail address")
    client.get_by_role("button", name="Yes, verify it").click()
    sign_in(client, email)
    client.wait_for_url("**/")
    client.goto("/security")
    client.get_by_role("link", name="Set it up").click()
    secret = add_authenticator_app(client)
    sign_out(client)
    sign_in_with_code(client, email, secret)
    client.wait_for_url("**/")

    send_document(client, "Proof of identity", image(exif=exif()), kind="Passport")
    send_document(client, "Selfie", image(size=(600, 800)))
    with watched_page(chromium, platform.url) as compliance:
        sign_in(compliance, *platform.sign_ins["Compliance"])
        compliance.goto(f"/admin/kyc/verificationcase/?q={email}")
        compliance.locator("#result_list tbody a").first.click()
        compliance.get_by_label("Documents").get_by_role("link", name=re.compile("Passport")).click()
        approve_document(compliance, "Passport", valid_until=NEXT_YEAR)
        approve_document(compliance, "Selfie")
    client.goto("/verification")
    expect(client.get_by_text("Reached")).to_have_count(1)

    client.goto("/funding")
    client.get_by_role("link", name="Open a live account").click()
    expect(client.get_by_role("button", name="Open a live account")).to_be_visible()
    found += violations(client)
    client.get_by_role("button", name="Open a live account").click()
    expect(client.get_by_text("Your live account")).to_be_visible()
    client.get_by_label("Method", exact=True).select_option("Card, USD")
    client.get_by_label("Amount").fill(PAID)
    client.get_by_role("button", name="Continue").click()
    expect(client.get_by_text(FEE)).to_be_visible()
    client.get_by_role("button", name="Deposit 1,234.56").click()
    expect(client.get_by_text("Requested", exact=True)).to_be_visible()
    deposit = re.findall(r"\d+$", client.url)[0]

    with watched_page(chromium, platform.url) as finance:
        sign_in(finance, *platform.sign_ins["Finance"])
        finance.goto(f"/admin/trading/deposit/{deposit}/change/")
        found += violations(finance, "#content")
        decide(finance, "Approve")
        expect(finance.get_by_text("is approved.")).to_be_visible()

    client.goto("/funding")
    live = client.get_by_label("Live accounts").get_by_role("article")
    expect(live.locator("dt:text-is('Balance') + dd")).to_have_text(f"{CREDITED:,} USD")
    expect(live.locator("dt:text-is('Can be withdrawn') + dd")).to_have_text(f"{CREDITED:,} USD")
    assert ledger_of(platform, live.get_by_role("heading").inner_text()) == {
        "account": CREDITED,
        "client_balance": CREDITED,
        "house_fees": Decimal(FEE),
        "house_cash": -Decimal(PAID),
    }
    assert found == []
