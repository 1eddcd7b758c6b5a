"""Taking pictures in: what is kept of them, and what is refused."""

from __future__ import annotations

import resource
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError
from PIL import Image, ImageCms

from courseapp.accounts.models import AuditEntry, User
from courseapp.errors import Refused
from lessons.content import media, own_files
from lessons.content.media import images, shelf
from lessons.content.models import MediaFile
from tests.factories import NOW, make_reader
from tests.lessons.content.pictures import (
    MP3,
    gradient,
    located,
    make_media,
    photo,
    png_header,
    saved,
    sent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'


def opened(path: Path) -> Image.Image:
    with Image.open(path, formats=["WEBP"]) as image:
        image.load()
        return image


def kept(row: MediaFile) -> Image.Image:
    return opened(media.where(row.path))


def names_in(media_root: Path) -> set[str]:
    return {file.name for file in media_root.rglob("*")} if media_root.exists() else set()


def close_to(pixel: object, wanted: tuple[int, ...], within: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - two) <= within for one, two in zip(pixel, wanted, strict=True))


def test_a_photo_becomes_webp_with_smaller_versions_and_never_larger_ones(media_root: Path) -> None:
    row = make_media(photo(1200, 800), name="C:\\fotos\\Zee\u202e.jpg")
    assert (row.kind, row.width, row.height, row.name) == ("image", 1200, 800, "Zee .jpg")
    assert row.path == f"{row.pk}-1200x800.webp"
    stem = f"{row.pk}-1200x800"
    assert names_in(media_root) == {f"{stem}.webp", f"{stem}-480.webp", f"{stem}-960.webp"}
    found = {name: opened(media_root / name) for name in names_in(media_root)}
    assert {name: image.size for name, image in found.items()} == {
        f"{stem}.webp": (1200, 800),
        f"{stem}-960.webp": (960, 640),
        f"{stem}-480.webp": (480, 320),
    }
    assert row.size == (media_root / row.path).stat().st_size
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.target, entry.name) == ("media.added", str(row.pk), "Zee .jpg")


@pytest.mark.slow
def test_what_is_too_long_is_made_smaller_and_what_is_small_stays() -> None:
    assert make_media(photo(5000, 2500)).path.endswith("-2400x1200.webp")
    assert make_media(photo(1000, 3000)).path.endswith("-800x2400.webp")
    row = make_media(photo(300, 200))
    assert own_files.read(row.path) == own_files.Name(row.pk, "webp", 300, 200)
    assert own_files.at(f"/media/{row.path}").sizes == {}  # type: ignore[union-attr]


def test_where_a_photo_was_taken_and_by_what_is_gone(media_root: Path) -> None:
    data = located()
    assert Image.open(BytesIO(data)).getexif().get_ifd(0x8825)
    row = make_media(data)
    image = kept(row)
    assert not image.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(image.info)
    for file in media_root.iterdir():
        assert not [word for word in (b"EXIF", b"Noor", b"Geheim") if word in file.read_bytes()]
        assert images._only_pixels(file.read_bytes())


@pytest.mark.parametrize(("orientation", "red"), [(1, (600, 40)), (3, (600, 760)), (6, (760, 600)),
                                                  (8, (40, 600))])  # fmt: skip
def test_a_photo_stands_as_the_camera_was_held(orientation: int, red: tuple[int, int]) -> None:
    row = make_media(located(orientation=orientation))
    assert (row.width, row.height) == ((800, 1200) if orientation in {6, 8} else (1200, 800))
    assert close_to(kept(row).convert("RGB").getpixel(red), (200, 20, 20))


def test_colours_of_another_space_are_converted_to_those_every_screen_knows() -> None:
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A screen whose red lamp is what others have for green.
    swapped = plain.replace(b"rXYZ", b"____").replace(b"gXYZ", b"rXYZ").replace(b"____", b"gXYZ")
    for mode in ("RGB", "RGBA"):
        row = make_media(saved(gradient(600, 400, mode), "PNG", icc_profile=swapped))
        assert close_to(kept(row).convert("RGB").getpixel((300, 10)), (20, 200, 20), within=25)


