"""A visit in the browser: how it begins and ends, what it shows, what it may not do, and what stays as it was."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import Notice, SignedInSession, Visit
from accounts.roles import Role
from accounts.services.notices import notify
from accounts.services.staff import user_set_role
from accounts.services.visits import visit_grant
from accounts.tests.conftest import ORIGIN, PASSWORD
from accounts.visits import _issuers
from forexpro.core.logs import json_formatter, text_formatter, without_secrets
from forexpro.core.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def allow(cast, monkeypatch):
    """Return what lets a program's person visit the owner, and answers the text of the token."""
    monkeypatch.setitem(_issuers, "program", {"5"}.__contains__)

    def grant(scopes=(), client="owner"):
        _visit, token = visit_grant(
            issuer="program:5",
            admin_id="17",
            admin_name="Maria Keller",
            client_id=cast[client].pk,
            reason="Ticket 8841",
            scopes=list(scopes),
            origin=ORIGIN,
        )
        return token.text

    return grant


@pytest.fixture
def visitor(allow):
    """Return what opens a browser that is on a visit at the owner."""

    def open_browser(*scopes, client=None):
        client = client or Client(REMOTE_ADDR="198.51.100.7")
        response = client.get("/sso/consume", {"token": allow(scopes)})
        assert response.status_code == 302
        return client

    return open_browser


def code_in(response):
    assert response["Content-Type"] == "application/json"
    return response.status_code, response.json()["error"]["code"]


# --- Beginning -----------------------------------------------------------------------------------
def test_the_token_leaves_the_address_at_once(allow):
    client = Client()
    response = client.get("/sso/consume", {"token": allow()})
    assert (response.status_code, response.url) == (302, "/")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert client.get("/").context["user"].email == "owner@example.org"


def test_no_log_line_holds_the_token(allow, caplog):
    token = allow()
    with caplog.at_level("DEBUG"):
        Client().get("/sso/consume", {"token": token})
        Client().get("/sso/consume", {"token": token})
    written = [form.format(record) for record in caplog.records for form in (json_formatter(), text_formatter())]
    assert any("/sso/consume" in line for line in written)
    assert not [line for line in written if token in line or token.rpartition(".")[2] in line]
    line = f'"GET /sso/consume?token={token} HTTP/1.1" 302 0'
    assert without_secrets(line) == '"GET /sso/consume?token=[secret] HTTP/1.1" 302 0'


@pytest.mark.parametrize("method", ["head", "post", "put"])
def test_only_a_get_uses_the_token(allow, method):
    token = allow()
    assert getattr(Client(), method)(f"/sso/consume?token={token}").status_code == 405
    assert Client().get("/sso/consume", {"token": token}).status_code == 302


def test_a_token_used_again_is_refused_with_its_code(allow):
    token = allow()
    Client().get("/sso/consume", {"token": token})
    again = Client()
    assert code_in(again.get("/sso/consume", {"token": token}, headers={"Accept": "application/json"})) == (
        410,
        "visit_token_used",
    )
    page = again.get("/sso/consume", {"token": token})
    assert page.status_code == 410
    assert page["Referrer-Policy"] == "no-referrer"
    assert "visit_token_used" in page.content.decode()
    assert again.get("/").status_code == 302  # to sign in


def test_who_goes_on_showing_what_is_no_token_is_slowed_down(allow, settings, redis):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "credentials": "2/15m"}
    client = Client(REMOTE_ADDR="198.51.100.9", headers={"Accept": "application/json"})
    answers = [client.get("/sso/consume", {"token": "nonsense"}) for _ in range(3)]
    assert [code_in(answer) for answer in answers] == [
        (400, "visit_token_invalid"),
        (400, "visit_token_invalid"),
        (429, "too_many_requests"),
    ]
    assert 0 < int(answers[-1]["Retry-After"]) <= 900
    page = client.get("/sso/consume", {"token": "nonsense"}, headers={"Accept": "text/html"})
    assert (page.status_code, page["Retry-After"] != "") == (429, True)
    # Elsewhere nobody has done anything, and what is good is good here, too.
    elsewhere = Client(REMOTE_ADDR="198.51.100.10", headers={"Accept": "application/json"})
    assert code_in(elsewhere.get("/sso/consume", {"token": "nonsense"})) == (400, "visit_token_invalid")
    assert client.get("/sso/consume", {"token": allow()}).status_code == 302


def test_what_is_no_token_is_refused_with_its_code():
    for query in ({}, {"token": "nonsense"}):
        response = Client().get("/sso/consume", query, headers={"Accept": "application/json"})
        assert code_in(response) == (400, "visit_token_invalid")


# --- The banner ----------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/", "/trade/demo", "/funding", "/verification", "/profile", "/notices", "/nowhere"])
def test_every_page_says_who_visits_why_and_until_when(visitor, path):
    page = visitor().get(path).content.decode()
    for said in ("Maria Keller is visiting The Owner", "Ticket 8841", "30 min left", "Look only", "End visit"):
        assert said in page, said
    assert 'action="/sso/end"' in page


