import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from forexpro.core.crypto import CannotDecrypt, decrypt, encrypt
from forexpro.core.crypto.checks import encryption_keys_are_well_formed
from forexpro.core.crypto.cipher import OVERHEAD_BYTES
from forexpro.core.crypto.keys import key_ring, local_keys, parse_keys
from forexpro.core.tests.crypto.conftest import key

SHORT_KEY = base64.b64encode(b"hunter2").decode()


@pytest.mark.parametrize("plaintext", [b"", b"hunter2", "Zürich ₿".encode(), bytes(100_000)])
def test_what_is_encrypted_is_decrypted_again(keys, plaintext):
    ciphertext = encrypt(plaintext, context="a|b|1")
    assert decrypt(ciphertext, context="a|b|1") == plaintext
    assert len(ciphertext) == len(plaintext) + OVERHEAD_BYTES
    assert ciphertext[0] == 1
    assert not plaintext or plaintext[:16] not in ciphertext


def test_no_two_ciphertexts_are_alike(keys):
    made = {encrypt(b"hunter2", context="a|b|1") for _ in range(1000)}
    assert len({ciphertext[1:13] for ciphertext in made}) == 1000


@pytest.mark.parametrize("context", ["a|b|2", "a|c|1", "c|b|1", ""])
def test_another_place_is_rejected_by_name(keys, context):
    with pytest.raises(CannotDecrypt, match="encrypted for another row or column") as refused:
        decrypt(encrypt(b"hunter2", context="a|b|1"), context=context)
    assert context in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("place", [1, 12, 13, 20, 35])
def test_an_altered_bit_is_rejected(keys, place):
    ciphertext = bytearray(encrypt(b"hunter2", context="a|b|1"))
    ciphertext[place] ^= 1
    with pytest.raises(CannotDecrypt, match="altered"):
        decrypt(bytes(ciphertext), context="a|b|1")


@pytest.mark.parametrize("length", [0, 1, 13, 28])
def test_a_truncated_ciphertext_is_rejected(keys, length):
    with pytest.raises(CannotDecrypt, match="too short"):
        decrypt(encrypt(b"", context="a")[:length], context="a")


def test_older_keys_decrypt_and_the_newest_encrypts(keys):
    old = encrypt(b"hunter2", context="a")
    keys(2, 1)
    new = encrypt(b"hunter2", context="a")
    assert (old[0], new[0]) == (1, 2)
    assert decrypt(old, context="a") == decrypt(new, context="a") == b"hunter2"
    keys(2)
    assert decrypt(new, context="a") == b"hunter2"
    with pytest.raises(CannotDecrypt, match="key 1, which ENCRYPTION_KEYS does not have"):
        decrypt(old, context="a")


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ([], "ENCRYPTION_KEYS is empty"),
        ([""], "Entry 1 of ENCRYPTION_KEYS does not start with"),
        ([key(1), "hunter2"], "Entry 2 of ENCRYPTION_KEYS does not start with"),
        (["0:" + key(1)[2:]], "Set each to 1 to 255"),
        (["256:" + key(1)[2:]], "Set each to 1 to 255"),
        (["-1:" + key(1)[2:]], "Set each to 1 to 255"),
        (["1:hunter2!"], "Key 1 of ENCRYPTION_KEYS is not base64 of 32 bytes"),
        ([f"7:{SHORT_KEY}"], "Key 7 of ENCRYPTION_KEYS is not base64 of 32 bytes"),
        ([key(3), "3:" + key(4)[2:]], "two keys with the number 3"),
    ],
)
def test_malformed_keys_are_named_and_never_repeated(settings, entries, sentence):
    settings.ENCRYPTION_KEYS = entries
    [error] = encryption_keys_are_well_formed(None)
    assert (error.id, error.is_serious()) == ("forexpro.E001", True)
    assert sentence in error.msg
    assert "hunter2" not in error.msg
    assert SHORT_KEY not in error.msg
    with pytest.raises(ImproperlyConfigured):
        key_ring()


def test_well_formed_keys_pass_the_check(keys):
    keys(255, 1)
    assert encryption_keys_are_well_formed(None) == []
    assert key_ring().newest == 255


def test_an_installation_without_keys_generates_one_once(tmp_path):
    entries = local_keys(tmp_path)
    assert local_keys(tmp_path) == entries
    assert list(parse_keys(entries).keys) == [1]
    assert entries != local_keys(tmp_path / "another")
