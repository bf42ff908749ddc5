"""The terminal under keyboard, pointer, screen reader, and on three sizes of screen."""

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from trading.selectors import account_state
from trading.tests.factories import make_order, make_symbols, set_price

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def position(account) -> int:
    """A long of 0.50 EURUSD from 1.10010 with a stop loss."""
    return make_order(account, volume="0.50", stop_loss="1.09900").order_id


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (768, 1024), (360, 740)])
def test_no_accessibility_violations(terminal, position, width, height, theme):
    page = terminal(width, height, theme)
    panes = ["watchlist", "chart", "ticket", "dock"] if width == 360 else ["chart"]
    for pane in panes:
        if width == 360:
            page.locator(f".pane-bar [data-show-pane={pane}]").click()
        expect(page.locator(f"#{pane}")).to_be_visible()
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_sticks_out(terminal, width):
    page = terminal(width, 800)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [360, 700, 768, 1024])
def test_what_the_account_is_worth_is_not_cut_off(terminal, position, width):
    summary = terminal(width, 800).locator(".summary")
    expect(summary.get_by_text("%")).to_be_visible()
    assert summary.evaluate("it => it.scrollWidth <= it.clientWidth")


def test_more_symbols_than_fit_do_not_move_the_page(terminal):
    make_symbols({f"{code}USD": (code, "USD", 5) for code in ("AUD", "NZD", "CAD", "CHF", "SEK", "NOK")})
    page = terminal(768, 800)
    assert page.locator(".pane-watchlist .pane-scroll").evaluate("it => it.scrollWidth > it.clientWidth")
    assert page.evaluate("[document.documentElement.scrollWidth, scrollX]") == [768, 0]


def test_the_last_column_of_the_watchlist_is_not_cut_off(terminal):
    make_symbols({"BTCEUR": ("BTC", "EUR", 2), "DOGEUSD": ("DOGE", "USD", 5)})
    set_price("BTCEUR", "89825.31", "89853.05")
    page = terminal(1440, 800)
    page.locator("[data-symbol=BTCEUR] [data-change]").evaluate("it => { it.textContent = '+1.71%' }")
    expect(page.locator("[data-symbol=BTCEUR]")).to_contain_text("2774")
    assert page.locator(".pane-watchlist .pane-scroll").evaluate("it => it.scrollWidth <= it.clientWidth")


def test_keys(terminal):
    page: Page = terminal()
    page.keyboard.press("/")
    expect(page.get_by_label("Search symbols")).to_be_focused()
    page.keyboard.type("usdj")
    expect(page.locator("[data-symbol=EURUSD]")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("[data-chart-symbol]")).to_have_text("USDJPY")
    page.keyboard.press("/")
    page.get_by_label("Search symbols").fill("")
    page.keyboard.press("Escape")

    page.keyboard.press("s")
    expect(page.get_by_label("Volume lots")).to_be_focused()
    expect(page.locator("[data-confirm]")).to_have_text("Sell 0.10 USDJPY at market")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(page.locator("[data-confirm]")).to_have_text("Buy 0.10 USDJPY at market")
    page.keyboard.press("Escape")

    page.locator("[data-symbol=USDJPY] a").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-symbol=GBPUSD] a")).to_be_focused()
    expect(page.locator("[data-ticket-symbol]")).to_have_text("GBPUSD")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()


def tab_stops(page: Page, most: int = 60) -> list[str]:
    """Press Tab from the top of the page to its end; return what each stop is called, and fail on an unseen one."""
    stops: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        name, seen = page.evaluate(
            """() => {
                const { activeElement: element } = document;
                if (element === document.body) return [null, true];
                const outlined = (one) => one && getComputedStyle(one).outlineStyle !== "none";
                const shows = outlined(element) || outlined(element.nextElementSibling)
                    || element.closest(".stepper") || element.matches("[role=separator]:focus-visible");
                return [element.getAttribute("aria-label") || element.labels?.[0]?.textContent.trim()
                    || element.textContent.trim(), Boolean(shows) && element.checkVisibility()];
            }"""
        )
        if name is None:
            return stops
        assert seen, f"nothing shows that {name!r} has the focus"
        stops.append(name)
    pytest.fail(f"more than {most} stops: {stops}")


def test_tab_goes_through_the_terminal_in_reading_order(terminal, position):
    stops = tab_stops(terminal())
    expected = ["Skip to the content", "Search symbols", "EURUSD", "1m", "SL Buy 0.50", "Less volume"]
    places = [stops.index(name) for name in expected]
    assert places == sorted(places)
    assert stops.index("Less volume") < stops.index("Close all") < stops.index("Close Buy 0.50 EURUSD")
    # One row of the watchlist, not each of them.
    assert [stop for stop in stops if stop.startswith("Favourite")] == ["Favourite EURUSD"]


