"""The article beside a lesson: which of its passages the lessons of a course rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import OuterRef, Subquery

from lessons.content import accepting, derivation, left_out, recognised
from lessons.content.article.passages import Passage as ArticlePassage
from lessons.content.models import Passage, Revision
from lessons.content.staleness import StaleBlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from lessons.content.accepting import Proposed
    from lessons.content.blocks import Block
    from lessons.content.models import Course, Lesson


@dataclass(frozen=True)
class BesidePassage:
    """A passage; ``here``: a block of this lesson names it, ``used``: any lesson's does."""

    key: str
    kind: str
    text: str
    level: int
    here: bool
    used: bool


@dataclass(frozen=True)
class BesideArticle:
    uuid: UUID
    title: str
    passages: tuple[BesidePassage, ...]


@dataclass(frozen=True)
class Beside:
    """The articles a course cites, in their newest wording, and the blocks they moved away from."""

    articles: tuple[BesideArticle, ...]
    stale: Mapping[UUID, tuple[Proposed, ...]]

    @property
    def passages(self) -> int:
        return sum(len(article.passages) for article in self.articles)

    @property
    def unused(self) -> int:
        return sum(not one.used for article in self.articles for one in article.passages)


def of_lesson(lesson: Lesson, written: Sequence[Block], others: Iterable[Lesson]) -> Beside:
    """What stands beside a lesson with these blocks, among the other lessons of its course.

    Three queries, however long the articles.
    """
    here = {key for block in written for key in block.passages}
    used = here | {key for other in others for key in _keys(other)}
    rows = _newest(lesson.course)
    passages: dict[UUID, list[BesidePassage]] = {article.pk: [] for article in rows}
    current: dict[str, str] = {}
    found = Passage.objects.filter(revision__in=[one.newest for one in rows])
    found = found.exclude(kind=recognised.LEFT_OUT)
    for one in found.order_by("position").select_related("revision").defer("revision__source"):
        current[one.key] = one.digest
        passages[one.revision.article_id].append(
            BesidePassage(one.key, one.kind, one.text, one.level, one.key in here, one.key in used)
        )
    return Beside(
        articles=tuple(BesideArticle(one.pk, one.title, tuple(passages[one.pk])) for one in rows),
        stale=_stale(lesson, written, current, rows),
    )


def block_of(*, course: Course, key: str, block: UUID) -> Block | None:
    """A new block that says what this passage says and names it; None: there is no such passage."""
    rows = _newest(course)
    one = Passage.objects.filter(revision__in=[row.newest for row in rows], key=key).first()
    if one is None or left_out.is_left_out(one):
        return None
    passage = ArticlePassage(one.key, one.kind, one.section, one.text, one.level)  # type: ignore[arg-type]
    return derivation.alone(passage, block)


class _Cited(NamedTuple):
    pk: UUID
    title: str
    newest: int | None


def _newest(course: Course) -> Sequence[_Cited]:
    """The articles a course cites, each with its newest revision."""
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
    rows = course.articles.annotate(newest=Subquery(newest)).order_by("title", "slug")
    return [_Cited(*row) for row in rows.values_list("pk", "title", "newest")]


def _keys(lesson: Lesson) -> Iterable[str]:
    """The passages a stored lesson names, without reading its blocks one by one."""
    return (key for block in lesson.blocks for key in block.get("passages", ()))


def _stale(
    lesson: Lesson, written: Sequence[Block], current: Mapping[str, str], rows: Sequence[_Cited]
) -> dict[UUID, tuple[Proposed, ...]]:
    known = {block["id"]: set(block.get("passages", ())) for block in lesson.blocks}
    found = [
        (block, key, lesson.seen.get(str(block.id), {}).get(key, ""))
        for block in written
        for key in block.passages
        # What is linked just now is held against the present wording when it is saved.
        if key in known.get(str(block.id), ())
        and current.get(key) != lesson.seen.get(str(block.id), {}).get(key, "")
    ]
    wordings = Passage.objects.filter(
        revision__article__in=[row.pk for row in rows], key__in=[key for _, key, _ in found]
    )
    texts = {(one.key, one.digest): one.text for one in wordings} if found else {}
    result: dict[UUID, tuple[Proposed, ...]] = {}
    for block, key, seen in found:
        after = texts.get((key, current[key])) if key in current else None
        one = StaleBlock(lesson, block.id, block.type, key, texts.get((key, seen), ""), after)
        result[block.id] = (*result.get(block.id, ()), *accepting.proposals([one]))
    return result
