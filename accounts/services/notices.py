"""What people are told when something has happened to them: here, and by mail where they should not have to look."""

from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from accounts.mails import notice_mail_after_commit
from accounts.models import Notice, User


def notify(*, user: User, kind: Notice.Kind, text: str, link: str = "", mail: bool = True) -> Notice:
    """Tell a person what has happened, inside the transaction in which it does; without `mail` only on their pages.

    The first line of `text` is the headline and the subject of the mail. `link` is a path of this site.
    """
    notice = Notice.objects.create(user=user, kind=kind, text=text, link=link, created_at=timezone.now())
    if mail:
        notice_mail_after_commit(notice.pk)
    return notice


def in_language_of(user: User) -> Any:
    """Return a context in which texts are in the language of a person, whoever causes them."""
    return translation.override(user.language or settings.LANGUAGE_CODE)


def notices_mark_read(*, user: User, notice_id: int | None = None) -> int:
    """Mark one notice of a person as read, or all of them; return how many were not."""
    unread = Notice.objects.filter(user=user, read_at=None)
    if notice_id is not None:
        unread = unread.filter(pk=notice_id)
    return unread.update(read_at=timezone.now())
