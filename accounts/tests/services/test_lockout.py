"""Who is locked out after how many failures, and that nobody is who has done nothing."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import EmailChange, SignInAttempt
from accounts.services.confirmation import password_check
from accounts.services.second_factor import second_factor_verify
from accounts.services.sign_in import user_authenticate, user_sign_in
from accounts.tasks import forget_expired
from accounts.tests.conftest import OWN_BROWSER, PASSWORD, visit_from
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from forexpro.core.tests.at_once import at_once

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "203.0.113.9", "198.51.100.7"
EMAIL = "ada@example.org"


def attempt(email=EMAIL, password="wrong", ip=HERE, request=None):
    """Return None, or the refusal."""
    try:
        user_authenticate(request=request or visit_from(ip), email=email, password=password)
    except Refused as refusal:
        return refusal
    return None


def codes(count, **options):
    return [refused.code if (refused := attempt(**options)) else None for _number in range(count)]


def pass_minutes(minutes):
    SignInAttempt.objects.update(at=F("at") - timedelta(minutes=minutes))


@pytest.fixture
def ada(person):
    return person(EMAIL)


def test_the_fifth_failure_locks_the_account_for_this_address(ada, hashes):
    assert codes(5) == ["credentials_invalid"] * 4 + ["sign_in_locked"]
    hashes.clear()
    refused = attempt(password=PASSWORD)
    assert (refused.code, refused.http_status) == ("sign_in_locked", 429)
    assert 14 * 60 < refused.details["retry_after"] <= 15 * 60
    assert "15 minutes" in refused.message
    assert hashes == [], "the password is not even tried"


def test_the_owner_elsewhere_signs_in_whatever_happens_here(ada):
    """An attacker who goes on for ever locks out himself."""
    for _hour in range(3):
        assert "sign_in_locked" in codes(7)
        assert attempt(password=PASSWORD, ip=ELSEWHERE) is None
        pass_minutes(60)


def test_other_accounts_are_not_locked_for_this_address(ada, person):
    codes(5)
    person("bob@example.org")
    assert attempt(email="bob@example.org", password=PASSWORD) is None


@pytest.mark.parametrize("typed", ["ADA@example.org", "  ada@example.org  "])
def test_an_account_is_the_same_however_it_is_typed(ada, typed):
    assert codes(5, email=typed)[-1] == "sign_in_locked"
    assert attempt(password=PASSWORD).code == "sign_in_locked"


def test_unknown_accounts_are_locked_alike(ada):
    assert codes(6, email="nobody@example.org") == codes(6)


def test_five_failures_within_the_time_are_counted_not_five_in_a_row_of_pauses(ada):
    for _attempt in range(8):
        assert attempt().code == "credentials_invalid"
        pass_minutes(4)


def test_the_lock_ends_and_knocking_does_not_prolong_it(ada):
    codes(5)
    pass_minutes(10)
    refused = attempt()
    assert refused.code == "sign_in_locked"
    assert refused.details["retry_after"] <= 5 * 60
    pass_minutes(5)
    assert attempt(password=PASSWORD) is None


def test_a_sign_in_forgets_failures_but_the_right_password_alone_does_not(ada):
    codes(4)
    request = visit_from()
    assert attempt(password=PASSWORD, request=request) is None
    assert SignInAttempt.objects.count() == 4
    user_sign_in(request=request, user=ada)
    assert not SignInAttempt.objects.exists()


def test_an_address_is_locked_for_all_accounts_after_fifty(ada):
    for number in range(49):
        assert attempt(email=f"person{number}@example.org").code == "credentials_invalid"
    assert attempt(email="last@example.org").code == "sign_in_locked"
    assert attempt(password=PASSWORD).code == "sign_in_locked"
    assert attempt(password=PASSWORD, ip=ELSEWHERE) is None


def test_the_addresses_of_one_ipv6_network_are_one(ada):
    assert [attempt(ip=f"2001:db8:1:2::{number}").code for number in range(1, 6)][-1] == "sign_in_locked"
    assert attempt(ip="2001:db8:1:2:ffff::1", password=PASSWORD).code == "sign_in_locked"
    assert attempt(ip="2001:db8:1:3::1", password=PASSWORD) is None


def test_each_number_is_a_setting(ada, settings):
    settings.SIGN_IN_FAILURES_PER_ACCOUNT = 2
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 3
    settings.SIGN_IN_LOCKED_MINUTES = 1
    assert codes(2)[-1] == "sign_in_locked"
    assert attempt(email="bob@example.org").code == "sign_in_locked"
    pass_minutes(1)
    assert attempt(password=PASSWORD) is None


def test_a_lock_is_one_event_beside_the_failure(ada, events):
    codes(9)
    types = [type for type, _payload in events(ada.stream)]
    assert types.count("user.sign_in_failed") == 5
    assert types.count("user.sign_in_locked") == 1
    assert events(ada.stream)[-1] == ("user.sign_in_locked", {"scope": "account", "minutes": 15})
    assert Event.objects.get(type="user.sign_in_locked").ip == HERE


def test_wrong_codes_and_wrong_confirmations_count_too(ada, with_app):
    with_app(ada)

    def refusal(service, **given):
        with pytest.raises(Refused) as refused:
            service(request=visit_from(device=OWN_BROWSER), user=ada, **given)
        return refused.value.code

    assert refusal(second_factor_verify, code="000000") == "code_invalid"
    assert refusal(second_factor_verify, code="0zzzz-zzzzz") == "code_invalid"
    assert refusal(password_check, password="wrong") == "password_incorrect"
    assert attempt().code == "credentials_invalid"
    assert refusal(second_factor_verify, code="000000") == "sign_in_locked"
    assert refusal(password_check, password=PASSWORD) == "sign_in_locked"
    assert attempt(password=PASSWORD).code == "sign_in_locked"


def test_nothing_that_was_typed_is_kept(ada):
    attempt(email="hunter2-typed-into-the-wrong-field", password="s3cret")
    row = str(SignInAttempt.objects.values().get())
    assert "hunter2" not in row
    assert "s3cret" not in row


@pytest.mark.django_db(transaction=True)
def test_of_forty_passwords_at_once_no_more_than_five_are_tried(person, hashes):
    person(EMAIL)
    hashes.clear()

    guesses = [partial(attempt, password=f"guess-{number}") for number in range(40)]
    outcomes = at_once(guesses, threads=20)
    assert len(hashes) <= 5
    assert {refused.code for refused in outcomes} <= {"credentials_invalid", "sign_in_locked"}
    assert SignInAttempt.objects.count() <= 5


def test_operators_unlock_with_the_commands_of_axes(ada):
    codes(5)
    call_command("axes_reset_username", EMAIL)
    assert attempt(password=PASSWORD) is None
    codes(5)
    call_command("axes_reset_ip", HERE)
    assert attempt(password=PASSWORD) is None
    codes(5, ip="2001:db8:1:2::1")
    call_command("axes_reset_ip", "2001:db8:1:2::9")
    assert attempt(password=PASSWORD, ip="2001:db8:1:2::1") is None
    codes(5)
    call_command("axes_reset")
    assert not SignInAttempt.objects.exists()


def test_an_office_that_starts_work_at_nine_is_not_locked_out(ada):
    """What is under way from an address does not count against others there."""
    for number in range(60):
        SignInAttempt.objects.create(account=f"colleague {number}", address=HERE, at=timezone.now())
    assert attempt(password=PASSWORD) is None


def test_what_has_expired_is_swept_away(ada):
    now = timezone.now()
    codes(3)
    SignInAttempt.objects.filter(pk=SignInAttempt.objects.latest("id").pk).update(at=now - timedelta(days=2))
    two_days_ago = now - timedelta(days=2)
    EmailChange.objects.create(user=ada, old_email=EMAIL, new_email="b@x.org", key="k", requested_at=two_days_ago)
    client = Client()
    client.force_login(ada)
    Session.objects.update(expire_date=now)
    forget_expired()
    assert SignInAttempt.objects.count() == 2
    assert not EmailChange.objects.exists()
    assert not Session.objects.exists()


def test_what_still_counts_is_kept(ada):
    codes(3)
    now = timezone.now()
    EmailChange.objects.create(user=ada, old_email=EMAIL, new_email="b@x.org", key="k", requested_at=now)
    Client().force_login(ada)
    forget_expired()
    assert (SignInAttempt.objects.count(), EmailChange.objects.count(), Session.objects.count()) == (3, 1, 1)
