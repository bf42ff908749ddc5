"""A client of the running platform, who does in a session what a person does on pages, or a program by the API."""

import io
import re
import time
import uuid
from typing import Any

import httpx
from PIL import Image

WAIT_SECONDS = 30
PASSWORD = "plum-Tree-93-lane"


def photograph(shade: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (640, 480), (shade, 90, 90)).save(content, "JPEG")
    return content.getvalue()


class Person:
    def __init__(self, url: str, email: str):
        self.email = email
        self._http = httpx.Client(base_url=url, timeout=20)

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._http.close()

    def choose_password(self) -> None:
        """Follow the link of the invitation as it was mailed."""
        self.submit(self._mailed_link(), new_password=PASSWORD)

    def sign_in(self) -> None:
        self.submit("/sign-in", email=self.email, password=PASSWORD)

    def submit(self, page: str, **fields: str) -> None:
        """Fill in the form of a page and send it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self._http.get(page).text)
        assert token, page
        form = {"csrfmiddlewaretoken": token[1], **fields}
        answer = self._http.post(page, data=form, headers={"Referer": str(self._http.base_url)})
        assert answer.status_code == 302, answer.text

    def get(self, path: str) -> Any:
        answer = self._http.get(f"/api/v1/{path}")
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None, **request: Any) -> Any:
        headers = {"Idempotency-Key": str(uuid.uuid4()), "X-CSRFToken": self._http.cookies["csrftoken"]}
        if body is not None:
            request["json"] = body
        answer = self._http.post(f"/api/v1/{path}", headers=headers, **request)
        assert answer.is_success, answer.text
        return answer.json()

    def send_document(self, kind: str, shade: int) -> Any:
        files = {"pages": (f"{kind}.jpg", photograph(shade), "image/jpeg")}
        return self.post("kyc/documents", data={"kind": kind}, files=files)

    def _mailed_link(self) -> str:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            for mail in re.findall(r"<article.*?</article>", self._http.get("/mail").text, re.DOTALL):
                if self.email in mail and (link := re.search(r'href="[^"]*(/password/reset/[^"]+)"', mail)):
                    return link[1]
            time.sleep(0.2)
        raise AssertionError(f"no invitation for {self.email}")
