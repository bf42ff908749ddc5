"""The page on which the API is read and tried works under its policy: what that forbids fails the test of any page."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_document_is_shown_and_tried_under_the_policy(page: Page):
    page.goto("/api/docs/")
    operation = page.locator("#operations-market-market_quotes")
    expect(operation).to_be_visible(timeout=60_000)
    operation.get_by_role("button").first.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response-col_status").last
    expect(answer).to_have_text("200", timeout=60_000)
