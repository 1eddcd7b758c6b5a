"""The difference between two wordings, for the eye."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.content.differences import diff, unified

pytestmark = pytest.mark.once


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_word_by_word_difference_gives_both_texts_back(old: str, new: str) -> None:
    parts = diff(old, new)
    assert "".join(text for op, text in parts if op != "insert") == old
    assert "".join(text for op, text in parts if op != "delete") == new


def test_a_word_by_word_difference_shows_the_word_that_changed() -> None:
    assert diff("twee koude kopjes", "drie koude kopjes") == [
        ("delete", "twee"),
        ("insert", "drie"),
        ("equal", " koude kopjes"),
    ]


def test_a_difference_by_sentence_shows_only_the_sentences_that_changed() -> None:
    old, new = "Het regent. Jij wacht. Zij belt.", "Het regent. Jij loopt weg. Zij belt."
    assert unified(old, new).split("\n")[1:] == [
        " Het regent.",
        "-Jij wacht.",
        "+Jij loopt weg.",
        " Zij belt.",
    ]
