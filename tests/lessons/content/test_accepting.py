"""A changed passage and the block that rests on it: accept, or leave as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from courseapp.accounts.models import AuditEntry
from lessons.content import accepting, articles, blocks, drafting, editing, staleness
from lessons.content.models import Lesson, UnsavedText
from tests.counting import counting
from tests.factories import NOW, make_reader
from tests.lessons.content.test_drafting import FIRST

if TYPE_CHECKING:
    from lessons.content.models import Article, Course
    from lessons.content.staleness import StaleBlock

pytestmark = pytest.mark.django_db
OLD = "Wachten maakt een avond lang."
NEW = "Wachten rekt een avond."
STATEMENT = "Je legt je telefoon weg en pakt hem meteen weer op."


def a_course() -> tuple[Article, Course]:
    article = articles.add(source=FIRST, form="markdown", by=None, now=NOW)
    course = drafting.derive_course(
        article=article, slug="wachten", title="Wachten", by=None, now=NOW
    )
    return article, course


def revise(article: Article, *changes: tuple[str, str]) -> None:
    source = FIRST
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    articles.renew(article=article.pk, source=source, form="markdown", by=None, now=NOW)


def a_stale_block(*changes: tuple[str, str]) -> StaleBlock:
    article, course = a_course()
    revise(article, *(changes or ((OLD, NEW),)))
    return staleness.of_course(course)[0]


def accept(stale: StaleBlock, version: int | None = None) -> Lesson:
    return accepting.accept(
        lesson=stale.lesson.pk, block=stale.block, passage=stale.passage,
        version=version or stale.lesson.version, by=None, now=NOW,
    )  # fmt: skip


def leave(stale: StaleBlock) -> Lesson:
    return accepting.leave(
        lesson=stale.lesson.pk, block=stale.block, passage=stale.passage,
        version=stale.lesson.version, by=None, now=NOW,
    )  # fmt: skip


def body_of(lesson: Lesson, stale: StaleBlock) -> str:
    return next(str(one["body"]) for one in lesson.blocks if one["id"] == str(stale.block))


def test_accepting_puts_the_new_words_in_and_the_block_is_up_to_date() -> None:
    stale = a_stale_block()
    before = body_of(stale.lesson, stale)
    (shown,) = accepting.proposals([stale])
    lesson = accept(stale)
    assert body_of(lesson, stale) == before.replace(OLD, NEW)
    assert shown.block is not None
    assert blocks.many_from_json(lesson.blocks)[0] == shown.block
    assert ("insert", "rekt") in shown.diff
    assert staleness.of_course(lesson.course) == []
    assert AuditEntry.objects.filter(act="lesson.saved").count() == 1


def test_an_acceptance_is_undone_with_the_lesson_s_history_and_stale_again() -> None:
    stale = a_stale_block()
    lesson = accept(stale)
    back = editing.go_back(
        lesson=lesson.pk, to=stale.lesson.version, version=lesson.version, by=None, now=NOW
    )
    assert back.blocks == stale.lesson.blocks
    assert [one.block for one in staleness.of_lesson(back)] == [stale.block]


def test_leaving_keeps_every_word_and_is_a_version_too() -> None:
    stale = a_stale_block()
    lesson = leave(stale)
    assert lesson.blocks == stale.lesson.blocks
    assert lesson.version == stale.lesson.version + 1
    assert staleness.of_course(lesson.course) == []


def test_own_words_can_only_be_adapted_or_left() -> None:
    article, course = a_course()
    lesson = course.lessons.get(title="Wat wachten doet")
    lesson.blocks[0]["body"] = "Met de hand geschreven."
    lesson.save()
    revise(article, (OLD, NEW))
    (stale,) = staleness.of_course(course)
    assert accepting.proposals([stale])[0].block is None
    with pytest.raises(accepting.OwnWords):
        accept(stale)
    lesson.refresh_from_db()
    assert lesson.blocks[0]["body"] == "Met de hand geschreven."


def test_a_passage_that_is_gone_takes_its_words_along_or_is_named_no_more() -> None:
    stale = a_stale_block((f"- {STATEMENT}\n", ""))
    assert stale.after is None
    lesson = accept(stale)
    check = next(one for one in lesson.blocks if one["id"] == str(stale.block))
    assert STATEMENT not in check["statements"]
    assert stale.passage not in check["passages"]
    editing.go_back(
        lesson=lesson.pk, to=stale.lesson.version, version=lesson.version, by=None, now=NOW
    )
    (again,) = staleness.of_course(lesson.course)
    left = leave(again)
    check = next(one for one in left.blocks if one["id"] == str(stale.block))
    assert STATEMENT in check["statements"]
    assert stale.passage not in check["passages"]


def test_a_block_of_which_nothing_is_left_goes() -> None:
    article, course = a_course()
    lesson = course.lessons.get(title="Wat wachten doet")
    text = next(one for one in lesson.blocks if one["type"] == "text")
    paragraph = FIRST.split("\n\n")[3]
    text["passages"] = text["passages"][-1:]
    text["body"] = " ".join(paragraph.split())
    lesson.save()
    revise(article, (f"{paragraph}\n\n", ""))
    (stale,) = [one for one in staleness.of_course(course) if str(one.block) == text["id"]]
    assert accepting.proposals([stale])[0].goes
    assert text["id"] not in [one["id"] for one in accept(stale).blocks]


def test_all_of_a_lesson_is_one_save_and_own_words_stay() -> None:
    article, course = a_course()
    revise(
        article, (OLD, NEW), (STATEMENT, "Je zoekt je telefoon."), ("Er is geen knop", "Geen knop")
    )
    found = staleness.of_course(course)
    lesson = next(one.lesson for one in found if one.kind == "selfcheck")
    mine = [one for one in found if one.lesson == lesson]
    assert len(mine) == 2
    after, left = accepting.accept_all(lesson=lesson.pk, version=lesson.version, by=None, now=NOW)
    assert (after.version, left) == (lesson.version + 1, 0)
    assert staleness.of_lesson(after) == []
    other = next(one.lesson for one in found if one.lesson != lesson)
    left_all = accepting.leave_all(lesson=other.pk, version=other.version, by=None, now=NOW)
    assert left_all.blocks == other.blocks
    assert staleness.of_course(course) == []


def test_who_acts_on_an_older_version_is_told_and_nothing_is_kept_aside() -> None:
    stale = a_stale_block()
    with pytest.raises(editing.ChangedMeanwhile):
        accepting.accept(
            lesson=stale.lesson.pk, block=stale.block, passage=stale.passage,
            version=stale.lesson.version + 1, by=make_reader(is_staff=True), now=NOW,
        )  # fmt: skip
    assert not UnsavedText.objects.exists()


def test_what_was_accepted_already_is_not_stale() -> None:
    stale = a_stale_block()
    lesson = accept(stale)
    with pytest.raises(accepting.NotStale):
        accept(stale, version=lesson.version)


def test_the_proposals_of_many_blocks_take_no_more_statements_than_those_of_one() -> None:
    article, course = a_course()
    revise(article, (OLD, NEW), (STATEMENT, "Je zoekt je telefoon."))
    with counting() as count:
        found = accepting.proposals(staleness.of_course(course))
    assert len(found) > 1
    assert int(count) <= 5, count


def test_a_heading_that_only_names_its_lesson_gives_it_its_new_name() -> None:
    article, course = a_course()
    revise(article, ("## Wat wachten doet", "## Wat wachten met je doet"))
    found = staleness.of_course(course)
    assert {one.kind for one in found} == {"text", "reflection"}
    shown = {one.stale.kind: one for one in accepting.proposals(found)}
    assert shown["text"].title == "Wat wachten met je doet"
    assert shown["reflection"].title == ""
    lesson, left = accepting.accept_all(
        lesson=found[0].lesson.pk, version=found[0].lesson.version, by=None, now=NOW
    )
    assert (lesson.title, left) == ("Wat wachten met je doet", 0)
    assert lesson.blocks[0] == found[0].lesson.blocks[0]
    assert staleness.of_course(course) == []


def test_a_title_that_a_person_gave_stays() -> None:
    article, course = a_course()
    course.lessons.filter(title="Wat wachten doet").update(title="De lange avond")
    revise(article, ("## Wat wachten doet", "## Wat wachten met je doet"))
    shown = {one.stale.kind: one for one in accepting.proposals(staleness.of_course(course))}
    assert shown["text"].block is None
