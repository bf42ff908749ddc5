"""Two-step sign-in: setting up an authenticator app, its codes, and the ten codes on paper for when it is lost."""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from math import ceil

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.devices import device_token, token_hash
from accounts.lockout import attempt_begin, attempt_failed, attempt_of, attempt_take_back, locked
from accounts.locks import locked_totp_device, locked_user
from accounts.mails import mail_after_commit
from accounts.models import BackupCode, KnownDevice, TotpDevice, User
from accounts.models.second_factor import CODE
from accounts.selectors import has_second_factor
from accounts.services.security_events import security_event
from accounts.services.sessions import everything_else_end_apply, everything_end_apply
from forexpro.core.events.chain import Origin
from forexpro.core.events.record import record
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused

SECRET_BYTES = 20
BACKUP_CODES = 10
# Nine letters of 31 are 44 bits; the digit before them says which code it is, so that one hash finds out.
BACKUP_LETTERS = 9
# Ten are hashed in one request. What a password chosen by a person needs of memory and time, random letters do not: at
# 8 MiB and some milliseconds a guess, 44 bits are thousands of years of a processor.
HASHER = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
# Without letters that look alike; none of them is a digit that could be taken for the number.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def totp_prepare(*, user_id: int) -> TotpDevice:
    """Return the authenticator app that this person is setting up, with a new secret where there is none yet.

    Refuses `totp_already_on`.
    """
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        device = locked_totp_device(user_id)
        if device is not None and device.confirmed:
            raise _already_on()
        if device is None:
            secret = b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
            device = TotpDevice.objects.create(user=user, name="authenticator", confirmed=False, secret=secret)
    return device


def totp_enable(*, request: HttpRequest, user_id: int, code: str) -> list[str]:
    """Turn two-step sign-in on with a first code of the app, end every other session and return the backup codes.

    Refuses `totp_already_on`, `code_invalid` and `sign_in_locked`.
    """
    origin = request_origin(request)
    attempt_begin(request, User.objects.get(pk=user_id).email)
    codes = _new_backup_codes()
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        device = locked_totp_device(user_id)
        is_on = device is not None and device.confirmed
        accepted = device is not None and not is_on and device.verify_unthrottled(_typed(code))
        if device is not None and accepted:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            _backup_codes_replace(user, codes)
            everything_else_end_apply(request=request, user=user)
            record([security_event(user.stream, "user.totp_enabled", {}, origin=origin)], origin=origin)
            mail_after_commit("totp_enabled", user.email)
    if is_on:
        attempt_take_back(request)
        raise _already_on()
    if not accepted:
        attempt_failed(request)
        raise code_invalid()
    attempt_take_back(request)
    return [code.shown for code in codes]


def totp_disable(*, request: HttpRequest, user_id: int) -> None:
    """Turn two-step sign-in off and end every other session. Refuses `totp_required` to staff who have to have it."""
    origin = request_origin(request)
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        if user.is_staff and settings.STAFF_TOTP_REQUIRED:
            message = _("Members of staff sign in with two steps. A colleague can reset yours if you lost the app.")
            raise Refused("totp_required", message, http_status=403)
        if _remove(user):
            everything_else_end_apply(request=request, user=user)
            record([security_event(user.stream, "user.totp_disabled", {}, origin=origin)], origin=origin)
            mail_after_commit("totp_disabled", user.email)


def totp_reset_apply(user: User, *, reason: str, origin: Origin) -> bool:
    """Take the second factor from a locked person who has lost it, sign them out everywhere and tell them by mail.

    Return whether there was one. Belongs into the caller's transaction.
    """
    was_on = _remove(user)
    if was_on:
        everything_end_apply(user)
        record([security_event(user.stream, "user.totp_reset", {"reason": reason}, origin=origin)], origin=origin)
        mail_after_commit("totp_reset", user.email)
    return was_on


def backup_codes_create(*, user_id: int, origin: Origin) -> list[str]:
    """Replace the backup codes of a person and return the new ones, which nobody can read again.

    Refuses `totp_off`.
    """
    codes = _new_backup_codes()
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        device = locked_totp_device(user_id)
        if device is None or not device.confirmed:
            raise Refused("totp_off", _("Set two-step sign-in up first."), http_status=409)
        _backup_codes_replace(user, codes)
        record([security_event(user.stream, "user.backup_codes_created", {}, origin=origin)], origin=origin)
        mail_after_commit("backup_codes_created", user.email)
    return [code.shown for code in codes]


