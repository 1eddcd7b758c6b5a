"""An article becomes a course; a revised one meets the course that was made of it.

A first import writes a whole draft. Every later one writes a revision and tells which blocks it
makes stale and which passages no lesson uses yet; the lessons themselves stay as people left them.
A draft is made of the stored passages, so that what a person corrected about them counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import Refused
from lessons.content import article, articles, blocks, derivation, revisions, staleness, transfer
from lessons.content.article.passages import Parsed, first_free, slugify
from lessons.content.models import Course, Lesson, Module

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from courseapp.accounts.models import User
    from lessons.content.article.passages import Passage
    from lessons.content.derivation import DraftCourse, DraftModule
    from lessons.content.models import Article, Revision
    from lessons.content.staleness import StaleBlock

SLUG_MAX = 60
TITLE_MAX = 200


class WhichArticle(Refused):
    """The course cites several articles and it is not said which one this is."""

    code = "which_article"
    status = 409


class InvalidSlug(Refused):
    code = "invalid_slug"


class InvalidCourse(Refused):
    code = "invalid_course"


@dataclass(frozen=True)
class Imported:
    """What an import did. ``unused`` are the keys of passages that no lesson names."""

    course: Course
    revision: Revision
    course_created: bool
    revision_created: bool
    stale: Sequence[StaleBlock]
    unused: Sequence[str]


def import_article(
    *,
    source: str,
    form: article.Form,
    course: str,
    by: User | None,
    now: datetime,
    article_slug: str | None = None,
    public: bool = False,
) -> Imported:
    """Take in an article for the course of this slug, which is drafted when it does not exist.

    ``article_slug`` says which of the course's articles this is a revision of; an unknown one adds
    an article. ``public`` makes it one that everybody may read, from the next publication of the
    course on; without it nothing is taken back. All or nothing. Raises what ``article.parse``
    raises, ``NoPassages``, ``WhichArticle`` and ``InvalidSlug``.
    """
    parsed = article.parse(source, form)
    with transaction.atomic():
        row = Course.objects.select_for_update().filter(slug=course).first()
        created = row is None
        if row is None:
            row = Course.objects.create(slug=_slug(course), title=course)
        cited = _cited(row, parsed, article_slug)
        revised = revisions.revise(of=cited, source=source, form=form, by=by, now=now)
        draft = _derived(parsed.title, revised.passages) if created else None
        row.articles.add(cited)
        if public and not cited.public:
            cited.public = True
            cited.save(update_fields=["public"])
        if draft:
            row.title = draft.title or course
            _write_draft(row, draft)
        stale = staleness.of_course(row)
        unused = staleness.coverage(row).unused
    return Imported(
        course=row,
        revision=revised.revision,
        course_created=created,
        revision_created=revised.created,
        stale=stale,
        unused=unused,
    )


def derive_course(
    *, article: Article, slug: str, title: str, by: User | None, now: datetime
) -> Course:
    """Make a course of the newest version of an article. Readers see none of it.

    Raises ``SlugTaken``, ``InvalidSlug`` and ``InvalidCourse``.
    """
    title = " ".join(blocks.CONTROL.sub(" ", title).split())
    if not title or len(title) > TITLE_MAX:
        raise InvalidCourse(
            _("A course needs a title of at most %(limit)s characters.") % {"limit": TITLE_MAX}
        )
    slug = _slug(slug)
    with transaction.atomic():
        course, created = Course.objects.get_or_create(slug=slug, defaults={"title": title})
        if not created:
            raise transfer.SlugTaken(
                _("There is a course with the address “%(slug)s” already. Choose another one.")
                % {"slug": slug}
            )
        course.articles.add(article)
        _write_draft(course, draft_of(article))
        audit.record(
            by=by, act="course.derived", on=course, now=now, after={"article": str(article.pk)}
        )
    return course


def draft_of(article: Article) -> DraftCourse:
    """The course that the newest version of an article would become; nothing is written."""
    newest = article.revisions.order_by("-number")[0]
    return _derived(article.title, revisions.passages_of(newest))


def proposed_slug(title: str) -> str:
    """A free address for a course of this title."""
    wanted = slugify(title, limit=SLUG_MAX - len("-99"))
    taken = Course.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)
    return first_free(wanted, set(taken))


def _derived(title: str, passages: tuple[Passage, ...]) -> DraftCourse:
    return derivation.derive(Parsed(title, passages, ()))


def _slug(wanted: str) -> str:
    slug = slugify(wanted, limit=SLUG_MAX)
    if slug != wanted:
        raise InvalidSlug(
            _("“%(wanted)s” cannot be an address; “%(slug)s” can.")
            % {"wanted": wanted[:SLUG_MAX], "slug": slug}
        )
    return slug


def _cited(course: Course, parsed: Parsed, slug: str | None) -> Article:
    """The article this is a revision of, or a new one."""
    known = {one.slug: one for one in course.articles.all()}
    if slug is None and len(known) == 1:
        return next(iter(known.values()))
    if slug is None and known:
        raise WhichArticle(
            _("This course cites several articles: %(slugs)s. Say which one this is.")
            % {"slugs": ", ".join(sorted(known))}
        )
    if slug in known:
        return known[slug]
    return articles.start(title=parsed.title, slug=slug or "")


def _write_draft(course: Course, draft: DraftCourse) -> None:
    current = revisions.digests_of(course.articles.all())
    slugs: set[str] = set()
    for module in draft.modules:
        row = _write_module(course, module, first_free(slugify(module.title, limit=60), slugs))
        slugs.add(row.slug)
        course.module_order.append(str(row.uuid))
        lessons = Lesson.objects.bulk_create(
            Lesson(
                course=course,
                module=row,
                slug=lesson.slug,
                title=lesson.title,
                minutes=lesson.minutes,
                blocks=blocks.many_as_json(lesson.blocks),
                seen={
                    str(block.id): transfer.seen_of(block, current, {}) for block in lesson.blocks
                },
            )
            for lesson in module.lessons
        )
        row.lesson_order = [str(lesson.uuid) for lesson in lessons]
        row.save(update_fields=["lesson_order"])
    course.save(update_fields=["module_order", "title"])


def _write_module(course: Course, module: DraftModule, slug: str) -> Module:
    return Module.objects.create(course=course, slug=slug, title=module.title)
