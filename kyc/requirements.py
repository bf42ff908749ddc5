"""Which documents make which level, and what a level is good for. Pure functions and small registries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kyc.models import Document, Level

Kind = Document.Kind


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing to show; any of `kinds` will do. `slug` names it in addresses, `files` says what to send."""

    slug: str
    name: Any
    kinds: tuple[Document.Kind, ...]
    files: Any


IDENTITY = Requirement(
    "identity",
    _("Proof of identity"),
    (Kind.PASSPORT, Kind.IDENTITY_CARD),
    _("The page of the passport with your photograph, or both sides of an identity card. All corners in the picture."),
)
SELFIE = Requirement(
    "selfie",
    _("Selfie"),
    (Kind.SELFIE,),
    _("A photograph of you, taken today, with the same document in your hand and its photograph readable."),
)
ADDRESS = Requirement(
    "address",
    _("Proof of address"),
    (Kind.PROOF_OF_ADDRESS,),
    _(
        "A bill of electricity, water or telephone, or a bank statement: with your name and address, not older than "
        "three months."
    ),
)
# Each level needs what the levels below it need.
REQUIREMENTS: dict[Level, tuple[Requirement, ...]] = {Level.IDENTITY: (IDENTITY, SELFIE), Level.FULL: (ADDRESS,)}
# What has to be in force as long as the law wants it, and therefore is read from the document when it is approved.
DATED_KINDS = frozenset(IDENTITY.kinds)

_unlocks: list[Callable[[Level], Iterable[str]]] = []


def level_of(kinds: Iterable[str]) -> Level:
    """Return the level of a client of whom documents of these kinds are approved and in force."""
    there = set(kinds)
    reached = Level.UNVERIFIED
    for level, requirements in REQUIREMENTS.items():
        if not all(there.intersection(requirement.kinds) for requirement in requirements):
            break
        reached = level
    return reached


def add_unlocks(describe: Callable[[Level], Iterable[str]]) -> None:
    """Take from an app above what a level unlocks there, as sentences for the client."""
    _unlocks.append(describe)


def unlocked_by(level: Level) -> list[str]:
    """Return what a level unlocks, in the words of the apps that hold clients to it."""
    return [str(sentence) for describe in _unlocks for sentence in describe(level)]
