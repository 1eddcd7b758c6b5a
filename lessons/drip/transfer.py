"""A sequence out of the database and into it, as the file that stands for its working copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import NotFound, Refused
from lessons.content.models import Course
from lessons.drip import drafting, founding, steps
from lessons.drip.folder import SEQUENCE, InvalidMails, SequenceFile
from lessons.drip.models import Sequence

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User


class SlugTaken(Refused):
    """A sequence of another course has this slug already."""

    code = "slug_taken"
    status = 409


def take_in(file: SequenceFile, *, course: Course, by: User | None, now: datetime) -> Sequence:
    """Make the sequence of this slug what the file says, or begin it; nobody gets other mails for
    it before they are published.

    Raises what ``refuse`` raises.
    """
    with transaction.atomic():
        refuse(file, course=course.pk, slug=course.slug)
        row = Sequence.objects.select_for_update(no_key=True).filter(slug=file.slug).first()
        sells = _training(file.sells)
        if row is None:
            return _begin(file, course, sells, by, now)
        founding.change(
            sequence=row.pk,
            title=file.title,
            sells=sells.pk if sells else None,
            goal=file.goal,
            by=by,
            now=now,
        )
        draft = [step.as_json() for step in file.steps]
        return drafting.write(sequence=row.pk, draft=draft, draft_no=row.draft_no, by=by, now=now)


def refuse(file: SequenceFile, *, course: UUID, slug: str) -> None:
    """Raise what is against taking in a file beside this course, which may not be there yet.

    ``SlugTaken`` for a sequence of another course, ``NotFound`` for a training that is not there,
    ``InvalidMails`` for a goal that nobody can reach.
    """
    if Sequence.objects.filter(slug=file.slug).exclude(course=course).exists():
        raise SlugTaken(_("There is a sequence “%(slug)s” already.") % {"slug": file.slug})
    if file.sells != slug:
        _training(file.sells)
    if file.goal == "bought" and file.sells is None:
        raise InvalidMails("without a training nobody buys one.", file=SEQUENCE, field="goal")


def of_course(course: Course) -> list[Sequence]:
    """The sequences of a course: first what readers get. A folder has room for one."""
    found = Sequence.objects.filter(course=course).select_related("sells").order_by("slug")
    return sorted(found, key=lambda one: one.live_id is None)


def take_out(sequence: Sequence) -> SequenceFile:
    """The working copy as it would stand in files."""
    return SequenceFile(
        slug=sequence.slug,
        title=sequence.title,
        sells=sequence.sells.slug if sequence.sells else None,
        goal=sequence.goal,  # type: ignore[arg-type]
        steps=steps.many_from_json(sequence.draft),
    )


def lessons_of(course: Course) -> dict[str, UUID]:
    """The lessons that files may name, by their slugs."""
    return dict(course.lessons.filter(retired_at=None).values_list("slug", "pk"))


def slugs_of(course: Course) -> dict[UUID, str]:
    """What lessons are called in files, the retired ones as well: a folder has those too."""
    return dict(course.lessons.values_list("pk", "slug"))


def _begin(
    file: SequenceFile, course: Course, sells: Course | None, by: User | None, now: datetime
) -> Sequence:
    return Sequence.objects.create(
        course=course,
        slug=file.slug,
        title=file.title,
        sells=sells,
        goal=file.goal,
        draft=[step.as_json() for step in file.steps],
        changed_at=now,
        changed_by=by,
    )


def _training(slug: str | None) -> Course | None:
    if slug is None:
        return None
    found = Course.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(_("There is no course “%(slug)s”.") % {"slug": slug})
    return found
