"""Changing the e-mail address: both mailboxes say yes, the present one first hears of it, and may say no."""

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from accounts.links import email_change_claim, link_invalid
from accounts.locks import locked_user
from accounts.mails import mail_after_commit
from accounts.models import EmailChange, User
from accounts.selectors import email_change_of
from accounts.services.security_events import security_event
from accounts.services.sessions import everything_else_end_apply
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.http.origin import request_origin
from forexpro.core.http.throttles import Limit, take
from forexpro.core.refusals import Refused

KEY_LENGTH = 32
# Each writes to a mailbox that may be a stranger's.
REQUESTS_PER_HOUR = 5
MAILBOXES = ("old", "new")


def email_change_request(*, user_id: int, new_email: str, origin: Origin) -> None:
    """Ask both mailboxes whether this person is to have a new address; it replaces an earlier request.

    Does and answers the same whether or not somebody has the new address; who has it gets another mail. Refuses
    `email_unchanged` and `too_many_mails` (429).
    """
    new_email = User.objects.normalize_email(new_email)
    _count(user_id)
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        if user.email == new_email:
            raise Refused("email_unchanged", _("This is your present address."), http_status=400)
        EmailChange.objects.update_or_create(
            user=user,
            defaults={
                "old_email": user.email,
                "new_email": new_email,
                "key": get_random_string(KEY_LENGTH),
                "requested_at": timezone.now(),
                "old_confirmed_at": None,
                "new_confirmed_at": None,
            },
        )
        record([_event(user, "requested", {"new": new_email}, origin)], origin=origin)
        _mail(user, new_email)


def email_change_resend(*, user_id: int) -> None:
    """Mail the links again. Refuses `email_change_unknown` (404) and `too_many_mails` (429)."""
    user = User.objects.get(pk=user_id)
    change = email_change_of(user)
    if change is None:
        raise _unknown()
    _count(user_id)
    _mail(user, change.new_email)


def email_change_cancel(*, user_id: int, origin: Origin) -> None:
    """Forget the change that this person asked for. Refuses `email_change_unknown` (404)."""
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        change = EmailChange.objects.filter(user=user).first()
        if change is None:
            raise _unknown()
        _cancel_apply(user, change, origin=origin)


def email_change_refuse_by_link(*, token: str, origin: Origin) -> None:
    """Forget a change because one of its mailboxes says no. Refuses `link_invalid`."""
    with transaction.atomic(durable=True):
        user, change, _mailbox = _of_link(token)
        _cancel_apply(user, change, origin=origin)


def email_change_confirm(*, request: HttpRequest, token: str) -> User | None:
    """Note that one mailbox says yes; return the person once both did and the address is changed, until then None.

    The change ends every session of the person but the one of this request. Refuses `link_invalid` and `email_taken`
    (409): somebody has registered the address since.
    """
    origin = request_origin(request)
    with transaction.atomic(durable=True):
        user, change, mailbox = _of_link(token)
        now = timezone.now()
        if mailbox == "old":
            change.old_confirmed_at = change.old_confirmed_at or now
        else:
            change.new_confirmed_at = change.new_confirmed_at or now
        events = [_event(user, "confirmed", {"mailbox": mailbox}, origin)]
        both = change.old_confirmed_at is not None and change.new_confirmed_at is not None
        taken = both and not _address_set(user, change)
        if both:
            change.delete()
        else:
            change.save(update_fields=["old_confirmed_at", "new_confirmed_at"])
        if both and not taken:
            everything_else_end_apply(request=request, user=user)
            addresses = {"before": change.old_email, "after": change.new_email}
            events.append(security_event(user.stream, "user.email_changed", addresses, origin=origin))
            mail_after_commit("email_changed", user.email, addresses, to=change.old_email)
        record(events, origin=origin)
    if taken:
        raise Refused("email_taken", _("Somebody else has this address by now. Nothing was changed."), http_status=409)
    return user if both else None


def _address_set(user: User, change: EmailChange) -> bool:
    """Give a locked person the new address; return False where somebody has it."""
    user.email = change.new_email
    user.email_verified_at = timezone.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_verified_at"])
    except IntegrityError:
        return False
    return True


def _of_link(token: str) -> tuple[User, EmailChange, str]:
    """Return the locked person and the change that a link belongs to; refuses `link_invalid`."""
    claim = email_change_claim(token)
    if claim is None or claim.mailbox not in MAILBOXES:
        raise link_invalid()
    try:
        user = locked_user(claim.user_id)
        change = EmailChange.objects.get(user=user, key=claim.key)
    except (User.DoesNotExist, EmailChange.DoesNotExist):
        raise link_invalid() from None
    if not user.is_active:
        raise link_invalid()
    return user, change, claim.mailbox


def _cancel_apply(user: User, change: EmailChange, *, origin: Origin) -> None:
    change.delete()
    record([_event(user, "cancelled", {"new": change.new_email}, origin)], origin=origin)


def _event(user: User, done: str, payload: dict[str, str], origin: Origin) -> NewEvent:
    return security_event(user.stream, f"user.email_change_{done}", payload, origin=origin)


def _mail(user: User, new_email: str) -> None:
    mail_after_commit("email_change_old", user.email)
    mail_after_commit("email_change_new", user.email, to=new_email)


def _count(user_id: int) -> None:
    wait = take([Limit(f"email_change:{user_id}", REQUESTS_PER_HOUR, 3600)])
    if wait is not None:
        message = _("That is enough mail for now. Look into both mailboxes, or try again in an hour.")
        raise Refused("too_many_mails", message, {"retry_after": round(wait)}, http_status=429)


def _unknown() -> Refused:
    return Refused("email_change_unknown", _("No change of your address is waiting."), http_status=404)