def test_the_colours_of_print_become_those_of_a_screen() -> None:
    row = make_media(saved(gradient(600, 400, "CMYK"), "JPEG"))
    assert kept(row).mode == "RGB"
    assert close_to(kept(row).getpixel((300, 10)), (200, 20, 20), within=40)


def test_a_profile_for_something_else_or_none_at_all_counts_as_none() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (lab, b"geen profiel"):
        row = make_media(saved(gradient(600, 400), "JPEG", icc_profile=profile, quality=95))
        assert close_to(kept(row).getpixel((300, 10)), (200, 20, 20))


def test_transparency_and_palettes_come_through() -> None:
    image = Image.new("P", (64, 64), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (32, 0, 64, 64))
    found = kept(make_media(saved(image, "PNG", transparency=0), name="plaat.png"))
    assert found.mode == "RGBA"
    assert found.getpixel((8, 8))[3] == 0  # type: ignore[index]
    assert close_to(found.getpixel((56, 32)), (0, 0, 255, 255))
    assert kept(make_media(saved(image, "GIF"))).mode == "RGB"
    assert kept(make_media(saved(gradient(64, 64, "1"), "PNG"))).mode == "RGB"


def test_sixteen_bits_of_grey_stay_grey() -> None:
    row = make_media(saved(Image.new("I;16", (64, 64), 128 * 256), "PNG"))
    assert close_to(kept(row).getpixel((5, 5)), (128, 128, 128))


def test_a_telephone_s_second_picture_behind_the_first_does_not_count_as_movement() -> None:
    two = saved(gradient(900, 600), "MPO", save_all=True, append_images=[gradient(300, 200)])
    assert Image.open(BytesIO(two)).is_animated  # type: ignore[attr-defined]
    assert make_media(two).path.endswith("-900x600.webp")


def moving(form: str) -> bytes:
    return saved(
        gradient(64, 64), form, save_all=True, append_images=[gradient(64, 64, "L")] * 3, duration=9
    )


