"""What people are told, on their pages and by mail."""

import pytest
from django.core import mail
from django.db import transaction

from accounts.models import Notice, User
from accounts.selectors import notices_of_user, unread_notices
from accounts.services.notices import notices_mark_read, notify

pytestmark = pytest.mark.django_db
TEXT = "Your deposit of 250.00 USD is credited.\nIt is on account 10000001."


def tell(user, text=TEXT, **options):
    return notify(user=user, kind=Notice.Kind.FUNDING, text=text, link="/funding", **options)


def test_a_notice_is_shown_and_mailed(person, committing):
    ada = person("ada@example.org")
    with committing():
        notice = tell(ada)
    assert (notice.headline, notice.detail) == tuple(TEXT.split("\n"))
    assert list(unread_notices(ada)) == [notice]
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ada@example.org"], "Your deposit of 250.00 USD is credited.")
    assert "It is on account 10000001." in sent.body
    assert "http://localhost:8000/funding" in sent.body


def test_without_mail_it_is_only_shown(person, committing):
    ada = person("ada@example.org")
    with committing():
        tell(ada, mail=False)
    assert not mail.outbox
    assert unread_notices(ada).count() == 1


@pytest.mark.parametrize(("verified", "active"), [(False, True), (True, False)])
def test_nothing_is_mailed_to_an_address_that_is_not_proven_or_a_person_who_may_not_sign_in(
    person, committing, verified, active
):
    ada = person("ada@example.org", verified=verified)
    User.objects.filter(pk=ada.pk).update(is_active=active)
    with committing():
        tell(ada)
    assert not mail.outbox
    assert Notice.objects.filter(user=ada).exists()


def test_what_is_rolled_back_was_never_told(person, committing):
    ada = person("ada@example.org")
    with committing(), transaction.atomic():
        tell(ada)
        transaction.set_rollback(True)
    assert not mail.outbox
    assert not Notice.objects.exists()


def test_reading_one_and_all(person):
    ada, bob = person("ada@example.org"), person("bob@example.org")
    first, second, others = tell(ada), tell(ada), tell(bob)
    assert notices_mark_read(user=ada, notice_id=others.pk) == 0
    assert notices_mark_read(user=ada, notice_id=first.pk) == 1
    assert list(unread_notices(ada)) == [second]
    assert notices_mark_read(user=ada) == 1
    assert notices_mark_read(user=ada) == 0
    assert list(notices_of_user(ada)) == [second, first]
    assert list(unread_notices(bob)) == [others]
