"""What goes along with a letter: named when it is written, made when it is sent.

Who writes the letter names a kind and a key; the setting ``ENCLOSURES`` says which function makes
that kind's bytes, so that nothing here knows what is sent. A paper that cannot be made keeps no
letter back: the letter goes at once without it, and the paper follows (`courseapp.post.owing`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from courseapp.post.models import Attachment, Letter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enclosure:
    """A file that belongs to a letter; ``key`` says to its maker which, ``name`` to its reader."""

    kind: str
    key: str
    name: str


@dataclass(frozen=True)
class Packed:
    """What a letter can take along now, as (name, bytes), and what could not be made."""

    files: tuple[tuple[str, bytes], ...]
    missing: tuple[Enclosure, ...]


NOTHING = Packed((), ())


def add(letter: Letter, enclosures: Iterable[Enclosure]) -> None:
    """Write down what goes along; twice is once."""
    Attachment.objects.bulk_create(
        (
            Attachment(letter=letter, kind=one.kind, key=one.key, name=one.name)
            for one in enclosures
        ),
        ignore_conflicts=True,
    )


def have_any(letters: Iterable[Letter]) -> set[int]:
    """The keys of those that have something to take along."""
    keys = [letter.pk for letter in letters]
    found = Attachment.objects.filter(letter__in=keys).values_list("letter", flat=True)
    return set(found.distinct())


def pack(letter: Letter) -> Packed:
    """Make all that goes along with a letter."""
    files: list[tuple[str, bytes]] = []
    missing: list[Enclosure] = []
    for one in sorted(letter.attachments.all(), key=lambda one: one.pk):
        try:
            maker: Callable[[str], bytes] = import_string(settings.ENCLOSURES[one.kind])
            files.append((one.name, maker(one.key)))
        except Exception:  # Whatever is wrong with one paper may not keep back the words.
            log.exception("Letter %s goes without its %s.", letter.uuid, one.kind)
            missing.append(Enclosure(one.kind, one.key, one.name))
    return Packed(tuple(files), tuple(missing))
