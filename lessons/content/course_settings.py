"""What is true for a whole course or module besides its lessons: titles, access, language, pace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import Refused
from lessons.content import blocks, layout, pace, structure
from lessons.content.article.passages import slugify
from lessons.content.models import Course, Module

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User

LANGUAGES = ("nl", "en")
TAGLINE_MAX = 300
DESCRIPTION_MAX = 5_000


class InvalidCourse(Refused):
    code = "invalid_course"


class AddressIsLive(Refused):
    """Readers and search results know the course by its address."""

    code = "address_is_live"
    status = 409


@dataclass(frozen=True)
class Settings:
    """A course as a whole. ``pace`` as ``content.pace`` has it; ``description`` in Markdown."""

    title: str
    tagline: str
    description: str
    slug: str
    access: str
    language: str
    pace: Mapping[str, Any] | None


def settings_of(course: Course) -> Settings:
    return Settings(
        title=course.title,
        tagline=course.tagline,
        description=course.description,
        slug=course.slug,
        access=course.access,
        language=course.language,
        pace=course.pace,
    )


def change(*, course: UUID, wanted: Settings, by: User | None, now: datetime) -> Course:
    """Change the working copy of a course; readers see it with its next publication.

    Raises ``CourseNotFound``, ``NoTitle``, ``InvalidCourse``, ``InvalidPace``, ``AddressIsLive``.
    """
    with layout.changing(course, by=by, now=now) as act:
        row = act.course
        values = _checked(row, wanted)
        before = {name: getattr(row, name) for name in values}
        if values == before:
            return row
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        audit.record(
            by=by, act="course.changed", on=row, name=row.title, within=row.pk, now=now,
            before=before, after=values,
        )  # fmt: skip
    return row


def rename_module(
    *, module: UUID, title: str, description: str, by: User | None, now: datetime
) -> Module:
    """Give a module another title and description. Raises ``ModuleNotFound`` and ``NoTitle``."""
    row = structure.module_of(module)
    wanted = {
        "title": structure.tidy_title(title),
        "description": blocks.tidy(description, name="description", limit=DESCRIPTION_MAX),
    }
    with layout.changing(row.course_id, by=by, now=now):
        row = structure.module_of(module)
        before = {name: getattr(row, name) for name in wanted}
        if before == wanted:
            return row
        row.title, row.description = wanted["title"], wanted["description"]
        row.save(update_fields=["title", "description"])
        audit.record(
            by=by, act="module.changed", on=row, name=row.title, within=row.course_id, now=now,
            before=before, after=wanted,
        )  # fmt: skip
    return row


def _checked(row: Course, wanted: Settings) -> dict[str, Any]:
    if wanted.access not in Course.Access.values:
        raise InvalidCourse(_("A course is free, or for who has a right to it."))
    if wanted.language not in LANGUAGES:
        raise InvalidCourse(_("A course is in Dutch or in English."))
    return {
        "title": structure.tidy_title(wanted.title),
        "tagline": " ".join(blocks.tidy(wanted.tagline, name="tagline", limit=TAGLINE_MAX).split()),
        "description": blocks.tidy(wanted.description, name="description", limit=DESCRIPTION_MAX),
        "slug": _slug(row, wanted.slug),
        "access": wanted.access,
        "language": wanted.language,
        "pace": dict(wanted.pace) if wanted.pace and pace.from_json(wanted.pace) else None,
    }


def _slug(row: Course, wanted: str) -> str:
    if wanted == row.slug:
        return row.slug
    if row.live_edition_id is not None:
        raise AddressIsLive(_("Readers know this course by its address, so that stays as it is."))
    slug = slugify(blocks.tidy(wanted, name="slug", limit=200), limit=structure.SLUG_MAX)
    if slug != wanted:
        raise InvalidCourse(
            _("“%(wanted)s” cannot be an address; “%(slug)s” can.")
            % {"wanted": wanted[: structure.SLUG_MAX], "slug": slug}
        )
    if Course.objects.filter(slug=slug).exclude(pk=row.pk).exists():
        raise InvalidCourse(_("Something else is already called “%(slug)s”.") % {"slug": slug})
    return slug
