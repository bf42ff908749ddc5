"""Pages of no app, and what every page relies on."""

import json
from http import HTTPStatus

import pytest
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from forexpro import pages
from forexpro.core.http.toasts import ToastMiddleware

HTMX = {"HX-Request": "true"}


@pytest.fixture
def staff(db):
    return User.objects.create_user("staff@example.com", "correct horse battery", full_name="Staff", is_staff=True)


@pytest.fixture
def trader(db):
    return User.objects.create_user("trader@example.com", "correct horse battery", full_name="Ada Lovelace")


class TestDesignPage:
    def test_staff_see_it(self, client, staff):
        client.force_login(staff)
        assert client.get(reverse("design")).status_code == HTTPStatus.OK

    @pytest.mark.django_db
    def test_in_a_demo_everybody_sees_it(self, client, settings):
        settings.DEMO = True
        assert client.get(reverse("design")).status_code == HTTPStatus.OK

    def test_elsewhere_it_does_not_exist_for_clients(self, client, trader):
        client.force_login(trader)
        assert client.get(reverse("design")).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.django_db
class TestAppearance:
    @pytest.fixture(autouse=True)
    def _demo(self, settings):
        settings.DEMO = True

    def page(self, client):
        return client.get(reverse("design")).content.decode()

    def test_dark_with_green_and_red_is_the_start(self, client):
        assert '<html lang="en" data-theme="dark" data-colours="green-red"' in self.page(client)

    def test_a_choice_lasts_and_leaves_the_other_alone(self, client):
        client.post(reverse("appearance"), {"colours": "blue-orange"})
        client.post(reverse("appearance"), {"theme": "light"})
        assert 'data-theme="light" data-colours="blue-orange"' in self.page(client)

    def test_an_unknown_choice_changes_to_the_first(self, client):
        client.post(reverse("appearance"), {"theme": '"><script>', "colours": "pink"})
        assert 'data-theme="dark" data-colours="green-red"' in self.page(client)

    def test_a_forged_cookie_does_not_reach_the_page(self, client):
        client.cookies["theme"] = '"><script>'
        assert 'data-theme="dark"' in self.page(client)

    def test_htmx_gets_an_event(self, client):
        response = client.post(reverse("appearance"), {"theme": "light"}, headers=HTMX)
        assert response.status_code == HTTPStatus.NO_CONTENT
        assert json.loads(response["HX-Trigger"]) == {"appearance": {"theme": "light", "colours": "green-red"}}

    @pytest.mark.parametrize(
        ("referer", "target"),
        [
            ("http://testserver/profile?tab=1", "http://testserver/profile?tab=1"),
            ("http://elsewhere.example/", "/"),
            ("", "/"),
        ],
    )
    def test_without_htmx_it_leads_back(self, client, referer, target):
        response = client.post(reverse("appearance"), {"theme": "light"}, headers={"Referer": referer})
        assert response.url == target

    def test_it_is_not_changed_by_a_link(self, client):
        assert client.get(reverse("appearance")).status_code == HTTPStatus.METHOD_NOT_ALLOWED


class TestErrors:
    @pytest.mark.django_db
    def test_a_missing_page_says_what_to_do_and_names_the_request(self, client):
        response = client.get("/nowhere")
        page = response.content.decode()
        assert response.status_code == HTTPStatus.NOT_FOUND
        assert "There is nothing at this address" in page
        assert response["X-Request-ID"] in page

    @pytest.mark.django_db
    @pytest.mark.parametrize("path", ["/api/v1/nowhere", "/crm/users/ada", "/market/nowhere"])
    @pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html"])
    def test_programs_get_the_error_shape(self, client, path, accept):
        response = client.get(path, headers={"Accept": accept})
        assert response.status_code == HTTPStatus.NOT_FOUND
        assert response.json()["error"]["code"] == "not_found"

    @pytest.mark.parametrize(
        ("handler", "status"),
        [(pages.bad_request, 400), (pages.forbidden, 403), (pages.not_found, 404)],
    )
    def test_each_has_its_page(self, handler, status):
        response = handler(RequestFactory().get("/"), Exception("secret"))
        assert response.status_code == status
        assert b"secret" not in response.content

    def test_a_broken_server_still_draws_its_page_without_the_database(self):
        """The mark `django_db` is missing on purpose: any query would fail this test."""
        request = RequestFactory().get("/")
        response = pages.server_error(request)
        assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        assert b"Something went wrong on our side" in response.content

    @pytest.mark.django_db
    def test_an_outdated_form_says_so(self):
        client = Client(enforce_csrf_checks=True)
        response = client.post(reverse("appearance"), {"theme": "light"})
        assert response.status_code == HTTPStatus.FORBIDDEN
        assert "This form is out of date" in response.content.decode()


class TestToasts:
    def answer(self, response, *, htmx=True):
        request = RequestFactory().get("/")
        request.htmx = htmx
        request._messages = messages.storage.cookie.CookieStorage(request)
        messages.success(request, "Bought 0.10 EURUSD\nat 1.08015")
        messages.error(request, "Refused")
        return ToastMiddleware(lambda request: response)(request), request

    def test_messages_travel_with_a_fragment(self):
        response, _ = self.answer(HttpResponse("ok"))
        assert json.loads(response["HX-Trigger"])["toasts"]["items"] == [
            {"kind": "success", "title": "Bought 0.10 EURUSD", "detail": "at 1.08015"},
            {"kind": "error", "title": "Refused", "detail": ""},
        ]

    def test_other_events_of_the_answer_stay(self):
        response, _ = self.answer(HttpResponse("ok", headers={"HX-Trigger": '{"order-placed": {}}'}))
        assert set(json.loads(response["HX-Trigger"])) == {"order-placed", "toasts"}

    @pytest.mark.parametrize(
        ("response", "htmx"),
        [
            (HttpResponseRedirect("/"), True),
            (HttpResponseClientRedirect("/"), True),
            (HttpResponse("page"), False),
        ],
    )
    def test_a_page_that_follows_shows_them_itself(self, response, htmx):
        response, request = self.answer(response, htmx=htmx)
        assert not response.has_header("HX-Trigger")
        assert len(list(messages.get_messages(request))) == 2

    @pytest.mark.django_db
    def test_a_page_draws_them(self, client, settings):
        settings.DEMO = True
        page = client.get(reverse("design"), {"toast": "error"}, follow=True).content.decode()
        assert 'class="toast error" role="alert"' in page
        assert "Bought 0.10 EURUSD at 1.08015" in page


class TestTimeZone:
    def test_times_are_those_of_the_reader(self, client, trader):
        trader.time_zone = "Asia/Tokyo"
        trader.save()
        client.force_login(trader)
        assert 'data-time-zone="Asia/Tokyo"' in client.get(reverse("overview")).content.decode()

    def test_a_zone_that_no_longer_exists_does_not_lock_anybody_out(self, client, trader):
        trader.time_zone = "Mars/Olympus_Mons"
        trader.save()
        client.force_login(trader)
        assert 'data-time-zone="UTC"' in client.get(reverse("overview")).content.decode()


@pytest.mark.django_db
def test_pages_allow_no_inline_script_or_style(client, settings):
    settings.DEMO = True
    response = client.get(reverse("design"))
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page = response.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page


@pytest.mark.django_db
def test_answers_to_programs_may_load_nothing_and_be_framed_by_nobody(client):
    for address, status in (("/api/health", 200), ("/api/v1/accounts", 401), ("/api/v1/nowhere", 404)):
        response = client.get(address)
        assert response.status_code == status
        assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
