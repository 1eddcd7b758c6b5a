"""What travels with a course's folder besides its text: corrections, and keys that were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lessons.content import article, articles, drafting, folder, revisions, staleness, transfer
from lessons.content.folder.reading import read_folder
from lessons.content.folder.writing import write_folder
from lessons.content.models import Article, Course, Lesson, Module, Revision
from lessons.management.commands.load_courses import SHIPPED
from tests.factories import NOW
from tests.lessons.content.test_drafting import FIRST
from tests.lessons.content.test_folder import files_in

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def a_course() -> Course:
    row = articles.add(source=FIRST, form="markdown", by=None, now=NOW)
    return drafting.derive_course(article=row, slug="wachten", title="Wachten", by=None, now=NOW)


def newest(course: Course) -> Revision:
    return course.articles.get().revisions.latest("number")


def correct(revision: Revision, at: int, kind: str) -> None:
    key = revisions.passages_of(revision)[at].key
    revisions.correct_kind(revision=revision, key=key, kind=kind, by=None, now=NOW)


def forget_all() -> None:
    """Another machine: nothing of any course or article is known there."""
    Course.objects.all()[0].articles.clear()
    for model in (Lesson, Module, Course, Revision, Article):
        model.objects.all().delete()


def test_what_was_corrected_by_hand_travels_and_the_bytes_stay_the_same(tmp_path: Path) -> None:
    course = a_course()
    correct(newest(course), 1, "heading")
    correct(newest(course), 3, "quote")
    before = revisions.passages_of(newest(course))
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    assert b"kinds:" in b"".join(files_in(tmp_path / "one").values())
    forget_all()
    again = transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW).course
    assert revisions.passages_of(newest(again)) == before
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "two")
    assert files_in(tmp_path / "one") == files_in(tmp_path / "two")


def test_a_folder_without_corrections_says_nothing_of_kinds_and_takes_them_back(
    tmp_path: Path,
) -> None:
    course = a_course()
    before = revisions.passages_of(newest(course))
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    assert b"kinds:" not in b"".join(files_in(tmp_path / "one").values())
    correct(newest(course), 1, "heading")
    transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW)
    assert revisions.passages_of(newest(course)) == before
    assert newest(course).number == 1


def test_a_folder_that_names_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    write_folder(transfer.take_out(slug=a_course().slug), tmp_path / "one")
    file = next((tmp_path / "one").glob("articles/*.yaml"))
    file.write_text(f"{file.read_text()}kinds:\n  a: gedicht\n")
    with pytest.raises(folder.InvalidFolder, match="'kinds' gives passages one of"):
        read_folder(tmp_path / "one")


@pytest.mark.slow
def test_a_course_whose_keys_another_article_has_is_taken_in_with_others(tmp_path: Path) -> None:
    path = SHIPPED / "bindingsangst-ontmaskerd"
    file = read_folder(path)
    source = file.articles[0].source
    articles.add(source=source, form="markdown", by=None, now=NOW)
    course = transfer.take_in(file, by=None, now=NOW).course
    assert staleness.of_course(course) == []
    assert len(staleness.coverage(course).unused) == unused_alone(path)
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW)
    assert staleness.of_course(course) == []
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "two")
    assert files_in(tmp_path / "one") == files_in(tmp_path / "two")


def unused_alone(path: Path) -> int:
    """How many passages of the shipped article no block names, by the folder itself."""
    file = read_folder(path)
    lessons = [lesson for module in file.modules for lesson in module.lessons]
    named = {key for lesson in lessons for block in lesson.blocks for key in block.passages}
    return len(article.parse(file.articles[0].source, "markdown").passages) - len(named)


def test_what_was_stale_is_stale_under_the_other_key(tmp_path: Path) -> None:
    course = a_course()
    row = course.articles.get()
    changed = FIRST.replace("Wachten maakt", "Wachten rekt")
    articles.renew(article=row.pk, source=changed, form="markdown", by=None, now=NOW)
    before = [(one.kind, one.lesson.slug) for one in staleness.of_course(course)]
    assert before
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    forget_all()
    articles.add(source=changed, form="markdown", by=None, now=NOW)
    articles.add(source=FIRST, form="markdown", by=None, now=NOW)
    for number, other in enumerate(Article.objects.all()):
        other.slug = f"ander-{number}"
        other.save()
    again = transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW).course
    found = staleness.of_course(again)
    assert [(one.kind, one.lesson.slug) for one in found] == before
    assert {one.article for one in found} == {again.articles.get().pk}
    assert staleness.coverage(again).unused == ()
