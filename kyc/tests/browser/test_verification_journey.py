"""From a photograph on a telephone to a verified client, in a real browser, on the whole running platform."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from forexpro.core.tests.uploads.making import exif, image, javascript, pdf
from forexpro.tests.browser.journey import approve_document, sign_in, violations
from forexpro.tests.browsing import watched_page

pytestmark = pytest.mark.browser
LATER = (date.today() + timedelta(days=800)).isoformat()


# The page asks every five seconds what is new.
ASKED_AGAIN = 20_000


def file(name: str, content: bytes, type: str = "image/jpeg") -> dict[str, object]:
    return {"name": name, "mimeType": type, "buffer": content}


def drop(page: Page, zone: str, name: str, content: bytes) -> None:
    """Drop a file from the desktop."""
    page.locator(zone).evaluate(
        """(zone, [name, content]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(content)], name, { type: "image/jpeg" }));
            for (const type of ["dragover", "drop"])
                zone.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }""",
        [name, list(content)],
    )


def acts(document) -> None:
    document.Root.OpenAction = javascript()


def test_a_client_is_verified(chromium, platform):
    found: list[str] = []
    trader, password = platform.sign_ins["Trader"]
    with watched_page(chromium, platform.url) as page:
        sign_in(page, trader, password)
        page.get_by_role("button", name="Your account").or_(page.locator("summary[aria-label='Your account']")).click()
        page.get_by_role("link", name="Verification").click()
        expect(page.get_by_role("heading", name="Verification")).to_be_visible()
        found += violations(page)

        identity = page.get_by_role("article", name="Proof of identity")
        identity.get_by_label("Files").set_input_files([file("passport.png", image(exif=exif()))])
        identity.get_by_role("button", name="Send").click()
        expect(identity.get_by_text("does not end like what is in it")).to_be_visible()
        found += violations(page)

        identity.get_by_label("Identity card").check()
        identity.get_by_label("Files").set_input_files(
            [file("front.jpg", image(exif=exif())), file("back.pdf", pdf(acts), "application/pdf")]
        )
        expect(identity.get_by_text("front.jpg")).to_be_visible()
        identity.get_by_role("button", name="Send").click()
        expect(identity.get_by_text("File 2: This PDF contains a program.")).to_be_visible()

        identity.get_by_label("Files").set_input_files(
            [file("front.jpg", image(exif=exif())), file("back.pdf", pdf(), "application/pdf")]
        )
        expect(identity.get_by_text("front.jpg")).to_be_visible()
        identity.get_by_role("button", name="Send").click()
        expect(page.get_by_text("We look at it and tell you")).to_be_visible()
        expect(identity.get_by_text("Identity card, sent")).to_be_visible()

        drop(page, "article:has-text('Selfie') [data-drop-zone]", "selfie.jpg", image(size=(600, 800)))
        selfie = page.get_by_role("article", name="Selfie")
        expect(selfie.get_by_text("selfie.jpg")).to_be_visible()
        selfie.get_by_role("button", name="Send").click()
        expect(selfie.get_by_text("Selfie, sent")).to_be_visible()
        found += violations(page)

    reviewer, password = platform.sign_ins["Compliance"]
    with watched_page(chromium, platform.url) as open_page, watched_page(chromium, platform.url) as page:
        sign_in(open_page, trader, platform.sign_ins["Trader"][1])
        open_page.goto("/verification")
        address = open_page.get_by_role("article", name="Proof of address")
        address.get_by_label("Files").set_input_files([file("bill.pdf", pdf(), "application/pdf")])
        sign_in(page, reviewer, password)
        page.goto("/admin/kyc/verificationcase/?q=Demo+Trader")
        page.locator("#result_list tbody a").first.click()
        expect(page.get_by_role("heading", name="Demo Trader")).to_be_visible()
        page.get_by_role("link", name=re.compile("Identity card")).click()
        picture = page.locator(".desk-viewer img").first
        expect(picture).to_be_visible()
        assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 240
        found += violations(page)
        approve_document(page, "Identity card", valid_until=LATER)

        page.get_by_label("Reason").select_option("Face and document do not match")
        page.get_by_label("In your words").fill("The document is upside down.")
        page.get_by_role("button", name="Reject: Selfie").click()
        expect(page.get_by_text("Rejected; the client is told why.")).to_be_visible()
        expect(page.get_by_role("heading", name="Chloé Laurent")).to_be_visible()  # who has waited longest

        # The client's page, which is open all the while, shows both and keeps what was about to be sent.
        told = open_page.get_by_role("article", name="Selfie").get_by_text("The document is upside down.")
        expect(told).to_be_visible(timeout=ASKED_AGAIN)
        expect(open_page.get_by_role("article", name="Proof of identity").get_by_text("valid until")).to_be_visible()
        expect(address.get_by_text("bill.pdf")).to_be_visible()
        found += violations(open_page)

    with watched_page(chromium, platform.url) as page:
        sign_in(page, trader, platform.sign_ins["Trader"][1])
        page.goto("/verification")
        expect(page.get_by_text("The document is upside down.")).to_be_visible()
        expect(page.get_by_role("article", name="Proof of identity").get_by_text("valid until")).to_be_visible()
        found += violations(page)
        page.goto("/notices")
        expect(page.get_by_text("We need another document from you: selfie").first).to_be_visible()
    assert found == []


def test_the_page_is_whole_on_a_telephone_and_without_scripts(chromium, platform):
    trader, password = platform.sign_ins["Support"]
    with watched_page(
        chromium, platform.url, viewport={"width": 360, "height": 800}, java_script_enabled=False
    ) as page:
        sign_in(page, trader, password)
        page.goto("/verification")
        expect(page.get_by_role("article", name="Selfie")).to_be_visible()
        assert page.locator("html").bounding_box()["width"] <= 360
        address = page.get_by_role("article", name="Proof of address")
        address.get_by_label("Files").set_input_files([file("bill.pdf", pdf(), "application/pdf")])
        address.get_by_role("button", name="Send").click()
        expect(address.get_by_text("Proof of address, sent")).to_be_visible()
