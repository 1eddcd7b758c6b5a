"""What is no passage of a stored wording: what reading left out, and what a person did.

A piece that a person brought back stays in ``Revision.left_out`` with the key of the passage it
became, so that it can be left out again for the reason it had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F, Max

from lessons.content import recognised
from lessons.content.article.passages import digest_of
from lessons.content.models import Passage, Revision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

FAR = 1_000_000_000  # Beyond every position.


class Told(NamedTuple):
    """A piece left out and why; ``passage``: the key of what a person left out, else empty."""

    text: str
    reason: str
    passage: str = ""


def told(revision: Revision, rows: Iterable[Passage]) -> list[Told]:
    """All that is left out of this wording, whose passages are these ``rows``."""
    read = [Told(one["text"], one["reason"]) for one in revision.left_out if not one.get("passage")]
    by_hand = [Told(row.text, recognised.BY_HAND, row.key) for row in rows if is_left_out(row)]
    return [*read, *by_hand]


def is_left_out(row: Passage) -> bool:
    return row.kind == recognised.LEFT_OUT


def insert(revision: Revision, number: int, key: str) -> None:
    """Make a passage of this piece, under this key, in its place; so far it is left out still."""
    left = revision.left_out
    piece = left[number]
    beside = [
        one["passage"]
        for one in left[:number]
        if one.get("passage") and one.get("after") == piece.get("after")
    ]
    # Earlier versions did not note the place: those pieces stand at the end.
    before = revision.passages.all()
    if "after" in piece:
        before = before.filter(key__in=[piece["after"], *beside])
    position = (before.aggregate(last=Max("position"))["last"] or 0) + 1
    # In two steps, since no two passages may have one position in between either.
    later = revision.passages.filter(position__gte=position)
    later.update(position=F("position") + FAR)
    revision.passages.filter(position__gt=FAR).update(position=F("position") + 1 - FAR)
    Passage.objects.create(
        revision=revision,
        position=position,
        key=key,
        kind=recognised.LEFT_OUT,
        text=piece["text"],
        digest=digest_of(piece["text"]),
    )
    piece["passage"] = key
    revision.save(update_fields=["left_out"])


def put_back(revision: Revision, keys: Collection[str]) -> None:
    """What was brought back under these keys is left out again, as if nobody had touched it."""
    revision.passages.filter(key__in=keys).delete()
    for one in revision.left_out:
        if one.get("passage") in keys:
            del one["passage"]
    revision.save(update_fields=["left_out"])
