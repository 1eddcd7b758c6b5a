"""An article merged into a course: what is there stays, what is missing is offered once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from courseapp.accounts.models import AuditEntry
from lessons.content import articles, drafting, merging, staleness
from lessons.content.models import Course, Lesson, LessonSave
from tests.factories import NOW, lessons_of, make_block, make_course, make_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lessons.content.models import Article

pytestmark = pytest.mark.django_db
FILLING = "Het licht in de keuken brandt nog en het eten is koud geworden. " * 6


def an_article(*sections: int, about: str = "wachten") -> Article:
    """An article of so many sections, each of so many paragraphs."""
    rows = [f"# Alles over {about}"]
    for number, paragraphs in enumerate(sections):
        rows.append(f"## Deel {number} van {about}")
        rows += [f"Alinea {number} {each} over {about}. {FILLING}" for each in range(paragraphs)]
    return articles.add(source="\n\n".join(rows), form="markdown", by=None, now=NOW)


def a_course(article: Article) -> Course:
    slug = drafting.proposed_slug(article.title)
    return drafting.derive_course(article=article, slug=slug, title="Cursus", by=None, now=NOW)


def key_of(article: Article, start: str) -> str:
    return article.revisions.latest("number").passages.get(text__startswith=start).key


def take_all(course: Course, article: Article) -> merging.Merged:
    offered = merging.propose(course=course, article=article).blocks
    return merging.merge(course=course, article=article, chosen=offered, by=None, now=NOW)


def everything(course: Course) -> dict[str, Any]:
    """Every block by its id, and where each lesson stands."""
    return {one["id"]: one for lesson in course.lessons.all() for one in lesson.blocks}


def drop(lesson: Lesson, *keys: str) -> None:
    lesson.blocks = [one for one in lesson.blocks if not set(keys) & set(one["passages"])]
    lesson.save()


def lesson_with(course: Course, key: str) -> Lesson:
    return next(one for one in lessons_of(course) if key in staleness.used_in([one]))


def test_a_course_that_uses_the_whole_article_is_offered_nothing() -> None:
    article = an_article(3, 3)
    assert merging.propose(course=a_course(article), article=article).places == ()


def test_a_block_that_was_thrown_out_is_offered_where_it_stood() -> None:
    article = an_article(12, 3)
    course = a_course(article)
    key = key_of(article, "Alinea 0 5")
    lesson = lesson_with(course, key)
    before = lesson.blocks
    drop(lesson, key)
    (place,) = merging.propose(course=course, article=article).places
    assert place.lesson == lesson
    take_all(course, article)
    lesson.refresh_from_db()
    assert lesson.blocks == before
    assert LessonSave.objects.filter(lesson=lesson).count() == 2


def test_what_is_left_of_a_block_comes_as_running_text_behind_its_neighbour() -> None:
    article = an_article(4, 3)
    course = a_course(article)
    lesson = lesson_with(course, key := key_of(article, "Alinea 0 2"))
    lesson.blocks[0]["passages"].remove(key)
    lesson.save()
    (place,) = merging.propose(course=course, article=article).places
    (offered,) = place.offered
    assert (offered.block.type, offered.block.passages) == ("text", (key,))
    assert str(offered.after) == lesson.blocks[0]["id"]


def test_an_article_that_the_course_does_not_cite_comes_in_a_module_of_its_own() -> None:
    course, other = a_course(an_article(3)), an_article(3, 3, about="slapen")
    staff = make_reader(is_staff=True)
    offered = merging.propose(course=course, article=other)
    assert offered.module == other.title
    merged = merging.merge(course=course, article=other, chosen=offered.blocks, by=staff, now=NOW)
    assert {one.module.title for one in merged.added} == {other.title}
    assert other in course.articles.all()
    course.refresh_from_db()
    assert [one.title for one in lessons_of(course)][-len(merged.added) :] == [
        one.title for one in merged.added
    ]
    assert staleness.of_course(course) == []
    assert AuditEntry.objects.get(act="course.merged").by == staff


def test_a_section_that_no_lesson_uses_becomes_a_lesson_behind_the_one_before_it() -> None:
    article = an_article(4, 4, 4)
    course = a_course(article)
    gone = lesson_with(course, key_of(article, "Alinea 1 0"))
    titles = [one.title for one in lessons_of(course)]
    gone.retired_at = NOW
    gone.save()
    merged = take_all(course, article)
    assert [one.title for one in lessons_of(course)] == titles
    (added,) = merged.added
    assert added.pk != gone.pk
    # The ids of the retired lesson's blocks stay its own.
    assert not {one["id"] for one in added.blocks} & {one["id"] for one in gone.blocks}


def test_a_lesson_that_is_full_gets_a_second_one_beside_it() -> None:
    article = an_article(8, 3)
    course = a_course(article)
    lesson = lesson_with(course, key := key_of(article, "Alinea 0 7"))
    drop(lesson, key)
    lesson.blocks += [make_block() for _ in range(60 - len(lesson.blocks))]
    lesson.save()
    (added,) = take_all(course, article).added
    order = [one.pk for one in lessons_of(course)]
    assert order.index(added.pk) == order.index(lesson.pk) + 1


def test_only_what_was_chosen_is_taken_and_the_rest_is_offered_again() -> None:
    course, other = a_course(an_article(3)), an_article(3, 3, 3, about="slapen")
    offered = merging.propose(course=course, article=other).blocks
    merging.merge(course=course, article=other, chosen=offered[:1], by=None, now=NOW)
    again = merging.propose(course=course, article=other)
    assert offered[0] not in again.blocks
    assert again.module == ""
    assert staleness.coverage(course).unused


def test_a_course_without_lessons_can_take_an_article_too() -> None:
    course, article = make_course(modules=0, live=False), an_article(3)
    assert take_all(course, article).added
    assert staleness.coverage(course).unused == ()


# --- Whatever was written and edited ----------------------------------------------------------


@contextmanager
def undone() -> Iterator[None]:
    """Leave nothing behind: every example starts with the same database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


