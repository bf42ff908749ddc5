"""Steps that several journeys through the platform begin with."""

import secrets

from playwright.sync_api import Page, expect

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
    page.goto("/mail")
    mail = page.locator("article").filter(has_text=email).filter(has_text=subject).first
    for _attempt in range(30):
        if mail.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    mail.get_by_role("link").filter(has_text="/verify/").or_(
        mail.get_by_role("link").filter(has_text="/password/reset/")
    ).click()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in from the sign-in page."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def become_trader(page: Page) -> str:
    """Register, verify, sign in; return the address."""
    email = new_address()
    register(page, email)
    open_mailed_link(page, email, "Verify your e-mail address")
    page.get_by_role("button", name="Yes, verify it").click()
    sign_in(page, email)
    page.wait_for_url("**/")
    return email
