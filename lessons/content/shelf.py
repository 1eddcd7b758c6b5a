"""The articles as the staff see them: each with its versions, its courses, and how these use it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from lessons.content import left_out, recognised, revisions, staleness
from lessons.content.models import Article, Course, Passage, Revision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from lessons.content.blocks import Block
    from lessons.content.models import Lesson
    from lessons.content.staleness import StaleBlock


@dataclass(frozen=True)
class Row:
    """An article on the list; ``stale``: how many blocks have not followed its newest version."""

    article: Article
    number: int
    imported_at: datetime
    courses: tuple[Course, ...]
    stale: int


@dataclass(frozen=True)
class Line:
    """A passage, or what was left out at that place: its ``text`` and ``reason`` then.

    ``by_hand`` is the passage that a person left out; ``number`` is what brings back a piece that
    reading left out, as far as it can come back. ``marks``: the bullets, numbers and signs that
    stood right before a passage.
    """

    passage: Passage | None = None
    text: str = ""
    reason: str = ""
    marks: tuple[Line, ...] = ()
    by_hand: Passage | None = None
    number: int | None = None

    @property
    def key(self) -> str:
        """The key of the passage that it is, or was before a person left it out."""
        one = self.passage or self.by_hand
        return one.key if one else ""


@dataclass(frozen=True)
class Use:
    """How a course and an article cover each other.

    ``unused``: passages of the article that no lesson of the course names; ``unsupported``: blocks
    of the course that name no passage at all.
    """

    course: Course
    passages: int
    unused: tuple[Passage, ...]
    unsupported: tuple[tuple[Lesson, Block], ...]

    @property
    def used(self) -> int:
        return self.passages - len(self.unused)


def course_of(course: UUID) -> Course:
    """The course of this identity, live or not; raises ``NotFound``."""
    found = Course.objects.filter(pk=course).first()
    if found is None:
        raise NotFound(_("This course does not exist."))
    return found


def rows() -> list[Row]:
    """All articles by title, in eight queries however many they are."""
    articles = list(Article.objects.order_by("title", "slug").prefetch_related("courses"))
    newest = _newest(articles)
    courses = {course for one in articles for course in one.courses.all()}
    stale = Counter(
        home for home, _block in {(one.article, one.block) for one in staleness.of_courses(courses)}
    )
    return [
        Row(
            article=one,
            number=newest[one.pk].number,
            imported_at=newest[one.pk].imported_at,
            courses=tuple(sorted(one.courses.all(), key=lambda course: course.title)),
            stale=stale[one.pk],
        )
        for one in articles
        if one.pk in newest
    ]


def _newest(articles: Sequence[Article]) -> dict[UUID, Revision]:
    found = Revision.objects.filter(article__in=articles).order_by("number").defer("source")
    return {one.article_id: one for one in found}


def newest(article: Article) -> Revision:
    """The newest version; an article always has one."""
    return article.revisions.order_by("-number")[0]


def before(revision: Revision) -> Revision | None:
    """The version before this one, or None when it is the first."""
    older = Revision.objects.filter(article=revision.article_id, number__lt=revision.number)
    return older.order_by("-number").first()


def lines(revision: Revision) -> list[Line]:
    """The text with everything in its place: the passages, and between them what was left out."""
    passages = list(revision.passages.order_by("position"))
    last = passages[-1].key if passages else ""
    by_key = {one.key: one for one in passages}
    out: dict[str, list[Line]] = defaultdict(list)
    for number, left in enumerate(revision.left_out):  # Earlier versions did not note the place.
        back = by_key.pop(left.get("passage", ""), None)
        line = _line(back) if back else _left_out(number, left)
        out[left.get("after", last)].append(line)
    result = list(out[""])
    for passage in by_key.values():
        marks: list[Line] = []
        while result and result[-1].reason in recognised.MARKS:
            marks.insert(0, result.pop())
        result += [_line(passage, marks), *out[passage.key]]
    return result


def _line(passage: Passage, marks: Sequence[Line] = ()) -> Line:
    if not left_out.is_left_out(passage):
        return Line(passage=passage, marks=tuple(marks))
    return Line(text=passage.text, reason=recognised.BY_HAND, marks=tuple(marks), by_hand=passage)


def _left_out(number: int, left: Mapping[str, str]) -> Line:
    can = recognised.can_come_back(left["text"], left["reason"])
    return Line(text=left["text"], reason=left["reason"], number=number if can else None)


def uses(article: Article) -> list[Use]:
    """How each course that cites the article uses its newest version, course by course."""
    courses = list(article.courses.order_by("title"))
    rows = newest(article).passages.order_by("position")
    passages = list(rows.exclude(kind=recognised.LEFT_OUT))
    return [_use(course, passages, lessons) for course, lessons in _by_course(courses)]


def use_of(course: Course) -> Use:
    """The same for all the articles that one course cites."""
    articles = course.articles.order_by("title")
    newest_ones = revisions.newest_of(articles).values()
    passages = list(
        Passage.objects.filter(revision__in=newest_ones)
        .exclude(kind=recognised.LEFT_OUT)
        .select_related("revision__article")
        .defer("revision__source")
        .order_by("revision__article__title", "position")
    )
    ((_course, lessons),) = _by_course([course])
    return _use(course, passages, lessons)


def _by_course(courses: Sequence[Course]) -> list[tuple[Course, list[Lesson]]]:
    found: dict[UUID, list[Lesson]] = {course.pk: [] for course in courses}
    for lesson in staleness.lessons_of(courses):
        found[lesson.course_id].append(lesson)
    return [(course, found[course.pk]) for course in courses]


def _use(course: Course, passages: Sequence[Passage], lessons: Sequence[Lesson]) -> Use:
    used = staleness.used_in(lessons)
    return Use(
        course=course,
        passages=len(passages),
        unused=tuple(one for one in passages if one.key not in used),
        unsupported=tuple(staleness.unsupported_in(lessons)),
    )


def stale_blocks(article: Article) -> list[StaleBlock]:
    """The blocks that have not followed the newest version of this article, course by course."""
    found = staleness.of_courses(article.courses.all())
    return [one for one in found if one.article == article.pk]
