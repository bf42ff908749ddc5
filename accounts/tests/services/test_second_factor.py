import re
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import BackupCode, SignInAttempt, TotpDevice
from accounts.roles import Role
from accounts.selectors import backup_codes_left, has_second_factor
from accounts.services.second_factor import (
    backup_codes_create,
    second_factor_verify,
    totp_disable,
    totp_enable,
    totp_prepare,
)
from accounts.tests.conftest import BACKUP, ORIGIN, OWN_BROWSER, SECRET, App, visit_from
from forexpro.core.refusals import Refused
from forexpro.core.tests.at_once import at_once

pytestmark = pytest.mark.django_db
THREADS = 20


def verify(user, code, request=None):
    """Return None, or the code of the refusal."""
    try:
        second_factor_verify(request=request or visit_from(device=OWN_BROWSER), user=user, code=code)
    except Refused as refusal:
        return refusal.code
    return None


# --- Codes of the app ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("steps", "refusal"), [(-2, "code_invalid"), (-1, None), (0, None), (1, None), (2, "code_invalid")]
)
def test_clocks_may_be_one_step_apart(person, with_app, steps, refusal):
    user = person("ada@example.org")
    assert verify(user, with_app(user).code(steps)) == refusal


def test_a_code_is_good_once_and_makes_older_ones_void(person, with_app):
    user = person("ada@example.org")
    app = with_app(user)
    before, now = app.code(-1), app.code()
    assert verify(user, now) is None
    assert verify(user, now) == "code_invalid"
    assert verify(user, before) == "code_invalid"
    assert verify(user, app.next_code()) is None


@pytest.mark.parametrize("form", ["{0}{1}", " {0} {1} ", "{0}-{1}"])
def test_a_code_is_read_as_apps_show_it(person, with_app, form):
    user = person("ada@example.org")
    code = with_app(user).code()
    assert verify(user, form.format(code[:3], code[3:])) is None


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "１２３４５６", "-12345", "12e456", "0x1234", "a" * 500, "4abcd"]
)
def test_what_is_no_code_is_refused(person, with_app, code):
    user = person("ada@example.org")
    with_app(user)
    assert verify(user, code) == "code_invalid"


def test_the_code_of_an_app_that_is_not_confirmed_proves_nothing(person, with_app):
    user = person("ada@example.org")
    app = with_app(user, confirmed=False)
    assert not has_second_factor(user)
    assert verify(user, app.code()) == "code_invalid"


def test_the_code_of_somebody_elses_app_is_refused(person, with_app):
    ada, bob = person("ada@example.org"), person("bob@example.org")
    app = with_app(ada)
    assert verify(bob, app.code()) == "code_invalid"
    assert verify(bob, BACKUP) == "code_invalid"


def test_a_failure_is_an_event_with_address_and_program(person, with_app, events):
    user = person("ada@example.org")
    with_app(user)
    verify(user, "000000", visit_from(**{"User-Agent": "Firefox"}))
    assert events(user.stream)[-1] == ("user.sign_in_failed", {"reason": "wrong_code", "user_agent": "Firefox"})


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_uses_a_code(person, with_app, settings):
    settings.SIGN_IN_FAILURES_PER_ACCOUNT = 1000
    user = person("ada@example.org")
    code = with_app(user).code()
    outcomes = at_once([lambda: verify(user, code)] * THREADS)
    assert outcomes.count(None) == 1
    assert outcomes.count("code_invalid") == THREADS - 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_would_use_it(person, with_app, settings, monkeypatch):
    """The control: both read the row before either writes."""
    user = person("ada@example.org")
    code = with_app(user).code()
    both_have_read = Barrier(2, timeout=10)

    def unlocked(user_id):
        device = TotpDevice.objects.filter(user_id=user_id).first()
        both_have_read.wait()
        return device

    monkeypatch.setattr("accounts.services.second_factor.locked_totp_device", unlocked)
    assert at_once([lambda: verify(user, code)] * 2) == [None, None]


# --- Guesses from elsewhere ---------------------------------------------------------------------
def test_guesses_from_many_addresses_are_slowed_down_together(person, with_app):
    user = person("ada@example.org")
    app = with_app(user)
    assert verify(user, "000000", visit_from("198.51.100.1")) == "code_invalid"
    assert verify(user, app.code(), visit_from("198.51.100.2")) == "code_throttled"
    TotpDevice.objects.update(throttling_failure_timestamp=timezone.now() - timezone.timedelta(seconds=2))
    assert verify(user, app.code(), visit_from("198.51.100.3")) is None


def test_whoever_knows_the_password_cannot_keep_the_owner_out(person, with_app):
    """The owner's browser is known, and the wait of the others has an end."""
    user = person("ada@example.org")
    app = with_app(user)
    for number in range(40):
        TotpDevice.objects.update(throttling_failure_timestamp=timezone.now() - timezone.timedelta(days=1))
        assert verify(user, "000000", visit_from(f"198.51.100.{number}")) == "code_invalid"
    with pytest.raises(Refused) as refused:
        second_factor_verify(request=visit_from("198.51.100.99"), user=user, code=app.code())
    assert refused.value.code == "code_throttled"
    assert refused.value.http_status == 429
    assert 500 < refused.value.details["retry_after"] <= 512
    assert verify(user, BACKUP, visit_from("198.51.100.98")) is None
    assert verify(user, app.code(), visit_from(device=OWN_BROWSER)) is None


