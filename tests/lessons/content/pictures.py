"""Files as people send them, made here byte by byte."""

from __future__ import annotations

import struct
import uuid
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, TiffImagePlugin

from lessons.content import blocks, media
from tests.factories import NOW

if TYPE_CHECKING:
    from lessons.content.models import MediaFile

GPS_IFD, ORIENTATION, CAMERA = 0x8825, 0x0112, 0x0110


def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture whose left is dark and whose right is light, and whose top is red."""
    image = Image.linear_gradient("L").rotate(90).resize((width, height)).convert("RGB")
    image.paste((200, 20, 20), (0, 0, width, height // 4))
    return image.convert(mode)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def photo(width: int = 1200, height: int = 800, **options: Any) -> bytes:
    """A JPEG as a camera writes it."""
    return saved(gradient(width, height), "JPEG", **options)


def located(**tags: Any) -> bytes:
    """A photo that says where it was taken and by what; ``orientation`` as in EXIF."""
    exif = Image.Exif()
    exif[CAMERA] = "Telefoon van Noor"
    exif[ORIENTATION] = tags.get("orientation", 1)
    exif[GPS_IFD] = {1: "N", 2: tuple(TiffImagePlugin.IFDRational(n) for n in (52, 22, 12))}
    return photo(1200, 800, exif=exif.tobytes(), comment=b"Geheim: thuis")


def png_header(width: int, height: int, rows: int = 0) -> bytes:
    """The first bytes of a PNG of this size, with so many of its rows behind them, all black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(bytes(width * 3 + 1)) for _ in range(rows)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed)


def box(kind: bytes, content: bytes, *, wide: bool = False) -> bytes:
    """A box of an MP4; ``wide`` writes its size in eight bytes."""
    if wide:
        return struct.pack(">I4sQ", 1, kind, len(content) + 16) + content
    return struct.pack(">I4s", len(content) + 8, kind) + content


def mp4(
    *handlers: bytes, brand: bytes = b"isom", remarks: bytes = b"", wide: bool = False
) -> bytes:
    """A film or sound with these tracks, and what a telephone remarks beside it."""
    tracks = b"".join(
        box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(13))))
        for handler in handlers
    )
    udta = box(b"udta", remarks, wide=wide) if remarks else b""
    return (
        box(b"ftyp", brand + bytes(4) + b"isom")
        + box(b"mdat", b"\x07" * 3000)
        + box(b"moov", box(b"mvhd", bytes(100)) + tracks + udta)
    )


FRAME = b"\xff\xfb\x90\x00" + b"\0" * 413
MP3 = FRAME * 40
SOUNDS = {
    "mp3": MP3,
    "m4a": mp4(b"soun", brand=b"M4A "),
    "aac": b"\xff\xf1\x50\x80\x02\x1f\xfc" + b"\0" * 400,
    "ogg": b"OggS\0\x02" + bytes(22) + b"OpusHead" + bytes(200),
    "mp4": mp4(b"vide", b"soun"),
    "webm": b"\x1aE\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(300),
}


def block_of(src: str, kind: str = "image", **fields: Any) -> dict[str, Any]:
    """A media block that shows what is at this address."""
    data = {"id": str(uuid.uuid4()), "type": "media", "kind": kind, "src": src, "alt": "Een stoel"}
    return blocks.from_json({**data, **fields}).as_json()


def sent(data: bytes, name: str = "foto.jpg") -> SimpleUploadedFile:
    """As a form brings it, with a content type nobody should believe."""
    return SimpleUploadedFile(name, data, content_type="image/png")


def make_media(data: bytes | None = None, name: str = "foto.jpg", **fields: Any) -> MediaFile:
    fields.setdefault("by", None)
    fields.setdefault("now", NOW)
    return media.add(name=name, file=sent(photo() if data is None else data), **fields)
