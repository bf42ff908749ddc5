"""AES-256-GCM. A ciphertext is one byte with the number of its key, a nonce of 12 random bytes, and GCM's output.

The context names the place of a ciphertext and is authenticated with it, so that one that was copied into another row
or column does not decrypt. With random nonces a key is good for 2**32 messages; rotate long before.
"""

import os

from cryptography.exceptions import InvalidTag

from forexpro.core.crypto.keys import key_ring

NONCE_BYTES = 12
TAG_BYTES = 16
OVERHEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES


class CannotDecrypt(Exception):
    """A ciphertext does not belong where it is, was altered, or was made with a key that is not there."""


def encrypt(plaintext: bytes, *, context: str) -> bytes:
    """Return `plaintext` encrypted under the newest key for the place `context`."""
    ring = key_ring()
    nonce = os.urandom(NONCE_BYTES)
    return bytes([ring.newest]) + nonce + ring.keys[ring.newest].encrypt(nonce, plaintext, context.encode())


def decrypt(ciphertext: bytes, *, context: str) -> bytes:
    """Return what was encrypted for the place `context`; raises CannotDecrypt."""
    if len(ciphertext) < OVERHEAD_BYTES:
        raise CannotDecrypt(f"What is stored at {context} is too short to be a ciphertext.")
    number, nonce, content = ciphertext[0], ciphertext[1 : 1 + NONCE_BYTES], ciphertext[1 + NONCE_BYTES :]
    key = key_ring().keys.get(number)
    if key is None:
        raise CannotDecrypt(
            f"What is stored at {context} was encrypted with key {number}, which ENCRYPTION_KEYS does not have."
        )
    try:
        return key.decrypt(nonce, content, context.encode())
    except InvalidTag:
        raise CannotDecrypt(
            f"What is stored at {context} was altered, or was encrypted for another row or column."
        ) from None