def test_the_keyboard_comes_back_from_the_ticket_drawer(terminal):
    page = terminal(768, 1024)
    sell = page.locator("#quick-deal [data-side=sell]")
    sell.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Volume lots")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#ticket")).to_be_hidden()
    expect(sell).to_be_focused()


def test_nothing_moves_while_the_page_connects(terminal):
    page = terminal()
    page.reload()
    page.wait_for_selector("#prices-state[data-state=live]", state="attached")
    page.wait_for_timeout(500)
    shifted = page.evaluate(
        """() => new Promise((resolve) => {
            const observer = new PerformanceObserver((list) => resolve(
                list.getEntries().filter((shift) => !shift.hadRecentInput).reduce((sum, {value}) => sum + value, 0)));
            observer.observe({type: "layout-shift", buffered: true});
            setTimeout(() => resolve(0), 500);
        })"""
    )
    assert shifted < 0.1


def test_a_stop_loss_moves_by_keyboard_on_the_chart(terminal, market, account, position):
    page = terminal()
    line = page.get_by_role("slider", name="SL Buy 0.50")
    expect(line).to_have_text("SL -55.00 USD · -11.0 pips")
    line.focus()
    page.keyboard.press("Shift+ArrowUp")
    expect(line).to_have_text("SL -50.00 USD · -10.0 pips")
    page.keyboard.press("Escape")
    expect(line).to_have_text("SL -55.00 USD · -11.0 pips")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-positions tbody tr")).to_contain_text("1.09910")
    assert account_state(account).positions[position].stop_loss == Decimal("1.0991")


def test_a_stop_loss_is_dragged_on_the_chart(terminal, account, position):
    page = terminal()
    line = page.get_by_role("slider", name="SL Buy 0.50")
    entry = page.locator(".chart-line", has_text="Buy 0.50 ·")
    expect(entry).to_be_visible()
    line.hover()  # which waits until the chart has come to rest
    box, goal = line.bounding_box(), entry.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.down()
    page.mouse.move(x, (y + goal["y"] + goal["height"] / 2) / 2, steps=5)
    page.mouse.up()
    expect(page.locator("#toasts")).to_contain_text("stop loss 1.099")
    assert Decimal("1.0990") < account_state(account).positions[position].stop_loss < Decimal("1.1001")


def test_a_refused_drag_says_why_and_goes_back(terminal, account, position):
    page = terminal()
    line = page.get_by_role("slider", name="SL Buy 0.50")
    line.focus()
    for _ in range(40):  # beyond what the chart shows
        page.keyboard.press("Shift+ArrowUp")
    expect(line).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("stop loss")
    expect(line).to_have_text("SL -55.00 USD · -11.0 pips")
    assert account_state(account).positions[position].stop_loss == Decimal("1.099")


def test_levels_by_price_pips_and_money_say_the_same(terminal):
    page = terminal()
    page.get_by_label("Stop loss in pips").fill("20")
    expect(page.locator("#ticket-stop_loss")).to_have_value("1.09810")
    expect(page.get_by_label("Stop loss in USD")).to_have_value("20.00")
    page.get_by_label("Take profit in USD").fill("50")
    expect(page.locator("#ticket-take_profit")).to_have_value("1.10510")
    page.locator("#ticket-stop_loss").fill("1.09910")
    expect(page.get_by_label("Stop loss in pips")).to_have_value("10.0")
    # One percent of 10,000 over ten pips is one lot.
    page.get_by_label("Risk % of equity").fill("1")
    expect(page.get_by_label("Volume lots")).to_have_value("1.00")
    expect(page.locator("[data-confirm]")).to_have_text("Buy 1.00 EURUSD at market")
    expect(page.locator("[data-preview=margin]")).to_have_text("1,100.10\u00a0USD")


def test_a_refusal_comes_back_in_the_ticket(terminal, account):
    page = terminal()
    page.get_by_label("Volume lots").fill("50")
    page.locator("[data-confirm]").click()
    expect(page.locator("#ticket [role=alert]")).to_contain_text("margin")
    expect(page.get_by_label("Volume lots")).to_have_value("50.00")
    expect(page.locator("[data-preview-refusal]")).to_be_hidden()
    page.get_by_label("Volume lots").fill("0.10")
    expect(page.locator("#ticket [role=alert]")).to_have_count(0)
    assert not account_state(account).positions


