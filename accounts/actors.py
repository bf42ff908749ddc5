"""Who acts on people, their money and their documents: a member of staff, or a program with a service key."""

from dataclasses import dataclass, field

from accounts.models import User


@dataclass(frozen=True, slots=True)
class ServiceProgram:
    """A program that acts in the name of the house, such as its CRM: it decides, but is nobody."""

    # As events name it: `crm:<key name>`.
    name: str
    permissions: frozenset[str] = field(default_factory=frozenset)

    def has_perm(self, permission: str) -> bool:
        """Return whether the program may do what `permission` (`app.codename`) names."""
        return permission in self.permissions


Actor = User | ServiceProgram


def person_of(actor: Actor) -> User | None:
    """Return the person who acts; None where it is a program, which only the event names."""
    return actor if isinstance(actor, User) else None


def is_person(actor: Actor, user_id: int | None) -> bool:
    """Return whether the one who acts is this person."""
    return isinstance(actor, User) and actor.pk == user_id
