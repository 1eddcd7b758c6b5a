"""Courses as folders: out, in, and out again."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lessons.content import blocks, folder, revisions, transfer
from lessons.content.folder.reading import read_folder
from lessons.content.folder.writing import write_folder
from lessons.content.models import Course, Lesson, Module, Revision
from lessons.management.commands.load_courses import SHIPPED
from tests.factories import NOW, lessons_of, make_course, make_lesson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

shipped = sorted(one for one in SHIPPED.iterdir() if one.is_dir())


@pytest.fixture(autouse=True)
def spoken_in_english() -> Iterator[None]:
    """As a command speaks."""
    with translation.override("en"):
        yield


def files_in(path: Path) -> dict[str, bytes]:
    """All files of a course's folder but its mails, which belong to another room."""
    return {
        str(one.relative_to(path)): one.read_bytes()
        for one in path.rglob("*")
        if one.is_file() and one.parent.name != folder.MAILS
    }


def rows_of(course: Course) -> list[dict[str, Any]]:
    """Every field of the working copy but the version, which counts saves."""
    parts = [Course.objects.filter(pk=course.pk), course.modules.all(), course.lessons.all()]
    rows = [row for part in parts for row in part.order_by("slug").values()]
    for row in rows:
        row.pop("version", None)
    return rows


@pytest.mark.parametrize("path", shipped, ids=lambda path: path.name)
def test_a_shipped_course_is_written_as_it_is_read(path: Path, tmp_path: Path) -> None:
    write_folder(read_folder(path), tmp_path / "again")
    assert files_in(tmp_path / "again") == files_in(path)


@pytest.mark.django_db
@pytest.mark.parametrize("path", shipped, ids=lambda path: path.name)
def test_in_and_out_again_gives_the_same_course_and_the_same_bytes(
    path: Path, tmp_path: Path
) -> None:
    course = transfer.take_in(read_folder(path), by=None, now=NOW).course
    before = rows_of(course)
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    for model in (Lesson, Module):
        model.objects.all().delete()
    course.articles.clear()
    Course.objects.all().delete()
    again = transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW)
    assert rows_of(again.course) == before
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "two")
    assert files_in(tmp_path / "one") == files_in(tmp_path / "two")
    assert Revision.objects.count() == len(course.articles.all())


@pytest.mark.django_db
def test_what_the_folder_no_longer_names_is_retired_and_slugs_may_change_hands(
    tmp_path: Path,
) -> None:
    course = make_course(modules=1, lessons=3)
    one, two, three = lessons_of(course)
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "course")
    module = next(path for path in (tmp_path / "course").iterdir() if path.is_dir())
    files = sorted(module.glob("0*.md"))
    files[2].unlink()
    for file, old, new in ((files[0], one.slug, two.slug), (files[1], two.slug, one.slug)):
        file.write_text(file.read_text().replace(f"slug: {old}", f"slug: {new}"))
    taken = transfer.take_in(read_folder(tmp_path / "course"), by=None, now=NOW)
    assert (taken.created, taken.retired) == (False, 1)
    slugs = dict(Lesson.objects.values_list("pk", "slug"))
    assert (slugs[one.pk], slugs[two.pk]) == (two.slug, one.slug)
    assert Lesson.objects.get(pk=three.pk).retired_at == NOW


@pytest.mark.django_db
def test_staleness_travels_with_the_folder(tmp_path: Path) -> None:
    course = transfer.take_in(read_folder(shipped[0]), by=None, now=NOW).course
    article = course.articles.all()[0]
    revision = article.revisions.get()
    source = revision.source.replace(revision.passages.filter(kind="paragraph")[0].text, "Anders.")
    revisions.revise(of=article, source=source, form="markdown", by=None, now=NOW)
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    seen = dict(course.lessons.values_list("slug", "seen"))
    transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW)
    assert dict(course.lessons.values_list("slug", "seen")) == seen
    assert "stale:" in b"".join(files_in(tmp_path / "one").values()).decode()


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]))
texts = st.lists(words, max_size=4).map("\n\n".join)


def _fields(kind: type[blocks.Block]) -> st.SearchStrategy[dict[str, Any]]:
    forms: Mapping[str, st.SearchStrategy[Any]] = {
        "line": words,
        "rich": texts,
        "lines": st.lists(words, min_size=2, max_size=4),
        "cards": st.lists(st.fixed_dictionaries({"title": words, "body": texts}), min_size=1),
        "flag": st.booleans(),
        "number": st.integers(0, 600),
    }
    return st.fixed_dictionaries(
        {
            name: st.sampled_from(meta["options"])
            if meta["form"] == "choice"
            else forms[meta["form"]]
            for name, meta in blocks.fields_of(kind).items()
        }
    )


