"""Pictures: looked at with suspicion, and written anew so that nothing but the picture is left.

Whatever comes in leaves as WebP in sRGB, upright, at most 2400 pixels long. The place where a photo
was taken, the camera, comments and whatever hides behind the pixels stay behind.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from courseapp.errors import Refused
from lessons.content.own_files import LONGEST

if TYPE_CHECKING:
    from pathlib import Path

# What Pillow may try: its other decoders never see a byte of what people send.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
SIDE_MAX = 12_000
PIXELS_MAX = 40_000_000
QUALITY = 84
# What may stand in a file that we wrote: pixels and transparency.
CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
ONLY_ALPHA = 0x10
BRIGHTEST_16 = 256


class NotAPicture(Refused):
    """It begins like a picture and is none, or it breaks off."""

    code = "not_a_picture"


class TooManyPixels(Refused):
    code = "too_many_pixels"


class Moving(Refused):
    """Several pictures in one file, as in an animated GIF."""

    code = "moving_picture"


class NotOurs(Refused):
    """A picture from a course folder that is not as we write them."""

    code = "not_our_picture"


def looks_like_one(head: bytes) -> bool:
    """Whether a file with these first bytes claims to be a picture we take."""
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"))
        or head[:4] + head[8:12] == b"RIFFWEBP"
    )


def read(path: Path) -> Image.Image:
    """The picture: upright, in sRGB, at most ``LONGEST``, with nothing but its pixels.

    Size and movement are judged by the header, before a pixel is decoded. Raises ``NotAPicture``,
    ``TooManyPixels`` and ``Moving``.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:
            _refuse_many_pixels(*image.size)
            _refuse_moving(image)
            # A JPEG more than twice as large as needed is read at half its size or less.
            image.draft(None, (LONGEST, LONGEST))
            profile = image.info.get("icc_profile")
            upright = _in_plain_mode(ImageOps.exif_transpose(image))
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many() from error
    except Exception as error:
        # Pillow has no one error for a broken file: also SyntaxError, IndexError, struct.error.
        raise NotAPicture(
            _("This file cannot be read as a picture. It is damaged, or it is something else.")
        ) from error
    upright.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return _in_srgb(upright, profile)


def write(image: Image.Image, path: Path) -> None:
    """Write it as WebP; of what came along in the file it was read from nothing goes in."""
    nothing: dict[str, bytes] = {"exif": b"", "xmp": b"", "icc_profile": b""}
    image.save(path, "WEBP", quality=QUALITY, method=4, use_sharp_yuv=True, **nothing)


def narrower(image: Image.Image, width: int) -> Image.Image:
    """The same picture, this many pixels wide."""
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def read_ours(path: Path, *, width: int, height: int) -> Image.Image:
    """A picture that is said to be one we wrote, of this size. Raises ``NotOurs``.

    It may have been anywhere since: there must be nothing in the file but pixels.
    """
    data = path.read_bytes()
    if not _only_pixels(data) or max(width, height) > LONGEST:
        raise NotOurs(_("The picture “%(name)s” is not as we write them.") % {"name": path.name})
    image = read(path)
    if image.size != (width, height):
        raise NotOurs(_("The picture “%(name)s” has another size.") % {"name": path.name})
    return image


def _only_pixels(data: bytes) -> bool:
    if data[:4] + data[8:12] != b"RIFFWEBP" or int.from_bytes(data[4:8], "little") + 8 != len(data):
        return False
    place = 12
    while place < len(data):
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if kind not in CHUNKS or (kind == b"VP8X" and data[place + 8 : place + 9][0] & ~ONLY_ALPHA):
            return False
        place += 8 + size + size % 2
    return place == len(data)


def _too_many() -> TooManyPixels:
    return TooManyPixels(
        _(
            "This picture is too large: at most %(side)s pixels wide or high, and %(millions)s"
            " million pixels in all. Save it smaller and try again."
        )
        % {"side": SIDE_MAX, "millions": PIXELS_MAX // 1_000_000}
    )


def _refuse_many_pixels(width: int, height: int) -> None:
    if max(width, height) > SIDE_MAX or width * height > PIXELS_MAX:
        raise _too_many()


def _refuse_moving(image: Image.Image) -> None:
    # Telephones write a second, smaller picture behind a JPEG (MPO): that does not move.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise Moving(
            _("This picture moves. A lesson shows still pictures; add what moves as a film.")
        )


def _in_plain_mode(image: Image.Image) -> Image.Image:
    """Decode, into one of the few modes that can be scaled and have their colours converted."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith(("I", "F")):
        # Sixteen bits a pixel; Pillow would cut off all but the darkest two hundred shades.
        return image.convert("I").point(lambda value: value * (1 / BRIGHTEST_16)).convert("L")
    return image if image.mode in {"L", "CMYK"} else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    wanted = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            own, plain = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, own, plain, outputMode=wanted)
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # A broken profile, or one for other colours: as if there were none.
        if converted is not None:
            return converted
    return image.convert(wanted)
