"""From a stranger to a signed-in trader, in a real browser, on the whole running platform."""

import re

import pytest
from playwright.sync_api import Page, expect

from forexpro.tests.browser.journey import PASSWORD, new_address, open_mailed_link, register, sign_in, violations

pytestmark = pytest.mark.browser


def test_registers_reads_the_mail_verifies_and_signs_in(visitor: Page, platform):
    page, email, found = visitor, new_address(), []

    page.goto("/")
    expect(page).to_have_url(re.compile("/sign-in"))
    found += violations(page)
    page.get_by_role("link", name="Open an account").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    found += violations(page)

    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill("short")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This password is too short")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("E-mail address")).to_have_value(email)
    found += violations(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    found += violations(page)

    sign_in(page, email)
    expect(page.get_by_text("Verify your e-mail address first")).to_be_visible()
    expect(page.get_by_role("link", name="Send the link again")).to_be_visible()
    found += violations(page)

    open_mailed_link(page, email, "Verify your e-mail address")
    expect(page.get_by_text(email)).to_be_visible()
    found += violations(page)
    page.get_by_role("button", name="Yes, verify it").click()
    expect(page.get_by_text("Your e-mail address is verified")).to_be_visible()

    sign_in(page, email)
    expect(page).to_have_url(f"{platform.url}/")
    page.goto("/profile")
    found += violations(page)
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_role("button", name="Save the profile").click()
    expect(page.get_by_text("Your profile is saved")).to_be_visible()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")

    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto("/profile")
    expect(page).to_have_url(re.compile("/sign-in"))
    assert found == []


def test_sets_a_new_password_through_a_mailed_link(visitor: Page):
    page, email = visitor, new_address()
    register(page, email)
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgotten the password?").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the link").click()
    open_mailed_link(page, email, "Set your password")
    assert violations(page) == []
    page.get_by_label("New password").fill("quiet-River-58-stone")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Your password is set")).to_be_visible()
    sign_in(page, email, "quiet-River-58-stone")
    page.goto("/profile")
    expect(page.get_by_role("main").get_by_text(email)).to_be_visible()


def test_the_back_office_shows_what_just_happened(visitor: Page, platform):
    page, email = visitor, new_address()
    register(page, email)
    sign_in(page, *platform.sign_ins["Admin"])
    expect(page.get_by_role("heading", name="What needs doing").first).to_be_visible()
    page.get_by_role("link", name="Audit log").first.click()
    page.locator("#searchbar").fill(email)
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=*")
    expect(page.get_by_role("link", name="user.created")).to_have_count(1)
    page.goto("/admin/accounts/user/")
    page.get_by_role("link", name=email).click()
    page.get_by_role("link", name="Suspend").click()
    page.get_by_label("Reason").fill("Browser test")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("every session of this person has ended")).to_be_visible()
    assert "complete and unaltered" in platform.manage("verify_events")
