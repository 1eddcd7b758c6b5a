"""Taking a picture, sound or film in, and letting it go."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import own_files
from lessons.content.media import images, recordings, shelf, uses
from lessons.content.models import MediaFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from django.core.files import File
    from django.db.models import QuerySet

    from courseapp.accounts.models import User
    from lessons.content.media.shelf import Shelf

MEGABYTE = 1_000_000
IMAGE_MAX = 20 * MEGABYTE
RECORDING_MAX = 200 * MEGABYTE
NAME_MAX = 200
HEAD = 512
NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


class UnknownKind(Refused):
    """Neither a picture nor sound nor film, or none of a kind that every browser shows."""

    code = "unknown_media"
    status = 415


class FileTooLarge(Refused):
    code = "media_too_large"
    status = 413


class OtherKind(Refused):
    """Sound where a picture was asked for, and the like."""

    code = "other_media"


class MediaNotFound(NotFound):
    code = "media_not_found"


class StillUsed(Refused):
    """Something names the file; ``uses`` says where."""

    code = "media_used"
    status = 409

    def __init__(self, sentence: str, found: list[uses.Use]) -> None:
        super().__init__(sentence)
        self.uses = found


def add(
    *, name: str, file: File[Any], by: User | None, now: datetime, wanted: str = ""
) -> MediaFile:
    """Take in a file that somebody sends; the same bytes again give the row there is.

    ``name`` is what it was called there and is only shown: what the file is, its bytes say.
    ``wanted``: the kind it is meant to be (``image``, ``audio``, ``video``). The file and its row
    come both or not at all. Raises ``UnknownKind``, ``FileTooLarge``, ``OtherKind``, ``NotKept``,
    and of ``images`` and ``recordings`` what they refuse.
    """
    limit = _limit(file)
    with shelf.filling() as place:
        copy = place.scratch / "sent"
        digest = _copy(file, copy, limit)
        known = MediaFile.objects.filter(digest=digest).order_by("added_at", "pk").first()
        if known is not None and shelf.where(known.path).is_file():
            _refuse_other(known.kind, wanted)
            return known
        # A file that was lost comes back under its own name: lessons that show it need no change.
        made = _make(copy, place, known.pk if known else uuid.uuid4(), wanted)
        if known is not None:
            return known
        with transaction.atomic():
            return _enter(made, name=name, digest=digest, by=by, now=now)


def bring_back(
    *, path: str, name: str, source: Path, place: Shelf, by: User | None, now: datetime
) -> bool:
    """Take in a file of a course folder under the name lessons know it by; whether it was missing.

    Nothing the folder says is believed: a picture must be one as we write them, a recording what
    its ending says. Runs in the caller's transaction and between its shelf's boards. Raises
    ``OtherKind``, ``FileTooLarge`` and what ``images`` and ``recordings`` refuse.
    """
    wanted = own_files.read(path)
    if wanted is None or wanted.whole != path:
        raise UnknownKind(_("“%(name)s” is not the name of a file of ours.") % {"name": path})
    row = MediaFile.objects.filter(pk=wanted.uuid).first()
    if row is not None and row.path != path:
        raise OtherKind(_("“%(name)s” is another file here.") % {"name": path})
    if row is not None and shelf.where(path).is_file():
        return False
    copy = place.scratch / path
    limit = IMAGE_MAX if wanted.kind == "image" else RECORDING_MAX
    with source.open("rb") as file:
        digest = _copy_chunks(iter(lambda: file.read(1 << 16), b""), copy, limit)
    if wanted.kind == "image":
        image = images.read_ours(copy, width=wanted.width, height=wanted.height)
        _write_sizes(image, wanted, place)
    elif recordings.ending_of(copy) != wanted.ending:
        raise OtherKind(_("“%(name)s” is not what its ending says.") % {"name": path})
    place.put(path)
    if row is None:
        _enter(wanted, name=name, digest=digest, by=by, now=now)
    return True


def newest(kind: str = "") -> QuerySet[MediaFile]:
    """Every file, or those of a kind, the last one first."""
    rows = MediaFile.objects.order_by("-added_at", "pk").select_related("added_by")
    return rows.filter(kind=kind) if kind else rows


def called(media: UUID) -> MediaFile:
    """The file with this identity. Raises ``MediaNotFound``."""
    row = MediaFile.objects.filter(pk=media).first()
    if row is None:
        raise MediaNotFound(_("This file is not there, or no longer."))
    return row


def remove(*, media: UUID, by: User | None, now: datetime) -> str:
    """Let a file go that nothing uses; what it was called.

    Raises ``MediaNotFound``, and ``StillUsed`` while anything names it: a working copy, what
    readers see, or what can be restored. Whoever puts it into a lesson in this very instant will
    see a place without a picture.
    """
    with transaction.atomic():
        row = MediaFile.objects.select_for_update(of=("self",)).filter(pk=media).first()
        if row is None:
            raise MediaNotFound(_("This file is not there, or no longer."))
        if found := uses.ever_of(media):
            raise StillUsed(_("This file is still used. First take it out there."), found)
        audit.record(by=by, act="media.removed", on=row, now=now, name=row.name)
        name = row.name
        row.delete()
    parts = own_files.read(row.path)
    if parts is not None:
        shelf.remove(parts)
    return name


def sweep(*, now: datetime) -> int:
    """Remove files of ours that have no row any more and are a week old; how many.

    The machine stopped between a file and its row, or a removal was cut off before the file.
    """
    known = set(MediaFile.objects.values_list("pk", flat=True))

    def is_lost(name: str) -> bool:
        parts = own_files.read(name)
        return parts is not None and parts.uuid not in known

    return shelf.sweep(is_lost, now=now)


def _limit(file: File[Any]) -> int:
    """How large a file that begins like this may be; refused at once if it is larger."""
    file.seek(0)
    head = file.read(HEAD)
    if images.looks_like_one(head):
        limit = IMAGE_MAX
    elif recordings.looks_like_one(head):
        limit = RECORDING_MAX
    else:
        raise UnknownKind(_why_unknown(head))
    _refuse_size(file.size, limit)
    return limit


def _why_unknown(head: bytes) -> str:
    if not head:
        return _("This file is empty.")
    if b"<svg" in head.lower():
        return _("An SVG can hold programs and is not taken. Save the drawing as PNG.")
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"hevc"}:
        return _("Many browsers do not show HEIC. Save the photo as JPEG and add that.")
    return _(
        "This is no picture, sound or film that every browser shows. Pictures: JPEG, PNG, WebP or"
        " GIF. Sound: mp3, m4a or ogg. Films: mp4 or webm."
    )


def _refuse_size(size: int, limit: int) -> None:
    if size > limit:
        raise FileTooLarge(
            _("This file is too large: at most %(most)s MB.") % {"most": limit // MEGABYTE}
        )


def _refuse_other(kind: str, wanted: str) -> None:
    if not wanted or kind == wanted:
        return
    words = {"image": _("a picture"), "audio": _("sound"), "video": _("a film")}
    raise OtherKind(
        _("This is %(this)s, and here belongs %(that)s.")
        % {"this": words[kind], "that": words.get(wanted, wanted)}
    )


def _copy(file: File[Any], to: Path, limit: int) -> str:
    return _copy_chunks(file.chunks(), to, limit)


def _copy_chunks(chunks: Iterable[bytes], to: Path, limit: int) -> str:
    """Write what comes in, never more than ``limit`` bytes; its digest."""
    digest, size = hashlib.sha256(), 0
    with to.open("wb") as out:
        for chunk in chunks:
            size += len(chunk)
            _refuse_size(size, limit)
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _make(copy: Path, place: Shelf, identity: UUID, wanted: str) -> own_files.Name:
    """Make of what was sent what we keep, and give it its place."""
    with copy.open("rb") as file:
        is_picture = images.looks_like_one(file.read(HEAD))
    if not is_picture:
        made = own_files.Name(identity, recordings.ending_of(copy))
        _refuse_other(made.kind, wanted)
        copy.rename(place.scratch / made.whole)
    else:
        _refuse_other("image", wanted)
        image = images.read(copy)
        made = own_files.Name(identity, "webp", image.width, image.height)
        images.write(image, place.scratch / made.whole)
        _write_sizes(image, made, place)
    place.put(made.whole)
    return made


def _write_sizes(image: Any, name: own_files.Name, place: Shelf) -> None:
    """The smaller versions, in their place before the picture that promises them."""
    for width, file in name.sizes.items():
        images.write(images.narrower(image, width), place.scratch / file)
        place.put(file)


def _enter(
    made: own_files.Name, *, name: str, digest: str, by: User | None, now: datetime
) -> MediaFile:
    row = MediaFile.objects.create(
        pk=made.uuid,
        kind=made.kind,
        name=_tidy(name),
        path=made.whole,
        width=made.width,
        height=made.height,
        size=shelf.where(made.whole).stat().st_size,
        digest=digest,
        added_at=now,
        added_by=by,
    )
    audit.record(by=by, act="media.added", on=row, now=now, name=row.name)
    return row


def _tidy(name: str) -> str:
    """The name without folders, control characters and marks that turn writing round."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return NOT_IN_NAMES.sub(" ", last).strip()[-NAME_MAX:] or "–"
