"""What a publication would change: the working copy beside what is live, text against text.

Any two states of a course can be compared: two editions as well. Nothing here knows readers, dates
or mails; `lessons.staff` adds those.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from lessons.content import blocks, drafts, publishing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lessons.content.drafts import Both
    from lessons.content.models import Course, Edition

BlockChange = Literal["added", "changed", "removed", "moved"]
LessonChange = Literal["added", "changed", "moved", "renamed", "reordered", "retired"]
# The fields of blocks whose words a difference shows by itself.
WORDS = {
    name
    for kind in blocks.KINDS.values()
    for name, meta in blocks.fields_of(kind).items()
    if meta["form"] in {"line", "rich", "lines", "cards"} and name not in {"src", "course"}
}


@dataclass(frozen=True)
class ChangedBlock:
    """A block's words before ("" when added) and after ("" when removed).

    ``fields`` names what else changed of it: a picture's address, an exercise's minutes, …
    """

    block: UUID
    kind: str
    change: BlockChange
    before: str
    after: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangedLesson:
    """What changed about a lesson; ``flags`` names other fields that did (minutes, required, …).

    ``module`` is where it stands now, ``was_in`` where it stood; ``before`` is its title then.
    """

    uuid: UUID
    title: str
    changes: tuple[LessonChange, ...]
    flags: tuple[str, ...] = ()
    blocks: tuple[ChangedBlock, ...] = ()
    module: UUID | None = None
    was_in: UUID | None = None
    before: str = ""


@dataclass(frozen=True)
class Version:
    """A course in one state, as readers see it or would: ``contents`` as snapshots hold them."""

    manifest: Mapping[str, Any] = field(default_factory=dict)
    contents: Sequence[Mapping[str, Any]] = ()

    @cached_property
    def lessons(self) -> dict[UUID, Mapping[str, Any]]:
        """All lessons in reading order, by identity."""
        return {UUID(one["uuid"]): one for home in self.contents for one in home["lessons"]}

    @cached_property
    def required(self) -> frozenset[UUID]:
        return publishing.required_in(self.contents)

    @cached_property
    def modules(self) -> dict[UUID, Mapping[str, Any]]:
        return {UUID(home["uuid"]): home for home in self.contents}


@dataclass(frozen=True)
class Changes:
    """What publishing these modules would change; empty when there is nothing to publish.

    ``renamed`` are modules whose title, description or slug changed; ``reordered``: modules that
    are live already change places. ``articles`` are the titles of those whose newer words readers
    would see. ``digest`` is another one as soon as any of it is.
    """

    modules: tuple[UUID, ...]
    lessons: tuple[ChangedLesson, ...]
    course: tuple[str, ...]
    renamed: tuple[UUID, ...]
    reordered: bool
    articles: tuple[str, ...] = ()
    digest: str = ""
    before: Version = field(default_factory=Version)
    after: Version = field(default_factory=Version)

    def __bool__(self) -> bool:
        return bool(self.lessons or self.course or self.renamed or self.reordered or self.articles)


def of_modules(course: Course, modules: set[UUID]) -> Changes:
    """The changes in these modules and in those that exchanged lessons with them.

    Four queries, however long the course.
    """
    return of_both(drafts.both_of(course), modules)


def of_both(both: Both, modules: set[UUID]) -> Changes:
    """The same, of what was read already."""
    named = publishing.with_exchanged(set(modules), both.draft, both.live)
    return between(
        live_version(both),
        Version(both.manifest, publishing.contents_with(named, both)),
        modules=tuple(sorted(named)),
        articles=tuple(one.title for one in both.cited if one.behind),
        digest=publishing.digest(both, named),
    )


def all_of(both: Both) -> Changes:
    """The changes of all modules, the retired ones that are live still included."""
    return of_both(both, {module.pk for module in both.draft.modules} | set(both.live.snapshots))


def changed_modules(changes: Changes) -> set[UUID]:
    """The modules that something changed in; of a lesson that moved, both."""
    homes = {home for one in changes.lessons for home in (one.module, one.was_in) if home}
    gone = set(changes.before.modules) - set(changes.after.modules)
    return homes | set(changes.renamed) | gone


def live_version(both: Both) -> Version:
    return Version(both.live.manifest or {}, both.live.contents)


def version_of(edition: Edition) -> Version:
    """An edition as a state to compare with, in one query."""
    places = edition.places.select_related("snapshot").order_by("position")
    return Version(edition.manifest, [place.snapshot.content for place in places])


def between(before: Version, after: Version, **more: Any) -> Changes:
    """What makes one state into the other; no query. ``more`` goes into the result as it is."""
    was, now = before.modules, after.modules
    return Changes(
        **{"modules": tuple(now), **more},
        lessons=tuple(_lessons(_placed(before.contents), _placed(after.contents))),
        course=tuple(
            name for name in after.manifest if after.manifest[name] != before.manifest.get(name)
        ),
        renamed=tuple(home for home in now if home in was and _face(now[home]) != _face(was[home])),
        reordered=_changed_places(list(was), list(now)),
        before=before,
        after=after,
    )


def _face(module: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in module.items() if name != "lessons"}


def _changed_places(was: list[UUID], now: list[UUID]) -> bool:
    """Whether modules that are in both states stand in another order in the later one."""
    return [home for home in was if home in now] != [home for home in now if home in was]


@dataclass(frozen=True)
class _Place:
    module: str
    neighbour: str
    lesson: Mapping[str, Any]


def _placed(modules: Sequence[Mapping[str, Any]]) -> dict[str, _Place]:
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
            parts = tuple(_blocks([], new.lesson["blocks"]))
            yield _changed(new, ("added",), blocks=parts, module=UUID(new.module))
        elif change := _compared(old, new, before, after):
            yield change
    for uuid, old in before.items():
        if uuid not in after:
            yield _changed(old, ("retired",), was_in=UUID(old.module))


def _changed(place: _Place, changes: tuple[LessonChange, ...], **more: Any) -> ChangedLesson:
    return ChangedLesson(UUID(place.lesson["uuid"]), place.lesson["title"], changes, **more)


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
    return _changed(
        new,
        words,
        flags=tuple(sorted(flags)),
        blocks=changed,
        module=UUID(new.module),
        was_in=UUID(old.module),
        before=old.lesson["title"],
    )


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
            yield _rewritten(was[uuid], data)
        elif stayed_old.index(uuid) != stayed_new.index(uuid):
            yield _block(data, "moved", _words(data), _words(data))
    for uuid, data in was.items():
        if uuid not in now:
            yield _block(data, "removed", _words(data), "")


def _rewritten(old: dict[str, Any], new: dict[str, Any]) -> ChangedBlock:
    before, after = _words(old), _words(new)
    same = before == after
    names = [name for name in new if new[name] != old.get(name) and (same or name not in WORDS)]
    return _block(new, "changed", before, after, tuple(names))


def _block(
    data: dict[str, Any],
    change: BlockChange,
    before: str,
    after: str,
    names: tuple[str, ...] = (),
) -> ChangedBlock:
    return ChangedBlock(UUID(data["id"]), data["type"], change, before, after, names)


def _words(data: dict[str, Any]) -> str:
    return blocks.text_of(blocks.from_json(data))
