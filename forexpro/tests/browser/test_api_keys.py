"""A person makes an API key, copies it, and takes it back: by keyboard, in a narrow window too."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from forexpro.tests.browser.journey import violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 360])
def test_from_the_first_key_to_none(signed_in: Page, live_server, width):
    page, found = signed_in, []
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/security")
    page.get_by_role("link", name="Show the API keys").click()
    expect(page.get_by_role("heading", name="No API keys")).to_be_visible()
    found += violations(page)

    page.get_by_role("link", name="Create a key").click()
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Night bot")
    page.get_by_label("Trade:").check()
    page.get_by_label("Allowed addresses").fill("nowhere")
    page.get_by_role("button", name="Create the key").click()
    expect(page.get_by_text("nowhere is neither an address")).to_be_visible()
    expect(page.get_by_label("Allowed addresses")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Night bot")
    found += violations(page)
    page.get_by_label("Allowed addresses").fill("127.0.0.1")
    page.get_by_role("button", name="Create the key").click()

    expect(page.get_by_label("The key")).to_be_focused()
    text = page.get_by_label("The key").input_value()
    found += violations(page)
    page.get_by_role("button", name="Copy the key").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    assert Client().get("/api/v1/accounts", headers={"X-API-Key": text}).status_code == 200

    page.get_by_role("link", name="I have copied it").click()
    row = page.get_by_role("row").filter(has_text="Night bot")
    expect(row).to_contain_text("Read, Trade")
    expect(row).to_contain_text("127.0.0.1/32")
    assert text not in page.content()
    found += violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    row.get_by_role("link", name="Revoke Night bot").click()
    expect(page.get_by_role("button", name="Revoke Night bot")).to_be_visible()
    found += violations(page)
    page.get_by_role("button", name="Revoke Night bot").click()
    expect(page).to_have_url(re.compile("/security/api-keys$"))
    expect(page.get_by_text("Night bot is revoked.")).to_be_visible()
    assert Client().get("/api/v1/accounts", headers={"X-API-Key": text}).status_code == 401
    assert found == []
