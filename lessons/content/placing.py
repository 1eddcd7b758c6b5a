"""Where in a course something from an article belongs: beside its neighbours in the article."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from lessons.content import publishing
from lessons.content.article.passages import Names, slugify
from lessons.content.models import Module

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lessons.content.article.passages import Passage
    from lessons.content.blocks import Block
    from lessons.content.models import Course, Lesson
    from lessons.content.publishing import WorkingCopy

SLUG_MAX = 60


@dataclass(frozen=True)
class Spot:
    """A place in a lesson: after this block, or before all others (None)."""

    lesson: Lesson
    after: UUID | None


class Map:
    """Which lesson and which of its blocks use a passage, and what stands near it."""

    def __init__(self, copy: WorkingCopy, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self.at = {one.key: place for place, one in enumerate(passages)}
        self.lessons = [one for module in copy.modules for one in copy.lessons[module.pk]]
        self.cited: dict[str, list[tuple[Lesson, int]]] = defaultdict(list)
        for lesson in self.lessons:
            for number, block in enumerate(lesson.blocks):
                for key in block["passages"]:
                    self.cited[key].append((lesson, number))
        self.used = frozenset(self.cited)
        self.used_places = self.places_of(self.used)
        modules = {module.pk: module for module in copy.modules}
        for lesson in self.lessons:
            lesson.module = modules[lesson.module_id]

    def passage(self, key: str) -> Passage:
        return self.passages[self.at[key]]

    def places_of(self, keys: Collection[str]) -> list[int]:
        """The places in the article of those passages that lessons use, in order."""
        return sorted(self.at[key] for key in keys if key in self.used and key in self.at)

    def spot(self, block: Block, section: Sequence[int]) -> Spot | None:
        """Where a block goes in the lesson that uses the passages around its own.

        ``section``: the used places of its section; None when there are none.
        """
        if not section:
            return None
        # A reflection looks back, so it comes after all of its section.
        last = block.type == "reflection"
        near = len(section) if last else bisect(section, self.at[block.passages[0]])
        if near:
            return self._behind(self.passages[section[near - 1]].key)
        lesson, number = self.cited[self.passages[section[0]].key][0]
        return Spot(lesson, _id_before(lesson, number))

    def beside(self, block: Block, spot: Spot | None) -> tuple[Lesson | None, bool]:
        """The lesson that a new one with this block stands next to, and whether it comes before
        that one; no lesson when none uses this article."""
        if spot:
            return spot.lesson, False
        near = bisect(self.used_places, self.at[block.passages[0]])
        if near:
            return self._behind(self.passages[self.used_places[near - 1]].key).lesson, False
        if self.used_places:
            return self.cited[self.passages[self.used_places[0]].key][0][0], True
        return None, False

    def _behind(self, key: str) -> Spot:
        """After the block that uses this passage; where only a reflection does, before that."""
        lesson = self.cited[key][0][0]
        numbers = [number for home, number in self.cited[key] if home.pk == lesson.pk]
        said = [number for number in numbers if lesson.blocks[number]["type"] != "reflection"]
        if said:
            return Spot(lesson, _id_before(lesson, said[-1] + 1))
        return Spot(lesson, _id_before(lesson, numbers[0]))


def _id_before(lesson: Lesson, number: int) -> UUID | None:
    return UUID(lesson.blocks[number - 1]["id"]) if number else None


class Slugs:
    """Free addresses for new lessons and modules of a course."""

    def __init__(self, course: Course) -> None:
        self.lessons = Names(course.lessons.values_list("slug", flat=True))
        self.modules = Names(course.modules.values_list("slug", flat=True))

    def lesson(self, title: str) -> str:
        return self.lessons.give(slugify(title, limit=SLUG_MAX))

    def module(self, title: str) -> str:
        return self.modules.give(slugify(title, limit=SLUG_MAX))


class Orders:
    """The order of lessons in their modules while new ones come in; ``save`` writes it."""

    def __init__(self, course: Course, title: str, slugs: Slugs) -> None:
        self.course = course
        self.title = title
        self.slugs = slugs
        self.fresh: Module | None = None
        self.orders: dict[UUID, tuple[Module, list[str]]] = {}
        self.placed: dict[UUID, int] = defaultdict(int)  # New ones behind a lesson, so far.

    def new_module(self) -> Module:
        """The one new module, at the end of the course."""
        if self.fresh is None:
            self.fresh = Module.objects.create(
                course=self.course, slug=self.slugs.module(self.title), title=self.title
            )
            self.course.module_order = [*self.course.module_order, str(self.fresh.pk)]
            self.course.save(update_fields=["module_order"])
        return self.fresh

    def put(self, lesson: Lesson, beside: UUID | None, *, leads: bool) -> None:
        """A new lesson behind that one and what was put there before, or right before it."""
        module = lesson.module
        if module.pk not in self.orders:
            rows = publishing.in_order(module.lessons.exclude(pk=lesson.pk), module.lesson_order)
            self.orders[module.pk] = (module, [str(one.pk) for one in rows])
        order = self.orders[module.pk][1]
        if beside is None or str(beside) not in order:
            order.append(str(lesson.pk))
            return
        at = order.index(str(beside))
        if not leads:
            self.placed[beside] += 1
            at += self.placed[beside]
        order.insert(at, str(lesson.pk))

    def save(self) -> None:
        for module, order in self.orders.values():
            module.lesson_order = order
            module.save(update_fields=["lesson_order"])
