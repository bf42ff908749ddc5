import asyncio
import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from forexpro.core.http.middleware import RequestIdMiddleware, current_request_id


def answer(request):
    return HttpResponse(current_request_id.get())


def respond(offered=None):
    headers = {} if offered is None else {"X-Request-ID": offered}
    return RequestIdMiddleware(answer)(RequestFactory().get("/", headers=headers))


def test_makes_an_id_that_view_and_response_share():
    first, second = respond(), respond()
    assert re.fullmatch(r"[0-9a-f]{32}", first["X-Request-ID"])
    assert first.content.decode() == first["X-Request-ID"]
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_keeps_a_well_formed_id_of_the_caller():
    assert respond("trace-0123.ABC_9")["X-Request-ID"] == "trace-0123.ABC_9"


@pytest.mark.parametrize("offered", ["short", "x" * 65, "forged id\twith space", "érable-érable", "a;b,c'\"<>--", ""])
def test_replaces_what_could_forge_a_line(offered):
    assert re.fullmatch(r"[0-9a-f]{32}", respond(offered)["X-Request-ID"])


async def test_concurrent_requests_keep_their_own_ids():
    async def slow_answer(request):
        before = current_request_id.get()
        await asyncio.sleep(0)
        return HttpResponse(f"{before} {current_request_id.get()}")

    middleware = RequestIdMiddleware(slow_answer)
    requests = [RequestFactory().get("/", headers={"X-Request-ID": f"request-{n:04}"}) for n in range(20)]
    responses = await asyncio.gather(*(asyncio.create_task(middleware(request)) for request in requests))
    for number, response in enumerate(responses):
        name = f"request-{number:04}"
        assert response.content.decode() == f"{name} {name}"
        assert response["X-Request-ID"] == name
