"""A trader's day in a real Chromium: sign in, buy, protect, get stopped, close, and find it all in the books."""

import re
from decimal import Decimal

import pytest
from django.db.models import Sum
from playwright.sync_api import Page, expect

from trading.models import Deal, LedgerAccount, Position, Posting
from trading.tests.browser.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def buy(page: Page, volume: str) -> None:
    page.locator("#ticket [data-side=buy]").click()
    page.get_by_label("Volume lots").fill(volume)
    page.get_by_role("button", name=f"Buy {volume} EURUSD at market").click()


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-").replace("+", ""))


def balance_in_ledger(account) -> Decimal:
    postings = Posting.objects.filter(
        ledger_account__trading_account=account, ledger_account__kind=LedgerAccount.Kind.CLIENT_BALANCE
    )
    return postings.aggregate(total=Sum("amount"))["total"]


def test_journey_from_sign_in_to_the_books(browser_page, market, account):
    page = browser_page()
    page.goto("/trade")
    page.get_by_label("E-mail").fill("trader@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(rf"/trade/{account.pk}"))
    expect(page.locator("#account-state")).to_have_attribute("data-state", "live")
    toasts = page.locator("#toasts")
    row = page.locator("#panel-positions tbody tr")
    profit = row.locator("[data-value=profit]")

    # The price moves.
    bid = page.locator("[data-symbol=EURUSD] .bid")
    expect(bid).to_have_text("1.10000")
    market.move("EURUSD", "1.10020", "1.10030")
    expect(bid).to_have_text("1.10020")

    # Buy; the profit changes with every quote.
    buy(page, "0.30")
    expect(toasts).to_contain_text("filled: Buy 0.30 EURUSD at 1.10030")
    expect(profit).to_have_text("-3.00")
    market.move("EURUSD", "1.10130", "1.10140")
    expect(profit).to_have_text("+30.00")
    expect(page.locator("#account-bar [data-value=equity]")).to_have_text("10,030.00")

    # Protect it, close a part, get stopped out of the rest.
    row.get_by_role("link", name="Edit Buy 0.30 EURUSD").click()
    page.get_by_label("Stop loss optional").fill("1.10100")
    page.get_by_role("button", name="Set protection").click()
    expect(row).to_contain_text("1.10100")
    row.get_by_role("link", name="Close Buy 0.30 EURUSD").click()
    page.get_by_label("Volume to close").fill("0.10")
    page.get_by_role("button", name="Close at market").click()
    expect(row).to_contain_text("0.20")
    expect(page.locator("#account-bar [data-value=balance]")).to_have_text("10,010.00")
    market.move("EURUSD", "1.10095", "1.10105")
    expect(toasts).to_contain_text("by its stop loss at 1.10095, +13.00")
    expect(row).to_have_count(0)
    position = Position.objects.get()
    assert (position.close_reason, position.close_price) == ("stop_loss", Decimal("1.10095"))

    # Two more, closed together.
    buy(page, "0.10")
    expect(row).to_have_count(1)
    buy(page, "0.20")
    expect(row).to_have_count(2)
    market.move("EURUSD", "1.10005", "1.10015")
    page.get_by_role("link", name="Close all").click()
    page.get_by_role("button", name="Close all at market").click()
    expect(row).to_have_count(0)

    # History and balance agree with the ledger to the cent.
    page.get_by_role("tab", name="History").click()
    profits = page.locator("#panel-history [data-profit]")
    expect(profits).to_have_count(7)
    total = sum(number(text) for text in profits.all_inner_texts() if text.strip())
    account.refresh_from_db()
    assert total == Deal.objects.aggregate(total=Sum("profit"))["total"]
    expect(page.locator("#account-bar [data-value=balance]")).to_have_text(f"{10_000 + total:,.2f}")
    assert 10_000 + total == account.balance == balance_in_ledger(account)
    assert total == Decimal("10.00") + Decimal("13.00") - Decimal("10.00") - Decimal("20.00")

    # And the journal tells it.
    page.get_by_role("tab", name="Journal").click()
    expect(page.locator("#panel-journal")).to_contain_text("by its stop loss at 1.10095")
