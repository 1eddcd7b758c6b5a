"""Two versions of an article side by side: passage by passage, what changed word by word."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from lessons.content import differences, revisions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lessons.content.article.passages import Passage
    from lessons.content.differences import Op
    from lessons.content.models import Revision

Change = Literal["same", "changed", "added", "gone"]


@dataclass(frozen=True)
class Compared:
    """One passage: its key, what became of it, and its words before and now."""

    key: str
    kind: str
    change: Change
    diff: list[tuple[Op, str]]


@dataclass(frozen=True)
class Stretch:
    """Passages that follow each other and all changed, or all did not."""

    changed: bool
    passages: tuple[Compared, ...]


@dataclass(frozen=True)
class Comparison:
    stretches: tuple[Stretch, ...]
    changed: int
    added: int
    gone: int


def compare(*, old: Revision, new: Revision) -> Comparison:
    """All passages of both versions, in the order of the new one; one that is gone stands behind
    the one it stood behind."""
    rows = list(_rows(revisions.passages_of(old), revisions.passages_of(new)))
    counted = [one.change for one in rows]
    return Comparison(
        stretches=tuple(
            Stretch(changed, tuple(group))
            for changed, group in groupby(rows, key=lambda one: one.change != "same")
        ),
        changed=counted.count("changed"),
        added=counted.count("added"),
        gone=counted.count("gone"),
    )


def _rows(old: Sequence[Passage], new: Sequence[Passage]) -> Iterator[Compared]:
    was = {one.key: one for one in old}
    stays = {one.key for one in new}
    behind: dict[str, list[Passage]] = {}
    last = ""
    for one in old:
        if one.key in stays:
            last = one.key
        else:
            behind.setdefault(last, []).append(one)
    yield from map(_gone, behind.get("", ()))
    for one in new:
        yield _compared(was.get(one.key), one)
        yield from map(_gone, behind.get(one.key, ()))


def _gone(passage: Passage) -> Compared:
    return Compared(passage.key, passage.kind, "gone", [("delete", passage.text)])


def _compared(was: Passage | None, one: Passage) -> Compared:
    if was is None:
        return Compared(one.key, one.kind, "added", [("insert", one.text)])
    if was.digest == one.digest:
        return Compared(one.key, one.kind, "same", [("equal", one.text)])
    return Compared(one.key, one.kind, "changed", differences.diff(was.text, one.text))
