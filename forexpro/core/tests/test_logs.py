import json
import logging
from base64 import b32encode, b64encode, urlsafe_b64encode

import pytest

from forexpro.core.http.middleware import current_request_id
from forexpro.core.logs import RequestIdFilter, json_formatter, logging_settings, text_formatter, without_secrets


def record(message: str) -> logging.LogRecord:
    made = logging.LogRecord("trading.services", logging.WARNING, __file__, 1, message, (), None)
    RequestIdFilter().filter(made)
    return made


def base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


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
        "X-API-Key: hunter2",
        "Authorization: Token hunter2",
        "authorization: ApiKey hunter2",
        "[(b'host', b'example.com'), (b'authorization', b'Bearer hunter2 hunter2')]",
        "{'Authorization': 'Digest user, response=hunter2'}",
        'body {"password": "correct horse hunter2", "email": "a@example.com"}',
        r'{"password": "with a \" quote hunter2"}',
        r'{"message": "body {\"password\": \"hunter2\"}"}',
        r'{"message": "body {\"password\": \"a \\\" hunter2\"}"}',
        '{"investor_pass": "hunter2", "login": "1001"}',
        "investor_pass=hunter2&login=1001",
        "ENCRYPTION_KEYS=1:hunter2",
        "otp_code=hunter2",
        '{"backup_codes": "hunter2"}',
        "connecting with Basic YWRhOmh1bnRlcjI=",
    ],
)
def test_secrets_are_blotted_out(text: str) -> None:
    assert "hunter2" not in without_secrets(text)
    assert "YWRhOmh1bnRlcjI" not in without_secrets(text)
    assert "[secret]" in without_secrets(text)


# Put together here, so that nothing in this file looks like somebody's.
RANDOM = bytes(range(200, 232))
CLAIMS = base64url(b'{"user":5}')
BASE32 = b32encode(RANDOM[:20]).decode()
SECRETS = {
    "JSON web token": ".".join([base64url(b'{"alg":"HS256"}'), CLAIMS, base64url(RANDOM)]),
    "secret of a webhook": f"whsec_{b64encode(RANDOM[:24]).decode()}",
    "API key": f"fpk_{RANDOM[:4].hex()}_{base64url(RANDOM)}",
    "key of an authenticator": BASE32,
    "QR code": f"otpauth://totp/ForexPro:ada@example.com?secret={BASE32[:16]}&issuer=ForexPro",
    "signature of a webhook": f"v1,{b64encode(RANDOM).decode()}",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("sentence", ["refused {}", "GET /hook/{} 404", "('{}',)", '{{"value": "{}"}}', "a={} b=2"])
def test_secrets_without_a_name_are_known_by_their_looks(secret: str, sentence: str) -> None:
    for text in (sentence.format(secret), json.dumps({"message": sentence.format(secret)})):
        blotted = without_secrets(text)
        assert not any(part in blotted for part in (secret, secret[-16:], BASE32[:8], CLAIMS[:8]))
        assert "[secret]" in blotted


def test_a_json_line_stays_json_whatever_is_blotted_out_of_it() -> None:
    body = json.dumps({"password": 'p"q\\ hunter2', "token": "hunter2", "note": "kept"})
    line = json.loads(json_formatter().format(record(f"body {body} Authorization: Bearer hunter2")))
    assert "hunter2" not in line["message"]
    assert "kept" in line["message"]


@pytest.mark.parametrize("name", ["httpx", "httpcore", "botocore"])
def test_libraries_that_print_addresses_are_silent(name: str) -> None:
    chosen = logging_settings("json", "DEBUG")["loggers"]
    assert chosen[name]["level"] == "WARNING"
    logger = logging.getLogger(f"{name}.something")
    assert not logger.isEnabledFor(logging.INFO)


@pytest.mark.parametrize(
    "text",
    [
        "order 17 filled at 1.08012",
        "GET https://example.com:443/path?symbol=EURUSD",
        "3 tests passed: 2 skipped",
        "bypass: none",
        "event 5 hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        '{"symbol": "EURUSD", "key": "account:17"}',
    ],
)
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
