from datetime import date, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Notice
from kyc.models import Document, Level, VerificationCase
from kyc.selectors import client_level
from kyc.services.expiry import documents_expire, expiry_remind
from kyc.services.reviews import document_reject
from kyc.tasks import look_after_expiry
from kyc.tests.factories import ORIGIN, Kind, approve, send, verify

pytestmark = pytest.mark.django_db
END = date.today() + timedelta(days=100)


@pytest.fixture
def passport(client_, reviewer):
    """A passport of a client who is known by it, valid until END."""
    verify(client_, reviewer, Kind.SELFIE)
    document = approve(send(client_), reviewer, expires_on=END)
    Notice.objects.all().delete()
    return document


def told():
    return list(Notice.objects.order_by("id").values_list("text", flat=True))


@pytest.mark.parametrize(
    ("days", "headline"),
    [
        (31, None),
        (30, "Your document expires soon: passport"),
        (12, "Your document expires soon: passport"),
        (7, "Your document expires soon: passport"),
        (1, "Your document expires soon: passport"),
        (0, "Your document expires today: passport"),
        (-1, None),
    ],
)
def test_reminds_in_time_and_once(passport, days, headline, events):
    today = END - timedelta(days=days)
    assert [expiry_remind(today=today) for _ in range(3)] == [1 if headline else 0, 0, 0]
    assert [text.partition("\n")[0] for text in told()] == ([headline] if headline else [])
    if headline:
        assert events(passport.case.stream)[-1] == (
            "kyc.expiry_reminded",
            {
                "object": f"kyc.document:{passport.pk}",
                "document": passport.pk,
                "kind": "passport",
                "expires_on": END.isoformat(),
                "days": days,
            },
        )


def test_over_all_days_there_are_three_reminders_and_an_end(passport, committing):
    mail.outbox.clear()
    with committing():
        for day in range(60, -5, -1):
            today = END - timedelta(days=day)
            documents_expire(today=today)
            expiry_remind(today=today)
    assert [text.partition("\n")[0] for text in told()] == [
        "Your document expires soon: passport",
        "Your document expires soon: passport",
        "Your document expires today: passport",
        "Your document has expired: passport",
    ]
    assert len(mail.outbox) == 4


def test_a_worker_that_was_away_catches_up_with_one_reminder(passport):
    assert expiry_remind(today=END - timedelta(days=3)) == 1
    assert expiry_remind(today=END - timedelta(days=2)) == 0
    assert expiry_remind(today=END) == 1


def test_the_last_day_counts_and_the_next_one_not(passport, client_, monkeypatch):
    def on(day):
        noon = timezone.now().replace(year=day.year, month=day.month, day=day.day)
        monkeypatch.setattr("kyc.selectors.timezone.now", lambda: noon)
        return client_level(client_.pk)

    assert on(END) is Level.IDENTITY
    assert on(END + timedelta(days=1)) is Level.UNVERIFIED  # though no task has run


def test_what_has_expired_is_marked_once(passport, client_, events, monkeypatch):
    assert documents_expire(today=END) == 0
    after = END + timedelta(days=1)
    then = timezone.now() + timedelta(days=101)
    monkeypatch.setattr("kyc.selectors.timezone.now", lambda: then)
    assert [documents_expire(today=after) for _ in range(3)] == [1, 0, 0]
    passport.refresh_from_db()
    case = VerificationCase.objects.get()
    assert (passport.status, case.status, case.level) == ("expired", "expired", Level.UNVERIFIED)
    assert [type for type, _payload in events(case.stream)][-2:] == ["kyc.document_expired", "kyc.status_changed"]
    assert "Your level is now: Not verified." in told()[0]


def test_who_has_sent_a_new_one_is_left_in_peace(passport, client_):
    send(client_)
    assert expiry_remind(today=END - timedelta(days=5)) == 0
    assert told() == []


def test_whose_new_one_is_rejected_is_reminded_again(passport, client_, reviewer):
    new = send(client_)
    document_reject(actor=reviewer, document_id=new.pk, note="Dark", origin=ORIGIN)
    Notice.objects.all().delete()
    assert expiry_remind(today=END - timedelta(days=5)) == 1


def test_a_new_document_is_reminded_of_anew(passport, client_, reviewer):
    expiry_remind(today=END)
    new = approve(send(client_), reviewer, expires_on=END + timedelta(days=10))
    Notice.objects.all().delete()
    assert expiry_remind(today=END) == 1
    new.refresh_from_db()
    assert new.reminded_days == 30


def test_what_has_no_date_never_expires(client_, reviewer):
    verify(client_, reviewer, Kind.SELFIE)
    assert documents_expire(today=date(2100, 1, 1)) == 0
    assert Document.objects.get().status == "approved"


def test_the_task_does_both(passport):
    Document.objects.filter(pk=passport.pk).update(expires_on=date.today())
    look_after_expiry()
    look_after_expiry()
    assert len(told()) == 1
    Document.objects.filter(pk=passport.pk).update(expires_on=date.today() - timedelta(days=1))
    look_after_expiry()
    look_after_expiry()
    assert len(told()) == 2


@pytest.mark.django_db(transaction=True)
def test_numbers_of_documents_follow_a_new_key(client_, reviewer, settings):
    approve(send(client_), reviewer, number="X1234567")
    new = "9:" + "A" * 43 + "="
    settings.ENCRYPTION_KEYS = [new, *settings.ENCRYPTION_KEYS]
    output = StringIO()
    call_command("rotate_encryption_keys", stdout=output, stderr=StringIO(), no_color=True)
    assert output.getvalue() == "1 fields re-encrypted with key 9; the older keys are needed no more\n"
    settings.ENCRYPTION_KEYS = [new]
    assert Document.objects.get().number == "X1234567"
