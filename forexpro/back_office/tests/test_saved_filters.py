"""Filters under a name above the lists: for oneself or one's desk, and for nobody else."""

import pytest
from django.test import Client

from accounts.roles import Role
from accounts.tests.conftest import ORIGIN, _cheap_hashes, person, roles
from forexpro.back_office import saved_filters
from forexpro.back_office.models import SavedFilter
from forexpro.back_office.saved_filters import filter_remove, filter_save, filters_offered, normal_query
from forexpro.core.events.sentences import sentence_or_type
from forexpro.core.models import Event
from forexpro.core.refusals import Refused

__all__ = ["_cheap_hashes", "person", "roles"]
pytestmark = pytest.mark.django_db
LIST = "/admin/trading/withdrawal/"
PAGE = "trading.withdrawal"
QUERY = "method__id__exact=1&status__exact=requested"


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.STAFF_TOTP_REQUIRED = False


@pytest.fixture
def finance(person):
    return person("finance@example.org", Role.FINANCE)


@pytest.fixture
def colleague(person):
    return person("finance-2@example.org", Role.FINANCE)


@pytest.fixture
def dealer(person):
    return person("dealer@example.org", Role.DEALER)


def browser_of(user):
    browser = Client()
    browser.force_login(user)
    return browser


def save(user, title="To pay today", query=QUERY, *, for_desk=False, page=PAGE):
    return filter_save(actor=user, page=page, title=title, query=query, for_desk=for_desk, origin=ORIGIN)


def titles(user, page=PAGE):
    return [saved.title for saved in filters_offered(user, page)]


def test_what_is_saved_is_found_above_its_list(finance):
    browser = browser_of(finance)
    page = browser.get(f"{LIST}?status__exact=requested&q=ada&p=1&o=1").content.decode()
    assert "Save these filters" in page
    sent = {"page": PAGE, "title": "Ada's", "query": "q=ada&status__exact=requested"}
    response = browser.post("/admin/saved-filters/", sent)
    assert response["Location"] == f"{LIST}?q=ada&status__exact=requested"
    page = browser.get(response["Location"]).content.decode()
    assert 'href="?q=ada&amp;status__exact=requested" aria-current="page">Ada&#x27;s</a>' in page
    assert "Save these filters" not in page
    assert "Ada&#x27;s" not in browser.get("/admin/trading/deposit/").content.decode()
    browser.post(f"/admin/saved-filters/{SavedFilter.objects.get().pk}/remove/")
    assert "Ada&#x27;s" not in browser.get(LIST).content.decode()
    assert [
        sentence_or_type(event) for event in Event.objects.filter(type__startswith="staff.filter").order_by("id")
    ] == [
        "Filter “Ada's” saved.",
        "Filter “Ada's” removed.",
    ]


def test_every_list_offers_to_save(person):
    root = person("root@example.org", Role.SUPER_ADMIN)
    browser = browser_of(root)
    for page in ("accounts/user", "kyc/verificationcase", "core/event", "trading/deal", "marketdata/symbol"):
        assert "Save these filters" in browser.get(f"/admin/{page}/?q=x").content.decode(), page
        assert "Save these filters" not in browser.get(f"/admin/{page}/").content.decode(), page


def test_a_filter_is_its_owners_until_it_is_the_desks(finance, colleague, dealer):
    save(finance)
    assert [titles(user) for user in (finance, colleague, dealer)] == [["To pay today"], [], []]
    save(finance, for_desk=True)
    assert [titles(user) for user in (finance, colleague, dealer)] == [["To pay today"], ["To pay today"], []]
    assert "To pay today" in browser_of(colleague).get(LIST).content.decode()
    assert "To pay today" not in browser_of(dealer).get(LIST).content.decode()


def test_who_changes_desks_has_the_filters_of_the_new_one(finance, colleague, dealer):
    save(finance, for_desk=True)
    colleague.groups.set(dealer.groups.all())
    assert titles(colleague) == []
    assert sentence_or_type(Event.objects.latest("id")) == "Filter “To pay today” saved for the desk Finance."


def test_the_same_name_again_means_the_new_filters(finance):
    save(finance)
    save(finance, query="status__exact=approved")
    assert SavedFilter.objects.get().query == "status__exact=approved"


def test_order_and_paging_are_no_filters():
    pairs = [("status", "x"), ("p", "3"), ("o", "-1"), ("a", "1"), ("e", "1"), ("empty", "")]
    assert normal_query(pairs) == "a=1&status=x"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"title": " "}, "title_missing"),
        ({"title": "x" * 61}, "title_too_long"),
        ({"query": "p=2&o=1"}, "nothing_to_save"),
        ({"query": "q=" + "x" * 1000}, "nothing_to_save"),
    ],
)
def test_what_cannot_be_saved_is_explained(finance, arguments, code):
    with pytest.raises(Refused) as refused:
        save(finance, **arguments)
    assert refused.value.code == code
    assert not SavedFilter.objects.exists()
    sent = {"page": PAGE, "title": "Name", "query": QUERY} | arguments
    page = browser_of(finance).post("/admin/saved-filters/", sent, follow=True).content.decode()
    assert refused.value.message in page


def test_nobody_piles_up_filters(finance, colleague, monkeypatch):
    monkeypatch.setattr(saved_filters, "SAVED_MAX", 2)
    save(finance, "One")
    save(finance, "Two")
    with pytest.raises(Refused, match="too_many_filters"):
        save(finance, "Three")
    save(finance, "Two", "q=x")
    save(finance, "Three", page="trading.deposit")
    save(colleague, "Three")


def test_who_has_no_role_has_no_desk(finance):
    finance.groups.clear()
    with pytest.raises(Refused, match="no_desk"):
        save(finance, for_desk=True)


def test_a_desk_keeps_its_filters_in_order_and_others_do_not(finance, colleague, dealer):
    saved = save(finance, for_desk=True)
    with pytest.raises(Refused, match="filter_not_found"):
        filter_remove(actor=dealer, filter_id=saved.pk, origin=ORIGIN)
    assert browser_of(dealer).post(f"/admin/saved-filters/{saved.pk}/remove/").status_code == 404
    filter_remove(actor=colleague, filter_id=saved.pk, origin=ORIGIN)
    private = save(finance)
    with pytest.raises(Refused, match="filter_not_found"):
        filter_remove(actor=colleague, filter_id=private.pk, origin=ORIGIN)


@pytest.mark.parametrize(
    ("page", "status"),
    [("accounts.user", 403), ("no.such", 404), ("nonsense", 404), ("accounts.notice", 404), ("", 404)],
)
def test_only_for_lists_that_one_may_see(dealer, page, status):
    sent = {"page": page, "title": "Name", "query": QUERY}
    assert browser_of(dealer).post("/admin/saved-filters/", sent).status_code == status
    assert not SavedFilter.objects.exists()


def test_a_list_costs_no_more_with_many_filters(finance, django_assert_max_num_queries):
    for number in range(20):
        save(finance, f"Filter {number}", for_desk=number % 2 == 0)
    browser = browser_of(finance)
    with django_assert_max_num_queries(12):
        browser.get(f"{LIST}?q=x")
