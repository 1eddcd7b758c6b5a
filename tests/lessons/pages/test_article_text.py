"""An article's passages as the parts of a page."""

from __future__ import annotations

import pytest

from lessons.content.article.passages import Passage
from lessons.pages import article_text

pytestmark = pytest.mark.once


def passage(kind: str, text: str, level: int = 0) -> Passage:
    return Passage(key=text[:6].lower(), kind=kind, section="", text=text, level=level)  # type: ignore[arg-type]


def test_items_that_follow_each_other_are_one_list_and_so_are_statements() -> None:
    found = article_text.of(
        "Titel",
        [
            passage("item", "Een", 1),
            passage("item", "Twee", 1),
            passage("paragraph", "Dan dit."),
            passage("item", "Drie", 1),
            passage("statement", "Je wacht."),
        ],
    )
    assert [(part.kind, len(part.items)) for part in found.parts] == [
        ("items", 2),
        ("paragraph", 0),
        ("items", 1),
        ("statements", 1),
    ]


def test_the_heading_that_is_the_title_is_not_said_twice() -> None:
    found = article_text.of("Titel", [passage("heading", "Titel", 1), passage("paragraph", "Ja.")])
    assert [part.text for part in found.parts] == ["Ja."]


def test_headings_keep_their_order_of_levels_whatever_level_they_begin_at() -> None:
    found = article_text.of(
        "T", [passage("heading", "A", 3), passage("heading", "B", 4), passage("heading", "C", 3)]
    )
    assert [part.kind for part in found.parts] == ["heading", "subheading", "heading"]
    assert [part.text for part in found.contents] == ["A", "C"]


def test_one_heading_needs_no_list_of_contents() -> None:
    assert article_text.of("T", [passage("heading", "A", 2)]).contents == ()


def test_a_term_is_set_apart_and_half_a_sentence_is_not() -> None:
    found = article_text.of(
        "T",
        [
            passage("item", "Een muur – die houdt de wind tegen", 1),
            passage("item", "Dit is een lange zin over iets anders – en hier gaat hij door", 1),
        ],
    )
    assert [item.term for item in found.parts[0].items] == ["Een muur", ""]


def test_reading_takes_a_minute_at_least_and_a_minute_for_every_two_hundred_words() -> None:
    assert article_text.of("T", []).minutes == 1
    assert article_text.of("T", [passage("paragraph", "woord " * 1000)]).minutes == 5


def test_the_cells_of_a_row_stay_apart() -> None:
    found = article_text.of("T", [passage("item", "Maandag\tstil", 1)])
    assert found.parts[0].items[0].text == "Maandag · stil"
