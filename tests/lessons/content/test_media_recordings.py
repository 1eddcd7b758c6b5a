"""Taking sound and film in: known by their bytes, kept as they came, without remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile

from courseapp.errors import Refused
from lessons.content import media, own_files
from lessons.content.media import keeping, recordings
from lessons.content.models import MediaFile
from tests.factories import NOW
from tests.lessons.content.pictures import FRAME, MP3, SOUNDS, box, make_media, mp4

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
HOME = b"\xa9xyz+52.3702+004.8952/"


@pytest.mark.parametrize("ending", SOUNDS)
def test_sound_and_film_are_known_by_their_bytes_and_kept_as_they_are(ending: str) -> None:
    row = make_media(SOUNDS[ending], name="opname.png")
    assert row.path == f"{row.pk}.{ending}"
    assert row.kind == ("video" if ending in {"mp4", "webm"} else "audio")
    assert media.where(row.path).read_bytes() == SOUNDS[ending]
    assert own_files.read(row.path) == own_files.Name(row.pk, ending)


def test_an_mp3_with_a_title_and_one_of_a_lower_rate_are_mp3() -> None:
    assert make_media(b"ID3\x04\0\0\0\0\0\0" + MP3).path.endswith(".mp3")
    assert make_media(b"\xff\xf3\x80\xc4" + FRAME).path.endswith(".mp3")


def test_an_mp4_with_sound_alone_is_sound() -> None:
    assert make_media(mp4(b"soun")).path.endswith(".m4a")


@pytest.mark.parametrize("wide", [False, True])
def test_where_a_film_was_made_is_blanked_out_and_nothing_moves(wide: bool) -> None:
    data = mp4(b"vide", b"soun", remarks=HOME, wide=wide)
    row = make_media(data)
    kept = media.where(row.path).read_bytes()
    assert HOME not in kept
    assert b"free" in kept
    assert len(kept) == len(data)
    assert kept[:3000] == data[:3000]
    assert recordings.ending_of(media.where(row.path)) == "mp4"


def endless(depth: int = 500) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = box(b"trak", inner)
    return inner


REFUSED = {
    "a film that breaks off": mp4(b"vide")[:2000],
    "a film without an index": box(b"ftyp", b"isom" + bytes(8)) + box(b"mdat", bytes(300)),
    "an index that is too long": mp4(b"vide")[:-3],
    "a box larger than the world": box(b"ftyp", b"isom" + bytes(8)) + b"\xff\xff\xff\xffmoov",
    "a box that is smaller than its head": box(b"ftyp", b"isom" + bytes(8)) + b"\0\0\0\4moov" * 9,
    "boxes without end": box(b"ftyp", b"isom" + bytes(8)) + box(b"free", b"") * 100_001,
    "boxes in boxes": box(b"ftyp", b"isom" + bytes(8)) + endless(),
    "a film of quicktime": mp4(b"vide", brand=b"qt  "),
    "a matroska film": b"\x1aE\xdf\xa3" + bytes(9) + b"matroska" + bytes(100),
    "an ogg film": b"OggS\0\x02" + bytes(22) + b"\x80theora" + bytes(600),
    "a wave": b"RIFF\x24\0\0\0WAVEfmt " + bytes(100),
    "a flac": b"fLaC" + bytes(100),
    "three bytes": b"\xff\xfb\x90",
    "only ones": b"\xff" * 600,
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_no_browser_plays_is_refused_and_leaves_nothing(what: str, media_root: Path) -> None:
    with pytest.raises(Refused) as refused:
        make_media(REFUSED[what], name="film.mp4")
    assert len(str(refused.value)) > 15
    assert MediaFile.objects.count() == 0
    assert not media_root.exists() or not list(media_root.iterdir())


def test_a_film_is_written_in_pieces_and_stopped_when_it_grows_too_large(
    media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "RECORDING_MAX", 3_000_000)
    fine, large = SOUNDS["mp4"], MP3 + bytes(3_000_000)
    for data in (fine, large):
        file = TemporaryUploadedFile("film.mp4", "video/mp4", len(data), None)
        file.write(data)
        # Whoever says that it is small is not believed either.
        file.size = 10
        with file:
            if data is fine:
                assert media.add(name="film.mp4", file=file, by=None, now=NOW).size == len(fine)
            else:
                with pytest.raises(media.FileTooLarge):
                    media.add(name="film.mp4", file=file, by=None, now=NOW)
    assert [one.name for one in media_root.iterdir()] == [MediaFile.objects.get().path]
