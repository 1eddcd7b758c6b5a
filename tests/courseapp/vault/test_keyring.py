"""The key-encryption keys are read from the settings, or refused with a sentence."""

from __future__ import annotations

import base64
import os
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseapp.vault import keyring
from courseapp.vault.keyring import BadKeyring, UnknownKey

pytestmark = pytest.mark.once

A, B = bytes(range(32)), bytes(range(100, 132))
OWNER = uuid4()


def word(name: str, key: bytes) -> str:
    return f"{name}:{base64.b64encode(key).decode()}"


def test_the_first_wraps_and_all_unwrap() -> None:
    old = keyring.parsed([word("2025", A)])
    both = keyring.parsed([word("2026", B), word("2025", A)])
    data_key = keyring.new_data_key()
    wrapped = old.wrap(data_key, generation=1, owner=OWNER)

    assert (old.current, both.current) == ("2025", "2026")
    both.unwrap(wrapped, name="2025", generation=1, owner=OWNER)
    anew = both.rewrap(wrapped, name="2025", generation=1, owner=OWNER)
    only_new = keyring.parsed([word("2026", B)])
    only_new.unwrap(anew, name="2026", generation=1, owner=OWNER)
    with pytest.raises(UnknownKey, match="2025"):
        only_new.unwrap(wrapped, name="2025", generation=1, owner=OWNER)


@given(st.binary(min_size=32, max_size=32).filter(lambda key: len(set(key)) >= 8))
def test_either_alphabet_of_base64_is_read_with_and_without_its_ending(key: bytes) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(key).decode()
        keyring.parsed([f"2026:{text}"])
        keyring.parsed([f"2026:{text.rstrip('=')}"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "VAULT_KEYS is empty: readers' keys could not be kept."),
        (["x"], "Key x of VAULT_KEYS has 0 bytes; it takes 32."),
        ([base64.b64encode(A).decode()], "Key 1 of VAULT_KEYS has no name of letters and figures."),
        ([word("2026", A), ":x"], "Key 2 of VAULT_KEYS has no name of letters and figures."),
        (["2026:not base64!"], "Key 2026 of VAULT_KEYS is not base64."),
        ([word("2026", A).replace(":", ":!!!!")], "Key 2026 of VAULT_KEYS is not base64."),
        ([word("2026", A[:31])], "Key 2026 of VAULT_KEYS has 31 bytes; it takes 32."),
        ([word("2026", A + b"x")], "Key 2026 of VAULT_KEYS has 33 bytes; it takes 32."),
        (
            [word("2026", bytes(32))],
            "Key 2026 of VAULT_KEYS is not random: one byte repeats too often.",
        ),
        (
            [word("2026", b"abcdefghijklmnopqrstuvwxyz ABCDE")],
            "Key 2026 of VAULT_KEYS is not random: it is text in base64.",
        ),
        ([word("2026", A), word("2026", B)], "VAULT_KEYS names 2026 twice."),
        (
            [word("2026", A), word("2025", A)],
            "VAULT_KEYS has one key under two names: that is no rotation.",
        ),
    ],
)
def test_what_is_no_key_is_refused_by_a_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(BadKeyring) as refused:
        keyring.parsed(words)
    assert str(refused.value) == sentence


def test_eight_different_bytes_are_the_fewest_that_pass_for_random() -> None:
    keyring.parsed([word("2026", bytes(range(200, 208)) * 4)])
    with pytest.raises(BadKeyring, match="repeats too often"):
        keyring.parsed([word("2026", (bytes(range(200, 207)) * 5)[:32])])


def test_no_sentence_and_no_picture_of_a_keyring_shows_a_key() -> None:
    key = os.urandom(31)
    with pytest.raises(BadKeyring) as refused:
        keyring.parsed([word("2026", key)])
    assert base64.b64encode(key).decode()[:8] not in str(refused.value)
    assert "AESGCM" not in repr(keyring.parsed([word("2026", A)]))
