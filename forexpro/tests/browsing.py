"""Pages of a real Chromium that tolerate no script error, no missing resource and no breach of the policy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Response


@contextmanager
def watched_page(browser: Browser, base_url: str, **options: Any) -> Iterator[Page]:
    """Open a page for a visitor; when the block ends, whatever the browser complained of is an error."""
    context = browser.new_context(base_url=base_url, reduced_motion="reduce", **options)
    page = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    def note(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in ("script", "stylesheet", "font", "image"):
            complaints.append(f"{response.status} {response.url}")

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", hear)
    page.on("response", note)
    try:
        yield page
    finally:
        context.close()
    assert not complaints, "\n".join(complaints)


def wait_until(page: Page, condition: Callable[[], object], what: str) -> None:
    """Wait for what Playwright's own expectations cannot ask for; what the page sends arrives meanwhile."""
    for _ in range(400):
        if condition():
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never came true: {what}")
