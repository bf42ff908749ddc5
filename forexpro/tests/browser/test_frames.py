"""Frames of another site: a widget shows there where its site is on the list, and no other page ever does."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from marketdata.services.catalogue import catalogue_load


@pytest.fixture
def shop(tmp_path, live_server):
    """Another site, by its address; `/page` there shows the page of ours that its file names."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=tmp_path))
    thread = Thread(target=server.serve_forever)
    thread.start()
    for name, path in (("widget", "/widgets/prices?symbols=EURUSD"), ("sign-in", "/sign-in")):
        (tmp_path / f"{name}.html").write_text(f'<iframe src="{live_server.url}{path}" width="400"></iframe>')
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_widget_shows_on_a_site_of_the_list(page: Page, shop, settings):
    catalogue_load()
    settings.WIDGET_SITES = [shop]
    page.goto(f"{shop}/widget.html")
    expect(page.frame_locator("iframe").get_by_role("row", name="EURUSD")).to_be_visible()


@pytest.mark.parametrize(("name", "is_on_the_list"), [("widget", False), ("sign-in", True)])
@pytest.mark.usefixtures("transactional_db")
def test_nothing_else_shows(chromium: Browser, shop, settings, name, is_on_the_list):
    catalogue_load()
    settings.WIDGET_SITES = [shop] if is_on_the_list else []
    with chromium.new_context() as context:
        page = context.new_page()
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.goto(f"{shop}/{name}.html")