@pytest.mark.slow
@given(data=st.data(), kind=st.sampled_from(sorted(blocks.KINDS)))
def test_any_block_survives_its_file(
    data: st.DataObject, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fields = data.draw(_fields(blocks.KINDS[kind]))
    try:
        block = blocks.from_json({"id": str(uuid.uuid4()), "type": kind, **fields})
    except blocks.InvalidBlock:
        return
    lesson = folder.LessonFile(uuid.uuid4(), "les", "Les", "", 5, True, False, None, (block,))
    module = folder.ModuleFile(uuid.uuid4(), "module", "Module", "", None, (lesson,))
    course = folder.CourseFile(
        uuid.uuid4(), "cursus", "Cursus", "", "", "free", "nl", None, (), (module,)
    )
    path = tmp_path_factory.mktemp("folder") / "course"
    write_folder(course, path)
    assert read_folder(path) == course


def written(tmp_path: Path, name: str, old: str, new: str) -> Path:
    path = tmp_path / "course"
    write_folder(read_folder(shipped[0]), path)
    file = next(path.rglob(name))
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("course.md", "slug:", "slog:", "slug"),
        ("course.md", "---\n", "", "course.md"),
        ("course.md", "uuid: ", "uuid: x", "course.md"),
        ("01-*.md", "::: text", "::: plaatje", "Unknown block type 'plaatje'"),
        ("01-*.md", "\n:::\n", "\n", "starts with “:::”|no line"),
        ("01-*.md", "minutes: ", "minutes: veel", "01-"),
        ("module.md", "title:", "title: [", "module.md"),
        ("module.md", "title: ", f"title: {'x' * 200}", "'title' holds at most 200"),
        ("course.md", "articles:\n", "articles: een\nq:\n", "'articles' is a list"),
        ("course.md", "articles:\n- ", "articles:\n- ../../", "is no slug"),
        ("course.md", "every_days: 2", "every_days: .inf", "A pace is"),
        ("course.md", "tagline: ", "tagline: [x]\nq: ", "'tagline' is text"),
        ("01-*.md", "minutes: ", "minutes: -", "'minutes' is a whole number"),
        ("01-*.md", "minutes: ", "minutes: 99999", "'minutes' is a whole number"),
        ("01-*.md", "minutes: ", "minutes: .inf\nq: ", "'minutes' is a whole number"),
        ("01-*.md", "required: true", "required: 'false'", "'required' is true or false"),
        ("01-*.md", "minutes: ", "retired: 2026-01-01\nminutes: ", "with its time zone"),
        ("01-*.md", "minutes: ", f"q: {'[' * 3000}\nminutes: ", "nested too deeply"),
        ("01-*.md", "\nid: ", "\nbody: tekst\nid: ", "kind and body are no fields"),
        ("01-*.md", "\nid: ", "\nstale: [x]\nid: ", "'stale' maps keys"),
        ("articles/*.yaml", "title: ", "keys: {a: A!}\ntitle: ", "'keys' maps keys"),
        ("articles/*.yaml", "title: ", "keys: {a: c, b: c}\ntitle: ", "one key to two"),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused_with_the_file(
    name: str, old: str, new: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(folder.InvalidFolder, match=sentence):
        read_folder(written(tmp_path, name, old, new))


def test_two_lessons_with_one_slug_are_refused(tmp_path: Path) -> None:
    course = read_folder(shipped[0])
    one, two = course.modules[0].lessons[:2]
    path = written(tmp_path, f"*-{two.slug}.md", f"slug: {two.slug}", f"slug: {one.slug}")
    with pytest.raises(folder.InvalidFolder, match=f"two lessons are called '{one.slug}'"):
        read_folder(path)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("Lieve oma")
    with pytest.raises(folder.InvalidFolder):
        write_folder(read_folder(shipped[0]), tmp_path)
    assert (tmp_path / "letters.txt").read_text() == "Lieve oma"


def test_mails_that_lie_in_a_folder_stay_when_the_course_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "course"
    write_folder(read_folder(shipped[0]), path)
    (path / folder.MAILS).mkdir(exist_ok=True)
    (path / folder.MAILS / "01-welkom.md").write_text("Dag")
    write_folder(read_folder(path), path)
    assert (path / folder.MAILS / "01-welkom.md").read_text() == "Dag"


@pytest.mark.django_db
def test_a_slug_of_another_course_is_refused_and_nothing_is_written() -> None:
    file = read_folder(shipped[0])
    other = make_course(slug=file.slug)
    with pytest.raises(transfer.SlugTaken):
        transfer.take_in(file, by=None, now=NOW)
    assert [course.pk for course in Course.objects.all()] == [other.pk]


@pytest.mark.django_db
def test_a_copy_of_a_folder_takes_no_lessons_away_from_the_course_it_was_copied_from() -> None:
    course = make_course(modules=1, lessons=2)
    file = replace(transfer.take_out(slug=course.slug), uuid=uuid.uuid4(), slug="een-kopie")
    with pytest.raises(transfer.IdentityTaken, match=course.slug):
        transfer.take_in(file, by=None, now=NOW)
    assert [one.pk for one in Course.objects.all()] == [course.pk]
    assert course.lessons.count() == 2


@pytest.mark.slow
@pytest.mark.django_db
def test_the_commands_load_export_import_and_publish(tmp_path: Path) -> None:
    call_command("load_courses")
    call_command("load_courses")
    course = Course.objects.get(slug=shipped[0].name)
    assert course.live_edition is not None
    call_command("export_course", course.slug, str(tmp_path / "out"))
    call_command("import_course", str(tmp_path / "out"))
    with pytest.raises(CommandError, match="nothing_to_publish"):
        call_command("publish_module", course.slug)
    make_lesson(course.modules.all()[0])
    call_command("publish_module", course.slug)
    course.refresh_from_db()
    assert course.live_edition.number == 2
    with pytest.raises(CommandError, match="not_found"):
        call_command("export_course", "bestaat-niet", str(tmp_path / "out2"))
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="File exists"):
        call_command("export_course", course.slug, str(tmp_path / "file" / "out"))
