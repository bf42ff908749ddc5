"""Steps that several journeys through the platform begin with."""

import secrets
import time
from base64 import b32decode

from axe_playwright_python.sync_playwright import Axe
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from forexpro.tests.browsing import wait_until

PASSWORD = "plum-Tree-93-lane"


def new_address() -> str:
    """Return an address that nobody has registered yet."""
    return f"trader-{secrets.token_hex(4)}@example.org"


def register(page: Page, email: str) -> None:
    """Register and end on the page that says to look at the mail."""
    page.goto("/register")
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Open the account").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()


def open_mailed_link(page: Page, email: str, subject: str) -> None:
    """Wait for the mail on the demo's page and follow its link."""
    mail = page.locator("article").filter(has_text=email).filter(has_text=subject).first

    def has_arrived() -> bool:
        page.goto("/mail")
        return mail.count() > 0

    wait_until(page, has_arrived, f"a mail “{subject}” to {email}")
    mail.get_by_role("link").filter(has_text="/verify/").or_(
        mail.get_by_role("link").filter(has_text="/password/reset/")
    ).click()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in from the sign-in page."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    """Sign out through the menu of the account and end on the sign-in page."""
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")


def code_of(secret: str, *, steps: int = 0) -> str:
    """Return what an authenticator app with this key shows now, or so many steps of 30 seconds later.

    The code of a step ago is good for the rest of this one only: where that is short, the next is waited for.
    """
    totp = TOTP(b32decode(secret))
    left = totp.step - time.time() % totp.step
    if steps < 0 and left < totp.step / 2:
        time.sleep(left)
    totp.drift = steps
    return f"{totp.token():06}"


def add_authenticator_app(page: Page) -> str:
    """From its page on, set two-step sign-in up with a code of now; return the key that was shown."""
    secret = page.locator("#totp-secret").inner_text().replace(" ", "")
    page.get_by_label("Six-digit code").fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", name="Two-step sign-in is on")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    return secret


def sign_in_with_code(page: Page, email: str, secret: str) -> None:
    """Sign in with the password and then the app's next code: that of now was used for the set-up."""
    sign_in(page, email)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_label("Six-digit code").fill(code_of(secret, steps=1))
    page.keyboard.press("Enter")


def decide(page: Page, button: str, *, reason: str = "") -> None:
    """Press a button of a page of the back office, answer what its dialog asks, and confirm."""
    page.locator("a, button").filter(has_text=button).first.click()
    if reason:
        page.get_by_label("Reason").fill(reason)
    page.locator("button[type=submit]").filter(has_text=button).click()


def approve_document(page: Page, kind: str, *, valid_until: str = "") -> None:
    """Tick off the checklist of the document that the review screen shows, and approve it; the next one is shown."""
    for question in page.locator(".desk-check input").all():
        question.check()
    if valid_until:
        page.get_by_label("Valid until").fill(valid_until)
    with page.expect_navigation():
        page.get_by_role("button", name=f"Approve: {kind}").click()
    expect(page.get_by_text("Approved; the client is told.")).to_be_visible()


def violations(page: Page, part: str | None = None) -> list[str]:
    """Return what axe finds on the page, or in the part of it that a selector names."""
    page.wait_for_load_state()
    response = Axe().run(page, context=part).response
    return [f"{page.url} {found['id']}: {found['nodes'][0]['html']}" for found in response["violations"]]
