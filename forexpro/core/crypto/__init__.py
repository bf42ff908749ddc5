"""Authenticated encryption of what is stored: AES-256-GCM, bound to its place, under keys that can be replaced.

`encrypt` and `decrypt` for bytes, `EncryptedTextField` (in `fields`) for a column of a model, and
`manage.py rotate_encryption_keys` to bring every column under the newest key while the platform runs.
"""

from forexpro.core.crypto.cipher import CannotDecrypt, decrypt, encrypt

__all__ = ["CannotDecrypt", "decrypt", "encrypt"]
