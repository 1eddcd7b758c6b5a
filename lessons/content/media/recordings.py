"""Sound and film: known by their bytes, never by their name, and kept as they came.

They are not made anew: that would need an encoder and minutes. What telephones write beside a film,
such as the place where it was made, is blanked out; so is all else that is no sound and no image.
"""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from courseapp.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOXES_MAX = 100_000
# Boxes of an MP4 that hold other boxes we look into, and those that hold remarks.
HOLDERS = {b"moov", b"trak", b"mdia"}
REMARKS = {b"udta", b"meta", b"uuid"}
LAYER_3, ADTS = 0x02, 0x00
QUICKTIME = b"qt  "


class Box(NamedTuple):
    """A box of an MP4: where it begins, where its content does, where it ends."""

    kind: bytes
    place: int
    content: int
    end: int


class NotARecording(Refused):
    """It begins like sound or film and is none we know, or it breaks off."""

    code = "not_a_recording"


def looks_like_one(head: bytes) -> bool:
    """Whether a file with these first bytes claims to be sound or film."""
    return (
        head.startswith((b"ID3", b"OggS", b"\x1aE\xdf\xa3"))
        or head[4:8] == b"ftyp"
        or _frame_ending(head) != ""
    )


def ending_of(path: Path) -> str:
    """What it is (``mp3``, ``m4a``, ``aac``, ``ogg``, ``mp4``, ``webm``); remarks are blanked out.

    Raises ``NotARecording``.
    """
    with path.open("r+b") as file:
        head = file.read(512)
        if head[4:8] == b"ftyp":
            return _mp4(file, path.stat().st_size, head[8:12])
    if head.startswith(b"ID3"):
        return "mp3"
    if head.startswith(b"OggS") and (b"OpusHead" in head or b"\x01vorbis" in head):
        return "ogg"
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return "webm"
    if ending := _frame_ending(head):
        return ending
    raise NotARecording(
        _("We cannot use this file. Sound is an mp3, m4a or ogg file; a film is mp4 or webm.")
    )


def _frame_ending(head: bytes) -> str:
    """Bare frames, without a container: ``mp3`` or ``aac``; empty for anything else."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004 -- bits of a frame.
        return ""
    layer, version, bitrate, rate = head[1] & 6, head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if layer == LAYER_3 and version != 1 and 0 < bitrate < 15 and rate != 3:  # noqa: PLR2004
        return "mp3"
    if layer == ADTS and head[1] & 0xF0 == 0xF0 and (head[2] >> 2 & 15) < 13:  # noqa: PLR2004
        return "aac"
    return ""


def _mp4(file: IO[bytes], size: int, brand: bytes) -> str:
    if brand == QUICKTIME:
        raise NotARecording(
            _("This is a QuickTime film (.mov), which many browsers do not play. Save it as mp4.")
        )
    handlers: set[bytes] = set()
    for box in _boxes(file, size):
        if box.kind in REMARKS:
            _blank(file, box)
        elif box.kind == b"hdlr":
            file.seek(box.content + 8)
            handlers.add(file.read(4))
    if b"vide" in handlers:
        return "mp4"
    if b"soun" in handlers:
        return "m4a"
    raise NotARecording(_("There is no sound and no film in this file, or its end is missing."))


def _boxes(file: IO[bytes], size: int) -> Iterator[Box]:
    """Every box of an MP4, those within others too."""
    left = [(0, size)]
    seen = 0
    while left:
        place, end = left.pop()
        while place + 8 <= end:
            box = _box(file, place, end)
            seen += 1
            if box.end > end or seen > BOXES_MAX:
                raise NotARecording(_("This file breaks off: its end is missing. Add it again."))
            if box.kind in HOLDERS:
                left.append((box.content, box.end))
            yield box
            place = box.end


def _box(file: IO[bytes], place: int, end: int) -> Box:
    """The box at this place.

    ISO/IEC 14496-12, 4.2: four bytes of size, four of kind; size 1: eight more bytes have it; size
    0: to the end of the file.
    """
    file.seek(place)
    size, kind = struct.unpack(">I4s", file.read(8))
    header = 8
    if size == 1:
        size, header = int.from_bytes(file.read(8), "big"), 16
    elif size == 0:
        size = end - place
    return Box(kind, place, place + header, place + max(size, header))


def _blank(file: IO[bytes], box: Box) -> None:
    """Make it a box of free space, of the same length: offsets elsewhere in the file stay right."""
    file.seek(box.place + 4)
    file.write(b"free")
    file.seek(box.content)
    left = box.end - box.content
    while left > 0:
        left -= file.write(bytes(min(left, 1 << 20)))
