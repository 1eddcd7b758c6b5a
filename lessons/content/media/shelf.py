"""The folder our files stand in (``MEDIA_ROOT``): each appears whole, or not at all."""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from courseapp.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from lessons.content import own_files

logger = logging.getLogger(__name__)
# As long as anything that was deleted: somebody may be putting a backup back just now.
LOST = timedelta(days=7)


class NotKept(Refused):
    """The disk refused: it is full, or the folder may not be written."""

    code = "media_not_kept"
    status = 507


class Shelf:
    """Files on their way to their place. ``scratch`` is a folder of its own to make them in."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._new: list[Path] = []

    def put(self, name: str) -> None:
        """Give a finished file of ``scratch`` its place, on the disk for good."""
        made, place = self.scratch / name, where(name)
        with made.open("rb+") as file:
            os.fsync(file.fileno())
        if not place.exists():
            self._new.append(place)
        made.replace(place)

    def take_back(self) -> None:
        """Remove what was put in a place where nothing stood before."""
        for place in self._new:
            place.unlink(missing_ok=True)


@contextmanager
def filling() -> Iterator[Shelf]:
    """Put files in their place; if the work fails in any way, none of them stays.

    Stands around the transaction that writes their rows, so that a failed commit counts too. Only
    a machine that stops between the two leaves a file without a row, for a week: see ``sweep``.
    Raises ``NotKept`` when the disk refuses.
    """
    try:
        root = Path(settings.MEDIA_ROOT)
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=".new-") as scratch:
            shelf = Shelf(Path(scratch))
            try:
                yield shelf
            except BaseException:
                shelf.take_back()
                raise
    except OSError as error:
        logger.exception("A media file could not be kept.")
        raise NotKept(
            _("The file could not be kept: the server's disk is full or closed. Tell your host.")
        ) from error


def where(name: str) -> Path:
    """Where a file of this name stands, or would stand."""
    return Path(settings.MEDIA_ROOT) / name


def remove(name: own_files.Name) -> None:
    """Remove a file and its smaller versions; what is gone already is fine."""
    for one in (name.whole, *name.sizes.values()):
        where(one).unlink(missing_ok=True)


def sweep(is_lost: Callable[[str], bool], *, now: datetime) -> int:
    """Remove the files that are lost, by their names, and a week old; how many."""
    old = (now - LOST).timestamp()
    lost = [
        file
        for file in Path(settings.MEDIA_ROOT).glob("[!.]*")
        if is_lost(file.name) and file.stat().st_mtime < old
    ]
    for file in lost:
        file.unlink(missing_ok=True)
    return len(lost)
