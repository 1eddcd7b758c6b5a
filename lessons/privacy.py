"""What following courses leaves behind about a person: handed over, and taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Prefetch

from lessons.content.models import UnsavedText
from lessons.drip.models import Choice, Mail, Place
from lessons.reading import answers, replies
from lessons.reading.models import (
    Access,
    Answer,
    Completed,
    Enrolment,
    Finished,
    Opened,
    Pause,
    Position,
    Proof,
    Rhythm,
    Unlock,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from courseapp.accounts.models import User


def export(user: User) -> dict[str, Any]:
    """Courses, rights and facts of this person, as JSON-ready values with ISO 8601 times in UTC.

    Answers are opened for it; raises ``keys.KeysUnavailable`` where that cannot be.
    """
    enrolments = Enrolment.objects.filter(reader=user).select_related("course", "edition")
    accesses = Access.objects.filter(reader=user).select_related("course").order_by("pk")
    return {
        "courses": [_course(enrolment) for enrolment in enrolments.order_by("pk")],
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
        "answers": _answers(user),
        "sequences": [_place(place) for place in _places(user)],
        "mail_choices": [
            {
                "course": choice.course and choice.course.slug,
                "about": choice.about,
                "wanted": choice.wanted,
                "way": choice.way,
                "at": choice.at.isoformat(),
            }
            for choice in Choice.objects.filter(reader=user)
            .select_related("course")
            .order_by("at", "pk")
        ],
    }


def erase(user: User) -> None:
    """Take away every enrolment with its answers, facts and dates, every right, place and choice of
    mails, and a colleague's unsaved texts."""
    with transaction.atomic():
        Answer.objects.filter(enrolment__reader=user).delete()
        Place.objects.filter(reader=user).delete()
        Choice.objects.filter(reader=user).delete()
        UnsavedText.objects.filter(by=user).delete()
        Enrolment.objects.filter(reader=user).delete()
        Access.objects.filter(reader=user).delete()


def count(user: User) -> int:
    """How many facts and mails an export would hold, about."""
    facts = Opened.objects.filter(enrolment__reader=user).count()
    facts += Answer.objects.filter(enrolment__reader=user).count()
    return 2 * facts + Mail.objects.filter(reader=user).count()


def _answers(user: User) -> list[dict[str, Any]]:
    """What this person wrote and ticked, in the order it came; one that does not open says so."""
    rows = Answer.objects.filter(enrolment__reader=user).order_by("began_at", "pk")
    return [
        {
            "lesson": reply.lesson_title,
            "lesson_id": str(reply.lesson),
            "kind": reply.kind,
            "time": reply.occurrence,
            "began_at": reply.began_at.isoformat(),
            "saved_at": reply.saved_at.isoformat(),
            "answer": reply.content and replies.as_data(reply.content),
        }
        for reply in answers.opened(user, rows)
    ]


def _places(user: User) -> QuerySet[Place]:
    found = Place.objects.filter(reader=user).select_related("sequence__course").order_by("pk")
    return found.prefetch_related(Prefetch("mails", Mail.objects.order_by("decided_at", "pk")))


def _place(place: Place) -> dict[str, Any]:
    """The mails that a course sends over the days; their words are among the mails themselves."""
    return {
        "course": place.sequence.course.slug,
        "sequence": place.sequence.slug,
        "started_at": place.started_at.isoformat(),
        "ended_at": place.ended_at and place.ended_at.isoformat(),
        "mails": [
            {
                "kind": mail.kind,
                "due_at": mail.due_at.isoformat(),
                "state": mail.state,
                "decided_at": mail.decided_at.isoformat(),
                "sent_at": mail.sent_at and mail.sent_at.isoformat(),
            }
            for mail in place.mails.all()
        ],
    }


def _course(enrolment: Enrolment) -> dict[str, Any]:
    position = Position.objects.filter(enrolment=enrolment).select_related("lesson").first()
    completed = Completed.objects.filter(enrolment=enrolment).select_related("edition").first()
    chosen = Rhythm.objects.filter(enrolment=enrolment).first()
    pauses = Pause.objects.filter(enrolment=enrolment).order_by("pk")
    return {
        "course": enrolment.course.slug,
        "enrolled_at": enrolment.enrolled_at.isoformat(),
        "edition": enrolment.edition.number,
        "time_zone": enrolment.time_zone,
        "completed_at": completed and completed.at.isoformat(),
        "completed_edition": completed and completed.edition.number,
        "stopped": position
        and {
            "lesson": position.lesson.slug,
            "block": position.block and str(position.block),
            "at": position.at.isoformat(),
        },
        "hour": chosen and chosen.hour and chosen.hour.isoformat("minutes"),
        "opened_all_at": chosen and chosen.opened_all_at and chosen.opened_all_at.isoformat(),
        "pauses": [
            {
                "begins_at": one.begins_at.isoformat(),
                "ends_at": one.ends_at.isoformat(),
                "asked_at": one.asked_at.isoformat(),
            }
            for one in pauses
        ],
        "proof": _proof(enrolment),
        "opened": _facts(Opened.objects.filter(enrolment=enrolment)),
        "finished": _facts(Finished.objects.filter(enrolment=enrolment)),
        "opens": [
            {"lesson": slug, "at": at.isoformat()}
            for slug, at in Unlock.objects.filter(enrolment=enrolment)
            .order_by("opens_at", "pk")
            .values_list("lesson__slug", "opens_at")
        ],
    }


def _proof(enrolment: Enrolment) -> dict[str, Any]:
    row = Proof.objects.filter(enrolment=enrolment).first()
    if row is None:
        return {}
    return {
        "number": row.number,
        "name": row.name,
        "names_course": row.names_course,
        "made_at": row.made_at.isoformat(),
    }


def _facts(rows: QuerySet[Opened] | QuerySet[Finished]) -> list[dict[str, Any]]:
    """Which lesson, in which edition of the course, when."""
    found = rows.order_by("at", "pk").values_list("lesson__slug", "edition__number", "at")
    return [{"lesson": slug, "edition": number, "at": at.isoformat()} for slug, number, at in found]
