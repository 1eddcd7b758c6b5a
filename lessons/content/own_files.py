"""The names of our own pictures, sound and films: everything a page needs stands in them. Pure.

    <uuid>-1600x1067.webp        a picture, and how large it is
    <uuid>-1600x1067-480.webp    the same, 480 pixels wide; likewise 960 and 1600, if it is wider
    <uuid>.mp3                   a recording

So a lesson is shown, with every size of its pictures, without a question to the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from lessons.content.blocks import Media

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lessons.content.blocks import Block

ADDRESS = "/media/"
# The longest side of a picture we keep, and the widths made beside it.
LONGEST = 2400
WIDTHS = (480, 960, 1600)
TYPES = {
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NAME = re.compile(
    rf"({_UUID})(?:-([1-9][0-9]{{0,3}})x([1-9][0-9]{{0,3}})(?:-(480|960|1600))?\.(webp)"
    r"|\.(mp3|m4a|aac|ogg|mp4|webm))"
)
# A file of ours wherever it is named in a text or in stored JSON.
NAMED = re.compile(rf"{ADDRESS}({_UUID})")


@dataclass(frozen=True)
class Name:
    """A name taken apart. ``size``: the width of a smaller version; 0 is the file itself."""

    uuid: UUID
    ending: str
    width: int = 0
    height: int = 0
    size: int = 0

    @property
    def whole(self) -> str:
        """The name of the file itself, also when this is a smaller version of it."""
        return _name(self.uuid, self.ending, self.width, self.height)

    @property
    def sizes(self) -> dict[int, str]:
        """The smaller versions that stand beside it, ``{width: name}``."""
        stem = self.whole.removesuffix(".webp")
        return {size: f"{stem}-{size}.webp" for size in WIDTHS if size < self.width}

    @property
    def content_type(self) -> str:
        return TYPES[self.ending]

    @property
    def kind(self) -> str:
        """``image``, ``audio`` or ``video``."""
        return self.content_type.split("/")[0]


@dataclass(frozen=True)
class Picture:
    """A picture as a page shows it. ``tall``: higher than wide, and so kept narrower."""

    address: str
    small: str
    sources: str
    width: int
    height: int

    @property
    def tall(self) -> bool:
        return self.height > self.width


def read(name: str) -> Name | None:
    """A name taken apart; None when it is none of ours."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    uuid, width, height, size, picture, recording = match.groups()
    found = Name(
        UUID(uuid), picture or recording, int(width or 0), int(height or 0), int(size or 0)
    )
    return found if not found.size or found.size in found.sizes else None


def at(address: str) -> Name | None:
    """The file of ours at this address below ``/media/``; None for any other address."""
    return read(address.removeprefix(ADDRESS)) if address.startswith(ADDRESS) else None


def picture_at(address: str) -> Picture | None:
    """The picture of ours at this address, with all its sizes."""
    name = at(address)
    if name is None or name.kind != "image":
        return None
    every = {**name.sizes, name.width: name.whole}
    return Picture(
        address=ADDRESS + name.whole,
        small=ADDRESS + every[min(every)],
        sources=", ".join(f"{ADDRESS}{file} {width}w" for width, file in every.items()),
        width=name.width,
        height=name.height,
    )


def named_in(blocks: Iterable[Block]) -> set[str]:
    """The names of our own files that these blocks show."""
    shown = (block for block in blocks if isinstance(block, Media) and block.kind != "embed")
    return {name.whole for block in shown if (name := at(block.src))}


def _name(uuid: UUID, ending: str, width: int, height: int) -> str:
    return f"{uuid}-{width}x{height}.{ending}" if ending == "webp" else f"{uuid}.{ending}"
