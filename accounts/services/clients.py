"""Clients as another system of the house brings and changes them: by external id or e-mail address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.locks import locked_people
from accounts.mails import mail_after_commit
from accounts.models import AccessLevel, User
from accounts.roles import Role
from accounts.selectors import role_group
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused

# What a row may say of a person beside who it is.
PROFILE = ("full_name", "time_zone", "language")
UPDATED_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class ClientRow:
    """What is known of a client. None leaves what there is; `invite` mails somebody new a link to set a password."""

    email: str | None = None
    external_id: str | None = None
    full_name: str | None = None
    time_zone: str | None = None
    language: str | None = None
    invite: bool = False


@dataclass(slots=True)
class RowResult:
    """What became of a row: `created`, `updated` or `unchanged` with the client, or `refused` with why."""

    status: str
    user: User | None = None
    refusal: Refused | None = None


class _Import:
    """Rows being matched with people; those of one import see each other."""

    def __init__(self, people: Sequence[User]) -> None:
        self.by_email = {user.email: user for user in people}
        self.by_external_id = {user.external_id: user for user in people if user.external_id}
        self.new: dict[str, tuple[User, bool]] = {}
        self.changes: dict[int, dict[str, dict[str, Any]]] = {}

    def take(self, row: ClientRow) -> RowResult:
        """Match one row; raises `Refused`."""
        email = User.objects.normalize_email(row.email) if row.email else None
        named = self.by_external_id.get(row.external_id) if row.external_id else None
        addressed = self.by_email.get(email) if email else None
        if named is not None and addressed is not None and named is not addressed:
            raise _external_id_taken(row.external_id)
        user = named or addressed
        if user is None:
            return self._create(row, email)
        if user.is_staff:
            raise Refused(
                "not_a_client",
                _("This is a member of staff, whom only super admins change."),
                {"email": user.email},
                http_status=409,
            )
        if email and user.email != email:
            raise Refused(
                "email_differs",
                _("This client has another e-mail address. Only they can change it, on their page of security."),
                {"external_id": row.external_id},
                http_status=409,
            )
        return self._update(row, user)

    def _create(self, row: ClientRow, email: str | None) -> RowResult:
        if not email or not row.full_name:
            raise Refused(
                "client_incomplete",
                _("There is no such client. To create one, send email and full_name."),
                {"missing": [name for name in ("email", "full_name") if not getattr(row, name)]},
            )
        given = {name: getattr(row, name) for name in PROFILE if getattr(row, name) is not None}
        user = User(email=email, external_id=row.external_id or None, **given)
        user.set_unusable_password()
        self._remember(user)
        self.new[email] = (user, row.invite)
        return RowResult("created", user)

    def _update(self, row: ClientRow, user: User) -> RowResult:
        wanted = {name: getattr(row, name) for name in PROFILE if getattr(row, name) is not None}
        if row.external_id and user.external_id != row.external_id:
            if user.external_id is not None:
                raise _external_id_taken(user.external_id)
            wanted["external_id"] = row.external_id
        changes = _assign(user, wanted)
        self._remember(user)
        if changes and user.pk is not None:
            known = self.changes.setdefault(user.pk, {})
            for name, change in changes.items():
                known[name] = {"before": known.get(name, change)["before"], "after": change["after"]}
        return RowResult("updated" if changes else "unchanged", user)

    def _remember(self, user: User) -> None:
        self.by_email[user.email] = user
        if user.external_id:
            self.by_external_id[user.external_id] = user


def clients_upsert_apply(rows: Sequence[ClientRow], *, origin: Origin) -> list[RowResult]:
    """Create or update clients inside the caller's transaction; a row that is refused takes no other with it.

    A client is found by external id, else by address; who was found by address gets the external id. Refuses rows with
    `client_incomplete`, `external_id_taken`, `email_differs`, `not_a_client`. Where somebody is created by others at
    the same moment, the database refuses: do it again, and they are found.
    """
    emails = {User.objects.normalize_email(row.email) for row in rows if row.email}
    external_ids = {row.external_id for row in rows if row.external_id}
    people = locked_people(emails=emails, external_ids=external_ids)
    found = _Import(people)
    results = []
    for row in rows:
        try:
            results.append(found.take(row))
        except Refused as refusal:
            results.append(RowResult("refused", refusal=refusal))
    # In one order, so that two imports of the same people wait for each other instead of both for the other.
    new = [found.new[email] for email in sorted(found.new)]
    User.objects.bulk_create([user for user, _invite in new])
    if new:
        role_group(Role.TRADER).user_set.add(*[user for user, _invite in new])
    changed = [user for user in people if user.pk in found.changes]
    User.objects.bulk_update(changed, [*PROFILE, "external_id"], batch_size=UPDATED_AT_ONCE)
    events = [_created(user) for user, _invite in new] + [
        NewEvent(f"user:{pk}", "user.updated", {"changes": changes}) for pk, changes in found.changes.items()
    ]
    if events:
        record(events, origin=origin)
    for user, invite in new:
        if invite:
            mail_after_commit("password_reset", user.email)
    return results


def client_update_apply(user: User, wanted: Mapping[str, Any], *, reason: str = "", origin: Origin) -> bool:
    """Give a locked client's fields these values inside the caller's transaction; return whether any has changed.

    Clients do not see the reason. Refuses `external_id_taken`.
    """
    external_id = wanted.get("external_id")
    if external_id and User.objects.filter(external_id=external_id).exclude(pk=user.pk).exists():
        raise _external_id_taken(external_id)
    changes = _assign(user, wanted)
    if changes:
        user.save(update_fields=list(changes))
        payload = {"changes": _recordable(changes)} | ({"reason": reason} if reason else {})
        record([NewEvent(user.stream, "user.updated", payload)], origin=origin)
    return bool(changes)


def client_access_set_apply(
    user: User, *, level: AccessLevel, reason: str, paused_accounts: Sequence[int], origin: Origin
) -> None:
    """Give a locked client another access level inside the caller's transaction, which has paused the accounts."""
    payload = {
        "before": user.access_level,
        "after": level.value,
        "reason": reason,
        "paused_accounts": list(paused_accounts),
    }
    user.access_level = level
    user.save(update_fields=["access_level"])
    record([NewEvent(user.stream, "user.access_level_changed", payload)], origin=origin)


def _assign(user: User, wanted: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    changes = {
        name: {"before": getattr(user, name), "after": value}
        for name, value in wanted.items()
        if getattr(user, name) != value
    }
    for name, change in changes.items():
        setattr(user, name, change["after"])
    return changes


def _recordable(changes: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return changes as JSON: numbers with decimals become texts."""
    plain = (bool, list, str, type(None))
    return {
        name: {when: value if isinstance(value, plain) else f"{value.normalize():f}" for when, value in change.items()}
        for name, change in changes.items()
    }


def _created(user: User) -> NewEvent:
    payload = {"email": user.email, "full_name": user.full_name, "role": Role.TRADER.value}
    if user.external_id:
        payload["external_id"] = user.external_id
    return NewEvent(user.stream, "user.created", payload)


def _external_id_taken(external_id: str | None) -> Refused:
    return Refused(
        "external_id_taken",
        _("Another external id or another client stands against this. Look the client up, and PATCH the external id."),
        {"external_id": external_id},
        http_status=409,
    )
