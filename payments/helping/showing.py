"""The page of one reader, part by part, in words that a template only has to set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.post.models import Letter
from lessons.content.models import Course
from payments.helping import resending, words
from payments.staff.words import on_day, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

    from courseapp.post.models import Suppression
    from payments.helping.evidence import Seen
    from payments.helping.following import Decided, Expected, Following

# Colours of states: what is well has the plain one.
TONES = {
    "waiting": "sand", "queued": "sand", "sending": "sand", "withheld": "sand",
    "given_up": "clay", "failed": "clay", "in_doubt": "clay",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A mail, a letter or a right: what it is, when, how it stands, and why.

    ``again`` is the mail's key when it can be sent once more.
    """

    what: str
    detail: str = ""
    at: datetime | None = None
    state: str = ""
    tone: str = ""
    why: str = ""
    again: int | None = None


@dataclass(frozen=True)
class CourseShown:
    """One course of a reader. ``facts`` are names with what is known."""

    uuid: UUID
    title: str
    facts: tuple[tuple[str, str], ...]
    opens: tuple[tuple[int, datetime], ...]
    coming: tuple[Row, ...]
    waiting: tuple[Row, ...]
    decided: tuple[Row, ...]
    left_out: tuple[Row, ...]
    can_resume_mails: bool
    has_pause: bool


def courses(seen: Seen) -> list[CourseShown]:
    """What a reader's courses send them, and open to them, and when."""
    return [
        CourseShown(
            uuid=one.course.pk,
            title=one.title,
            facts=tuple(_facts(one, seen)),
            opens=one.opens,
            coming=tuple(map(_expected, one.coming)),
            waiting=tuple(map(_expected, one.waiting)),
            decided=tuple(map(_decided, one.decided)),
            left_out=tuple(map(_expected, one.left_out)),
            can_resume_mails=one.stopped_at is not None,
            has_pause=one.pause is not None,
        )
        for one in seen.courses
    ]


def rights(seen: Seen) -> list[Row]:
    """Every right of a reader's, and what gave it."""
    return [
        Row(
            what=each.title,
            detail=words.source(one, seen.sources),
            state=words.standing(one),
            tone="sand" if one.revoked_at or one.suspended_at else "",
        )
        for each in seen.courses
        for one in each.rights
    ]


def letters(found: Iterable[Letter]) -> list[Row]:
    """Letters by when and how they stand. Of a code nothing else is told."""
    return [
        Row(
            what=said(words.STREAMS, one.stream),
            at=one.created_at,
            state=said(words.STATES, one.state),
            tone=TONES.get(one.state, ""),
            why="" if one.stream == Letter.Stream.CODE else words.reason(one.withheld or one.error),
        )
        for one in found
    ]


def suppressions(found: Iterable[Suppression], now: datetime) -> list[Row]:
    """What keeps mail from an address, or did."""
    return [
        Row(
            what=str(words.SUPPRESSED.get(one.reason, one.reason)) % {"day": on_day(one.at)},
            detail=said(words.SCOPES, one.scope),
            state=_until(one, now),
            tone="clay" if one.lifted_at is None or one.lifted_at > now else "sand",
        )
        for one in found
    ]


def _until(one: Suppression, now: datetime) -> str:
    if one.lifted_at is None:
        return _("holds")
    sentence = _("until %(day)s") if one.lifted_at > now else _("lifted on %(day)s")
    return sentence % {"day": on_day(one.lifted_at)}


def consents(seen: Seen) -> list[Row]:
    """What the reader agreed to or took back, the last thing first."""
    return [
        Row(
            what=said(words.PURPOSES, one.purpose),
            detail=words.place(one.place),
            at=one.at,
            state=said(words.CONSENTS, one.act),
            tone="" if one.act == "given" else "sand",
        )
        for one in seen.consents
    ]


def _facts(one: Following, seen: Seen) -> Iterator[tuple[str, str]]:
    if one.enrolment is None:
        yield _("Begun"), _("not yet")
    else:
        yield _("Begun"), on_day(one.enrolment.enrolled_at)
        done = ", ".join(map(str, one.finished)) or _("none yet")
        yield _("Lessons finished"), done
        yield _("Clock"), one.enrolment.time_zone
    if one.hour is not None:
        yield _("Time of day chosen"), one.hour.strftime("%H:%M")
    if one.opened_all_at is not None:
        yield _("Opened everything"), on_day(one.opened_all_at)
    if one.pause is not None:
        yield _("Pause"), _("until %(day)s") % {"day": on_day(one.pause.ends_at)}
    if one.course.access == Course.Access.GRANTED:
        held = ", ".join(words.source(each, seen.sources) for each in one.holding)
        yield _("Access"), held or _("none")
    yield from _choices(one)


def _choices(one: Following) -> Iterator[tuple[str, str]]:
    """What the reader wants of this course's mails."""
    if one.wants is None:
        yield _("Mails"), _("this course sends none")
        return
    if one.stopped_at is not None:
        yield _("Mails"), _("stopped on %(day)s") % {"day": on_day(one.stopped_at)}
    else:
        yield _("Mails"), _("with reminders") if one.wants["nudges"] else _("without reminders")
    for place in one.places:
        if place.error:
            yield _("Could not be made"), place.error


def _expected(one: Expected) -> Row:
    """A mail of the plan. A reminder comes only to who stays away."""
    why = one.reason or ("if_quiet" if one.planned.step.trigger == "idle" else "")
    return Row(
        what=words.mail(one.planned.step, one.lesson),
        detail=words.subject(one.planned.step, one.lesson),
        at=one.planned.at,
        why=words.reason(why),
    )


def _decided(one: Decided) -> Row:
    """A mail that was decided on, and what came of it."""
    return Row(
        what=words.mail(one.step, one.lesson),
        detail=words.subject(one.step, one.lesson),
        at=one.mail.sent_at or (one.letter and one.letter.sent_at) or one.mail.decided_at,
        state=said(words.STATES, one.state),
        tone=TONES.get(one.state, ""),
        why=words.reason(one.trouble),
        again=one.mail.pk if resending.may_go_again(one.mail, one.letter) else None,
    )
