"""What a publication would change: the working copy beside what is live, text against text.

Nothing here knows readers, dates or mails; `lessons.staff` adds those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from lessons.content import blocks, publishing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lessons.content.models import Course

BlockChange = Literal["added", "changed", "removed", "moved"]
LessonChange = Literal["added", "changed", "moved", "renamed", "reordered", "retired"]


@dataclass(frozen=True)
class ChangedBlock:
    """A block's words before ("" when added) and after ("" when removed)."""

    block: UUID
    kind: str
    change: BlockChange
    before: str
    after: str


@dataclass(frozen=True)
class ChangedLesson:
    """What changed about a lesson; ``flags`` names other fields that did (minutes, required, …)."""

    uuid: UUID
    title: str
    changes: tuple[LessonChange, ...]
    flags: tuple[str, ...] = ()
    blocks: tuple[ChangedBlock, ...] = ()


@dataclass(frozen=True)
class Changes:
    """What publishing these modules would change; empty when there is nothing to publish.

    ``renamed`` are modules whose title, description or slug changed; ``reordered``: modules that
    are live already change places.
    """

    modules: tuple[UUID, ...]
    lessons: tuple[ChangedLesson, ...]
    course: tuple[str, ...]
    renamed: tuple[UUID, ...]
    reordered: bool

    def __bool__(self) -> bool:
        return bool(self.lessons or self.course or self.renamed or self.reordered)


def of_modules(course: Course, modules: set[UUID]) -> Changes:
    """The changes in these modules and in those that exchanged lessons with them.

    Five queries, however long the course.
    """
    draft, live = publishing.working_copy(course), publishing.live(course)
    named = publishing.with_exchanged(set(modules), draft, live)
    was = {home: one.content for home, one in live.snapshots.items()}
    drafted = {
        module.uuid: publishing.content_of(module, draft.lessons[module.uuid])
        for module in draft.modules
        if module.uuid in named
    }
    before = _placed([content for home, content in was.items() if home in named])
    after = _placed(list(drafted.values()))
    manifest = publishing.manifest_of(course)
    old = live.manifest or {}
    return Changes(
        modules=tuple(sorted(named)),
        lessons=tuple(_lessons(before, after)),
        course=tuple(name for name in manifest if manifest[name] != old.get(name)),
        renamed=tuple(
            home for home in drafted if home in was and _face(drafted[home]) != _face(was[home])
        ),
        reordered=_changed_places(list(was), [module.uuid for module in draft.modules]),
    )


def _face(module: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in module.items() if name != "lessons"}


def _changed_places(was: list[UUID], drafted: list[UUID]) -> bool:
    """Whether modules that are live and stay stand in another order in the working copy."""
    return [home for home in was if home in drafted] != [home for home in drafted if home in was]


@dataclass(frozen=True)
class _Place:
    module: str
    neighbour: str
    lesson: Mapping[str, Any]


def _placed(modules: list[dict[str, Any]]) -> dict[str, _Place]:
    result: dict[str, _Place] = {}
    for module in modules:
        neighbour = ""
        for lesson in module["lessons"]:
            result[lesson["uuid"]] = _Place(module["uuid"], neighbour, lesson)
            neighbour = lesson["uuid"]
    return result


def _lessons(before: dict[str, _Place], after: dict[str, _Place]) -> Iterator[ChangedLesson]:
    for uuid, new in after.items():
        old = before.get(uuid)
        if old is None:
            yield ChangedLesson(UUID(uuid), new.lesson["title"], ("added",))
        elif change := _compared(old, new, before, after):
            yield change
    for uuid, old in before.items():
        if uuid not in after:
            yield ChangedLesson(UUID(uuid), old.lesson["title"], ("retired",))


def _compared(
    old: _Place, new: _Place, before: dict[str, _Place], after: dict[str, _Place]
) -> ChangedLesson | None:
    ignored = {"blocks", "since", "title", "slug"}
    flags = [name for name in new.lesson.keys() - ignored if new.lesson[name] != old.lesson[name]]
    changed = tuple(_blocks(old.lesson["blocks"], new.lesson["blocks"]))
    said: dict[LessonChange, bool] = {
        "moved": old.module != new.module,
        "reordered": old.module == new.module and _passed(old, new, before, after),
        "renamed": any(old.lesson[name] != new.lesson[name] for name in ("title", "slug")),
        "changed": bool(changed or flags),
    }
    words = tuple(word for word, holds in said.items() if holds)
    if not words:
        return None
    title = new.lesson["title"]
    return ChangedLesson(UUID(new.lesson["uuid"]), title, words, tuple(sorted(flags)), changed)


def _passed(old: _Place, new: _Place, before: dict[str, _Place], after: dict[str, _Place]) -> bool:
    """Whether the lesson stands after another one now, both of which stayed in the module."""
    return (
        old.neighbour != new.neighbour
        and (not old.neighbour or old.neighbour in after)
        and (not new.neighbour or new.neighbour in before)
    )


def _blocks(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[ChangedBlock]:
    was = {one["id"]: one for one in old}
    now = {one["id"]: one for one in new}
    stayed_old = [one for one in was if one in now]
    stayed_new = [one for one in now if one in was]
    for uuid, data in now.items():
        if uuid not in was:
            yield _block(data, "added", "", _words(data))
        elif data != was[uuid]:
            yield _block(data, "changed", _words(was[uuid]), _words(data))
        elif stayed_old.index(uuid) != stayed_new.index(uuid):
            yield _block(data, "moved", _words(data), _words(data))
    for uuid, data in was.items():
        if uuid not in now:
            yield _block(data, "removed", _words(data), "")


def _block(data: dict[str, Any], change: BlockChange, before: str, after: str) -> ChangedBlock:
    return ChangedBlock(UUID(data["id"]), data["type"], change, before, after)


def _words(data: dict[str, Any]) -> str:
    return blocks.text_of(blocks.from_json(data))
