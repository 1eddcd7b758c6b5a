"""What tests of the room *Mails* share: a sequence with a working copy, and the form of a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.test import Client

from lessons.drip import drafting, publishing, steps
from lessons.drip.models import Sequence
from tests.factories import NOW, make_course, make_reader
from tests.signing import let_in

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from lessons.content.models import Course
    from lessons.drip.steps import Step


def staff(person: User | None = None) -> Client:
    client = Client()
    let_in(client, person or make_reader(is_staff=True))
    return client


def make_mail(key: str = "welkom", **fields: Any) -> dict[str, Any]:
    given = {
        "kind": "lesson", "trigger": "enrolled", "subject": "Je kunt beginnen",
        "preview": "De eerste les staat klaar.", "body": "Dag,\n\nFijn dat je er bent.",
    }  # fmt: skip
    return steps.from_json({"key": key, **given, **fields}).as_json()


def make_mails(
    *made: dict[str, Any], course: Course | None = None, live: bool = False, **fields: Any
) -> Sequence:
    """A sequence of these mails, one welcome unless said otherwise; published if ``live``."""
    sequence = Sequence.objects.create(
        course=course or make_course(), slug=f"mails-{uuid4()}", title="Mails bij de cursus",
        draft=list(made) or [make_mail()], changed_at=NOW, **fields,
    )  # fmt: skip
    if live:
        publishing.publish(sequence=sequence, by=None, now=NOW)
        sequence.refresh_from_db()
    return sequence


def form_of(**fields: Any) -> dict[str, Any]:
    """What the form of a mail sends when somebody wrote one that can go."""
    return {
        "kind": "lesson", "trigger": "enrolled", "days": "3", "at": "19:30",
        "weekdays": ["1", "2", "3", "4", "5", "6", "7"], "late_days": "2",
        "subject": "Een rustig begin", "preview": "Lees het wanneer het past.",
        "body": "Dag,\r\n\r\nNeem er de tijd voor.", "link": "course", "label": "Naar mijn lessen",
        **fields,
    }  # fmt: skip


def address(sequence: Sequence, rest: str = "") -> str:
    return f"/beheer/mails/{sequence.pk}/{rest}"


def mail_of(sequence: Sequence, key: str) -> Step:
    """A mail of the working copy as it is by now."""
    sequence.refresh_from_db()
    return drafting.step_of(sequence, key)


def keys_of(sequence: Sequence) -> list[str]:
    sequence.refresh_from_db()
    return [one["key"] for one in sequence.draft]