def second_factor_verify(*, request: HttpRequest, user: User, code: str, failure: str = "user.sign_in_failed") -> None:
    """Accept a code of the person's app or one of the backup codes, each of them once.

    Every failure is an event of the type `failure` and counts towards the lock-out. Refuses `code_invalid`,
    `sign_in_locked` and, to browsers that this person has not used before, `code_throttled` after many failures.
    """
    origin = request_origin(request)
    typed = _typed(code)
    attempt_begin(request, user.email)
    of_app = CODE.fullmatch(typed) is not None
    backup_code = None if of_app else _matching_backup_code(user, typed)
    throttled = None
    with transaction.atomic(durable=True):
        accepted = False
        if backup_code is not None:
            # Of several requests with one code, one deletes it.
            accepted = BackupCode.objects.filter(pk=backup_code.pk).delete()[0] == 1
        elif of_app and (device := locked_totp_device(user.pk)) is not None and device.confirmed:
            throttled = _throttled(request, user, device)
            accepted = throttled is None and device.verify_unthrottled(typed)
        if accepted and backup_code is not None:
            payload = {"left": BackupCode.objects.filter(user=user).count()}
            record([security_event(user.stream, "user.backup_code_used", payload, origin=origin)], origin=origin)
        elif not accepted and not throttled:
            attempt = attempt_of(request)
            events = [security_event(user.stream, failure, {"reason": "wrong_code"}, origin=origin)]
            if attempt is not None and attempt.is_last:
                events.append(security_event(user.stream, "user.sign_in_locked", attempt.lock, origin=origin))
            record(events, origin=origin)
    if throttled:
        attempt_take_back(request)
        raise throttled
    if not accepted:
        attempt_failed(request)
        attempt = attempt_of(request)
        raise locked(request, user.email) if attempt is not None and attempt.is_last else code_invalid(of_app=of_app)
    attempt_take_back(request)


def code_invalid(*, of_app: bool = True) -> Refused:
    """Return the refusal of a code that is wrong, too old or was used already."""
    if of_app:
        message = _("This code is not valid, or it was used already. Wait for the next one and try again.")
    else:
        message = _("This backup code is not valid, or it was used already. Enter another one.")
    return Refused("code_invalid", message, http_status=400)


def _remove(user: User) -> bool:
    """Take app and backup codes from a locked person; return whether two-step sign-in was on."""
    was_on = has_second_factor(user)
    TotpDevice.objects.filter(user=user).delete()
    BackupCode.objects.filter(user=user).delete()
    return was_on


def _already_on() -> Refused:
    return Refused("totp_already_on", _("Two-step sign-in is on already."), http_status=409)


def _typed(code: str) -> str:
    """Return a code without what people and apps put between its characters."""
    return "".join(code.split()).replace("-", "").lower()


@dataclass(frozen=True, slots=True)
class _NewCode:
    number: int
    letters: str
    hash: str

    @property
    def shown(self) -> str:
        """The code as people copy it: 4abcd-efghj."""
        return f"{self.number}{self.letters[:4]}-{self.letters[4:]}"


def _new_backup_codes() -> list[_NewCode]:
    """Return new codes with their hashes, which are made while no row is locked."""
    codes = []
    for number in range(BACKUP_CODES):
        letters = "".join(secrets.choice(ALPHABET) for _place in range(BACKUP_LETTERS))
        codes.append(_NewCode(number, letters, HASHER.hash(f"{number}{letters}")))
    return codes


def _backup_codes_replace(user: User, codes: list[_NewCode]) -> None:
    BackupCode.objects.filter(user=user).delete()
    BackupCode.objects.bulk_create(BackupCode(user=user, number=code.number, code_hash=code.hash) for code in codes)


def _matching_backup_code(user: User, typed: str) -> BackupCode | None:
    if len(typed) != 1 + BACKUP_LETTERS or not (typed.isascii() and typed[0].isdigit()):
        return None
    code = BackupCode.objects.filter(user=user, number=int(typed[0])).first()
    if code is None:
        return None
    try:
        HASHER.verify(code.code_hash, typed)
    except VerifyMismatchError:
        return None
    return code


def _throttled(request: HttpRequest, user: User, device: TotpDevice) -> Refused | None:
    """Return the refusal of a guess too soon after others.

    Guesses come from many addresses, so they are slowed down for all browsers together, but not for those that the
    owner has used before: nobody who knows the password keeps the owner out.
    """
    allowed, reason = device.verify_is_allowed()
    if allowed or KnownDevice.objects.filter(user=user, token_hash=token_hash(device_token(request))).exists():
        return None
    wait = max(1, ceil((reason["locked_until"] - timezone.now()).total_seconds()))
    message = _(
        "Somebody has given wrong codes for this account. Try again in %(seconds)s seconds, use a backup code, or sign "
        "in with a browser that you have used before."
    )
    return Refused("code_throttled", message % {"seconds": wait}, {"retry_after": wait}, http_status=429)
