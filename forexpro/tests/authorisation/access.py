"""The words of the table in `expectations`: who there is, and what an operation is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from accounts.models import Scope
from accounts.roles import Role

PASSWORD = "plum-Tree-93-lane"
ANONYMOUS, THE_OWNER, THE_OTHER, SERVICE_KEY = "anonymous", "owner", "other", "service key"
STAFF_ROLES = tuple(role.value for role in Role if role.is_staff)
PEOPLE = (ANONYMOUS, THE_OWNER, THE_OTHER, *STAFF_ROLES)
ACTORS = (*PEOPLE, SERVICE_KEY)

Access = frozenset[str]
EVERYBODY: Access = frozenset(PEOPLE)
SIGNED_IN: Access = EVERYBODY - {ANONYMOUS}
VISITORS: Access = frozenset({ANONYMOUS})
# The person to whom the object in the address belongs: nobody else, whatever their role.
OWNER: Access = frozenset({THE_OWNER})
STAFF: Access = frozenset(STAFF_ROLES)
# A program of the house, which is nobody: what is open to everybody refuses its key, too.
SERVICE: Access = frozenset({SERVICE_KEY})
NOBODY: Access = frozenset()
# What programs call: elsewhere nobody looks at a key.
OF_PROGRAMS = ("api/v1/", "market/", "crm/", "sso/impersonate")


def actors_of(line: str) -> tuple[str, ...]:
    """Return who is tried on an operation: a service key where keys are looked at."""
    route = line.partition(" ")[2]
    return ACTORS if route.startswith(OF_PROGRAMS) and "/auth/" not in route else PEOPLE


def tried_for(access: Access) -> list[str]:
    """Return who has to show that they reach an operation: where all who sign in are alike, two of staff will do."""
    if access >= SIGNED_IN:
        access = access - STAFF | {STAFF_ROLES[0], STAFF_ROLES[-1]}
    return [actor for actor in ACTORS if actor in access]


def desks(*roles: Role) -> Access:
    """Return the access of these roles, and of super admins, who may do everything that staff may."""
    return frozenset({Role.SUPER_ADMIN.value, *(role.value for role in roles)})


@dataclass(frozen=True, slots=True)
class Operation:
    """Who reaches it, and what is sent to it: a body that works, so that nothing but authorisation can stop it."""

    access: Access
    body: Mapping[str, Any] = field(default_factory=dict)
    has_effect: bool = False
    # Those who do not reach it are answered like everybody else, and nothing happens.
    is_quiet: bool = False
    # What takes the place of the usual object in the address, by the name of the parameter.
    arguments: Mapping[str, str] = field(default_factory=dict)
    # What an API key has to be made for to reach it below `api/v1/`; None where no key does.
    scope: Scope | None = Scope.READ


def reads(access: Access, **arguments: str) -> Operation:
    """Return an operation that changes nothing, whoever asks."""
    return Operation(access, arguments=arguments)


def asks(access: Access, **body: Any) -> Operation:
    """Return an operation that is sent something and changes nothing here: a preview, a search, an incomplete form."""
    return Operation(access, body)


def changes(access: Access, arguments: Mapping[str, str] | None = None, **body: Any) -> Operation:
    """Return an operation that changes something for everybody who reaches it."""
    return Operation(access, body, has_effect=True, arguments=arguments or {}, scope=Scope.TRADE)


def changes_quietly(access: Access, **body: Any) -> Operation:
    """Return an operation that answers everybody alike, and changes something for those in `access` alone."""
    return Operation(access, body, has_effect=True, is_quiet=True)


def moves_money(access: Access, arguments: Mapping[str, str] | None = None, **body: Any) -> Operation:
    """Return an operation that changes something, for API keys with the scope for it."""
    return replace(changes(access, arguments, **body), scope=Scope.FUNDING)


def changes_without_key(access: Access, **body: Any) -> Operation:
    """Return an operation that changes something, and that no API key reaches whatever its scopes."""
    return replace(changes(access, **body), scope=None)


def button(path: str, access: Access, of: str = "", *, has_effect: bool = True, **body: Any) -> dict[str, Operation]:
    """Return the dialog of a back-office button and what it does, to the object named `of` where it is not the usual.

    The dialog itself can be opened for any object.
    """
    arguments = {"object_id": of} if of else {}
    pressed = Operation(access, {"_form_submitted": "True", **body}, has_effect=has_effect, arguments=arguments)
    return {f"GET {path}/": reads(access), f"POST {path}/": pressed}


def back_office_model(
    path: str, *, view: Access, add: Access = NOBODY, change: Access = NOBODY, delete: Access = NOBODY
) -> dict[str, Operation]:
    """Return the operations that the admin has for every model; forms are sent empty, so nothing is changed by them.

    Actions and forms that do change something have lines of their own.
    """
    row = f"{path}/<path:object_id>"
    return {
        f"GET {path}/": reads(view),
        f"GET {path}/news/": reads(view),
        f"GET {path}/add/": reads(add),
        f"POST {path}/add/": asks(add),
        f"GET {row}/": reads(STAFF),  # leads to the page of the row
        f"GET {row}/change/": reads(view),
        f"POST {row}/change/": asks(change),
        f"GET {row}/delete/": reads(delete),
        f"POST {row}/delete/": asks(delete),
        f"GET {row}/history/": reads(view),
        f"GET {row}/news/": reads(view),
    }
