"""The yardstick for Dutch texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.content import readability

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("ik", 1), ("je", 1), ("twijfel", 2), ("ijs", 1), ("bijen", 2), ("vrijheid", 2),
        ("relatie", 3), ("nieuwe", 2), ("mooie", 2), ("koeien", 2), ("lawaai", 2), ("eeuwig", 2),
        ("idee", 2), ("ideeën", 3), ("geïnteresseerd", 5), ("beïnvloeden", 4), ("naïef", 2),
        ("beëindigen", 4), ("reëel", 2), ("oceaan", 3), ("theorie", 3), ("financieel", 4),
        ("beoordelen", 4), ("beantwoorden", 4), ("vriendschap", 2), ("eiland", 2), ("huis", 1),
        ("yoga", 2), ("baby", 2), ("systeem", 2), ("royaal", 2), ("bindingsangst", 3),
        ("verantwoordelijkheid", 6), ("e-mail", 2), ("quiz", 1), ("é", 1), ("113", 1), ("pst", 1),
    ],
)  # fmt: skip
def test_dutch_syllables(word: str, count: int) -> None:
    assert readability.syllables(word) == count


def test_the_measure_is_doumas_formula() -> None:
    # Ten words, two sentences, thirteen syllables.
    measured = readability.measure("Ik wil vanavond thuis zijn. Jij komt toch morgen weer?")

    assert (measured.words, measured.sentences, measured.syllables) == (10, 2, 13)
    assert measured.flesch_douma == pytest.approx(206.84 - 0.77 * 130 - 0.93 * 5)


def test_markdown_is_not_read() -> None:
    text = "### Kijk\n\n- **Eén** ding\n- [nog *een*](https://example.org/heel-lang)\n1. drie"

    assert readability.sentences_of(text) == ["Kijk", "Eén ding", "nog een", "drie"]


def test_a_spoken_sentence_goes_on_after_its_mark() -> None:
    text = "‘Kom je nog?’ vraagt ze. ‘Straks.’ Hij zwijgt… en kijkt weg."

    assert readability.sentences_of(text) == [
        "‘Kom je nog?’ vraagt ze.",
        "‘Straks.",
        "Hij zwijgt… en kijkt weg.",
    ]


def test_the_longest_sentence_is_found() -> None:
    measured = readability.measure("Kort. Dit is een stuk langer dan dat. Ook kort.")

    assert measured.longest == "Dit is een stuk langer dan dat."


def test_reading_time_is_whole_minutes_and_at_least_one() -> None:
    assert readability.measure("woord").minutes == 1
    assert readability.measure("woord " * 700).minutes == 4


def test_an_empty_text_has_no_figures() -> None:
    measured = readability.measure(" \n ")

    assert (measured.words, measured.sentences, measured.flesch_douma) == (0, 0, 0.0)


@given(st.text())
def test_any_text_can_be_measured(text: str) -> None:
    measured = readability.measure(text)

    assert measured.syllables >= measured.words >= measured.sentences >= 0
