import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from forexpro.core.environment import Environment

REPOSITORY = Path(__file__).resolve().parents[2]
READ_BY_SETTINGS = re.compile(r"""env(?:\.\w+)?\(\s*"(\w+)\"""")


def explained() -> set[str]:
    return set(re.findall(r"^# (\w+)=", (REPOSITORY / ".env.example").read_text(), re.M))


def read() -> set[str]:
    sources = [path.read_text() for path in (REPOSITORY / "forexpro").glob("*.py")]
    names = set(READ_BY_SETTINGS.findall("\n".join(sources)))
    assert len(names) > 20
    return names


def test_every_variable_that_is_read_is_explained_and_no_other() -> None:
    assert explained() == read()


def test_every_variable_has_a_sentence_before_it() -> None:
    lines = (REPOSITORY / ".env.example").read_text().splitlines()
    variables = [index for index, line in enumerate(lines) if re.match(r"# \w+=", line)]
    preceded = [index for index in variables if lines[index - 1].startswith("# ")]
    assert preceded == variables


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("PORT=http", "PORT='http' is not a whole number. Set PORT to a whole number."),
        ("PORT=70000", "PORT=70000 is out of range. Set PORT to 1 up to 65535."),
        ("DEBUG=perhaps", "DEBUG='perhaps' is neither true nor false. Set DEBUG to true or false."),
        ("SITE_URL=trade.example.com", "SITE_URL is not a URL that fits. It starts with http or https, then ://."),
        ("DATABASE_URL=mysql://a:hunter2@b/c", "DATABASE_URL is not a URL that fits."),
        ("REDIS_URL=localhost:6379", "REDIS_URL is not a URL that fits."),
        ("EMAIL_URL=mail.example.com", "EMAIL_URL is not a mail URL. Set EMAIL_URL to something like smtp+tls://"),
        ("FEED=oracle", "FEED='oracle' is not a feed. Set FEED to simulator, replay:<file> or twelvedata."),
        ("FEED=replay", "FEED=replay:<file> names the file of ticks to replay."),
        ("FEED=twelvedata", "FEED=twelvedata needs TWELVEDATA_API_KEY, the key of your Twelve Data account."),
        ("SIMULATOR_MARKET_HOURS=weekends", "SIMULATOR_MARKET_HOURS='weekends': set it to always or real."),
        ("SIMULATOR_TICKS_PER_SECOND=0", "SIMULATOR_TICKS_PER_SECOND is above 0 and at most 1000"),
        ("REPLAY_SPEED=-1", "REPLAY_SPEED is how many times real speed a replay runs, 0 for as fast as it goes."),
        (
            "RATE_LIMIT_USER=often",
            "RATE_LIMIT_USER='often' is not a rate. Set RATE_LIMIT_USER to one like 600/15m, or to none.",
        ),
        ("LOG_LEVEL=loud", "LOG_LEVEL='loud' is unknown. Set LOG_LEVEL to DEBUG or INFO or WARNING or ERROR."),
    ],
)
def test_a_bad_value_stops_the_start_with_one_sentence(setting: str, message: str) -> None:
    name, value = setting.split("=")
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=REPOSITORY,
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
    )

    assert result.returncode == 1
    assert result.stderr.startswith(message)
    assert "Traceback" not in result.stderr
    assert "hunter2" not in result.stderr


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert Environment().number("PORT", 8000) == 8000


def test_a_missing_value_without_default_is_an_error() -> None:
    with pytest.raises(ImproperlyConfigured):
        Environment().str("NO_SUCH_VARIABLE")
