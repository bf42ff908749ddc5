"""Pages of the back office in a real browser: they follow what happens, keep the theme, and can be read."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from forexpro.tests.browser.journey import violations
from trading.models import PaymentMethod
from trading.models.funding import Status
from trading.services.funding.decisions import deposit_decide
from trading.tests.factories import (
    ORIGIN,
    make_account,
    make_group,
    make_live_account,
    make_method,
    make_order,
    make_symbols,
    make_user,
    set_price,
)
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staff(page: Page, live_server, transactional_db, redis) -> Page:
    """A page of a super admin."""
    user = User.objects.create_superuser("staff@example.com", None, full_name="Staff")
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return page


@pytest.fixture
def account(transactional_db, redis):
    make_symbols()
    set_price("EURUSD", "1.10000", "1.10010")
    return make_account(make_user("client@example.com"))


def buy(account):
    return make_order(account, volume=1).order_id


def test_an_open_list_and_an_open_page_show_what_happens(staff: Page, account):
    staff.goto("/admin/trading/position/")
    expect(staff.get_by_text("Live", exact=True)).to_be_visible()
    first = buy(account)
    row = staff.locator("#result_list").get_by_role("link", name=str(first), exact=True)
    expect(row).to_be_visible(timeout=20_000)

    staff.goto(f"/admin/accounts/user/{account.owner_id}/change/")
    expect(staff.locator("#panels")).to_contain_text(f"{first} Buy EURUSD")
    second = buy(account)
    expect(staff.locator("#panels")).to_contain_text(f"{second} Buy EURUSD", timeout=20_000)


def test_the_theme_is_chosen_once_for_the_whole_product(staff: Page, live_server):
    staff.goto("/admin/")
    expect(staff.locator("html")).to_have_class("dark")
    staff.get_by_text("staff@example.com").click()
    with staff.expect_response("**/appearance"):
        staff.get_by_role("button", name="Light").click()
    expect(staff.locator("html")).to_have_class("light")
    staff.goto("/profile")
    expect(staff.locator("html")).to_have_attribute("data-theme", "light")
    staff.goto("/admin/")
    expect(staff.locator("html")).to_have_class("light")
    # What was chosen elsewhere meanwhile counts on the very first page.
    staff.context.add_cookies([{"name": "theme", "value": "dark", "url": live_server.url}])
    staff.goto("/admin/")
    expect(staff.locator("html")).to_have_class("dark")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_pages_can_be_read_by_everybody(staff: Page, account, live_server, theme):
    order_id = buy(account)
    staff.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    found = []
    for address in (
        "/admin/",
        "/admin/status/",
        f"/admin/accounts/user/{account.owner_id}/change/",
        f"/admin/trading/tradingaccount/{account.pk}/change/",
        f"/admin/trading/position/{order_id}/change/",
    ):
        for width in (1440, 360):  # on a telephone tables move sideways, by keyboard too
            staff.set_viewport_size({"width": width, "height": 900})
            staff.goto(address)
            found += violations(staff, "#content")
    assert found == []


def test_what_moves_and_what_is_entered_has_a_name_of_its_own(staff: Page, account):
    make_method()
    staff.goto("/admin/trading/tradingaccount/")
    expect(staff.get_by_role("region", name="Navigation")).to_be_visible()
    expect(staff.get_by_role("region", name="Accounts")).to_be_visible()
    assert violations(staff) == []
    staff.set_viewport_size({"width": 360, "height": 780})
    staff.goto(f"/admin/trading/paymentmethod/{PaymentMethod.objects.get().pk}/change/")
    expect(staff.get_by_role("link", name="Go back", exact=True)).to_be_visible()
    staff.get_by_role("link", name="Add another Payment terms", exact=True).click()
    for role, name in (("combobox", "Direction"), ("textbox", "Currency"), ("spinbutton", "Least")):
        expect(staff.get_by_role(role, name=name)).to_have_count(3)


@pytest.mark.parametrize("width", [1440, 768, 360])
def test_pages_fit_their_width(staff: Page, account, width):
    buy(account)
    staff.set_viewport_size({"width": width, "height": 900})
    person = f"/admin/accounts/user/{account.owner_id}/change/"
    move = f"/admin/trading/tradingaccount/of-client/{account.owner_id}/group/?group={make_group('Other').pk}"
    for address in ("/admin/", "/admin/status/", person, "/admin/core/event/", "/admin/crm/servicekey/add/", move):
        staff.goto(address)
        assert staff.evaluate("document.documentElement.scrollWidth") <= width, address


def test_requests_of_clients_with_long_addresses_need_no_sideways_moves(staff: Page, account):
    client = make_user("ada.with.a.very.long.address.indeed@subdomain.example.com")
    live, method = make_live_account(client, deposit="1000"), make_method("Bank transfer")
    deposit = ask_deposit(live, method, "98765.43")
    deposit_decide(
        actor=User.objects.get(email="staff@example.com"),
        deposit_id=deposit.pk,
        status=Status.DECLINED,
        reason="Not in your name.",
        origin=ORIGIN,
    )
    ask_withdrawal(live, method)
    staff.set_viewport_size({"width": 1440, "height": 900})
    for address in ("/admin/trading/deposit/", "/admin/trading/withdrawal/"):
        staff.goto(address)
        table = staff.locator("#result_list")
        expect(table.get_by_role("link", name=client.email)).to_be_visible()
        beyond = "table => table.getBoundingClientRect().right - table.parentElement.getBoundingClientRect().right"
        assert table.evaluate(beyond) <= 0, address


def test_a_dialog_keeps_the_keyboard_and_gives_it_back(staff: Page, account):
    staff.goto(f"/admin/trading/tradingaccount/{account.pk}/change/")
    staff.keyboard.press("Tab")
    expect(staff.get_by_role("link", name="Skip to the content")).to_be_focused()
    opener = staff.get_by_role("link", name="Set leverage")
    opener.focus()
    staff.keyboard.press("Enter")
    dialog = staff.get_by_role("dialog", name="Change the leverage")
    expect(dialog.get_by_label("Leverage, 1 to")).to_be_focused()
    staff.keyboard.press("Shift+Tab")
    expect(dialog.get_by_role("button", name="Change")).to_be_focused()
    staff.keyboard.press("Tab")
    expect(dialog.get_by_label("Leverage, 1 to")).to_be_focused()
    staff.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    account.refresh_from_db()
    assert account.leverage == 100


def test_a_client_is_moved_by_keyboard_as_the_preview_says(staff: Page, account):
    buy(account)
    strict = make_group("Strict", stop_out_level=80, margin_call_level=120)
    staff.goto(f"/admin/accounts/user/{account.owner_id}/change/")
    staff.get_by_role("link", name="Change group").press("Enter")
    staff.get_by_label("Group", exact=True).select_option("Strict")
    staff.get_by_role("button", name="Show what changes").press("Enter")
    expect(staff.get_by_role("row", name="Stop-out level 50 80 All")).to_be_visible()
    assert violations(staff, "#content") == []
    staff.get_by_label("Reason, which the client can read").fill("Became professional")
    staff.keyboard.press("Enter")
    expect(staff.get_by_text("1 account is in the group Strict now.")).to_be_visible()
    account.refresh_from_db()
    assert account.group == strict


def test_filters_open_by_keyboard(staff: Page, account):
    staff.goto("/admin/trading/tradingaccount/")
    filters = staff.get_by_role("button", name="Filters", exact=True)
    filters.focus()
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("button", name="Apply filters")).to_be_visible()
    staff.keyboard.press("Escape")
    expect(filters).to_be_focused()


def test_a_new_key_is_shown_once_and_copied_on_a_phone(staff: Page):
    staff.set_viewport_size({"width": 360, "height": 780})
    staff.context.grant_permissions(["clipboard-read", "clipboard-write"])
    staff.goto("/admin/crm/servicekey/add/")
    staff.get_by_label("Name").fill("berlin")
    staff.get_by_role("button", name="Save", exact=True).click()
    key = staff.get_by_label("Copy it now")
    expect(key).to_be_focused()
    text = key.input_value()
    assert staff.evaluate("document.documentElement.scrollWidth") == 360
    staff.get_by_role("button", name="Copy").click()
    expect(staff.get_by_role("button", name="Copied")).to_be_visible()
    assert staff.evaluate("navigator.clipboard.readText()") == text
    staff.get_by_role("link", name="I have copied it").click()
    expect(staff.get_by_role("link", name="berlin", exact=True)).to_be_visible()
    assert text not in staff.content()
