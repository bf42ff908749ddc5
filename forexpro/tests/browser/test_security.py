"""Two-step sign-in from its set-up on, in a real browser: by keyboard, in both themes, on a desk and on a phone."""

import re

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import TotpDevice, User
from accounts.services.email_change import email_change_request
from accounts.services.registration import email_verify_apply
from accounts.services.tokens import tokens_issue
from forexpro.core.events.chain import Origin
from forexpro.tests.browser.journey import PASSWORD, code_of, sign_in, violations

pytestmark = pytest.mark.browser
EMAIL = "ada@example.com"


@pytest.fixture
def ada(transactional_db):
    user = User.objects.create_user(EMAIL, PASSWORD, full_name="Ada Lovelace")
    with transaction.atomic():
        email_verify_apply(user, origin=Origin(actor="system:test"))
    Client(headers={"User-Agent": "curl/8.5"}).post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    return user


def looked_at(page: Page) -> None:
    """Fail for what axe finds on the page, in the dark and in the light."""
    page.wait_for_load_state()
    for theme in ("dark", "light"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        assert violations(page) == [], theme
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def secret_of(user: User) -> str:
    return TotpDevice.objects.get(user=user).secret


@pytest.mark.parametrize("width", [1440, 360])
def test_sets_two_step_sign_in_up_and_signs_in_with_it(page: Page, ada: User, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.goto("/security")
    expect(page.get_by_text("This one")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="End all others").click()
    expect(page.get_by_text("1 other session has ended")).to_be_visible()
    expect(page.get_by_role("button", name="End all others")).to_have_count(0)

    page.get_by_role("link", name="Set it up").click()
    expect(page.get_by_alt_text("QR code for the authenticator app")).to_be_in_viewport(ratio=1)
    looked_at(page)
    page.get_by_label("Six-digit code").fill("12345")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This code is not valid")).to_be_visible()
    expect(page.get_by_label("Six-digit code")).to_be_focused()
    looked_at(page)
    page.get_by_label("Six-digit code").fill(code_of(secret_of(ada), steps=-1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Two-step sign-in is on")).to_be_visible()
    backup_code = page.locator(".backup-codes li").first.inner_text()
    looked_at(page)

    page.get_by_role("link", name="I have kept them").click()
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Six-digit code")).to_be_focused()
    looked_at(page)
    page.get_by_label("Six-digit code").fill(code_of(secret_of(ada)))
    page.keyboard.press("Enter")
    page.wait_for_url("**/")

    page.goto("/security")
    expect(page.get_by_text("10 of 10 are left")).to_be_visible()
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Use a backup code").click()
    expect(page.get_by_label("Backup code")).to_be_visible()
    looked_at(page)
    page.get_by_label("Backup code").fill(backup_code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.goto("/security/email")
    looked_at(page)
    page.get_by_label("New e-mail address").fill("lovelace@example.com")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/security$"))
    expect(page.get_by_text("about to become lovelace@example.com")).to_be_visible()
    expect(page.get_by_text("9 of 10 are left")).to_be_visible()
    looked_at(page)
    for address in ("/security/backup-codes", "/security/two-step/off", "/password/change"):
        page.goto(address)
        looked_at(page)


def test_asks_again_before_what_matters(signed_in: Page):
    signed_in.goto("/security/email")
    expect(signed_in.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    expect(signed_in.get_by_label("Password")).to_be_focused()
    looked_at(signed_in)
    signed_in.get_by_label("Password").fill("correct horse battery")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_label("New e-mail address")).to_be_visible()


def test_long_addresses_of_people_and_programs_stay_inside_their_cards(page: Page, ada: User):
    long = "ada.with.a.very.long.address.indeed@subdomain.example.com"
    origin = Origin(actor=ada.stream, ip="2001:db8:85a3::8a2e:370:7334", user_agent="a-trading-bot/1.2")
    email_change_request(user_id=ada.pk, new_email=long, origin=origin)
    tokens_issue(user=ada, origin=origin)
    page.set_viewport_size({"width": 360, "height": 800})
    sign_in(page, EMAIL)
    page.wait_for_url("**/")
    page.goto("/security")
    expect(page.get_by_text(long).first).to_be_visible()
    outside = page.evaluate(
        """() => [...document.querySelectorAll("main :is(time, td, strong, li > div)")]
            .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth)
            .map((one) => one.outerHTML)"""
    )
    assert outside == []
    looked_at(page)
