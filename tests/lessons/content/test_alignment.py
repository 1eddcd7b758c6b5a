"""Keys that outlive a revision: what stays the same article keeps its names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.content import article

if TYPE_CHECKING:
    from lessons.content.article import Passage

pytestmark = pytest.mark.once

SENTENCES = st.sampled_from(
    [
        "De klok in de gang loopt een kwartier voor en niemand zet hem gelijk.",
        "Op de tafel staan twee kopjes, een ervan is nog vol en allang koud.",
        "Hij belt elke dinsdag en zegt dan dat hij eigenlijk niets te zeggen heeft.",
        "Ja.",
        "Buiten wordt een auto gestart die daarna toch weer stilvalt voor de deur.",
        "Ze vouwt de was in stapels en weet precies welke van wie is geweest.",
    ]
)
LISTS = st.lists(SENTENCES, min_size=1, max_size=12)


def passages(*texts: str) -> tuple[Passage, ...]:
    return article.parse("\n\n".join(texts), "text").passages


def keys(row: list[Passage] | tuple[Passage, ...]) -> list[str]:
    return [passage.key for passage in row]


@given(LISTS)
def test_the_same_article_keeps_every_key(texts: list[str]) -> None:
    old = passages(*texts)
    assert article.align(old, passages(*texts)) == list(old)


@given(LISTS, st.data())
def test_one_edited_passage_keeps_its_key_and_all_others(
    texts: list[str], data: st.DataObject
) -> None:
    old = passages(*texts)
    at = data.draw(st.integers(0, len(texts) - 1))
    edited = [*texts]
    edited[at] = f"{texts[at][:-1]}, zo gaat dat."
    new = article.align(old, passages(*edited))
    if len(texts[at]) > 20:
        assert keys(new) == keys(old)
        changed = [a.key for a, b in zip(old, new, strict=True) if a.digest != b.digest]
        assert changed == [old[at].key]
    else:  # Too little is left of a very short text to know it again.
        assert [key for n, key in enumerate(keys(new)) if n != at] == [
            key for n, key in enumerate(keys(old)) if n != at
        ]


@pytest.mark.slow
@given(LISTS, LISTS)
def test_any_revision_has_unique_keys_and_sections_that_exist(
    before: list[str], after: list[str]
) -> None:
    new = article.align(passages("Kop een", *before), passages("Kop twee", *after))
    assert len(set(keys(new))) == len(new)
    assert {passage.section for passage in new} <= {"", *keys(new)}


def test_a_new_passage_gets_a_key_that_neither_revision_had() -> None:
    old = passages("Er stond een stoel bij het raam.", "De kat sliep op de krant van gisteren.")
    new = article.align(old, passages(old[0].text, "Iemand lachte boven hard.", old[1].text))
    assert [new[0].key, new[2].key] == keys(old)
    assert new[1].key not in keys(old)


def test_a_passage_that_moved_keeps_its_key() -> None:
    texts = [f"Zin nummer {n} gaat over iets heel anders dan de rest." for n in range(6)]
    old = passages(*texts)
    new = article.align(old, passages(texts[4], *texts[:4], texts[5]))
    assert keys(new) == [old[4].key, *keys(old)[:4], old[5].key]


def test_an_edited_heading_takes_its_section_along() -> None:
    old = passages("Vooraf iets kleins.", "Wat er bleef van de soep", "Er bleef soep over.")
    new = article.align(
        old, passages("Vooraf iets kleins.", "Wat er overbleef van de soep", "Er bleef soep over.")
    )
    assert keys(new) == keys(old)
    assert new[2].section == old[1].key


def test_a_key_of_a_vanished_passage_is_not_given_to_another() -> None:
    old = passages("De kat sliep op de krant van gisteren.", "Er stond een stoel.")
    new = article.align(
        old, passages("Niets hiervan komt terug in een ander verhaal.", old[1].text)
    )
    assert new[0].key not in keys(old)
    assert new[1].key == old[1].key