SHAPES = st.lists(st.integers(0, 9), min_size=1, max_size=5)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["drop", "unlink", "write", "retire", "move", "shuffle"]),
        st.integers(0, 10**6),
        st.integers(0, 10**6),
    ),
    max_size=8,
)


def edit(course: Course, what: str, where: int, which: int) -> None:
    """One thing a person does to a lesson by hand."""
    rows = [one for one in lessons_of(course) if one.blocks]
    if not rows:
        return
    lesson = rows[where % len(rows)]
    block = lesson.blocks[which % len(lesson.blocks)]
    EDITED[what](lesson, block, which, rows)
    lesson.save()


def _unlink(_lesson: Lesson, block: dict[str, Any], which: int, _rows: list[Lesson]) -> None:
    if block["passages"]:
        block["passages"].pop(which % len(block["passages"]))


def _move(lesson: Lesson, block: dict[str, Any], which: int, rows: list[Lesson]) -> None:
    other = rows[which % len(rows)]
    if other.pk != lesson.pk:
        lesson.blocks.remove(block)
        other.blocks.append(block)
        other.save()


EDITED: dict[str, Callable[[Lesson, dict[str, Any], int, list[Lesson]], object]] = {
    "drop": lambda lesson, block, _which, _rows: lesson.blocks.remove(block),
    "unlink": _unlink,
    "write": lambda _lesson, block, which, _rows: block.update(body=f"Met de hand: {which}."),
    "retire": lambda lesson, _block, _which, _rows: setattr(lesson, "retired_at", NOW),
    "move": _move,
    "shuffle": lambda lesson, _block, _which, _rows: lesson.blocks.reverse(),
}


@pytest.mark.slow
@settings(max_examples=40)
@given(shape=SHAPES, other=SHAPES, edits=EDITS, foreign=st.booleans())
def test_a_merge_changes_no_block_and_a_second_one_changes_nothing(
    shape: list[int], other: list[int], edits: list[tuple[str, int, int]], foreign: bool
) -> None:
    with undone():
        article = an_article(*shape)
        course = a_course(article)
        for one in edits:
            edit(course, *one)
        if foreign:
            article = an_article(*other, about="slapen")
        before = everything(course)
        places = {one.pk: [b["id"] for b in one.blocks] for one in course.lessons.all()}
        offered = merging.propose(course=course, article=article)
        assert merging.propose(course=course, article=article) == offered
        merging.merge(course=course, article=article, chosen=offered.blocks, by=None, now=NOW)
        after = everything(course)
        assert {key: after[key] for key in before} == before
        assert set(after) - set(before) == {str(one) for one in offered.blocks}
        for lesson in course.lessons.filter(pk__in=places):
            own = [b["id"] for b in lesson.blocks if b["id"] in before]
            assert own == places[lesson.pk]
        used = staleness.used_in(staleness.lessons_of([course]))
        newest = article.revisions.latest("number")
        assert set(newest.passages.values_list("key", flat=True)) <= used
        versions = dict(course.lessons.values_list("pk", "version"))
        assert take_all(course, article).blocks == 0
        merging.merge(course=course, article=article, chosen=offered.blocks, by=None, now=NOW)
        assert everything(course) == after
        assert dict(course.lessons.values_list("pk", "version")) == versions


@pytest.mark.slow
@settings(max_examples=40)
@given(shape=SHAPES, edits=EDITS, new=SHAPES)
def test_the_same_holds_when_the_article_was_revised(
    shape: list[int], edits: list[tuple[str, int, int]], new: list[int]
) -> None:
    with undone():
        article = an_article(*shape)
        course = a_course(article)
        for one in edits:
            edit(course, *one)
        rows = ["# Alles over wachten"]
        for number, paragraphs in enumerate(new):
            rows.append(f"## Deel {number} van wachten")
            rows += [f"Alinea {number} {at} over wachten. Nieuw hier." for at in range(paragraphs)]
        articles.renew(
            article=article.pk, source="\n\n".join(rows), form="markdown", by=None, now=NOW
        )
        before = everything(course)
        take_all(course, article)
        after = everything(course)
        assert {key: after[key] for key in before} == before
        assert take_all(course, article).blocks == 0
        assert staleness.coverage(course).unused == ()


def test_merging_says_nothing_of_blocks_when_only_the_link_is_made() -> None:
    course, other = a_course(an_article(3)), an_article(3, about="slapen")
    merging.merge(course=course, article=other, chosen=[], by=None, now=NOW)
    assert other in course.articles.all()
    assert Lesson.objects.filter(course=course).count() == len(lessons_of(course))
    assert not AuditEntry.objects.filter(act="course.merged").exists()
