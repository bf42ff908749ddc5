"""What the design system's scripts do, by mouse and by keyboard, under the real content security policy."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from forexpro.tests.browser.journey import violations
from forexpro.tests.browsing import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [(360, 760), (1440, 900)]


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("address", ["/design", "/sign-in", "/register", "/nowhere"])
def test_pages_have_no_accessibility_violations(page: Page, live_server, theme, address):
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    page.goto(address)
    assert violations(page) == []


@pytest.mark.parametrize("address", ["/design", "/sign-in", "/register"])
def test_nothing_sticks_out_of_a_phone(page: Page, address):
    page.set_viewport_size({"width": 360, "height": 760})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_tabs_work_by_keyboard(page: Page):
    page.goto("/design")
    tabs = page.locator("#dark-tab-1, #dark-tab-2, #dark-tab-3")
    tabs.nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#dark-panel-1")).to_be_hidden()
    expect(page.locator("#dark-panel-2")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(tabs.nth(2)).to_be_focused()
    expect(page.locator("#dark-panel-3")).to_be_visible()


def test_a_menu_opens_moves_and_closes_by_keyboard(page: Page):
    page.goto("/design")
    summary = page.get_by_text("Show a toast")
    summary.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="info")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="success")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="success")).to_be_hidden()


def test_a_menu_closes_when_something_else_is_clicked(page: Page):
    page.goto("/design")
    page.get_by_text("Show a toast").click()
    expect(page.get_by_role("link", name="success")).to_be_visible()
    page.get_by_role("heading", name="Design system").click()
    expect(page.get_by_role("link", name="success")).to_be_hidden()


def test_a_dialog_takes_the_focus_and_gives_it_back(page: Page):
    page.goto("/design")
    opener = page.get_by_role("button", name="Open a dialog")
    opener.click()
    expect(page.get_by_role("dialog", name="Close 0.10 EURUSD?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_click_beside_the_drawer_closes_it(page: Page):
    page.goto("/design")
    page.get_by_role("button", name="Open the drawer").click()
    expect(page.get_by_role("dialog", name="Deal 184 467")).to_be_visible()
    page.mouse.click(10, 300)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_messages_of_the_server_become_toasts(page: Page):
    page.goto("/design")
    page.get_by_text("Show a toast").click()
    page.get_by_role("link", name="success").click()
    toast = page.locator(".toast.success")
    expect(toast).to_contain_text("Bought 0.10 EURUSD at 1.08015")
    expect(toast.locator(".detail")).to_have_text("Margin 108.02 USD, order 184 467")
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)


def test_errors_are_announced_and_stay(page: Page):
    page.clock.install()
    page.goto("/design")
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('toasts', {detail: {items: ["
        "{kind: 'error', title: 'Refused'}, {kind: 'success', title: 'Done'}]}}))"
    )
    expect(page.locator(".toast")).to_have_count(2)
    page.clock.run_for(60_000)
    expect(page.locator(".toast")).to_have_count(1)
    expect(page.get_by_role("alert")).to_have_text(re.compile("Refused"))


def test_a_toast_cannot_carry_markup(page: Page):
    page.goto("/design")
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('toasts', {detail: {items: ["
        "{kind: 'info', title: '<img src=x>', detail: '<b>bold</b>'}]}}))"
    )
    expect(page.locator(".toast .title")).to_have_text("<img src=x>")
    expect(page.locator(".toast img, .toast b")).to_have_count(0)


def test_losing_the_network_says_what_to_do(page: Page):
    page.goto("/design")
    page.route("**/design?toast=*", lambda route: route.abort())
    page.get_by_text("Show a toast").click()
    page.get_by_role("link", name="info").click()
    expect(page.get_by_role("alert")).to_contain_text("No connection to the server")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "You are signed out"),
        (403, "This is not allowed"),
        (404, "This no longer exists"),
        (429, "Try again in 7 seconds."),
        (500, "tell support this number: abc12345"),
    ],
)
def test_an_error_answer_is_explained(page: Page, status, words):
    def refuse(route: Route) -> None:
        route.fulfill(status=status, headers={"Retry-After": "7", "X-Request-ID": "abc12345"}, body="")

    page.goto("/design")
    page.route("**/design?toast=*", refuse)
    page.get_by_text("Show a toast").click()
    page.get_by_role("link", name="info").click()
    expect(page.get_by_role("alert")).to_contain_text(words)


def test_the_theme_changes_at_once_and_lasts(signed_in: Page):
    page = signed_in
    page.goto("/")
    html = page.locator("html")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(background) == "rgb(0, 0, 0)"
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Light").click()
    expect(html).to_have_attribute("data-theme", "light")
    expect(page.get_by_role("button", name="Light")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(html).to_have_attribute("data-theme", "light")
    assert page.evaluate(background) == "rgb(247, 245, 242)"


def test_a_button_cannot_be_pressed_twice(signed_in: Page):
    page = signed_in
    requests: list[Route] = []
    page.route("**/appearance", lambda route: requests.append(route))
    page.goto("/")
    page.get_by_label("Your account").click()
    button = page.get_by_role("button", name="Light")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    button.click()
    wait_until(page, lambda: requests, "a request")
    requests[0].fulfill(status=204)
    expect(button).not_to_have_attribute("aria-busy", "true")
    assert len(requests) == 1


def test_a_stepper_steps_within_its_bounds(page: Page):
    page.goto("/design")
    field = page.locator("#dark-lots")
    more, less = page.get_by_role("button", name="More").first, page.get_by_role("button", name="Less").first
    more.click()
    expect(field).to_have_value("0.11")
    for _ in range(12):
        less.click()
    expect(field).to_have_value("0.01")


def test_the_skip_link_comes_first(page: Page):
    page.goto("/design")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_everything_works_without_scripts(chromium, live_server, settings):
    settings.DEMO = True
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/design")
    page.get_by_role("button", name="Blue and orange prices").click()
    expect(page.get_by_role("button", name="Green and red prices")).to_be_visible()
    page.get_by_text("Show a toast").click()
    page.get_by_role("link", name="warning").click()
    expect(page.locator(".toast.warning")).to_contain_text("Bought 0.10 EURUSD")
    context.close()


def test_a_password_can_be_looked_at(page: Page):
    page.goto("/sign-in")
    field = page.get_by_label("Password", exact=True)
    field.fill("correct horse")
    page.get_by_role("button", name="Show what is typed").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Show what is typed").click()
    expect(field).to_have_attribute("type", "password")
