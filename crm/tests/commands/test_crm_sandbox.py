"""The sandbox starts with what the demo gives it or the environment names, and refuses where it could do harm."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from standardwebhooks import Webhook

from crm.credentials import service_caller
from crm.management.commands import crm_sandbox
from crm.sandbox.server import INBOX, PORT
from crm.services.keys import service_key_revoke
from crm.tests.conftest import the_key
from forexpro.core.models import WebhookEndpoint
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.endpoints import endpoint_disable
from forexpro.management.commands.demo import programs
from trading.tests.factories import ORIGIN

SECRET = "whsec_" + "YQ" * 16


@pytest.fixture
def started(monkeypatch):
    """The sandboxes that were started, without a web server."""
    apps = []
    monkeypatch.setattr(crm_sandbox, "serve", apps.append)
    return apps


@pytest.fixture
def named(monkeypatch):
    monkeypatch.setenv("CRM_SANDBOX_KEY", "fps_1")
    monkeypatch.setenv("CRM_SANDBOX_WEBHOOK_SECRET", SECRET)


@pytest.fixture
def demo(settings, house):
    settings.DEMO = True
    settings.EMBEDDED_SERVICES = []
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]


def run(*arguments):
    output = StringIO()
    call_command("crm_sandbox", *arguments, stdout=output)
    return output.getvalue()


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.2:9000", "http://[::1]:8000"])
def test_starts_for_a_platform_on_this_machine(started, named, url):
    assert "http://127.0.0.1:8911" in run("--port", "8911", "--url", url)
    assert [app[PORT] for app in started] == [8911]


@pytest.mark.parametrize(
    "url",
    ["https://trade.example.com", "http://192.0.2.1", "http://localhost.example.com", "http://127.0.0.1@a.example"],
)
def test_refuses_a_platform_elsewhere_until_told_otherwise(started, named, url):
    with pytest.raises(CommandError, match="--anywhere"):
        run("--url", url)
    assert started == []
    run("--url", url, "--anywhere")
    assert len(started) == 1


def test_says_what_the_environment_lacks(started, monkeypatch):
    monkeypatch.setenv("CRM_SANDBOX_KEY", "fps_1")
    monkeypatch.delenv("CRM_SANDBOX_WEBHOOK_SECRET", raising=False)
    with pytest.raises(CommandError, match="Set CRM_SANDBOX_WEBHOOK_SECRET: "):
        run()


@pytest.mark.django_db(transaction=True)
def test_a_demo_gives_each_start_a_key_and_a_secret_and_ends_the_earlier_ones(started, demo, monkeypatch):
    given = []
    set_up = crm_sandbox.sandbox_set_up
    monkeypatch.setattr(crm_sandbox, "sandbox_set_up", lambda **options: given.append(set_up(**options)) or given[-1])
    run("--set-up", "--port", "8911")
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.url == "http://127.0.0.1:8911/hooks"
    endpoint_disable(endpoint_id=endpoint.pk, origin=ORIGIN)
    run("--set-up", "--port", "8912")

    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.url, endpoint.enabled) == ("http://127.0.0.1:8912/hooks", True)
    first, second = given
    with pytest.raises(Refused):
        service_caller(first.key, "127.0.0.1")
    assert service_caller(second.key, "127.0.0.1").actor == "crm:sandbox"
    assert first.secret != second.secret
    assert len(started) == 2
    assert started[1][INBOX]._webhook._whsecret == Webhook(second.secret)._whsecret
    assert second.key not in repr(second)

    service_key_revoke(service_key_id=the_key().pk, origin=ORIGIN)
    with pytest.raises(CommandError, match="revoked"):
        run("--set-up")


@pytest.mark.django_db(transaction=True)
def test_only_a_demo_gives_anything(started, demo, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="Only a demo"):
        run("--set-up")
    assert WebhookEndpoint.objects.count() == 0


def test_the_demo_plays_the_crm_where_it_is_asked_to(settings):
    settings.CRM, settings.HOST, settings.PORT = False, "0.0.0.0", 8123  # compared, not bound to
    assert "crm" not in [program.name for program in programs()]
    settings.CRM = True
    program = programs()[-1]
    assert program.purpose == "plays the CRM: http://127.0.0.1:8900"
    assert program.command[1:] == (
        "manage.py", "crm_sandbox", "--set-up", "--url", "http://127.0.0.1:8123",
    )  # fmt: skip
