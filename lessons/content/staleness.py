"""Which blocks the article has moved away from: kept by hand, told with what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lessons.content import blocks, revisions
from lessons.content.models import Passage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from lessons.content.models import Course, Lesson


@dataclass(frozen=True)
class StaleBlock:
    """A block whose passages changed or vanished since it was last held against them.

    ``before`` is the wording it was held against ("" when that is no longer known), ``after`` the
    present one (None: the passage is gone).
    """

    lesson: Lesson
    block: UUID
    kind: str
    passage: str
    before: str
    after: str | None


@dataclass(frozen=True)
class Coverage:
    """Passages no block names, and blocks that name no passage: (lesson, block)."""

    unused: tuple[str, ...]
    unsupported: tuple[tuple[Lesson, UUID], ...]
    passages: int


def of_course(course: Course) -> list[StaleBlock]:
    """The stale blocks of the working copy, lesson by lesson."""
    articles = list(course.articles.all())
    current = revisions.digests_of(articles)
    found = [
        (lesson, block, key, lesson.seen.get(str(block.id), {}).get(key, ""))
        for lesson in course.lessons.filter(retired_at=None).order_by("slug")
        for block in blocks.many_from_json(lesson.blocks)
        for key in block.passages
        if is_stale(lesson, block, key, current)
    ]
    texts = _texts([article.pk for article in articles], [key for _, _, key, _ in found])
    return [
        StaleBlock(
            lesson=lesson,
            block=block.id,
            kind=block.type,
            passage=key,
            before=texts.get((key, seen), ""),
            after=texts.get((key, current[key])) if key in current else None,
        )
        for lesson, block, key, seen in found
    ]


def is_stale(lesson: Lesson, block: blocks.Block, key: str, current: Mapping[str, str]) -> bool:
    """Whether this passage is gone or reads otherwise than when the block was held against it."""
    return current.get(key) is None or lesson.seen.get(str(block.id), {}).get(key) != current[key]


def coverage(course: Course) -> Coverage:
    """How the working copy and its articles cover each other."""
    current = revisions.digests_of(course.articles.all())
    used: set[str] = set()
    unsupported: list[tuple[Lesson, UUID]] = []
    for lesson in course.lessons.filter(retired_at=None).order_by("slug"):
        for block in blocks.many_from_json(lesson.blocks):
            used |= set(block.passages)
            if not block.passages:
                unsupported.append((lesson, block.id))
    return Coverage(
        unused=tuple(key for key in current if key not in used),
        unsupported=tuple(unsupported),
        passages=len(current),
    )


def _texts(articles: list[UUID], keys: list[str]) -> dict[tuple[str, str], str]:
    """Every wording these passages ever had, by key and digest."""
    rows = Passage.objects.filter(revision__article__in=articles, key__in=keys)
    return {(row.key, row.digest): row.text for row in rows}
