"""What is sealed opens where it was sealed, and nowhere else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import assume, given
from hypothesis import strategies as st

from courseapp.vault import sealing
from courseapp.vault.sealing import MOST_GENERATIONS, Place, Refuses

pytestmark = pytest.mark.once

KEY, OTHER_KEY = AESGCM(b"k" * 32), AESGCM(b"o" * 32)
OWNER, ROW = uuid4(), uuid4()
PLACE = Place("lessons.Answer", "text", ROW)
TEXT = b"Ik twijfel al maanden."
places = st.builds(Place, st.text(max_size=20), st.text(max_size=20), st.uuids())
generations = st.integers(1, MOST_GENERATIONS)


def sealed(text: bytes = TEXT, *, generation: int = 1) -> bytes:
    return sealing.seal(text, key=KEY, generation=generation, place=PLACE, owner=OWNER)


@given(text=st.binary(max_size=2000), generation=generations, place=places, owner=st.uuids())
def test_whatever_is_sealed_comes_out_as_it_went_in(
    text: bytes, generation: int, place: Place, owner: object
) -> None:
    more = {"key": KEY, "place": place, "owner": owner}
    kept = sealing.seal(text, generation=generation, **more)  # type: ignore[arg-type]
    assert sealing.generation_of(kept) == generation
    assert sealing.unseal(kept, **more) == text  # type: ignore[arg-type]


@given(one=places, other=places)
def test_no_other_place_opens_it(one: Place, other: Place) -> None:
    assume(one != other)
    kept = sealing.seal(TEXT, key=KEY, generation=1, place=one, owner=OWNER)
    with pytest.raises(Refuses):
        sealing.unseal(kept, key=KEY, place=other, owner=OWNER)


@given(one=st.lists(st.binary(max_size=4)), other=st.lists(st.binary(max_size=4)))
def test_what_a_text_is_bound_to_can_be_read_in_one_way_only(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (sealing.joined(*one) == sealing.joined(*other)) == (one == other)


def test_neither_another_key_nor_another_owner_opens_it() -> None:
    with pytest.raises(Refuses):
        sealing.unseal(sealed(), key=OTHER_KEY, place=PLACE, owner=OWNER)
    with pytest.raises(Refuses):
        sealing.unseal(sealed(), key=KEY, place=PLACE, owner=uuid4())


def test_no_bit_of_it_can_be_changed() -> None:
    kept = sealed()
    for bit in range(len(kept) * 8):
        changed = bytearray(kept)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Refuses):
            sealing.unseal(bytes(changed), key=KEY, place=PLACE, owner=OWNER)


def test_no_piece_of_it_opens_and_nothing_can_be_put_behind_it() -> None:
    kept = sealed()
    for broken in [kept[:size] for size in range(len(kept))] + [kept + b"\0", b"\0" + kept]:
        with pytest.raises(Refuses):
            sealing.unseal(broken, key=KEY, place=PLACE, owner=OWNER)


def test_the_same_text_is_never_sealed_to_the_same_bytes() -> None:
    assert len({sealed() for _ in range(200)}) == 200


@given(st.integers(0, 3000))
def test_a_length_tells_no_more_than_how_many_steps_a_text_takes(size: int) -> None:
    kept = sealed(b"x" * size)
    steps = (size + sealing.LENGTH + sealing.STEP - 1) // sealing.STEP
    assert len(kept) == sealing.HEAD + sealing.NONCE + sealing.TAG + steps * sealing.STEP
    assert sealing.EXTRA <= 64


def test_ja_and_a_page_of_doubt_of_the_same_step_look_alike() -> None:
    assert len(sealed(b"ja")) == len(sealed(b"x" * 252)) < len(sealed(b"x" * 253))


@pytest.mark.parametrize(
    "framed",
    [
        b"",
        b"\0\0",
        bytes(4),  # Not a whole step.
        b"\xff\xff\xff\xff" + bytes(252),  # Longer than there are bytes.
        b"\0\0\0\1xy" + bytes(250),  # Something behind the text.
        b"\0\0\0\1x" + bytes(251 + 256),  # A step too many.
    ],
)
def test_a_padding_that_we_never_make_is_refused(framed: bytes) -> None:
    with pytest.raises(Refuses):
        sealing.unpadded(framed)


def test_a_wrapped_key_opens_for_its_owner_generation_and_wrapper_only() -> None:
    more = {"by": KEY, "name": "2026", "generation": 1, "owner": OWNER}
    data_key = bytes(range(32))
    wrapped = sealing.wrap(data_key, **more)  # type: ignore[arg-type]
    assert sealing.unwrap(wrapped, **more) == data_key  # type: ignore[arg-type]
    assert data_key not in wrapped
    for wrong in (
        {"by": OTHER_KEY}, {"name": "2025"}, {"generation": 2}, {"owner": uuid4()},
    ):  # fmt: skip
        with pytest.raises(Refuses):
            sealing.unwrap(wrapped, **{**more, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_wrapped_key_of_another_length_is_none(length: int) -> None:
    more = {"by": KEY, "name": "2026", "generation": 1, "owner": OWNER}
    wrapped = sealing.wrap(bytes(length), **more)  # type: ignore[arg-type]
    with pytest.raises(Refuses):
        sealing.unwrap(wrapped, **more)  # type: ignore[arg-type]


def test_a_wrapped_key_is_no_text_and_a_text_no_wrapped_key() -> None:
    wrapped = sealing.wrap(bytes(32), by=KEY, name="2026", generation=1, owner=OWNER)
    with pytest.raises(Refuses):
        sealing.unseal(sealing.head(1) + wrapped, key=KEY, place=PLACE, owner=OWNER)
    with pytest.raises(Refuses):
        sealing.unwrap(sealed()[3:], by=KEY, name="2026", generation=1, owner=OWNER)


# The format written out once more: what an earlier release sealed opens with the next one.
NONCE = bytes(range(12))


def bound(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def test_a_text_has_the_form_that_is_written_down() -> None:
    framed = b"\0\0\0\x16" + TEXT + bytes(256 - 4 - 22)
    to = bound(b"courseapp text", b"\1\1\2", b"lessons.Answer", b"text", ROW.bytes, OWNER.bytes)
    kept = b"\1\1\2" + NONCE + KEY.encrypt(NONCE, framed, to)

    assert sealing.generation_of(kept) == 258
    assert sealing.unseal(kept, key=KEY, place=PLACE, owner=OWNER) == TEXT


def test_a_wrapped_key_has_the_form_that_is_written_down() -> None:
    data_key, to = bytes(range(32)), bound(b"courseapp data key", b"\1\1\2", b"2026", OWNER.bytes)
    kept = NONCE + KEY.encrypt(NONCE, data_key, to)

    more = {"by": KEY, "name": "2026", "generation": 258, "owner": OWNER}
    assert sealing.unwrap(kept, **more) == data_key  # type: ignore[arg-type]


def test_a_small_secret_has_the_form_that_is_written_down() -> None:
    to = bound(b"courseapp small secret", b"\1", b"totp", b"2026", OWNER.bytes)
    kept = NONCE + KEY.encrypt(NONCE, b"JBSWY3DP", to)

    more = {"by": KEY, "name": "2026", "purpose": "totp", "owner": OWNER}
    assert sealing.unseal_small(kept, **more) == b"JBSWY3DP"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        Place("lessons.Note", "text", ROW),
        Place("lessons.Answer", "title", ROW),
        Place("lessons.Answer", "text", uuid4()),
    ],
    ids=["model", "field", "row"],
)
def test_each_part_of_a_place_binds(other: Place) -> None:
    with pytest.raises(Refuses):
        sealing.unseal(sealed(), key=KEY, place=other, owner=OWNER)


def test_whose_key_it_is_can_be_asked_of_what_is_as_long_as_the_shortest_text() -> None:
    shortest = b"\1\0\7" + bytes(12 + 16)

    assert sealing.generation_of(shortest) == 7
    for other in (shortest[:-1], b"\2" + shortest[1:], b""):
        with pytest.raises(Refuses):
            sealing.generation_of(other)


def test_what_is_wrapped_and_is_no_key_is_refused() -> None:
    more = {"by": KEY, "name": "2026", "generation": 1, "owner": OWNER}
    for size in (0, 31, 33):
        with pytest.raises(Refuses):
            sealing.unwrap(sealing.wrap(bytes(size), **more), **more)  # type: ignore[arg-type]
