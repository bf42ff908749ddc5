import json
import logging

import pytest

from forexpro.core.http.middleware import current_request_id
from forexpro.core.logs import RequestIdFilter, json_formatter, text_formatter, without_secrets


def record(message: str) -> logging.LogRecord:
    made = logging.LogRecord("trading.services", logging.WARNING, __file__, 1, message, (), None)
    RequestIdFilter().filter(made)
    return made


@pytest.mark.parametrize(
    "text",
    [
        "cannot reach postgresql://forexpro:hunter2@db/forexpro",
        "wss://ws.example.com/v1/quotes/price?apikey=hunter2&symbol=EURUSD",
        'body {"password": "hunter2", "email": "a@example.com"}',
        "{'investor_password': 'hunter2'}",
        "Authorization: Bearer hunter2",
        "Cookie: sessionid=hunter2; theme=dark",
        "api_key=hunter2",
        "TWELVEDATA_API_KEY=hunter2",
    ],
)
def test_secrets_are_blotted_out(text: str) -> None:
    assert "hunter2" not in without_secrets(text)
    assert "[secret]" in without_secrets(text)


@pytest.mark.parametrize("text", ["order 17 filled at 1.08012", "GET https://example.com:443/path?symbol=EURUSD"])
def test_the_rest_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text


def test_a_json_line_says_when_who_how_bad_and_for_which_request() -> None:
    token = current_request_id.set("request-1")
    try:
        line = json.loads(json_formatter().format(record("token=hunter2 refused")))
    finally:
        current_request_id.reset(token)

    assert line.pop("time")
    assert line == {
        "level": "WARNING",
        "logger": "trading.services",
        "message": "token=[secret] refused",
        "request_id": "request-1",
    }


def test_a_traceback_carries_no_secret_either() -> None:
    try:
        raise ValueError("redis://:hunter2@localhost refused")
    except ValueError as error:
        made = record("failed")
        made.exc_info = (ValueError, error, error.__traceback__)

    text = text_formatter().format(made)

    assert "ValueError" in text
    assert "hunter2" not in text
