"""What an order can be told beside its price, in a browser: ticket, badges, lines of the chart, closed markets."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from marketdata.models import Symbol
from trading.engine.state import OrderType, Side, TimeInForce
from trading.models import Order
from trading.selectors import account_state
from trading.tests.factories import make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def place(account, side=Side.BUY, type=OrderType.MARKET, **terms):
    return make_order(account, type, side, **{"volume": "0.50"} | terms).order_id


def set_symbol(code: str, **fields) -> None:
    symbol = Symbol.objects.get(code=code)
    for name, value in fields.items():
        setattr(symbol, name, value)
    symbol.save()


def open_advanced(page: Page) -> None:
    page.locator("#ticket-advanced > summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Time in force")).to_be_visible()


def test_the_simple_ticket_stays_simple_and_the_advanced_part_remembers_itself(terminal):
    page = terminal()
    expect(page.get_by_label("Time in force")).to_be_hidden()
    open_advanced(page)
    page.reload()
    expect(page.get_by_label("Time in force")).to_be_visible()
    page.get_by_role("button", name="Buy 0.10 EURUSD at market").click()
    expect(page.locator("#panel-positions tbody tr")).to_have_count(1)
    expect(page.get_by_label("Time in force")).to_be_visible()  # in the form that the server sent, too


def test_a_position_is_protected_from_the_ticket_by_keyboard_alone(terminal, account):
    page = terminal()
    page.keyboard.press("b")
    open_advanced(page)
    page.get_by_label("Trailing stop, distance in points").focus()
    page.keyboard.type("300")
    page.get_by_label("Break-even, profit in points").focus()
    page.keyboard.type("150")
    expect(page.get_by_label("Partial take profit 2, price")).to_be_hidden()
    page.get_by_label("Partial take profit 1, price").focus()
    page.keyboard.type("1.10200")
    expect(page.get_by_label("Partial take profit 2, price")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("0.04")
    expect(page.get_by_role("slider", name="Ticket: Partial TP 1")).to_contain_text("TP 0.04 · +7.60 USD")
    page.keyboard.press("Enter")
    row = page.locator("#panel-positions tbody tr")
    for badge in ("Trails 300", "Break-even 150", "1 partial TP"):
        expect(row).to_contain_text(badge)
    (position,) = account_state(account).positions.values()
    assert position.guards.trailing_stop.distance_points == 300
    assert position.guards.partial_take_profits[0].volume == Decimal("0.04")
    expect(page.get_by_text("SL trails from here, 300 points")).to_be_attached()

    # A partial take profit moves on the chart like any other level.
    line = page.get_by_role("slider", name="Partial TP 1 Buy 0.10")
    line.focus()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("changed")
    (position,) = account_state(account).positions.values()
    assert position.guards.partial_take_profits[0].price == Decimal("1.1021")
    assert position.guards.trailing_stop.distance_points == 300


def test_pending_orders_say_until_when_and_with_whom_they_stand(terminal, account):
    parent = place(account, type=OrderType.LIMIT, price=Decimal("1.09"), oco_group="range")
    page = terminal()
    open_advanced(page)
    page.get_by_text("Stop", exact=True).first.click()
    time_in_force = page.get_by_label("Time in force")
    expect(time_in_force.locator("option:not([hidden])")).to_have_text(["Until cancelled", "Today", "Until a moment"])
    expect(page.get_by_label("Until", exact=True)).to_be_hidden()
    time_in_force.select_option("gtd")
    until = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    page.get_by_label("Until", exact=True).fill(until)
    page.get_by_label("OCO group").fill("range")
    page.get_by_label("After the fill of").select_option(str(parent))
    page.locator("[data-confirm]").click()
    page.get_by_role("tab", name="Orders").click()
    rows = page.locator("#panel-orders tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(f"After #{parent}")
    expect(rows.first).to_contain_text("OCO range")
    order = Order.objects.get(type="stop")
    assert (order.time_in_force, order.parent_id, order.oco_group) == (TimeInForce.GTD, parent, "range")
    # What is immediate is offered to the types that can be.
    page.get_by_text("Market", exact=True).first.click()
    expect(time_in_force).to_have_value("gtc")
    expect(page.get_by_label("OCO group")).to_be_hidden()
    expect(page.get_by_label("Deviation")).to_be_visible()


def test_a_deviation_counts_from_the_price_on_the_page(terminal, market, account):
    page = terminal()
    open_advanced(page)
    page.get_by_label("Largest deviation in points").fill("20")
    market.move("EURUSD", "1.10050", "1.10060")
    expect(page.locator("#ticket [data-side=buy] .price")).to_have_text("1.10060")
    page.locator("[data-confirm]").click()
    expect(page.locator("#panel-positions tbody tr")).to_have_count(1)
    assert Order.objects.get().price == Decimal("1.1006")


def test_positions_close_by_an_opposite_one(terminal, account):
    place(account)
    page = terminal()
    link = page.get_by_role("link", name="Close Buy 0.50 EURUSD by an opposite position")
    expect(link).to_have_count(0)
    place(account, Side.SELL, volume=Decimal("0.20"))
    link.click()
    page.get_by_role("button", name="Close by").click()
    rows = page.locator("#panel-positions tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("0.30")


def test_the_preview_tells_costs_and_the_stop_out(terminal):
    page = terminal()
    page.get_by_label("Volume lots").fill("5")
    for name in ("stop_out_price", "commission", "swap_tonight", "margin"):
        expect(page.locator(f"[data-preview={name}]")).to_contain_text("0")
    expect(page.locator("[data-preview=commission]")).to_have_text("0.00\u00a0USD")
    page.get_by_label("Volume lots").fill("100")
    expect(page.locator("[data-preview-refusal]")).to_contain_text("This needs 110,010.00 USD of margin")


def test_a_market_closes_and_says_when_it_opens(terminal):
    """The page is told of a market that closes in an hour and opens three hours later."""
    now = datetime.now(UTC)
    closes = now + timedelta(hours=1)
    page = terminal()
    page.clock.install()
    page.route("**/trade/*", lambda route: tell_times(route, [[now, closes], [closes + timedelta(hours=3), None]]))
    page.reload()
    expect(page.locator("[data-confirm]")).to_be_enabled()
    page.clock.fast_forward("01:00:00")
    expect(page.locator("#market-note")).to_contain_text("The market of EURUSD is closed. It opens on")
    expect(page.locator("#market-note")).to_contain_text("in 2:59:")
    expect(page.locator("[data-confirm]")).to_be_disabled()
    expect(page.locator("[data-symbol=EURUSD]")).to_have_attribute("data-market", "closed")


def tell_times(route: Route, times) -> None:
    response = route.fetch()
    told = json.dumps([[moment and moment.isoformat() for moment in pair] for pair in times])
    route.fulfill(response=response, body=response.text().replace('"open_times": null', f'"open_times": {told}'))


@pytest.mark.parametrize(
    ("mode", "note"),
    [("close_only", "close only"), ("long_only", "can only be bought"), ("disabled", "cannot be traded")],
)
def test_what_may_be_done_in_a_symbol_is_told(terminal, market, mode, note):
    set_symbol("EURUSD", trade_mode=mode)
    page = terminal()
    expect(page.locator("#market-note")).to_contain_text(note)
    expect(page.locator("[data-symbol=EURUSD]")).to_have_attribute("title", page.locator("#market-note").inner_text())
    if mode == "disabled":
        expect(page.locator("[data-confirm]")).to_be_disabled()
    else:
        expect(page.locator("[data-confirm]")).to_be_enabled()
    page.locator("[data-symbol=GBPUSD] a").click()
    expect(page.locator("#market-note")).to_be_hidden()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (360, 740)])
def test_no_accessibility_violations(terminal, account, width, height, theme):
    place(account, type=OrderType.LIMIT, price=Decimal("1.09"), oco_group="range", time_in_force=TimeInForce.DAY)
    set_symbol("EURUSD", trade_mode="close_only")
    page = terminal(width, height, theme)
    if width == 360:
        page.locator(".pane-bar [data-show-pane=ticket]").click()
    open_advanced(page)
    page.get_by_text("Limit", exact=True).first.click()
    expect(page.locator("#ticket-price")).to_be_visible()
    check(page)
    if width == 360:
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.locator(".pane-bar [data-show-pane=dock]").click()
    page.get_by_role("tab", name="Orders").click()
    expect(page.locator("#panel-orders")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Edit Buy 0.50 EURUSD").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    check(page)


def check(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []
