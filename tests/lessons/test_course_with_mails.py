"""A course with its mails, out to a folder and in again by the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lessons.content.models import Course
from lessons.drip.models import Sequence
from lessons.management.commands.load_courses import SHIPPED
from tests.factories import lessons_of, make_course
from tests.lessons.desk.mailing import make_mail, make_mails
from tests.lessons.test_publishing_commands import all_rows, said

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db

FREE = "bindingsangst-ontmaskerd"


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()
    }


def make_written() -> Sequence:
    """Three mails that name lessons, one of them in a condition."""
    course = make_course(modules=1, lessons=2)
    one, other = lessons_of(course)
    return make_mails(
        make_mail(),
        make_mail("later", trigger="finished", lesson=str(one.pk), days=2, at="19:30"),
        make_mail(
            "herinnering", kind="nudge", trigger="idle", days=7, at="10:00",
            conditions=[{"kind": "not_finished", "lesson": str(other.pk)}],
        ),
        course=course,
    )  # fmt: skip


def test_out_in_and_out_again_gives_the_same_bytes_with_mails(tmp_path: Path) -> None:
    sequence = make_written()
    said("export_course", sequence.course.slug, str(tmp_path / "een"))
    before = files_in(tmp_path / "een")
    assert len([name for name in before if name.startswith("mails/")]) == 4
    sequence.draft, sequence.title = [], "Anders"
    sequence.save()
    said("import_course", str(tmp_path / "een"))
    said("export_course", sequence.course.slug, str(tmp_path / "twee"))
    assert files_in(tmp_path / "twee") == before


def test_a_shipped_course_comes_in_new_with_its_mails_and_goes_out_as_it_lies_there(
    tmp_path: Path,
) -> None:
    call_command("load_courses")
    Sequence.objects.filter(course__slug=FREE).update(draft=[], title="Anders")
    told = said("import_course", str(SHIPPED / FREE))
    assert "working copy of its mails updated" in told
    said("export_course", FREE, str(tmp_path / "uit"))
    shipped = {name: text for name, text in files_in(SHIPPED / FREE).items() if "mails/" in name}
    out = {name: text for name, text in files_in(tmp_path / "uit").items() if "mails/" in name}
    assert out == shipped


def test_mails_that_are_not_there_yet_are_begun_unpublished(tmp_path: Path) -> None:
    sequence = make_written()
    slug = sequence.course.slug
    said("export_course", slug, str(tmp_path / "in"))
    sequence.delete()
    assert "the mails are new" in said("import_course", str(tmp_path / "in"), "--dry-run")
    assert not Sequence.objects.exists()
    assert "its mails created, 3 mails" in said("import_course", str(tmp_path / "in"))
    made = Sequence.objects.get()
    assert (made.live, len(made.draft), made.course.slug) == (None, 3, slug)


def test_taking_in_as_a_rehearsal_shows_what_becomes_of_each_mail(tmp_path: Path) -> None:
    sequence = make_written()
    said("export_course", sequence.course.slug, str(tmp_path / "in"))
    assert said("import_course", str(tmp_path / "in"), "--dry-run") == "no changes\n"
    first, second, third = sequence.draft
    sequence.draft = [third, {**first, "body": "Iets anders."}, make_mail("alleen-hier")]
    sequence.title = "Anders"
    sequence.save()
    before = all_rows()
    told = said("import_course", str(tmp_path / "in"), "--dry-run")
    for line in (
        "mails: title, which holds at once",
        "mails: another order",
        "mail: welkom: words (body)",
        "  -Iets anders.",
        "mail: later: added",
        "mail: alleen-hier: removed",
    ):
        assert line in told, told
    sequence.refresh_from_db()
    assert (all_rows(), sequence.title, len(sequence.draft)) == (before, "Anders", 3)
    assert second["key"] == "later"


def test_taking_out_as_a_rehearsal_names_the_files_of_mails(tmp_path: Path) -> None:
    sequence, folder = make_written(), tmp_path / "uit"
    assert "written: mails/01-welkom.md" in said(
        "export_course", sequence.course.slug, str(folder), "--dry-run"
    )
    assert not folder.exists()
    said("export_course", sequence.course.slug, str(folder))
    assert said("export_course", sequence.course.slug, str(folder), "--dry-run") == ""
    (folder / "mails/kladje.md").write_text("Niet van ons.")
    sequence.draft = [{**sequence.draft[0], "subject": "Nieuw"}]
    sequence.save()
    told = said("export_course", sequence.course.slug, str(folder), "--dry-run").splitlines()
    assert told == [
        "changed: mails/01-welkom.md",
        "removed: mails/02-later.md",
        "removed: mails/03-herinnering.md",
    ]


def test_mails_that_cannot_be_taken_in_leave_the_course_as_it_is(tmp_path: Path) -> None:
    sequence = make_written()
    course = sequence.course
    said("export_course", course.slug, str(tmp_path / "in"))
    Course.objects.filter(pk=course.pk).update(tagline="Van nu")
    stranger = make_course()
    Sequence.objects.update(course=stranger)
    for options in (["--dry-run"], []):
        with pytest.raises(CommandError, match="slug_taken"):
            said("import_course", str(tmp_path / "in"), *options)
    Sequence.objects.update(course=course)
    file = tmp_path / "in/mails/sequence.md"
    file.write_text(file.read_text().replace("sells: null", "sells: bestaat-niet"))
    with pytest.raises(CommandError, match="bestaat-niet"):
        said("import_course", str(tmp_path / "in"))
    course.refresh_from_db()
    assert course.tagline == "Van nu"


def test_a_folder_without_mails_leaves_the_mails_alone(tmp_path: Path) -> None:
    course = make_course(modules=1, lessons=1)
    said("export_course", course.slug, str(tmp_path / "in"))
    sequence = make_mails(course=course)
    told = said("import_course", str(tmp_path / "in"))
    assert "mails" not in told
    assert Sequence.objects.get().draft == sequence.draft


def test_a_mail_about_a_retired_lesson_travels_too(tmp_path: Path) -> None:
    sequence = make_written()
    lessons_of(sequence.course)[0].__class__.objects.filter(course=sequence.course).update(
        retired_at=timezone.now()
    )
    said("export_course", sequence.course.slug, str(tmp_path / "in"))
    assert said("import_course", str(tmp_path / "in"), "--dry-run") == "no changes\n"


def test_a_second_sequence_is_not_left_out_in_silence(tmp_path: Path) -> None:
    course = make_course(modules=1, lessons=1)
    live = make_mails(course=course, live=True)
    other = make_mails(course=course)
    told = said("export_course", course.slug, str(tmp_path / "uit"))
    assert f"{other.slug} stayed out" in told
    assert live.slug in (tmp_path / "uit/mails/sequence.md").read_text()