REFUSED = {
    "empty": (b"", media.UnknownKind),
    "words": (b"Dit is geen plaatje.", media.UnknownKind),
    "svg": (SVG, media.UnknownKind),
    "zip": (b"PK\x03\x04" + bytes(300), media.UnknownKind),
    "pdf": (b"%PDF-1.7\n" + bytes(300), media.UnknownKind),
    "utf-16": ("\ufeffEen lange brief aan niemand".encode("utf-16-le"), media.UnknownKind),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(300), Refused),
    "bmp": (saved(gradient(9, 9), "BMP"), media.UnknownKind),
    "tiff": (saved(gradient(9, 9), "TIFF"), media.UnknownKind),
    "jpeg, cut off": (photo()[:9000], images.NotAPicture),
    "png, cut off": (saved(gradient(400, 400), "PNG")[:700], images.NotAPicture),
    "gif, cut off": (saved(gradient(400, 400), "GIF")[:900], images.NotAPicture),
    "webp, cut off": (saved(gradient(400, 400), "WEBP")[:300], images.NotAPicture),
    "jpeg in name only": (b"\xff\xd8\xff" + b"\xe0" * 400, images.NotAPicture),
    "png in name only": (b"\x89PNG\r\n\x1a\n" + b"<script>" * 40, images.NotAPicture),
    "20,000 wide": (png_header(20_000, 20_000), images.TooManyPixels),
    "a long strip": (png_header(20_000, 4), images.TooManyPixels),
    "12,001 high": (png_header(4, 12_001), images.TooManyPixels),
    "41 million": (png_header(8_200, 5_001), images.TooManyPixels),
    "no size": (png_header(0, 0), images.NotAPicture),
    "moving gif": (moving("GIF"), images.Moving),
    "moving png": (moving("PNG"), images.Moving),
    "moving webp": (moving("WEBP"), images.Moving),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_good_picture_is_refused_with_a_sentence_and_leaves_nothing(
    what: str, media_root: Path
) -> None:
    data, refusal = REFUSED[what]
    with pytest.raises(refusal) as refused:
        make_media(data, name="foto.png")
    assert len(str(refused.value)) > 15
    assert (MediaFile.objects.count(), AuditEntry.objects.count()) == (0, 0)
    assert names_in(media_root) == set()


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """One megabyte that would be 243 of pixels."""
    bomb = png_header(9_000, 9_000, rows=9_000)
    assert len(bomb) < 1_500_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(images.TooManyPixels):
        make_media(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # Kilobytes.


def test_a_file_that_is_too_large_is_refused_by_its_kind() -> None:
    padded = photo(20, 20) + bytes(media.IMAGE_MAX)
    with pytest.raises(media.FileTooLarge, match="20 MB"):
        make_media(padded)
    film = MP3 + bytes(media.IMAGE_MAX)
    assert make_media(film).kind == "audio"


def test_the_same_bytes_again_are_the_same_file_and_a_lost_one_comes_back(media_root: Path) -> None:
    first = make_media()
    assert make_media(name="anders.jpg") == first
    assert MediaFile.objects.count() == 1
    for file in media_root.iterdir():
        file.unlink()
    assert make_media() == first
    assert len(names_in(media_root)) == 3
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(("data", "wanted"), [(MP3, "image"), (photo(), "audio")])
def test_what_does_not_fit_the_place_is_refused(data: bytes, wanted: str, media_root: Path) -> None:
    with pytest.raises(media.OtherKind):
        make_media(data, wanted=wanted)
    make_media(data)
    before = names_in(media_root)
    with pytest.raises(media.OtherKind):
        make_media(data, wanted=wanted)
    assert names_in(media_root) == before


@pytest.mark.django_db(transaction=True)
def test_a_failed_insert_leaves_no_file(media_root: Path) -> None:
    """The database says no at the commit: nobody of this key is there to have added it."""
    by = make_reader()
    User.objects.filter(pk=by.pk).delete()
    with pytest.raises(IntegrityError):
        make_media(by=by)
    assert names_in(media_root) == set()
    assert MediaFile.objects.count() == 0
    make_media(by=make_reader())
    assert len(names_in(media_root)) == 3


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow beyond some kilobytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_failed_write_leaves_no_row(media_root: Path, small_disk: None) -> None:
    noise = Image.effect_noise((900, 900), 90).convert("RGB")
    data = saved(noise, "JPEG", quality=30)
    assert len(data) > 30_000
    with pytest.raises(shelf.NotKept):
        make_media(data)
    assert (MediaFile.objects.count(), AuditEntry.objects.count()) == (0, 0)
    assert names_in(media_root) == set()


def test_a_folder_that_is_none_is_a_refusal_and_no_crash(media_root: Path) -> None:
    media_root.write_text("In de weg")
    with pytest.raises(shelf.NotKept):
        make_media()
    assert MediaFile.objects.count() == 0


def test_a_file_goes_with_its_smaller_versions(media_root: Path) -> None:
    row = make_media()
    other = make_media(photo(200, 100))
    assert media.remove(media=row.pk, by=None, now=NOW) == "foto.jpg"
    assert names_in(media_root) == {other.path}
    told = AuditEntry.objects.filter(target=str(row.pk)).order_by("pk")
    assert list(told.values_list("act", flat=True)) == [
        "media.added",
        "media.removed",
    ]
    with pytest.raises(media.MediaNotFound):
        media.remove(media=row.pk, by=None, now=NOW)


def test_the_content_type_and_the_name_are_not_believed() -> None:
    file = sent(photo(), "dagboek.exe")
    file.content_type = "text/html"
    row = media.add(name="../../etc/passwd\x00", file=file, by=None, now=NOW)
    assert (row.name, row.path.rpartition(".")[2]) == ("passwd", "webp")
    assert make_media(photo(9, 9), name="\x00\n").name == "–"
    assert len(make_media(photo(8, 8), name="é" * 500 + ".jpg").name) == 200
