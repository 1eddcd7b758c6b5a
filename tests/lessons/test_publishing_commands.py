"""Publishing, going back, exporting and importing on the command line, and their rehearsals."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import translation

from courseapp.accounts.models import AuditEntry
from lessons.content import revisions
from lessons.content.models import Article, Edition
from tests.factories import (
    NOW,
    lessons_of,
    live,
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.models import Model

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = io.StringIO()
    with translation.override("nl"):
        call_command(*arguments, stdout=out)
    return out.getvalue()


def edited_course() -> Course:
    """A live course with a reader, one lesson rewritten and one added."""
    course = make_course(modules=1, lessons=2)
    make_enrolment(make_reader(), course)
    lesson = lessons_of(course)[0]
    lesson.blocks[0]["body"] = "Andere woorden."
    lesson.save()
    make_lesson(course.modules.get(), title="Erbij")
    return course


def all_rows() -> dict[str, int]:
    """How many rows there are of everything the app keeps."""
    models: list[type[Model]] = [*apps.get_app_config("lessons").get_models(), AuditEntry]
    return {model._meta.label: model._default_manager.count() for model in models}


def test_publishing_as_a_rehearsal_shows_the_changes_and_changes_nothing() -> None:
    course = edited_course()
    before = all_rows()
    told = said("publish_module", course.slug, "--dry-run")
    assert "+Andere woorden." in told
    assert "lesson: Erbij: added" in told
    assert "readers: 1 (1 finished nothing yet" in told
    assert (all_rows(), live(course).number) == (before, 1)
    assert "edition 2 is live" in said("publish_module", course.slug, "--note", "Beter")
    assert live(course).note == "Beter"
    assert AuditEntry.objects.latest("pk").by is None
    assert said("publish_module", course.slug, "--dry-run").startswith("no changes")


def test_going_back_as_a_rehearsal_shows_the_changes_and_changes_nothing() -> None:
    course = edited_course()
    publish_all(course)
    before = all_rows()
    told = said("restore_edition", course.slug, "1", "--dry-run")
    assert "-Andere woorden." in told
    assert "lesson: Erbij: retired" in told
    assert (all_rows(), live(course).number) == (before, 2)
    assert "as edition 3" in said("restore_edition", course.slug, "1")
    with pytest.raises(CommandError, match="This edition is what readers see already"):
        said("restore_edition", course.slug, "3")
    for number in ("9", "0", "-1", "99999999999999999999"):
        with pytest.raises(CommandError):
            call_command("restore_edition", course.slug, number)


def test_exporting_as_a_rehearsal_names_the_files_and_writes_none(tmp_path: Path) -> None:
    course, folder = make_course(modules=1, lessons=2), tmp_path / "uit"
    told = said("export_course", course.slug, str(folder), "--dry-run")
    assert "written: course.md" in told
    assert not folder.exists()
    said("export_course", course.slug, str(folder))
    assert said("export_course", course.slug, str(folder), "--dry-run") == ""
    one, other = lessons_of(course)
    one.lead = "Nieuw."
    one.save()
    other.delete()
    (folder / "los.txt").write_text("niet van ons")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    told = said("export_course", course.slug, str(folder), "--dry-run")
    assert [line.split(":")[0] for line in told.splitlines()] == ["changed", "removed", "removed"]
    assert "removed: los.txt" in told
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    (tmp_path / "brief.txt").write_text("Lieve oma")
    with pytest.raises(CommandError, match="invalid_folder"):
        said("export_course", course.slug, str(tmp_path), "--dry-run")


def test_importing_as_a_rehearsal_shows_the_changes_and_changes_nothing(tmp_path: Path) -> None:
    course = make_course(modules=1, lessons=2)
    article = Article.objects.create(slug="tekst", title="Een tekst")
    course.articles.add(article)
    revisions.revise(of=article, source="Eerst.", form="text", by=None, now=NOW)
    folder = tmp_path / "in"
    said("export_course", course.slug, str(folder))
    assert said("import_course", str(folder), "--dry-run") == "no changes\n"
    lesson = lessons_of(course)[0]
    lesson.blocks = [make_block(body="Hier staat iets anders.")]
    lesson.save()
    make_lesson(course.modules.get(), title="Alleen hier")
    (folder / "articles/tekst.txt").write_text("Daarna.")
    before = all_rows()
    told = said("import_course", str(folder), "--dry-run")
    assert "-Hier staat iets anders." in told
    assert "lesson: Alleen hier: retired" in told
    assert "article: Een tekst: revised" in told
    assert all_rows() == before
    assert lessons_of(course)[0].blocks == lesson.blocks


def test_importing_a_course_that_is_not_there_yet_says_so(tmp_path: Path) -> None:
    course = make_course(modules=1, lessons=1, live=False)
    said("export_course", course.slug, str(tmp_path / "in"))
    course.lessons.all().delete()
    course.modules.all().delete()
    course.delete()
    told = said("import_course", str(tmp_path / "in"), "--dry-run")
    assert "the course is new" in told
    assert all_rows()["lessons.Course"] == 0
    assert not Edition.objects.exists()
