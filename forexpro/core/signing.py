"""Signed JSON documents: Ed25519 over canonical JSON (sorted keys, no spaces), verified with the public key alone."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

ALGORITHM = "Ed25519"


def sign(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return `document`, JSON without floats, beside its signature and the public key that verifies it."""
    return {
        "document": document,
        "signature": {
            "algorithm": ALGORITHM,
            "public_key": public_key(),
            "value": _text(_private_key().sign(_canonical(document))),
        },
    }


def is_signed_by(signed: Mapping[str, Any], key: str) -> bool:
    """Return whether the owner of the public `key` signed a document; raises ValueError where it is no such thing."""
    try:
        signature = signed["signature"]
        verifier = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        value = base64.b64decode(signature["value"], validate=True)
        if signature["algorithm"] != ALGORITHM:
            raise ValueError(f"signatures are {ALGORITHM}, this one is {signature['algorithm']!r}")
        verifier.verify(value, _canonical(signed["document"]))
    except InvalidSignature:
        return False
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError("this is not a signed document") from error
    return True


def public_key() -> str:
    """Return the public key of this installation, base64."""
    return _text(_private_key().public_key().public_bytes_raw())


@cache
def _private_key() -> Ed25519PrivateKey:
    # The setting is a secret of any length; a key is 32 bytes.
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(settings.DOCUMENT_SIGNING_KEY.encode()).digest())


def _canonical(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