# --- Backup codes -------------------------------------------------------------------------------
def test_a_backup_code_is_good_once(person, with_app, events):
    user = person("ada@example.org")
    with_app(user)
    assert verify(user, "5abcd-efghj") == "code_invalid"
    assert verify(user, "4abcd-efghk") == "code_invalid"
    assert verify(user, " 4ABCD EFGHJ ") is None
    assert events(user.stream)[-1] == ("user.backup_code_used", {"left": 0})
    assert verify(user, BACKUP) == "code_invalid"


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_uses_a_backup_code(person, with_app, settings):
    settings.SIGN_IN_FAILURES_PER_ACCOUNT = 1000
    user = person("ada@example.org")
    with_app(user)
    outcomes = at_once([lambda: verify(user, BACKUP)] * THREADS)
    assert outcomes.count(None) == 1
    assert outcomes.count("code_invalid") == THREADS - 1


def test_new_backup_codes_are_ten_are_stored_hashed_and_replace_the_old_ones(person, with_app, committing, events):
    user = person("ada@example.org")
    with_app(user)
    with committing():
        codes = backup_codes_create(user_id=user.pk, origin=ORIGIN)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[0-9][a-z2-9]{4}-[a-z2-9]{5}", code) for code in codes)
    stored = list(BackupCode.objects.values_list("code_hash", flat=True))
    assert len(stored) == 10
    assert all(one.startswith("$argon2id$") for one in stored)
    assert verify(user, BACKUP) == "code_invalid"
    assert verify(user, codes[7]) is None
    assert backup_codes_left(user) == 9
    assert ("user.backup_codes_created", {}) in events(user.stream)
    assert mail.outbox[-1].subject == "You have new backup codes"


def test_backup_codes_are_for_those_who_have_an_app(person):
    user = person("ada@example.org")
    with pytest.raises(Refused) as refused:
        backup_codes_create(user_id=user.pk, origin=ORIGIN)
    assert refused.value.code == "totp_off"
    assert not BackupCode.objects.exists()


# --- Setting up and turning off -----------------------------------------------------------------
def test_sets_up_with_a_first_code(person, clock, committing, events):
    user = person("ada@example.org")
    device = totp_prepare(user_id=user.pk)
    assert totp_prepare(user_id=user.pk).secret == device.secret
    app = App(device.secret, clock)
    assert not has_second_factor(user)
    with committing():
        codes = totp_enable(request=visit_from(user=user), user_id=user.pk, code=app.code())
    assert has_second_factor(user)
    assert len(codes) == backup_codes_left(user) == 10
    assert events(user.stream)[-1] == ("user.totp_enabled", {})
    assert mail.outbox[-1].subject == "Two-step sign-in is on"
    assert verify(user, app.code()) == "code_invalid", "the first code was used for setting up"
    with pytest.raises(Refused) as refused:
        totp_prepare(user_id=user.pk)
    assert refused.value.code == "totp_already_on"


def test_a_wrong_first_code_turns_nothing_on(person):
    user = person("ada@example.org")
    totp_prepare(user_id=user.pk)
    with pytest.raises(Refused) as refused:
        totp_enable(request=visit_from(user=user), user_id=user.pk, code="000000")
    assert refused.value.code == "code_invalid"
    assert not has_second_factor(user)
    assert not BackupCode.objects.exists()


def test_the_secret_is_nowhere_in_the_table(person, with_app):
    user = person("ada@example.org")
    with_app(user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d)::text, secret FROM accounts_totpdevice d")
        row, secret = cursor.fetchone()
    assert SECRET not in row
    assert SECRET.encode() not in bytes(secret)
    assert user.totp_device.secret == SECRET


def test_setting_up_what_is_on_already_is_no_failed_attempt(person, with_app):
    user = person("ada@example.org")
    with_app(user)
    for _time in range(10):
        with pytest.raises(Refused) as refused:
            totp_enable(request=visit_from(user=user), user_id=user.pk, code="000000")
        assert refused.value.code == "totp_already_on"
    assert not SignInAttempt.objects.exists()


def test_turning_off_takes_app_and_backup_codes_and_says_so(person, with_app, committing, events):
    user = person("ada@example.org")
    with_app(user)
    with committing():
        totp_disable(request=visit_from(user=user), user_id=user.pk)
    assert not TotpDevice.objects.exists()
    assert not BackupCode.objects.exists()
    assert events(user.stream)[-1] == ("user.totp_disabled", {})
    assert mail.outbox[-1].subject == "Two-step sign-in is off"


def test_staff_cannot_turn_off_what_the_back_office_takes(person, with_app, settings):
    settings.STAFF_TOTP_REQUIRED = True
    user = person("desk@example.org", Role.SUPPORT)
    with_app(user)
    with pytest.raises(Refused) as refused:
        totp_disable(request=visit_from(user=user), user_id=user.pk)
    assert (refused.value.code, refused.value.http_status) == ("totp_required", 403)
    assert has_second_factor(user)


def test_the_address_of_the_qr_code_is_what_apps_read(person, with_app):
    user = person("ada+test@example.org")
    with transaction.atomic():
        with_app(user)
    assert user.totp_device.address == (
        f"otpauth://totp/ForexPro%3Aada%2Btest%40example.org?secret={SECRET}&issuer=ForexPro"
    )