def test_no_page_of_the_clients_own_has_a_banner(as_):
    assert "visit-banner" not in as_("owner").get("/").content.decode()


# --- What may not be done ------------------------------------------------------------------------
SECURITY = [
    "/security",
    "/security/two-step",
    "/security/two-step/off",
    "/security/backup-codes",
    "/security/email",
    "/security/api-keys",
    "/security/api-keys/new",
    "/password/change",
    "/password/reset",
    "/confirm",
]


@pytest.mark.parametrize("path", SECURITY)
@pytest.mark.parametrize("scopes", [(), ("trade", "funding")])
def test_pages_of_security_are_the_clients_alone(visitor, path, scopes):
    client = visitor(*scopes)
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 403
        assert "it is the client&#x27;s alone" in response.content.decode()
    assert code_in(client.get(path, headers={"Accept": "application/json"})) == (403, "visit_hidden")


def test_a_refusal_reaches_scripts_as_a_toast_and_programs_as_an_error(visitor):
    client = visitor()
    fragment = client.post("/trade/demo", headers={"HX-Request": "true"})
    assert fragment.status_code == 403
    assert "this visit may only look" in fragment["HX-Trigger"]
    answer = client.post("/api/v1/withdrawals", {}, content_type="application/json")
    assert code_in(answer) == (403, "visit_read_only")
    assert answer.json()["error"]["request_id"] == answer["X-Request-ID"]


def test_no_scope_opens_what_is_the_clients_alone(visitor, cast):
    client = visitor("trade", "funding")
    for path in ("/profile", "/notices/read", "/trade/demo", "/security/sessions/end", "/verification/address"):
        assert client.post(path).status_code == 403, path
    for path in ("/api/v1/auth/token", "/api/v1/kyc/documents", "/sso/impersonate"):
        assert client.post(path, {}, content_type="application/json").status_code == 403, path


def test_the_theme_may_be_changed(visitor):
    assert visitor().post("/appearance", {"theme": "light"}).status_code == 302


# --- What stays as it was ------------------------------------------------------------------------
def test_the_clients_own_sign_in_is_left_alone(cast, visitor):
    own = Client(REMOTE_ADDR="203.0.113.9")
    own.post("/sign-in", {"email": cast["owner"].email, "password": PASSWORD})
    notify(user=cast["owner"], kind=Notice.Kind.SECURITY, text="Look")
    before = list(SignedInSession.objects.values()), cast["owner"].known_devices.count()
    cast["owner"].refresh_from_db()
    last_login = cast["owner"].last_login
    client = visitor()
    client.get("/")
    Session.objects.filter(pk=client.session.session_key).update(expire_date=timezone.now() + timedelta(hours=1))
    client.get("/notices")  # long after it was written down last
    cast["owner"].refresh_from_db()
    assert (list(SignedInSession.objects.values()), cast["owner"].known_devices.count()) == before
    assert cast["owner"].last_login == last_login
    assert Notice.objects.get().read_at is None
    assert "198.51.100.7" not in "".join(str(row) for row in own.get("/security").context["sessions"])
    client.post("/sso/end")
    assert own.get("/security").status_code == 200


# --- The end -------------------------------------------------------------------------------------
def test_the_button_ends_it_and_the_browser_is_nobodys(visitor):
    client = visitor()
    key = client.session.session_key
    response = client.post("/sso/end", follow=True)
    assert "The visit is over" in response.content.decode()
    assert not Session.objects.filter(pk=key).exists()
    assert client.get("/").status_code == 302
    assert Visit.objects.get().end_reason == "left"


def test_signing_out_ends_the_visit_and_says_nothing_of_the_client(visitor, events, cast):
    client = visitor()
    assert client.post("/sign-out").url == "/sso/over"
    happened = [type for type, _payload in events(cast["owner"].stream)]
    assert happened[-1] == "user.visit_ended"
    assert "user.signed_out" not in happened


def test_half_an_hour_is_the_servers_matter(visitor, cast):
    client = visitor("trade")
    session = client.session
    session["ends_at"] = timezone.now().timestamp() - 1
    session.save()
    assert client.get("/").url == "/sign-in?next=/"
    assert client.get("/api/v1/accounts").status_code == 401


def test_a_visit_that_nobody_uses_ends_sooner(visitor, settings):
    settings.SESSION_IDLE_MINUTES = 5
    client = visitor()
    session = Session.objects.get(pk=client.session.session_key)
    assert session.expire_date - timezone.now() <= timedelta(minutes=5)
    Session.objects.update(expire_date=timezone.now())
    assert client.get("/").url == "/sign-in?next=/"


def test_use_does_not_make_it_longer(visitor):
    client = visitor()
    ends_at = client.session["ends_at"]
    client.get("/")
    assert client.session["ends_at"] == ends_at
    assert ends_at - timezone.now().timestamp() <= 1800


def test_the_row_alone_ends_it_too(visitor):
    client = visitor()
    Visit.objects.update(ends_at=timezone.now())
    assert client.get("/").url == "/sign-in?next=/"
    assert Visit.objects.get().end_reason == "time"
    assert SignedInSession.objects.count() == 0


