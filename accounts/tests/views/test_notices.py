import pytest

from accounts.models import Notice
from accounts.notice_pages import NOTICES_PAGE
from accounts.selectors import unread_notices
from accounts.services.notices import notify

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def notice(cast):
    return tell(cast["owner"])


def tell(user, text="Your deposit is credited.\nIt is on account 7.", link="/funding"):
    return notify(user=user, kind=Notice.Kind.FUNDING, text=text, link=link)


def body(response):
    return response.content.decode()


def test_only_the_person_concerned_sees_a_notice(as_, notice):
    assert "Your deposit is credited." in body(as_("owner").get("/notices"))
    for who in ("stranger", "back_office", "admin", "super_admin"):
        page = body(as_(who).get("/notices"))
        assert "Nothing to tell you yet" in page
        assert "Your deposit is credited." not in page


@pytest.mark.parametrize("address", ["/notices", "/notices/read", "/notices/1/read"])
def test_visitors_sign_in_first(client, address):
    answer = client.get(address) if address == "/notices" else client.post(address)
    assert answer.url == f"/sign-in?next={address}"


def test_opening_marks_it_read_and_leads_to_what_it_is_about(as_, cast, notice):
    assert as_("owner").post(f"/notices/{notice.pk}/read").url == "/funding"
    assert not unread_notices(cast["owner"])


@pytest.mark.parametrize("who", ["stranger", "admin", "super_admin"])
def test_nobody_else_marks_it_read(as_, cast, notice, who):
    assert as_(who).post(f"/notices/{notice.pk}/read").status_code == 404
    as_(who).post("/notices/read")
    assert list(unread_notices(cast["owner"])) == [notice]


def test_all_are_marked_read_at_once(as_, cast, notice):
    tell(cast["owner"], link="")
    assert "Mark all as read" in body(as_("owner").get("/notices"))
    assert as_("owner").post("/notices/read").url == "/notices"
    assert "Mark all as read" not in body(as_("owner").get("/notices"))


def test_older_ones_are_on_further_pages(as_, cast):
    told = [tell(cast["owner"], f"Notice {number}.") for number in range(NOTICES_PAGE + 1)]
    page = body(as_("owner").get("/notices"))
    assert "Notice 0." not in page
    assert f"?before={told[1].pk}" in page
    older = as_("owner").get(f"/notices?before={told[1].pk}", headers=HTMX)
    assert "Notice 0." in body(older)
    assert "<html" not in body(older)


def test_the_list_costs_the_same_however_long_it_is(as_, cast, django_assert_num_queries):
    client = as_("owner")
    for _ in range(NOTICES_PAGE + 1):
        tell(cast["owner"])
    with django_assert_num_queries(4):  # session, person, notices, whether any is unread
        client.get("/notices")


def test_the_bell_counts_what_is_unread(as_, cast, notice):
    assert "Notices, 1 unread" in body(as_("owner").get("/notices/bell"))
    assert "unread" not in body(as_("stranger").get("/notices/bell"))


def test_the_bell_announces_what_is_new_and_nothing_twice(as_, cast, notice):
    client = as_("owner")
    first = client.get("/notices/bell", headers=HTMX)
    assert f"since={notice.pk}" in body(first)
    assert "HX-Trigger" not in first.headers
    later = tell(cast["owner"], "Your withdrawal is paid.")
    told = client.get(f"/notices/bell?since={notice.pk}", headers=HTMX)
    assert "Your withdrawal is paid." in told["HX-Trigger"]
    assert "deposit" not in told["HX-Trigger"]
    assert "HX-Trigger" not in client.get(f"/notices/bell?since={later.pk}", headers=HTMX).headers


def test_the_bell_of_a_page_whose_session_has_ended_falls_silent(client):
    answer = client.get("/notices/bell", headers=HTMX)
    assert (answer.status_code, answer.content) == (286, b"")


@pytest.mark.parametrize("number", ["99999999999999999999999", "x", "-1"])
def test_nonsense_in_the_address_is_no_error(as_, notice, number):
    assert as_("owner").get(f"/notices?before={number}").status_code == 200
    assert as_("owner").get(f"/notices/bell?since={number}").status_code == 200


@pytest.mark.parametrize("number", ["9" * 19, "9" * 5000, "²"])
def test_numbers_that_nothing_has_are_not_looked_for(as_, number):
    assert as_("owner").get("/notices", {"before": number}).status_code == 200
    assert as_("owner").get("/notices/bell", {"since": number}).status_code == 200
