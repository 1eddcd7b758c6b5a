"""Words are found whatever their case and accents, and shown as they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.reading.searching import AROUND, excerpt, folded

pytestmark = pytest.mark.once

LONG = "Het is stil in huis en niemand belt. " * 20


@pytest.mark.parametrize(
    ("text", "word", "shown"),
    [
        ("Eén zin is genoeg.", "een", "Eén"),
        ("STRASSE of straße", "straße", "STRASSE"),
        ("Een straße verder", "strasse", "straße"),
        ("cafe\u0301 dicht", "café", "cafe"),
        ("ﬁjn weekend", "fij", "ﬁj"),
        ("twijfelen mag", "twijfel", "twijfel"),
        ("שלום en dag", "שלום", "שלום"),
    ],
)
def test_it_shows_the_word_as_it_was_written(text: str, word: str, shown: str) -> None:
    found = excerpt(text, folded(word).split())
    assert found is not None
    assert found.word == shown


@pytest.mark.parametrize(("text", "query"), [("wanneer", "nee"), ("een twee", "een drie")])
def test_only_how_a_word_begins_is_found_and_only_all_words_together(text: str, query: str) -> None:
    assert excerpt(text, folded(query).split()) is None


def test_around_it_stand_whole_words_and_not_the_whole_text() -> None:
    found = excerpt(f"{LONG}zilvermeeuw {LONG}", ["zilvermeeuw"])
    assert found is not None
    assert len(found.before) <= AROUND + 1
    assert len(found.after) <= AROUND + 1
    assert found.before.startswith("…")
    assert found.after.endswith("…")


@given(st.text(max_size=200), st.text(min_size=1, max_size=5))
def test_whatever_was_written_and_asked_for_what_is_shown_is_of_the_text(
    text: str, query: str
) -> None:
    words = folded(query).split()
    found = excerpt(text, words) if words else None
    if found:
        whole = f"{found.before.lstrip('…')}{found.word}{found.after.rstrip('…')}"
        assert whole in text
        assert folded(found.word).startswith(words[0][:1])
