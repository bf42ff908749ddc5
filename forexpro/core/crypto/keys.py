"""The keys of an installation, from the setting `ENCRYPTION_KEYS`."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from forexpro.core.secrets import local_secret

KEY_BYTES = 32
# A ciphertext starts with the number of its key. 0 is never one: it is left to mark another format.
KEY_NUMBERS = range(1, 256)
LOCAL_SECRET = "encryption_key"  # noqa: S105  # the name of the file, not what is in it


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every key that decrypts, by number; the one with the number `newest` encrypts."""

    newest: int
    keys: dict[int, AESGCM]


def key_ring() -> KeyRing:
    """Return the keys of the settings; raises ImproperlyConfigured where they are not well-formed."""
    return _ring(tuple(settings.ENCRYPTION_KEYS))


@cache
def _ring(entries: tuple[str, ...]) -> KeyRing:
    try:
        return parse_keys(entries)
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from error


def parse_keys(entries: Sequence[str]) -> KeyRing:
    """Return the keys of entries such as `2:<base64 of 32 bytes>`, newest first.

    Raises ValueError with a sentence that says what to set; it never repeats a key.
    """
    keys: dict[int, AESGCM] = {}
    for place, entry in enumerate(entries, start=1):
        number, colon, encoded = entry.strip().partition(":")
        if not colon or not number.isdecimal() or int(number) not in KEY_NUMBERS:
            raise ValueError(
                f"Entry {place} of ENCRYPTION_KEYS does not start with the number of its key and a colon. "
                f"Set each to {KEY_NUMBERS[0]} to {KEY_NUMBERS[-1]}, a colon, and the key in base64."
            )
        if int(number) in keys:
            raise ValueError(
                f"ENCRYPTION_KEYS has two keys with the number {number}. Give a new key a number that was never used."
            )
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise ValueError(
                f"Key {number} of ENCRYPTION_KEYS is not base64 of {KEY_BYTES} bytes. "
                f"`openssl rand -base64 {KEY_BYTES}` makes one."
            )
        keys[int(number)] = AESGCM(key)
    if not keys:
        raise ValueError(f"ENCRYPTION_KEYS is empty. Set it to 1:$(openssl rand -base64 {KEY_BYTES}).")
    return KeyRing(newest=next(iter(keys)), keys=keys)


def local_keys(local_dir: Path) -> list[str]:
    """Return the entries of an installation that was given none: one key, generated once into `local_dir`."""
    key = hashlib.sha256(local_secret(local_dir, LOCAL_SECRET).encode()).digest()
    return [f"1:{base64.b64encode(key).decode()}"]
