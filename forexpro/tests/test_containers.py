"""No container engine is needed to see whether the deployment files agree with the code."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from marketdata.bench.processes import COMMANDS

REPOSITORY = Path(__file__).resolve().parents[2]
NOT_OURS = {"POSTGRES_PASSWORD"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (REPOSITORY / "docker-compose.yml").read_text()
    loaded: dict[str, Any] = yaml.safe_load(text)["services"]
    return loaded


def settings_explained() -> set[str]:
    return set(re.findall(r"^# (\w+)=", (REPOSITORY / ".env.example").read_text(), re.M))


def test_every_process_has_its_container(compose: dict[str, Any]) -> None:
    assert set(compose) == {
        "postgres",
        "redis",
        "migrate",
        "web",
        "sockets",
        "feed",
        "engine",
        "worker",
        "webhooks",
        "beat",
        "nginx",
    }


def test_sockets_run_as_they_are_measured(compose: dict[str, Any]) -> None:
    def options(command: Sequence[str]) -> set[str]:
        return {part for part in command if part.startswith("--") and not part.startswith(("--host", "--port"))}

    assert options(compose["sockets"]["command"]) == options(COMMANDS["uvicorn"])


def test_containers_set_only_settings_that_exist(compose: dict[str, Any]) -> None:
    given = {
        name for service in compose.values() if service.get("image") == "forexpro" for name in service["environment"]
    }
    assert given
    assert given <= settings_explained()


def test_what_is_taken_from_the_environment_exists() -> None:
    text = (REPOSITORY / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w+)", text)) <= settings_explained() | NOT_OURS


def test_the_image_sets_only_settings_that_exist() -> None:
    text = (REPOSITORY / "Dockerfile").read_text()
    ours = {name for name in re.findall(r"\b([A-Z_]{5,})=", text) if not name.startswith("PYTHON")}
    secrets = {"SECRET_KEY", "DOCUMENT_SIGNING_KEY", "ENCRYPTION_KEYS"}
    assert ours == {"LOCAL_DIR", "STATIC_COLLECTED", "DATABASE_URL", "REDIS_URL"} | secrets
    assert ours <= settings_explained()


def test_containers_run_commands_that_exist(compose: dict[str, Any]) -> None:
    commands = [" ".join(service.get("command", [])) for service in compose.values()]
    named = {name for command in commands for name in re.findall(r"manage\.py (\w+)", command)}
    assert named == {"migrate", "load_catalogue", "run_feed", "run_engine"}
    assert named <= set(get_commands())


def test_the_image_does_not_run_as_root() -> None:
    text = (REPOSITORY / "Dockerfile").read_text()
    last_stage = text[text.rindex("FROM ") :]
    assert re.search(r"^USER (?!root|0)\w+", last_stage, re.M)


def test_nginx_passes_on_to_containers_and_paths_that_exist(compose: dict[str, Any]) -> None:
    text = (REPOSITORY / "deploy" / "nginx.conf").read_text()
    assert set(re.findall(r"server (\w+):8000;", text)) == {"web", "sockets"} <= set(compose)

    from forexpro.asgi import sockets

    pattern = re.search(r"location ~ (\S+) ", text)
    assert pattern
    routed = [str(route.pattern) for route in sockets.routes if str(route.pattern)]
    assert routed
    assert [path for path in routed if not re.match(pattern[1], f"/{path}")] == []
