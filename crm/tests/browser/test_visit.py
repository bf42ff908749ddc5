"""A visit from the CRM's call to what the client reads of it, in a real browser."""

import re

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import Visit
from crm.models import Scope
from crm.tests.conftest import make_key
from trading.models import Position

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(platform, account):
    """Return what has the CRM ask for a visit and returns the address to open."""
    _key, text = make_key(scopes=[Scope.VISITS])

    def ask() -> str:
        body = {
            "admin_id": "17",
            "admin_name": "Maria Keller",
            "client_id": str(account.owner_id),
            "reason": "Ticket 8841: the client says that the chart does not show the last hour",
        }
        answer = httpx.post(f"{platform}/sso/impersonate", json=body, headers={"X-API-Key": text})
        assert answer.status_code == 201
        return f"{platform}/sso/{answer.json()['url'].partition('/sso/')[2]}"

    return ask


def looked_at(page: Page) -> None:
    """Fail for what axe finds on the page, in the dark and in the light, and for what sticks out of it."""
    for theme in ("dark", "light"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        faults = [f"{one['id']}: {one['nodes'][0]['html']}" for one in Axe().run(page).response["violations"]]
        assert not faults, f"{page.url} {theme}: {faults}"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [1440, 360])
def test_from_the_call_to_what_the_client_reads(address, browser_page, account, platform, width):
    page = browser_page(width, 900)
    opened = address()
    page.goto(opened)
    expect(page).to_have_url(f"{platform}/")
    banner = page.get_by_role("region", name="Visit")
    expect(banner).to_contain_text("Maria Keller is visiting")
    expect(banner).to_contain_text("Ticket 8841")
    expect(banner).to_contain_text("30 min left")
    looked_at(page)

    page.goto("/trade")
    expect(banner).to_be_in_viewport(ratio=1)
    page.wait_for_selector("#account-state[data-state=live]", state="attached")
    looked_at(page)
    if width == 360:
        page.get_by_role("button", name="Ticket", exact=True).click()
    page.locator("#ticket form button[type=submit]").click()
    expect(page.locator(".toast.error")).to_contain_text("this visit may only look")
    assert not Position.objects.exists()

    page.goto("/security")
    expect(page.get_by_role("heading", name="Not in a visit")).to_be_visible()
    looked_at(page)
    page.goto(opened)
    expect(page.get_by_text("visit_token_used")).to_be_visible()

    page.goto("/")
    banner.get_by_role("button", name="End visit").click()
    expect(page.get_by_role("heading", name="The visit is over")).to_be_visible()
    looked_at(page)
    page.goto("/trade")
    expect(page).to_have_url(re.compile("/sign-in"))

    own = Client()
    own.force_login(account.owner)
    client = browser_page(width, 900)
    client.context.add_cookies([{"name": "sessionid", "value": own.cookies["sessionid"].value, "url": platform}])
    client.goto("/security")
    visits = client.locator("#visits")
    expect(visits).to_contain_text("Maria Keller")
    expect(visits).to_contain_text("Ticket 8841")
    visits.locator("summary").first.click()
    expect(visits.get_by_text(f"/trade/{account.pk}", exact=True)).to_be_visible()
    expect(visits.get_by_text(f"POST /trade/{account.pk}/orders")).to_be_visible()
    expect(client.get_by_role("region", name="Visit", exact=True)).to_have_count(0)
    looked_at(client)


def test_the_visit_ends_without_scripts(address, chromium, platform):
    context = chromium.new_context(java_script_enabled=False, base_url=platform)
    page = context.new_page()
    page.goto(address())
    page.get_by_role("button", name="End visit").click()
    expect(page.get_by_role("heading", name="The visit is over")).to_be_visible()
    context.close()
    assert Visit.objects.get().end_reason == "left"
