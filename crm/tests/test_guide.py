"""What docs/crm.md has people copy works as it stands there, and it names every call, error, scope and event."""

import json
import re
import shlex
import threading
from functools import partial
from http import server
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands, load_command_class
from rest_framework.test import APIClient

from crm.api.urls import urlpatterns
from crm.models import Scope
from crm.tests.conftest import make_key
from crm.tests.sandbox.test_server import SECRET, signed
from crm.webhook_events import NAMED_EVENTS
from trading.tests.services.funding.asking import ask_deposit

GUIDE = (settings.BASE_DIR / "docs" / "crm.md").read_text()
README = (settings.BASE_DIR / "README.md").read_text()
PLATFORM = "http://testserver"


def blocks(language, text=GUIDE):
    """Return the blocks of a language, each without the indent of the list in which it stands."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def commands(start, text=GUIDE):
    """Return the commands that start so, in words as the shell has them."""
    lines = "\n".join(blocks("sh", text)).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith(start)]


def sent(method, url, headers, body):
    """Send what a program sends to the platform, and return its answer."""
    parts = urlsplit(url)
    return APIClient().generic(
        method, f"{parts.path}?{parts.query}", body, headers.pop("content-type", "application/json"), headers=headers
    )


def curl(line, **variables):
    """Carry out a curl of the guide; return the answer."""
    for name, value in variables.items():
        line = line.replace(f"${name}", str(value))
    words = iter(shlex.split(line, comments=True)[1:])
    method, url, headers, body = "GET", "", {}, ""
    for word in words:
        match word:
            case "-s":
                pass
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name.lower()] = value
            case "-d":
                body = next(words)
            case _:
                url = word
    return sent(method, url, headers, body)


@pytest.mark.django_db
def test_every_call_that_is_to_be_copied_is_answered(house, ada, live, bank, settings):
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]  # as in a demo
    key, deposit = make_key()[1], ask_deposit(live, bank, "500")
    answered = [
        curl(
            line.replace('"client_id": "10"', f'"client_id": "{ada.pk}"'),
            FOREXPRO=PLATFORM,
            KEY=key,
            DEPOSIT=deposit.pk,
        )
        for line in commands("curl")
    ]
    assert [answer.status_code for answer in answered] == [200, 200, 200, 200, 201, 201]
    assert answered[1].json()["result"] == "updated"  # whom the address names already
    assert answered[4].json()["secret"].startswith("whsec_")
    deposit.refresh_from_db()
    assert deposit.status == "approved"


@pytest.mark.parametrize("line", commands("python manage.py") + commands("python manage.py create_api_key", README))
def test_every_command_takes_what_is_written(line):
    name, *words = shlex.split(line, comments=True)[2:]
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(words)


@pytest.mark.django_db(transaction=True)  # the cursor waits for whoever is still writing
def test_the_program_follows_and_changes_clients(house, ada, monkeypatch):
    key = make_key()[1]

    def platform(request):
        answer = sent(request.method, str(request.url), dict(request.headers), request.content)
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)

    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=httpx.MockTransport(platform)))
    monkeypatch.setenv("FOREXPRO", PLATFORM)
    monkeypatch.setenv("KEY", key)
    (program,) = (block for block in blocks("python") if "changed_clients" in block)
    names = {}
    exec(compile(program.replace("users/17", f"users/{ada.pk}"), "docs/crm.md", "exec"), names)
    assert names["answer"].json()["flags"] == ["vip"]
    ((page, cursor),) = names["changed_clients"]()
    assert [client["email"] for client in page] == ["ada@example.com"]
    assert list(names["changed_clients"](cursor)) == [([], cursor)]


@pytest.fixture
def receiver(monkeypatch):
    """The receiver of the guide, at a port of its own."""
    started = []

    class Kept(server.ThreadingHTTPServer):
        def __init__(self, _address, handler):
            super().__init__(("127.0.0.1", 0), handler)
            started.append(self)

        def serve_forever(self):
            threading.Thread(target=super().serve_forever).start()

    monkeypatch.setattr(server, "ThreadingHTTPServer", Kept)
    monkeypatch.setenv("SECRET", SECRET)
    (program,) = (block for block in blocks("python") if "class Hooks" in block)
    exec(compile(program, "docs/crm.md", "exec"), {})
    yield f"http://127.0.0.1:{started[0].server_port}/hooks"
    started[0].shutdown()
    started[0].server_close()


def test_the_receiver_takes_each_signed_webhook_once(receiver, capsys):
    body = json.dumps({"type": "email.verified", "timestamp": "2026-03-02T09:30:00Z", "data": {"user_id": "5"}})
    headers = signed("msg_1", body)
    assert [httpx.post(receiver, content=body, headers=headers).status_code for _ in range(2)] == [204, 204]
    assert httpx.post(receiver, content=body.replace("5", "6"), headers=headers).status_code == 401
    assert capsys.readouterr().out == "email.verified {'user_id': '5'}\n"


def test_every_call_is_in_the_guide():
    calls = GUIDE.partition("### Calls")[2].partition("What access means")[0]
    for pattern in urlpatterns:
        for part in str(pattern.pattern).split("/"):
            assert part.startswith("<") or re.search(rf"\b{part}\b", calls), pattern


def test_every_refusal_is_in_the_guide():
    document = yaml.load((settings.BASE_DIR / "docs" / "openapi.yaml").read_text(), yaml.CSafeLoader)
    operations = [
        operation
        for path, methods in document["paths"].items()
        if path.startswith(("/crm/", "/sso/"))
        for operation in methods.values()
    ]
    codes = {
        example["value"]["error"]["code"]
        for operation in operations
        for status, answer in operation["responses"].items()
        if int(status) >= 400
        for example in answer["content"]["application/json"]["examples"].values()
    }
    assert len(codes) > 40
    assert {code for code in codes if f"`{code}`" not in GUIDE} == set()


def test_every_scope_and_every_event_is_in_the_guide():
    names = [*Scope.values, *(event.name for event in NAMED_EVENTS)]
    assert [name for name in names if f"`{name}`" not in GUIDE] == []
