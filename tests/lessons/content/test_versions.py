"""Two states of a lesson side by side, and what stands beside it."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from lessons.content import blocks, derivation, editing, versions
from lessons.content.article.passages import Passage
from tests.factories import make_block, make_course

pytestmark = pytest.mark.django_db


def a_state(*bodies: str) -> editing.State:
    lesson = make_course(modules=1, lessons=1, live=False).lessons.get()
    lesson.blocks = [make_block(body=body) for body in bodies]
    return editing.state_of(lesson)


def test_each_block_says_what_became_of_it_and_what_went_stays_in_its_place() -> None:
    before = a_state("Een.", "Twee.", "Drie.")
    one, _two, three = before.blocks
    added = blocks.from_json(make_block(body="Vier."))
    changed = replace(three, body="Drie en een half.")  # type: ignore[call-arg]
    parts = versions.compare(before, replace(before, blocks=(one, changed, added)))
    assert [(part.kind, part.change) for part in parts] == [
        ("title", "same"),
        ("text", "same"),
        ("text", "removed"),
        ("text", "changed"),
        ("text", "added"),
    ]
    assert parts[3].diff == [("equal", "Drie"), ("insert", " en een half"), ("equal", ".")]
    assert ("".join(words for _op, words in parts[3].before), parts[3].after[1][0]) == (
        "Drie.",
        "insert",
    )


def test_marks_are_told_apart_only_where_the_words_are_the_same() -> None:
    before = a_state("Een *mooie* dag & meer.")
    same = versions.compare(before, before)[1]
    assert same.diff == [("equal", "Een mooie dag & meer.")]
    bold = replace(before.blocks[0], body="Een **mooie** dag & meer.")  # type: ignore[call-arg]
    part = versions.compare(before, replace(before, blocks=(bold,)))[1]
    assert part.change == "changed"
    assert any(op == "insert" for op, _words in part.diff)


def test_what_holds_for_the_whole_lesson_is_compared_too() -> None:
    before = a_state("Een.")
    parts = versions.compare(before, replace(before, minutes=9, required=False, lead="Nieuw."))
    assert [part.kind for part in parts] == ["title", "lead", "settings", "text"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "text", "made"),
    [
        ("paragraph", "1. Geen lijst *echt*", "text"),
        ("heading", "Een kop", "text"),
        ("item", "Muur – houdt tegen", "text"),
        ("statement", "Je wacht.", "text"),
        ("quote", "“Kijk maar.” – Anna", "quote"),
        ("story", "Neem het verhaal van Anna.", "story"),
        ("call_to_action", "👉 Lees verder. Het kan rustig.", "offer"),
        ("paragraph", "x" * 40_000, "text"),
    ],
)
def test_one_passage_becomes_a_block_of_the_kind_that_fits(kind: str, text: str, made: str) -> None:
    name = uuid.uuid4()
    passage = Passage("een-sleutel-1", kind, "", text, 2 if kind == "heading" else 0)  # type: ignore[arg-type]
    block = derivation.alone(passage, name)
    assert (block.type, block.id, block.passages) == (made, name, ("een-sleutel-1",))