def test_it_ends_when_its_issuer_may_no_longer(visitor, monkeypatch):
    client = visitor()
    monkeypatch.setitem(_issuers, "program", set().__contains__)
    assert client.get("/api/v1/accounts").status_code == 401
    assert Visit.objects.get().end_reason == "withdrawn"


def test_it_ends_when_the_client_joins_the_staff(visitor, cast):
    client = visitor()
    user_set_role(actor=cast["super_admin"], user_id=cast["owner"].pk, role=Role.SUPER_ADMIN, origin=ORIGIN)
    assert client.get("/admin/").status_code == 302
    assert client.get("/").status_code == 302


# --- What is told --------------------------------------------------------------------------------
def test_the_client_reads_who_when_why_and_what_was_looked_at(visitor, as_):
    client = visitor()
    for path in ("/funding", "/funding", "/profile", "/nowhere", "/texts.json"):
        client.get(path)
    client.post("/profile", {"full_name": "Another"})
    client.post("/sso/end")
    page = as_("owner").get("/security").content.decode()
    for said in ("Visits by our staff", "Maria Keller", "Ticket 8841", "198.51.100.7", "/funding", "POST /profile"):
        assert said in page, said
    steps = Visit.objects.get().steps.values_list("method", "path", "refused", "times")
    assert list(steps) == [
        ("GET", "/funding", False, 2),
        ("GET", "/profile", False, 1),
        ("POST", "/profile", True, 1),
    ]


def test_a_client_without_visits_reads_of_none(as_):
    assert "Visits by our staff" not in as_("owner").get("/security").content.decode()


def test_many_visits_cost_the_client_as_many_queries_as_one(visitor, as_, django_assert_num_queries):
    own = as_("owner")
    for _ in range(4):
        visitor().get("/funding")
        with django_assert_num_queries(10):
            own.get("/security")


def test_nobody_else_reads_of_them(visitor, as_):
    visitor()
    assert "Maria Keller" not in as_("stranger").get("/security").content.decode()


def test_the_audit_log_has_visitor_client_address_and_reason(visitor, cast):
    visitor().post("/sso/end")
    for event in Event.objects.filter(type__in=["user.visit_begun", "user.visit_ended"]):
        assert event.stream == cast["owner"].stream
        assert event.ip == "198.51.100.7"
        assert event.actor == f"visit:{Visit.objects.get().pk}"
        assert (event.payload["admin"], event.payload["reason"]) == ("Maria Keller", "Ticket 8841")


def test_looking_costs_a_request_of_a_client_nothing_more(as_, django_assert_num_queries):
    client = as_("owner")
    client.get("/profile")
    with django_assert_num_queries(2):
        client.get("/profile")


# --- From the back office ------------------------------------------------------------------------
def test_a_button_of_the_clients_page_begins_it_and_the_end_leads_back(as_, cast):
    client = as_("admin")
    page = f"/admin/accounts/user/{cast['owner'].pk}/"
    assert "View as client" in client.get(f"{page}change/").content.decode()
    own = client.session.session_key
    response = client.post(f"{page}view_as_client/", {"_form_submitted": "True", "reason": "Ticket 8841"})
    assert response["HX-Redirect"] == "/"
    assert client.get("/").context["user"] == cast["owner"]
    assert client.get("/admin/").status_code == 302
    assert client.post("/profile", {"full_name": "Another"}).status_code == 403
    assert client.post("/sso/end").url == f"{page}change/"
    assert client.session.session_key == own
    shown = client.get(f"{page}change/").content.decode()
    assert "Ticket 8841" in shown
    visit = Visit.objects.get()
    assert visit.issuer == f"staff:{cast['admin'].pk}"
    listed = client.get("/admin/accounts/visit/").content.decode()
    assert "Ticket 8841" in listed
    assert "/profile" in client.get(f"/admin/accounts/visit/{visit.pk}/change/").content.decode()


def test_no_reason_no_visit(as_, cast):
    client = as_("admin")
    for reason in ("", "   "):
        client.post(
            f"/admin/accounts/user/{cast['owner'].pk}/view_as_client/", {"_form_submitted": "True", "reason": reason}
        )
    assert not Visit.objects.exists()


def test_no_button_for_staff_and_for_the_suspended(as_, cast):
    page = as_("super_admin").get(f"/admin/accounts/user/{cast['admin'].pk}/change/").content.decode()
    assert "View as client" not in page
    cast["owner"].is_active = False
    cast["owner"].save()
    page = as_("admin").get(f"/admin/accounts/user/{cast['owner'].pk}/change/").content.decode()
    assert "View as client" not in page


def test_the_list_of_visits_costs_as_many_queries_as_it_did(as_, allow, django_assert_max_num_queries):
    client = as_("admin")
    for _ in range(3):
        allow()
    client.get("/admin/accounts/visit/")
    with django_assert_max_num_queries(12) as counted:
        client.get("/admin/accounts/visit/")
    queries = len(counted)
    for _ in range(5):
        allow()
    with django_assert_max_num_queries(queries):
        client.get("/admin/accounts/visit/")
