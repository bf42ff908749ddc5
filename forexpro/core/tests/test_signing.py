import copy

import pytest

from forexpro.core.signing import is_signed_by, public_key, sign

DOCUMENT = {"b": "1.50", "a": [{"ü": None}, True, 3]}


def test_signed_document_verifies_with_the_public_key_alone():
    signed = sign(DOCUMENT)
    assert signed["signature"]["public_key"] == public_key()
    assert is_signed_by(signed, public_key())


def test_order_of_keys_does_not_matter():
    signed = sign(DOCUMENT)
    signed["document"] = dict(reversed(signed["document"].items()))
    assert is_signed_by(signed, public_key())


def test_changed_document_does_not_verify():
    signed = copy.deepcopy(sign(DOCUMENT))
    signed["document"]["b"] = "1.51"
    assert not is_signed_by(signed, public_key())


def test_another_key_does_not_verify():
    assert not is_signed_by(sign(DOCUMENT), "A" * 43 + "=")


@pytest.mark.parametrize(
    "signed",
    [
        {},
        {"document": DOCUMENT},
        {"document": DOCUMENT, "signature": "x"},
        {"document": DOCUMENT, "signature": {"algorithm": "none", "value": ""}},
        {"document": DOCUMENT, "signature": {"algorithm": "Ed25519", "value": "not base64"}},
    ],
)
def test_what_is_no_signed_document_is_said_so(signed):
    with pytest.raises(ValueError):
        is_signed_by(signed, public_key())
