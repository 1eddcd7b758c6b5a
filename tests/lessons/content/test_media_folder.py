"""A course with pictures as a folder, out and in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from courseapp.errors import Refused
from lessons.content import folder, media, transfer
from lessons.content.folder.reading import read_folder
from lessons.content.folder.writing import write_folder
from lessons.content.models import Course, Lesson, MediaFile, Module
from tests.counting import counting
from tests.factories import NOW, make_course, make_lesson
from tests.lessons.content.pictures import (
    MP3,
    SOUNDS,
    block_of,
    gradient,
    make_media,
    mp4,
    photo,
    saved,
)

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def bytes_in(path: Path) -> dict[str, bytes]:
    files = (file for file in path.rglob("*") if file.is_file())
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def make_course_with_media() -> tuple[Course, list[MediaFile]]:
    """A lesson shows a picture and plays sound; a retired one has a film; an embed is elsewhere."""
    course = make_course(modules=1, lessons=1, live=False)
    picture, sound = make_media(name="zee: é.jpg"), make_media(MP3, name="stem.mp3")
    film = make_media(SOUNDS["mp4"], name="- film")
    make_media(photo(50, 50), name="ongebruikt.jpg")
    module = course.modules.get()
    make_lesson(
        module,
        blocks=[
            block_of(f"/media/{picture.path}"),
            block_of(f"/media/{sound.path}", "audio"),
            block_of("https://youtu.be/dQw4w9WgXcQ", "embed"),
            block_of("/static/icon.png"),
        ],
    )
    make_lesson(module, blocks=[block_of(f"/media/{film.path}", "video")], retired_at=NOW)
    return course, [picture, sound, film]


def forget(media_root: Path) -> None:
    """As on another machine: no course, no file."""
    Lesson.objects.all().delete()
    Module.objects.all().delete()
    Course.objects.all().delete()
    MediaFile.objects.all().delete()
    shutil.rmtree(media_root)


def test_out_in_and_out_again_gives_the_same_bytes_and_the_same_addresses(
    media_root: Path, tmp_path: Path
) -> None:
    course, files = make_course_with_media()
    call_command("export_course", course.slug, str(tmp_path / "one"), verbosity=0)
    written = bytes_in(tmp_path / "one")
    assert {name for name in written if name.startswith("media/")} == {
        "media/names.yaml",
        *(f"media/{file.path}" for file in files),
    }
    whole = {name for name in bytes_in(media_root) if "50x50" not in name}
    forget(media_root)
    call_command("import_course", str(tmp_path / "one"))
    assert set(bytes_in(media_root)) == whole
    rows = {file.path: file.name for file in MediaFile.objects.all()}
    assert rows == {file.path: file.name for file in files}
    again = MediaFile.objects.get(pk=files[0].pk)
    assert (again.kind, again.width, again.height) == ("image", 1200, 800)
    call_command("export_course", course.slug, str(tmp_path / "two"))
    assert bytes_in(tmp_path / "two") == written
    call_command("import_course", str(tmp_path / "two"))
    assert MediaFile.objects.count() == 3


def test_a_course_without_media_has_no_such_folder_and_asks_nothing_more(tmp_path: Path) -> None:
    course = make_course(modules=1, lessons=2, live=False)
    with counting() as count:
        write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    assert not [statement for statement in count.statements if "mediafile" in statement]
    assert not (tmp_path / "one" / "media").exists()


def test_a_folder_that_lacks_a_file_is_refused_by_name(media_root: Path, tmp_path: Path) -> None:
    course, files = make_course_with_media()
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    (tmp_path / "one" / "media" / files[1].path).unlink()
    with pytest.raises(folder.InvalidFolder, match=f"media/{files[1].path} is missing"):
        read_folder(tmp_path / "one")
    (media_root / files[1].path).unlink()
    with pytest.raises(CommandError, match=f"{files[1].path} is missing"):
        call_command("export_course", course.slug, str(tmp_path / "two"))
    assert not (tmp_path / "two").exists()


def test_a_folder_without_names_of_old_is_taken_in(media_root: Path, tmp_path: Path) -> None:
    course, files = make_course_with_media()
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    (tmp_path / "one" / "media" / "names.yaml").unlink()
    forget(media_root)
    transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW)
    assert MediaFile.objects.get(pk=files[0].pk).name == files[0].path


def test_what_is_there_already_stays_as_it_is(media_root: Path, tmp_path: Path) -> None:
    course, files = make_course_with_media()
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    (tmp_path / "one" / "media" / files[1].path).write_bytes(b"Iets anders")
    before = bytes_in(media_root)
    transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW)
    assert bytes_in(media_root) == before


webp = saved(gradient(1200, 800), "WEBP")
TAMPERED = {
    "a page": (0, b"<html><script>alert(1)</script>"),
    "a photo with its place": (0, saved(gradient(1200, 800), "WEBP", exif=b"Exif\0\0MM\0*geheim")),
    "a picture of another size": (0, saved(gradient(1201, 800), "WEBP")),
    "a jpeg": (0, photo(1200, 800)),
    "a picture with something behind it": (0, webp + b"<script>"),
    "a picture that breaks off": (0, webp[:-400]),
    "a picture that says it is whole and is not": (0, webp[:400] + bytes(len(webp) - 400)),
    "a moving picture": (0, saved(gradient(1200, 800), "WEBP", save_all=True,
                                  append_images=[gradient(1200, 800, "L")])),
    "words for sound": (1, b"Stilte"),
    "a film for sound": (1, mp4(b"vide")),
    "sound for a film": (2, MP3),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_bytes_of_a_folder_are_not_believed_and_nothing_stays_of_a_refused_one(
    what: str, media_root: Path, tmp_path: Path
) -> None:
    number, data = TAMPERED[what]
    course, files = make_course_with_media()
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    (tmp_path / "one" / "media" / files[number].path).write_bytes(data)
    forget(media_root)
    with pytest.raises(Refused) as refused:
        transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW)
    assert len(str(refused.value)) > 15
    assert (Course.objects.count(), MediaFile.objects.count(), bytes_in(media_root)) == (0, 0, {})


def test_a_file_too_large_for_its_kind_is_not_taken_in(media_root: Path, tmp_path: Path) -> None:
    course, files = make_course_with_media()
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    with (tmp_path / "one" / "media" / files[0].path).open("ab") as file:
        file.truncate(media.IMAGE_MAX + 1)
    forget(media_root)
    with pytest.raises(media.FileTooLarge):
        transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW)


def test_a_name_that_is_another_file_here_is_refused(media_root: Path, tmp_path: Path) -> None:
    course, files = make_course_with_media()
    file = transfer.take_out(slug=course.slug)
    MediaFile.objects.filter(pk=files[0].pk).update(path=f"{files[0].pk}.mp3")
    with pytest.raises(media.OtherKind):
        transfer.take_in(file, by=None, now=NOW)
    odd = replace(file, media=(replace(file.media[0], path="../../etc/passwd"),))
    with pytest.raises(media.UnknownKind):
        transfer.take_in(odd, by=None, now=NOW)
