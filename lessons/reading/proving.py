"""A proof that somebody completed a course, with no more on it than she wants."""

from __future__ import annotations

import secrets
import unicodedata
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import NotFound, Refused
from lessons.reading.models import Completed, Proof

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User

# No letter that can be taken for another one.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
GROUPS, LETTERS = 3, 4
LONGEST_NAME = 100


class NotCompleted(Refused):
    """There is nothing to prove yet."""

    code = "not_completed"
    status = 403


class NoProof(NotFound):
    code = "no_proof"


def make(*, reader: User, course: UUID, name: str, names_course: bool, now: datetime) -> Proof:
    """The proof of this reader for this course; made again it keeps its number and says the new.

    Raises ``NotCompleted``.
    """
    with transaction.atomic():
        done = completed(reader=reader, course=course)
        wanted = {"name": _tidy(name), "names_course": names_course}
        row, _is_new = Proof.objects.update_or_create(
            enrolment=done.enrolment,
            defaults=wanted,
            create_defaults={**wanted, "number": _number(), "made_at": now},
        )
    return row


def completed(*, reader: User, course: UUID) -> Completed:
    """That this reader completed this course. Raises ``NotCompleted``."""
    found = Completed.objects.filter(enrolment__reader=reader, enrolment__course=course)
    row = found.select_related("enrolment__course").first()
    if row is None:
        raise NotCompleted(_("You get this when you have finished the course."))
    return row


def of(*, reader: User, course: UUID) -> Proof | None:
    """What this reader has made already."""
    found = Proof.objects.filter(enrolment__reader=reader, enrolment__course=course)
    return found.select_related("enrolment__course", "enrolment__completed").first()


def take_back(*, reader: User, course: UUID) -> None:
    """From now on nobody can check it any more."""
    Proof.objects.filter(enrolment__reader=reader, enrolment__course=course).delete()


def find(number: str) -> Proof:
    """The proof of this number, as somebody typed it. Raises ``NoProof``."""
    plain = number.strip().upper()
    known = set(plain) <= {*ALPHABET, "-"}
    found = Proof.objects.filter(number=plain) if known else Proof.objects.none()
    row = found.select_related("enrolment__course", "enrolment__completed").first()
    if row is None:
        raise NoProof(_("There is no proof with this number, or its owner took it back."))
    return row


def _number() -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _each in range(LETTERS)) for _g in range(GROUPS))
    return "-".join(groups)


def _tidy(name: str) -> str:
    """On one line, without signs that no paper shows."""
    shown = "".join(
        " " if each.isspace() else each
        for each in name
        if each.isspace() or unicodedata.category(each)[0] != "C"
    )
    return " ".join(shown.split())[:LONGEST_NAME]
