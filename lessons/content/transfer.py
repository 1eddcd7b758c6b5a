"""A whole course out of the database and into it: the working copy and its articles.

Out and in again gives the course back field by field; in again over a course that exists makes the
working copy what the folder says. Readers see none of it before a publication.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content import article, blocks, media, publishing, revisions
from lessons.content.folder import (
    ArticleFile,
    CourseFile,
    LessonFile,
    MediaCopy,
    ModuleFile,
    named_files,
)
from lessons.content.keys import fresh_keys
from lessons.content.models import Article, Course, Lesson, MediaFile, Module

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User


class SlugTaken(Refused):
    """The folder names a slug that something else already has."""

    code = "slug_taken"
    status = 409


class IdentityTaken(Refused):
    """The folder names a module or lesson that belongs to another course.

    It is a copy of that course's folder: taken in, it would take lessons away from readers there.
    """

    code = "identity_taken"
    status = 409


@dataclass(frozen=True)
class Taken:
    """A course that was taken in, and how many of its lessons left the working copy by it."""

    course: Course
    created: bool
    retired: int


# --- Out -------------------------------------------------------------------------------------


def take_out(*, slug: str) -> CourseFile:
    """The working copy of a course with its articles. Raises ``NotFound``."""
    course = publishing.course_called(slug)
    articles = list(course.articles.order_by("slug"))
    current = revisions.digests_of(articles)
    modules = tuple(_module_files(course, current))
    return CourseFile(
        uuid=course.uuid,
        slug=course.slug,
        title=course.title,
        tagline=course.tagline,
        description=course.description,
        access=course.access,
        language=course.language,
        pace=course.pace,
        articles=tuple(_article_file(one) for one in articles),
        modules=modules,
        media=tuple(_media_copies(named_files(modules))),
    )


def _media_copies(paths: Sequence[str]) -> Iterable[MediaCopy]:
    rows = MediaFile.objects.filter(path__in=paths) if paths else MediaFile.objects.none()
    names = dict(rows.values_list("path", "name"))
    for path in paths:
        yield MediaCopy(path=path, name=names.get(path, path), source=media.where(path))


def _article_file(one: Article) -> ArticleFile:
    revision = one.revisions.order_by("-number")[0]
    form: article.Form = revision.form  # type: ignore[assignment]
    return ArticleFile(
        uuid=one.uuid,
        slug=one.slug,
        title=one.title,
        description=one.description,
        public=one.public,
        form=form,
        source=revision.source,
        keys=fresh_keys(revisions.read_again(revision), revisions.pieces_of(revision)),
        kinds=revisions.kinds_of(revision),
    )


def _module_files(course: Course, current: Mapping[str, str]) -> Iterable[ModuleFile]:
    """Modules and lessons in their order; the retired ones come last."""
    lessons: dict[UUID, list[Lesson]] = {}
    for lesson in publishing.in_order(course.lessons.all(), []):
        lessons.setdefault(lesson.module_id, []).append(lesson)
    modules = publishing.in_order(course.modules.all(), course.module_order)
    for module in sorted(modules, key=lambda one: one.retired_at is not None):
        ordered = publishing.in_order(lessons.get(module.uuid, []), module.lesson_order)
        yield ModuleFile(
            uuid=module.uuid,
            slug=module.slug,
            title=module.title,
            description=module.description,
            retired=module.retired_at,
            lessons=tuple(
                _lesson_file(lesson, current)
                for lesson in sorted(ordered, key=lambda one: one.retired_at is not None)
            ),
        )


def _lesson_file(lesson: Lesson, current: Mapping[str, str]) -> LessonFile:
    return LessonFile(
        uuid=lesson.uuid,
        slug=lesson.slug,
        title=lesson.title,
        lead=lesson.lead,
        minutes=lesson.minutes,
        required=lesson.required,
        open_to_all=lesson.open_to_all,
        retired=lesson.retired_at,
        blocks=blocks.many_from_json(lesson.blocks),
        stale={
            block: outdated
            for block, seen in lesson.seen.items()
            if (outdated := {key: at for key, at in seen.items() if current.get(key) != at})
        },
    )


# --- In --------------------------------------------------------------------------------------


def take_in(course: CourseFile, *, by: User | None, now: datetime) -> Taken:
    """Make the working copy what the folder says; lessons it does not name are retired.

    All or nothing, the files it shows included. Raises ``SlugTaken`` when another course or article
    has a slug of it, ``IdentityTaken``, and what ``media`` refuses.
    """
    with media.filling() as place, transaction.atomic():
        _free_slugs(course)
        _own_identities(course)
        row, created = Course.objects.update_or_create(
            pk=course.uuid,
            defaults={
                "slug": course.slug,
                "title": course.title,
                "tagline": course.tagline,
                "description": course.description,
                "access": course.access,
                "language": course.language,
                "pace": course.pace,
                "module_order": [str(module.uuid) for module in course.modules],
            },
        )
        articles: list[Article] = []
        keys: dict[str, str] = {}
        for file in course.articles:
            one, renamed = _take_article(file, by=by, now=now)
            articles.append(one)
            keys = {**renamed, **keys}
        row.articles.set(articles)
        retired = _retire_the_rest(row, course, now)
        current = revisions.digests_of(articles)
        for module in course.modules:
            _take_module(row, module, current, keys)
        for copy in course.media:
            media.bring_back(
                path=copy.path, name=copy.name, source=copy.source, place=place, by=by, now=now
            )
    return Taken(row, created=created, retired=retired)


def _free_slugs(course: CourseFile) -> None:
    taken = list(Course.objects.filter(slug=course.slug).exclude(pk=course.uuid))
    slugs = [course.slug] if taken else []
    slugs += [
        one.slug
        for one in course.articles
        if Article.objects.filter(slug=one.slug).exclude(pk=one.uuid).exists()
    ]
    if slugs:
        raise SlugTaken(_("Something else is already called “%(slug)s”.") % {"slug": slugs[0]})


def _own_identities(course: CourseFile) -> None:
    modules = [module.uuid for module in course.modules]
    lessons = [lesson.uuid for module in course.modules for lesson in module.lessons]
    for rows in (Module.objects.filter(pk__in=modules), Lesson.objects.filter(pk__in=lessons)):
        stranger = rows.exclude(course=course.uuid).select_related("course").first()
        if stranger is not None:
            raise IdentityTaken(
                _("“%(title)s” (%(uuid)s) belongs to “%(slug)s”; give it another uuid.")
                % {"title": stranger.title, "uuid": stranger.pk, "slug": stranger.course.slug}
            )


def _take_article(
    file: ArticleFile, *, by: User | None, now: datetime
) -> tuple[Article, dict[str, str]]:
    """The article, and where its passages go by another key here than in the folder."""
    row, _created = Article.objects.update_or_create(
        pk=file.uuid,
        defaults={
            "slug": file.slug,
            "title": file.title,
            "description": file.description,
            "public": file.public,
        },
    )
    form: article.Form = file.form  # type: ignore[assignment]
    revised = revisions.revise(
        of=row, source=file.source, form=form, by=by, now=now, keys=file.keys, kinds=file.kinds
    )
    fresh = revisions.read_again(revised.revision)
    stored = revisions.pieces_of(revised.revision)
    here = fresh_keys(fresh, stored)
    known = {one.key for one in stored}
    folder_and_here = (
        (file.keys.get(one.key, one.key), here.get(one.key, one.key)) for one in fresh
    )
    return row, {theirs: ours for theirs, ours in folder_and_here if ours in known}


def _retire_the_rest(row: Course, course: CourseFile, now: datetime) -> int:
    """Retire what the folder does not name, and clear the way for slugs that change hands."""
    lessons = {lesson.uuid: lesson.slug for module in course.modules for lesson in module.lessons}
    modules = {module.uuid: module.slug for module in course.modules}
    row.modules.exclude(pk__in=modules).filter(retired_at=None).update(retired_at=now)
    retired = row.lessons.exclude(pk__in=lessons).filter(retired_at=None).update(retired_at=now)
    for rows, wanted in ((row.lessons, lessons), (row.modules, modules)):
        for one in rows.filter(slug__in=wanted.values()):
            if wanted.get(one.pk) != one.slug:
                rows.filter(pk=one.pk).update(slug=f"{one.slug[:40]}-{one.pk.hex[:12]}")
    return retired


def _take_module(
    row: Course, module: ModuleFile, current: Mapping[str, str], keys: Mapping[str, str]
) -> None:
    home, _created = Module.objects.update_or_create(
        pk=module.uuid,
        defaults={
            "course": row,
            "slug": module.slug,
            "title": module.title,
            "description": module.description,
            "retired_at": module.retired,
            "lesson_order": [str(lesson.uuid) for lesson in module.lessons],
        },
    )
    for lesson in module.lessons:
        known = Lesson.objects.filter(pk=lesson.uuid).values_list("version", flat=True).first()
        Lesson.objects.update_or_create(
            pk=lesson.uuid,
            defaults={**_fields(_cited(lesson, keys), current), "course": row, "module": home,
                      "version": (known or 0) + 1},
        )  # fmt: skip


def _cited(lesson: LessonFile, keys: Mapping[str, str]) -> LessonFile:
    """The lesson with the keys that passages go by here, where another article had theirs."""
    stale = {
        block: {keys.get(key, key): digest for key, digest in outdated.items()}
        for block, outdated in lesson.stale.items()
    }
    cited = tuple(
        replace(block, passages=tuple(dict.fromkeys(keys.get(key, key) for key in block.passages)))
        for block in lesson.blocks
    )
    return replace(lesson, blocks=cited, stale=stale)


def _fields(lesson: LessonFile, current: Mapping[str, str]) -> dict[str, Any]:
    return {
        "slug": lesson.slug,
        "title": lesson.title,
        "lead": lesson.lead,
        "minutes": lesson.minutes,
        "required": lesson.required,
        "open_to_all": lesson.open_to_all,
        "retired_at": lesson.retired,
        "blocks": blocks.many_as_json(lesson.blocks),
        "seen": {
            str(block.id): seen_of(block, current, lesson.stale.get(str(block.id), {}))
            for block in lesson.blocks
            if block.passages
        },
    }


def seen_of(
    block: blocks.Block, current: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    """The digests a block is held against: the current ones, but for what is known as stale."""
    digests = {key: before.get(key, current.get(key, "")) for key in block.passages}
    return {key: digest for key, digest in digests.items() if digest}