def test_one_click_deals_at_once_and_says_so(terminal, account):
    page = terminal()
    page.get_by_role("switch", name="One-click trading").check()
    sell = page.locator("#ticket [data-side=sell]")
    expect(sell).to_contain_text("Sell 0.10")
    sell.click()
    row = page.locator("#panel-positions tbody tr")
    expect(row).to_have_count(1)
    row.get_by_role("link", name="Close Sell 0.10 EURUSD").click()
    expect(row).to_have_count(0)
    assert not account_state(account).positions


def test_orders_wait_in_their_tab_and_fill(terminal, market, account):
    page = terminal()
    page.get_by_text("Limit", exact=True).first.click()
    page.locator("#ticket-price").fill("1.09500")
    page.get_by_role("button", name="Buy 0.10 EURUSD limit 1.09500").click()
    page.get_by_role("tab", name="Orders").click()
    expect(page.locator("#panel-orders tbody tr")).to_contain_text("1.09500")
    market.move("EURUSD", "1.09480", "1.09490")
    expect(page.locator("#panel-orders tbody tr")).to_have_count(0)
    page.get_by_role("tab", name="Positions").click()
    expect(page.locator("#panel-positions tbody tr")).to_contain_text("1.09490")


def test_prices_that_stop_are_marked_old(terminal):
    page = terminal()
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator("#stale-note")).to_contain_text("as of")
    expect(page.locator("#terminal")).not_to_have_attribute("data-prices", "live")
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []
    page.context.set_offline(False)
    expect(page.locator("#terminal")).to_have_attribute("data-prices", "live", timeout=20_000)
    expect(page.locator("#stale-note")).to_be_hidden()


def test_phone_shows_one_pane_and_the_deal_buttons(terminal):
    page = terminal(360, 740)
    expect(page.locator("#chart")).to_be_visible()
    expect(page.locator("#quick-deal [data-side=buy]")).to_contain_text("1.10010")
    page.get_by_role("button", name="Markets").click()
    expect(page.locator("#chart")).to_be_hidden()
    page.locator("[data-symbol=GBPUSD] a").click()
    expect(page.locator("[data-chart-symbol]")).to_have_text("GBPUSD")
    page.locator("#quick-deal [data-side=sell]").click()
    expect(page.locator("[data-confirm]")).to_have_text("Sell 0.10 GBPUSD at market")
    expect(page.locator("[data-confirm]")).to_be_visible()


def test_the_most_traded_symbols_come_first(terminal):
    page = terminal()
    assert page.locator("#watchlist [data-symbol]").evaluate_all("rows => rows.map(row => row.dataset.symbol)") == [
        "EURUSD",
        "GBPUSD",
        "USDJPY",
    ]


@pytest.mark.parametrize(("width", "height"), [(360, 740), (768, 1024)])
def test_toasts_leave_the_deal_buttons_free(terminal, position, width, height):
    page = terminal(width, height)
    page.evaluate(
        """() => document.dispatchEvent(new CustomEvent("toasts", {detail: {items: Array.from({length: 4}, () => (
            {kind: "error", title: "Refused", detail: "Not enough margin."}))}}))"""
    )
    expect(page.locator("#toasts .toast")).to_have_count(4)
    toasts = page.locator("#toasts").bounding_box()
    bottom = toasts["y"] + toasts["height"]
    assert bottom < page.locator("#quick-deal [data-side=sell]").bounding_box()["y"]
    if width == 360:
        page.locator(".pane-bar [data-show-pane=ticket]").click()
        expect(page.locator("[data-confirm]")).to_be_visible()
        assert bottom < page.locator("[data-confirm]").bounding_box()["y"]


def test_a_phone_shows_what_a_position_is_worth_and_closes_it(terminal, position):
    page = terminal(360, 740)
    page.locator(".pane-bar [data-show-pane=dock]").click()
    row = page.locator("#panel-positions tbody tr")
    expect(row).to_be_visible()
    for shown in (row.locator("[data-value=profit]"), row.locator("[data-removes]"), page.get_by_text("Close all")):
        box = shown.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 360
    row.locator("[data-removes]").click()
    page.get_by_role("button", name="Close at market").click()
    expect(row).to_have_count(0)


def test_sessions_are_shaded_unless_somebody_would_rather_not(terminal):
    page = terminal()
    button = page.get_by_role("button", name="Shade the sessions on the chart")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_panes_keep_their_size(terminal):
    page = terminal()
    handle = page.get_by_role("separator", name="Width of the watchlist")
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuenow", "320")
    page.reload()
    expect(handle).to_have_attribute("aria-valuenow", "320")
