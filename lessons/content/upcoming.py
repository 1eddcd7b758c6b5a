"""The next edition, before anybody makes it: which modules go together, and what it would hold.

Publishing makes what stands here; the page that tells the consequences shows it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lessons.content.drafts import content_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from lessons.content.drafts import Both, Live, WorkingCopy
    from lessons.content.models import Snapshot


def with_exchanged(named: set[UUID], draft: WorkingCopy, current: Live) -> set[UUID]:
    """The named modules and, again and again, those that a lesson moved to or from."""
    was = lesson_homes(current.snapshots.values())
    now_in = {lesson.uuid: home for home, lessons in draft.lessons.items() for lesson in lessons}
    moved = [{was[uuid], home} for uuid, home in now_in.items() if was.get(uuid, home) != home]
    while True:
        more = set().union(*(pair for pair in moved if pair & named)) - named
        if not more:
            return named
        named |= more


def contents_with(named: set[UUID], both: Both) -> list[dict[str, Any]]:
    """What the course would hold, module by module, were these published; lessons without date."""
    return [content for _module, content, _old in placed(named, both, None)]


def placed(
    named: set[UUID], both: Both, now: datetime | None
) -> Iterator[tuple[UUID, dict[str, Any], Snapshot | None]]:
    """Each module of the next edition in order: its content, and its snapshot if that stays.

    Without ``now``, for a look ahead, new lessons have no date.
    """
    draft, current = both.draft, both.live
    since = {
        lesson["uuid"]: lesson["since"]
        for snapshot in current.snapshots.values()
        for lesson in snapshot.content["lessons"]
    }
    moment = now.isoformat() if now else ""
    for module in draft.modules:
        old = current.snapshots.get(module.uuid)
        if module.uuid in named:
            lessons = draft.lessons[module.uuid]
            first = {str(one.uuid): since.get(str(one.uuid), moment) for one in lessons}
            content = content_of(module, lessons, first)
            same = old is not None and old.content == content
            yield module.uuid, content, old if same else None
        elif old is not None:
            yield module.uuid, old.content, old
    drafted = {module.uuid for module in draft.modules}
    for home, old in current.snapshots.items():
        if home not in drafted and home not in named:
            yield home, old.content, old


def digest(both: Both, named: set[UUID]) -> str:
    """A short value that is another one as soon as publishing these would give something else."""
    live_now = both.live.edition.pk if both.live.edition else None
    said = [
        str(live_now),
        sorted(map(str, named)),
        both.manifest,
        [content for _module, content, old in placed(named, both, None) if old is None],
        [str(module.pk) for module in both.draft.modules],
        [(one.slug, one.newest, one.behind) for one in both.cited],
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def required_in(contents: Iterable[Mapping[str, Any]]) -> frozenset[UUID]:
    """The lessons to be finished for completion, of modules as snapshots hold them."""
    return frozenset(
        UUID(lesson["uuid"])
        for content in contents
        for lesson in content["lessons"]
        if lesson["required"]
    )


def lesson_homes(snapshots: Iterable[Snapshot]) -> dict[UUID, UUID]:
    """Which module each published lesson is in."""
    return {
        UUID(lesson["uuid"]): snapshot.module_id
        for snapshot in snapshots
        for lesson in snapshot.content["lessons"]
    }
