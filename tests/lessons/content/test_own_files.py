"""What the names of our files tell, and which names are none."""

from __future__ import annotations

import uuid

import pytest

from lessons.content import blocks, own_files
from lessons.content.own_files import Name
from tests.factories import make_block
from tests.lessons.content.pictures import block_of

pytestmark = pytest.mark.once
ID = uuid.UUID("0b9f3f0c-51a8-4d8c-9d55-0c4dc1f1a2b3")


def test_a_name_and_its_parts_are_the_same_thing() -> None:
    for name in (Name(ID, "webp", 1700, 900), Name(ID, "mp3"), Name(ID, "webm")):
        assert own_files.read(name.whole) == name
    small = own_files.read(f"{ID}-1700x900-480.webp")
    assert small == Name(ID, "webp", 1700, 900, 480)
    assert small.whole == f"{ID}-1700x900.webp"
    assert list(small.sizes) == [480, 960, 1600]


@pytest.mark.parametrize(
    "name",
    [
        "", "geheim.webp", f"{ID}", f"{ID}.webp", f"{ID}.svg", f"{ID}.html", f"{ID}-10x10.mp3",
        f"{ID}-0x10.webp", f"{ID}-10x10-480.webp", f"{ID}-1700x900-481.webp", f"{ID}.mp3\n",
        f"../{ID}.mp3", f"{str(ID).upper()}.mp3", f"{ID}-\u0661x\u0661.webp", f"{ID}.mp3\x00",
        f"{ID}-99999x10.webp",
    ],
)  # fmt: skip
def test_nothing_else_is_a_name(name: str) -> None:
    assert own_files.read(name) is None
    assert own_files.at(f"/media/{name}") is None


def test_a_picture_brings_all_its_sizes_from_its_name_alone() -> None:
    picture = own_files.picture_at(f"/media/{ID}-1200x800.webp")
    assert picture is not None
    assert picture.sources == (
        f"/media/{ID}-1200x800-480.webp 480w, /media/{ID}-1200x800-960.webp 960w,"
        f" /media/{ID}-1200x800.webp 1200w"
    )
    assert (picture.small, picture.tall) == (f"/media/{ID}-1200x800-480.webp", False)
    assert own_files.picture_at(f"/media/{ID}.mp3") is None
    assert own_files.picture_at("https://example.org/media/x.webp") is None


def test_the_files_of_a_lesson_are_those_its_blocks_show() -> None:
    shown = [
        block_of(f"/media/{ID}-1200x800-480.webp"),
        block_of(f"/media/{ID}.mp3", "audio"),
        block_of("/static/icon.png"),
        block_of("https://youtu.be/dQw4w9WgXcQ", "embed"),
        make_block("text", body=f"Zie /media/{ID}.mp4"),
    ]
    named = own_files.named_in(blocks.many_from_json(shown))
    assert named == {f"{ID}-1200x800.webp", f"{ID}.mp3"}
