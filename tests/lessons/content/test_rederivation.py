"""What a revised article means for a course that people have edited since."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from lessons.content import article, derivation
from lessons.content.blocks import Text
from lessons.content.derivation import WorkingLesson

if TYPE_CHECKING:
    from lessons.content.article import Passage

FIRST = "De klok in de gang loopt voor. Niemand zet hem gelijk."
SECOND = "Op de tafel staan twee kopjes. Een ervan is nog vol."
THIRD = "Buiten start een auto. Daarna is het weer stil in de straat."
ROWS = ("Een avond in maart", FIRST, SECOND, THIRD)


def passages(*rows: str) -> tuple[Passage, ...]:
    return article.parse("\n\n".join(rows), "text").passages


def lesson(*keys: tuple[str, ...]) -> WorkingLesson:
    row = tuple(Text(id=uuid.uuid4(), passages=own, body="Met de hand geschreven.") for own in keys)
    return WorkingLesson(uuid.uuid4(), "Een les", row)


def revised(old: tuple[Passage, ...], *rows: str) -> list[Passage]:
    return article.align(old, passages(*rows))


def test_the_same_article_again_changes_nothing() -> None:
    old = passages(*ROWS)
    course = [lesson(tuple(passage.key for passage in old[:2]))]
    assert derivation.merge(course, old, revised(old, *ROWS)) == derivation.Merge((), ())


def test_an_edited_passage_makes_exactly_the_blocks_stale_that_name_it() -> None:
    old = passages(*ROWS)
    course = [lesson((old[1].key, old[2].key), (old[3].key,)), lesson((old[2].key,))]
    edited = SECOND.replace("twee", "drie")
    result = derivation.merge(course, old, revised(old, ROWS[0], FIRST, edited, THIRD))
    assert [(one.lesson, one.block) for one in result.stale] == [
        (course[0].uuid, course[0].blocks[0].id),
        (course[1].uuid, course[1].blocks[0].id),
    ]
    assert {(one.passage, one.old, one.new) for one in result.stale} == {
        (old[2].key, SECOND, edited)
    }
    assert result.stale[0].diff.splitlines()[1:3] == [
        "-Op de tafel staan twee kopjes.",
        "+Op de tafel staan drie kopjes.",
    ]


def test_a_vanished_passage_makes_its_blocks_stale_without_a_new_text() -> None:
    old = passages(*ROWS)
    course = [lesson((old[2].key,), (old[3].key,))]
    (stale,) = derivation.merge(course, old, revised(old, ROWS[0], FIRST, THIRD)).stale
    assert (stale.block, stale.new) == (course[0].blocks[0].id, None)


def test_a_passage_that_came_with_the_revision_is_told_as_new() -> None:
    old = passages(*ROWS)
    course = [lesson(tuple(passage.key for passage in old))]
    added = "Boven lacht iemand hard om iets op de radio."
    result = derivation.merge(course, old, revised(old, *ROWS[:3], added, THIRD))
    assert result.stale == ()
    assert [passage.text for passage in result.new_passages] == [added]


def test_white_space_alone_makes_nothing_stale() -> None:
    old = passages(*ROWS)
    course = [lesson((old[1].key,))]
    new = revised(old, ROWS[0], FIRST.replace(" ", "  "), SECOND, THIRD)
    assert derivation.merge(course, old, new).stale == ()


def test_keys_of_another_article_are_left_alone() -> None:
    old = passages(*ROWS)
    course = [lesson(("een-ander-stuk-abc123",))]
    assert derivation.merge(course, old, revised(old, *ROWS)).stale == ()


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_word_by_word_difference_gives_both_texts_back(old: str, new: str) -> None:
    parts = derivation.diff(old, new)
    assert "".join(text for op, text in parts if op != "insert") == old
    assert "".join(text for op, text in parts if op != "delete") == new


def test_a_word_by_word_difference_shows_the_word_that_changed() -> None:
    assert derivation.diff("twee koude kopjes", "drie koude kopjes") == [
        ("delete", "twee"),
        ("insert", "drie"),
        ("equal", " koude kopjes"),
    ]
