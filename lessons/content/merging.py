"""An article merged into a course: what no lesson uses yet is offered, nothing there is changed.

The newest version of the article is derived as for a new course. A block of that draft whose
passages no lesson uses is offered as it is; of one that is used in part the rest is offered as
running text. An offer goes where its neighbours in the article are, or into a new lesson. The
person says which offers to take.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.db import transaction

from courseapp.accounts import audit
from lessons.content import blocks, drafting, editing, placing, publishing, revisions, transfer
from lessons.content.derivation.writing import NAMESPACE, running
from lessons.content.models import Course, Lesson, Module

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.article.passages import Passage
    from lessons.content.blocks import Block
    from lessons.content.derivation import DraftLesson
    from lessons.content.models import Article
    from lessons.content.placing import Spot


@dataclass(frozen=True)
class Offered:
    """A block that no lesson has; ``after`` is the block it would follow (None: none, it leads)."""

    block: Block
    after: UUID | None = None


@dataclass(frozen=True)
class Place:
    """A lesson that would get blocks: one that exists, or a new one where ``lesson`` is None.

    A new one stands in ``module`` (None: in a new module) next to ``beside``: behind that lesson,
    or before it where ``leads``.
    """

    lesson: Lesson | None
    title: str
    minutes: int
    module: Module | None
    beside: UUID | None = None
    leads: bool = False
    offered: tuple[Offered, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """All that a course could take from an article; ``module`` names the new module if any."""

    course: Course
    article: Article
    module: str
    places: tuple[Place, ...]

    @property
    def blocks(self) -> tuple[UUID, ...]:
        return tuple(one.block.id for place in self.places for one in place.offered)


@dataclass(frozen=True)
class Merged:
    """What a merge did."""

    course: Course
    blocks: int
    changed: tuple[Lesson, ...]
    added: tuple[Lesson, ...]


def propose(*, course: Course, article: Article) -> Proposal:
    """What this course could take from the newest version of the article; nothing is written."""
    draft = drafting.draft_of(article)
    newest = article.revisions.order_by("-number")[0]
    passages = revisions.passages_of(newest)
    map_of = placing.Map(publishing.working_copy(course), passages)
    plan = _Plan(course, map_of)
    for module in draft.modules:
        for lesson in module.lessons:
            plan.take(lesson)
    return Proposal(
        course=course,
        article=article,
        module=article.title if any(_opens_module(place) for place in plan.places) else "",
        places=tuple(plan.places),
    )


def _opens_module(place: Place) -> bool:
    return place.lesson is None and place.module is None


@dataclass
class _Plan:
    """Goes through the draft lesson by lesson and notes where its unused blocks would go."""

    course: Course
    map: placing.Map
    places: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        lessons = self.course.lessons.values_list("blocks", flat=True)
        self.ids = {uuid.UUID(one["id"]) for row in lessons for one in row}

    def take(self, lesson: DraftLesson) -> None:
        own = {
            key
            for block in lesson.blocks
            if not isinstance(block, blocks.Reflection)
            for key in block.passages
        }
        section = self.map.places_of(own)
        fresh: int | None = None  # Where in the places the new lesson of this draft lesson is.
        for block in self._unused(lesson):
            spot = self.map.spot(block, section)
            at = self._open(spot.lesson) if spot else None
            if at is None and fresh is not None and self._room(self.places[fresh]):
                at = fresh
            if at is None:
                at = fresh = self._open_new(lesson, spot, block)
            place = self.places[at]
            after = spot.after if spot and place.lesson else None
            self.places[at] = replace(place, offered=(*place.offered, Offered(block, after)))

    def _unused(self, lesson: DraftLesson) -> Iterator[Block]:
        """The blocks of a draft lesson that nothing uses, and what is left of the others."""
        whole = [one for one in lesson.blocks if not self.map.used & set(one.passages)]
        shown = {key for one in whole for key in one.passages}
        for block in lesson.blocks:
            rest = [self.map.passage(key) for key in block.passages if key not in self.map.used]
            if block in whole:
                yield self._named(block)
            elif any(one.kind != "heading" or one.key not in shown for one in rest):
                yield from self._rest(rest)

    def _rest(self, passages: Sequence[Passage]) -> Iterator[Block]:
        for kind, keys, fields in running(passages):
            yield self._named(kind(id=_id(kind.type, keys), passages=keys, **fields))

    def _named(self, block: Block) -> Block:
        """The block under its id, or under the next one where that is given out already."""
        number, free = 1, block.id
        while free in self.ids:
            number += 1
            free = _id(block.type, block.passages, number)
        self.ids.add(free)
        return replace(block, id=free)

    def _room(self, place: Place) -> int:
        full = len(place.lesson.blocks if place.lesson else ()) + len(place.offered)
        return blocks.BLOCKS_MAX - full

    def _open(self, lesson: Lesson) -> int | None:
        """The place for this lesson, if it has room for one block more."""
        for at, place in enumerate(self.places):
            if place.lesson is not None and place.lesson.pk == lesson.pk:
                return at if self._room(place) else None
        place = Place(lesson, lesson.title, lesson.minutes, lesson.module)
        if not self._room(place):
            return None
        self.places.append(place)
        return len(self.places) - 1

    def _open_new(self, lesson: DraftLesson, spot: Spot | None, block: Block) -> int:
        beside, leads = self.map.beside(block, spot)
        module, known = (beside.module, beside.pk) if beside else (None, None)
        self.places.append(Place(None, lesson.title, lesson.minutes, module, known, leads))
        return len(self.places) - 1


def _id(kind: str, keys: Sequence[str], number: int = 1) -> UUID:
    name = f"{kind}:{','.join(keys)}"
    return uuid.uuid5(NAMESPACE, name if number == 1 else f"{name}:{number}")


# --- Taking ------------------------------------------------------------------------------------


def merge(
    *,
    course: Course,
    article: Article,
    chosen: Collection[UUID],
    by: User | None,
    now: datetime,
) -> Merged:
    """Take these of the offered blocks (by their ids) into the working copy; the course cites the
    article from then on. What is not, or no longer, on offer is passed over.
    """
    with transaction.atomic():
        course = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        # Nobody takes a block away while it is said what comes behind it.
        list(course.lessons.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        proposal = propose(course=course, article=article)
        course.articles.add(article)
        places = [
            replace(place, offered=taken)
            for place in proposal.places
            if (taken := tuple(one for one in place.offered if one.block.id in chosen))
        ]
        changed = [_insert(place, by, now) for place in places if place.lesson]
        added = _add_lessons(proposal, [one for one in places if not one.lesson], by, now)
        count = sum(len(place.offered) for place in places)
        if count:
            audit.record(
                by=by, act="course.merged", on=course, now=now,
                after={"article": str(article.pk), "blocks": count, "lessons": len(added)},
            )  # fmt: skip
    return Merged(course, count, tuple(changed), tuple(added))


def _insert(place: Place, by: User | None, now: datetime) -> Lesson:
    """The offered blocks in an existing lesson, each where it belongs; the others stay as is."""
    following: dict[UUID | None, list[Block]] = defaultdict(list)
    for one in place.offered:
        following[one.after].append(one.block)

    def with_offered(row: Lesson) -> editing.Reworked:
        state = editing.state_of(row)
        result = list(following[None])
        for block in state.blocks:
            result += [block, *following[block.id]]
        return editing.Reworked(replace(state, blocks=tuple(result)))

    lesson = place.lesson
    assert lesson is not None  # noqa: S101 -- the caller asks for such places only.
    return editing.rework(lesson=lesson.pk, how=with_offered, by=by, now=now)


def _add_lessons(
    proposal: Proposal, places: Sequence[Place], by: User | None, now: datetime
) -> list[Lesson]:
    course = proposal.course
    current = revisions.digests_of(course.articles.all())
    slugs = placing.Slugs(course)
    orders = placing.Orders(course, proposal.module, slugs)
    added: list[Lesson] = []
    for place in places:
        module = place.module or orders.new_module()
        taken = [one.block for one in place.offered]
        lesson = Lesson.objects.create(
            course=course,
            module=module,
            slug=slugs.lesson(place.title),
            title=place.title,
            minutes=place.minutes,
            blocks=blocks.many_as_json(taken),
            seen={str(one.id): transfer.seen_of(one, current, {}) for one in taken},
        )
        orders.put(lesson, place.beside, leads=place.leads)
        audit.record(by=by, act="lesson.added", on=lesson, now=now, within=course.pk)
        added.append(lesson)
    orders.save()
    return added
