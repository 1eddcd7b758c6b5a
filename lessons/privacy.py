"""What following courses leaves behind about a person: handed over, and taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from lessons.content.models import UnsavedText
from lessons.reading.models import Access, Completed, Enrolment, Finished, Opened, Position, Unlock

if TYPE_CHECKING:
    from courseapp.accounts.models import User


def export(user: User) -> dict[str, Any]:
    """Courses, rights and facts of this person, as JSON-ready values with ISO 8601 times in UTC."""
    enrolments = Enrolment.objects.filter(reader=user).select_related("course").order_by("pk")
    accesses = Access.objects.filter(reader=user).select_related("course").order_by("pk")
    return {
        "courses": [_course(enrolment) for enrolment in enrolments],
        "rights": [
            {
                "course": access.course.slug,
                "source": access.source,
                "granted_at": access.granted_at.isoformat(),
                "suspended_at": access.suspended_at and access.suspended_at.isoformat(),
                "revoked_at": access.revoked_at and access.revoked_at.isoformat(),
            }
            for access in accesses
        ],
    }


def erase(user: User) -> None:
    """Take away every enrolment with its facts, every right, and a colleague's unsaved texts."""
    with transaction.atomic():
        UnsavedText.objects.filter(by=user).delete()
        Enrolment.objects.filter(reader=user).delete()
        Access.objects.filter(reader=user).delete()


def _course(enrolment: Enrolment) -> dict[str, Any]:
    position = Position.objects.filter(enrolment=enrolment).select_related("lesson").first()
    completed = Completed.objects.filter(enrolment=enrolment).first()
    return {
        "course": enrolment.course.slug,
        "enrolled_at": enrolment.enrolled_at.isoformat(),
        "time_zone": enrolment.time_zone,
        "completed_at": completed and completed.at.isoformat(),
        "stopped": position
        and {
            "lesson": position.lesson.slug,
            "block": position.block and str(position.block),
            "at": position.at.isoformat(),
        },
        "opened": _facts(Opened.objects.filter(enrolment=enrolment), "at"),
        "finished": _facts(Finished.objects.filter(enrolment=enrolment), "at"),
        "opens": _facts(Unlock.objects.filter(enrolment=enrolment), "opens_at"),
    }


def _facts(rows: Any, moment: str) -> dict[str, str]:
    """Lesson to moment."""
    pairs = rows.order_by(moment, "pk").values_list("lesson__slug", moment)
    return {slug: at.isoformat() for slug, at in pairs}
