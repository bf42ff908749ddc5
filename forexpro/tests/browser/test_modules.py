"""The modules that pages share, as they are before bundling, in a real browser."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page, Route, WebSocketRoute

from forexpro.core.templatetags.components import price_parts
from forexpro.tests.browsing import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SOURCES = Path(django_settings.BASE_DIR, "static", "src", "js")


@pytest.fixture
def modules(page: Page) -> Page:
    """A page from which `import("/source/<module>.js")` works."""

    def serve(route: Route) -> None:
        source = SOURCES / route.request.url.rsplit("/", 1)[-1]
        route.fulfill(body=source.read_text(), content_type="text/javascript")

    page.route("**/source/*.js", serve)
    page.goto("/nowhere")
    return page


def test_numbers_and_times(modules: Page):
    expected = FORMATTED
    calls = ", ".join(f"{json.dumps(call)}: format.{call}" for call in expected)
    assert modules.evaluate(f"import('/source/format.js').then((format) => ({{{calls}}}))") == expected


FORMATTED = {
    "formatNumber('12345.6')": "12,345.60",
    "formatNumber('12345678901234567.89')": "12,345,678,901,234,567.89",  # more digits than a float has
    "formatChange('12.5')": "+12.50",
    "formatChange('-12.5')": "-12.50",
    "formatChange('0')": "0.00",
    "formatMoney('12345.6', 'USD')": "12,345.60\u00a0USD",
    "formatMoney('12345', 'JPY')": "12,345\u00a0JPY",
    "formatMoney('1.5', 'USD', {signed: true})": "+1.50\u00a0USD",
    "formatMoney('0.12345678', 'USDT', {digits: 8})": "0.12345678\u00a0USDT",
    "formatPercent('1204.5')": "1,204.50%",
    "formatPrice('1.1', 5)": "1.10000",
    "formatTime('2026-11-20T14:05:09Z')": "14:05:09",
    "formatAge(1000, 181000)": "3 minutes ago",
    "formatAge(1000, 1200)": "now",
    "formatCountdown(3729.9)": "1:02:09",
    "formatCountdown(188_829)": "2d 04:27",
    "formatCountdown(9)": "00:09",
    "formatCountdown(-5)": "00:00",
}


def test_scripts_split_prices_as_the_server_does(modules: Page):
    prices = [("1.08012", 5), ("151.234", 3), ("2345.67", 2), ("1.0801", 4), ("5210.4", 1), ("38500", 0)]
    split = modules.evaluate(
        "(prices) => import('/source/format.js').then(({priceParts}) => prices.map((price) => priceParts(...price)))",
        prices,
    )
    assert [(parts["figure"], parts["pips"], parts["fraction"]) for parts in split] == [
        price_parts(Decimal(value), digits) for value, digits in prices
    ]


def until(page: Page, expression: str) -> None:
    """Wait for something in the page; Playwright's own way is stopped by the content security policy."""
    wait_until(page, lambda: page.evaluate(expression), expression)


class TestPrices:
    START = """async () => {
        document.body.insertAdjacentHTML("beforeend", '<span class="price" id="cell"></span>');
        window.prices = await import("/source/prices.js");
        prices.writePrice(cell, "1.08012", 5);
    }"""

    def test_the_first_price_does_not_flash(self, modules: Page):
        modules.evaluate(self.START)
        assert modules.evaluate("[cell.textContent, cell.dataset.flash ?? null]") == ["1.08012", None]

    def test_a_change_flashes_for_a_moment_and_keeps_its_colour(self, modules: Page):
        modules.evaluate(self.START)
        written = "prices.writePrice(cell, '1.08009', 5); [cell.dataset.direction, cell.dataset.flash]"
        assert modules.evaluate(written) == ["down", "down"]
        until(modules, "!('flash' in cell.dataset)")
        assert modules.evaluate("cell.dataset.direction") == "down"

    def test_the_same_price_touches_nothing(self, modules: Page):
        modules.evaluate(self.START)
        modules.evaluate(
            "window.touched = 0; new MutationObserver((all) => touched += all.length).observe("
            "cell, {subtree: true, childList: true, characterData: true, attributes: true})"
        )
        modules.evaluate("prices.writePrice(cell, '1.08012', 5)")
        assert modules.evaluate("touched") == 0

    def test_a_loss_is_red_whatever_its_last_change(self, modules: Page):
        modules.evaluate(self.START)
        written = "prices.writeProfit(cell, '-3', '-3.00'); prices.flash(cell, 'up')"
        assert modules.evaluate(f"{written}; [cell.dataset.direction, cell.dataset.flash]") == ["down", "up"]


class TestSocket:
    """Against a server inside the browser, with the browser's clock in the test's hands."""

    START = """async () => {
        const { Socket } = await import("/source/socket.js");
        window.states = []; window.messages = []; window.seen = 0;
        window.socket = new Socket({
            url: () => `/ws/test?since=${seen}`,
            onMessage: (message) => { messages.push(message); seen = message.seq ?? seen; },
            onState: (state) => states.push(state),
        });
    }"""

    @pytest.fixture
    def server(self, modules: Page) -> list[WebSocketRoute]:
        """The connections that the page makes, in order."""
        connections: list[WebSocketRoute] = []
        modules.route_web_socket("**/ws/test*", lambda socket: connections.append(socket))
        modules.clock.install()
        return connections

    def start(self, page: Page) -> None:
        page.evaluate(self.START)
        until(page, "socket.state === 'live'")

    def test_it_answers_heartbeats_and_passes_on_the_rest(self, modules: Page, server):
        answers: list[dict] = []
        self.start(modules)
        server[0].on_message(lambda text: answers.append(json.loads(text)))
        server[0].send('{"type": "heartbeat", "seq": 7}')
        server[0].send('{"type": "prices", "prices": []}')
        until(modules, "messages.length === 1")
        wait_until(modules, lambda: answers, "an answer to the heartbeat")
        assert answers == [{"action": "heartbeat", "seq": 7}]
        assert modules.evaluate("messages") == [{"type": "prices", "prices": []}]

    def test_it_comes_back_and_asks_for_what_it_has_missed(self, modules: Page, server):
        self.start(modules)
        server[0].send('{"type": "event", "seq": 41}')
        until(modules, "seen === 41")
        server[0].close(code=1011)
        until(modules, "socket.state === 'reconnecting'")
        modules.clock.run_for(1000)
        until(modules, "socket.state === 'live'")
        assert server[1].url.endswith("?since=41")
        assert modules.evaluate("states") == ["connecting", "live", "reconnecting", "live"]

    def test_silence_counts_as_a_lost_connection(self, modules: Page, server):
        self.start(modules)
        modules.clock.run_for(15_100)
        assert modules.evaluate("socket.state") == "reconnecting"

    @pytest.mark.parametrize("code", [4401, 4403, 4404])
    def test_a_refusal_is_final(self, modules: Page, server, code: int):
        self.start(modules)
        server[0].close(code=code)
        until(modules, "socket.state === 'refused'")
        modules.clock.run_for(120_000)
        assert len(server) == 1

    def test_what_cannot_be_sent_is_not_lost_silently(self, modules: Page, server):
        self.start(modules)
        server[0].close(code=1011)
        until(modules, "socket.state === 'reconnecting'")
        assert modules.evaluate("socket.send({action: 'subscribe'})") is False

    def test_closed_is_closed(self, modules: Page, server):
        self.start(modules)
        modules.evaluate("socket.close()")
        modules.clock.run_for(120_000)
        assert len(server) == 1
