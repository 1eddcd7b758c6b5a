"""The facts that plans follow from, for many readers at once: a fixed number of queries a batch."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from courseapp.accounts.models import Consent
from lessons.content import editions
from lessons.drip import choices, steps
from lessons.drip.models import Choice, Mail, Place
from lessons.drip.plan import Facts, Pause
from lessons.reading import schedule
from lessons.reading.models import (
    Access,
    Completed,
    Finished,
    Opened,
    Rhythm,
    Unlock,
)
from lessons.reading.models import Pause as PauseRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.editions import PublishedCourse
    from lessons.drip.plan import Goal
    from lessons.drip.steps import Kind, Step


@dataclass(frozen=True)
class Situation:
    """One place with all that its plan follows from; ``steps`` of the live version."""

    place: Place
    steps: tuple[Step, ...]
    goal: Goal
    facts: Facts
    published: PublishedCourse | None


@dataclass(frozen=True)
class Reader:
    """A reader with every place of theirs, and the days that had their mail."""

    reader: User
    zone: str
    situations: tuple[Situation, ...]
    taken: frozenset[date]


def of_readers(readers: Iterable[int]) -> list[Reader]:
    """Each of these readers with all their places in sequences that have a live version."""
    wanted = [*set(readers)]
    found = (
        Place.objects.filter(reader__in=wanted, sequence__live__isnull=False)
        .select_related("reader", "enrolment", "sequence__course", "sequence__live")
        .order_by("pk")
    )
    places: dict[int, list[Place]] = defaultdict(list)
    for place in found:
        places[place.reader_id].append(place)
    rows = _Rows.read([place for each in places.values() for place in each])
    return [_reader(each, rows) for each in places.values()]


def _reader(places: list[Place], rows: _Rows) -> Reader:
    reader = places[0].reader
    mails = [mail for place in places for mail in rows.mails[place.pk]]
    return Reader(
        reader=reader,
        zone=reader.time_zone,
        situations=tuple(_situation(place, rows) for place in places),
        taken=frozenset(mail["day"] for mail in mails if mail["day"] is not None),
    )


def _situation(place: Place, rows: _Rows) -> Situation:
    sequence = place.sequence
    assert sequence.live is not None  # noqa: S101 -- asked for above.
    live = sequence.course.live_edition_id
    published = editions.load(live) if live else None
    return Situation(
        place=place,
        steps=steps.many_from_json(sequence.live.steps),
        goal=_goal(sequence.goal),
        facts=rows.facts(place, published),
        published=published,
    )


def _goal(stored: str) -> Goal:
    return stored if stored in {"completed", "bought"} else "none"  # type: ignore[return-value]


@dataclass(frozen=True)
class _Rows:
    """All rows about a batch of places, by what they hang on."""

    promised: Mapping[int, dict[UUID, datetime]]
    finished: Mapping[int, dict[UUID, datetime]]
    opened: Mapping[int, datetime]
    completed: Mapping[int, datetime]
    pauses: Mapping[int, list[Pause]]
    rhythms: Mapping[int, Rhythm]
    rights: Mapping[tuple[int, UUID], datetime]
    had: Mapping[tuple[int, UUID], datetime]
    mails: Mapping[int, list[dict[str, Any]]]
    choices: Mapping[int, list[Choice]]
    offers: Mapping[int, bool]

    @classmethod
    def read(cls, places: list[Place]) -> _Rows:
        enrolments = [place.enrolment_id for place in places if place.enrolment_id]
        readers = [place.reader_id for place in places]
        rights, had = _rights(readers)
        return cls(
            promised=_moments(Unlock.objects.filter(enrolment__in=enrolments), "opens_at"),
            finished=_moments(Finished.objects.filter(enrolment__in=enrolments), "at"),
            opened=_last_opened(enrolments),
            completed=dict(
                Completed.objects.filter(enrolment__in=enrolments).values_list("enrolment", "at")
            ),
            pauses=_pauses(enrolments),
            rhythms={
                one.enrolment_id: one for one in Rhythm.objects.filter(enrolment__in=enrolments)
            },
            rights=rights,
            had=had,
            mails=_mails(places),
            choices=_choices(readers),
            offers=_offers(readers),
        )

    def facts(self, place: Place, published: PublishedCourse | None) -> Facts:
        enrolment, about = place.enrolment, place.enrolment_id or 0
        rhythm = self.rhythms.get(about)
        finished = self.finished.get(about, {})
        order = [lesson.uuid for lesson in published.lessons] if published else []
        did = [enrolment.enrolled_at if enrolment else None, self.opened.get(about)]
        active = [at for at in (*did, *finished.values()) if at is not None]
        sells = place.sequence.sells_id
        return Facts(
            zone=enrolment.time_zone if enrolment else place.reader.time_zone,
            hour=rhythm.hour if rhythm else None,
            enrolled_at=enrolment.enrolled_at if enrolment else None,
            granted_at=self.rights.get((place.reader_id, place.sequence.course_id)),
            opens=schedule.opening(order, self.promised.get(about, {})),
            opened_all_at=rhythm.opened_all_at if rhythm else None,
            finished=finished,
            active_at=max(active, default=None),
            completed_at=self.completed.get(about),
            bought_at=self.had.get((place.reader_id, sells)) if sells else None,
            wants=self.wants(place),
            pauses=tuple(self.pauses.get(about, ())),
            sent={
                (mail["step_key"], mail["occurrence"]): mail["decided_at"]
                for mail in self.mails[place.pk]
            },
            ended_at=place.ended_at,
        )

    def wants(self, place: Place) -> frozenset[Kind]:
        """The kinds of mail this reader may get of this course, as they said it last."""
        course = place.sequence.course
        lost = course.access == "granted" and (place.reader_id, course.pk) not in self.rights
        if lost or not place.reader.is_active:
            return frozenset()
        said = choices.said(self.choices.get(place.reader_id, ()), course.pk)
        kinds: set[Kind] = set()
        if said["lessons"]:
            kinds |= {"lesson", "thanks"}
        if said["lessons"] and said["nudges"]:
            kinds.add("nudge")
        if self.offers.get(place.reader_id, False):
            kinds.add("offer")
        return frozenset(kinds)


def _moments(rows: Any, field: str) -> dict[int, dict[UUID, datetime]]:
    found: dict[int, dict[UUID, datetime]] = defaultdict(dict)
    for enrolment, lesson, at in rows.values_list("enrolment", "lesson", field):
        found[enrolment][lesson] = at
    return found


def _last_opened(enrolments: list[int]) -> dict[int, datetime]:
    rows = Opened.objects.filter(enrolment__in=enrolments).values("enrolment")
    return dict(rows.annotate(last=Max("at")).values_list("enrolment", "last"))


def _pauses(enrolments: list[int]) -> dict[int, list[Pause]]:
    found: dict[int, list[Pause]] = defaultdict(list)
    rows = PauseRow.objects.filter(enrolment__in=enrolments)
    for enrolment, begins, ends in rows.values_list("enrolment", "begins_at", "ends_at"):
        found[enrolment].append(Pause(begins, ends))
    return found


def _rights(
    readers: list[int],
) -> tuple[dict[tuple[int, UUID], datetime], dict[tuple[int, UUID], datetime]]:
    """Since when each reader may read each course by a right that holds, and since when they had
    any right to it, also one that was taken back: who withdrew from a training is not offered it.
    """
    rows = Access.objects.filter(reader__in=readers).order_by("-granted_at")
    holding: dict[tuple[int, UUID], datetime] = {}
    had: dict[tuple[int, UUID], datetime] = {}
    for one in rows:
        had[one.reader_id, one.course_id] = one.granted_at
        if one.revoked_at is None and one.suspended_at is None:
            holding[one.reader_id, one.course_id] = one.granted_at
    return holding, had


def _mails(places: list[Place]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Mail.objects.filter(place__in=[place.pk for place in places])
    for row in rows.values("place", "step_key", "occurrence", "decided_at", "day"):
        found[row["place"]].append({**row})
    return found


def _choices(readers: list[int]) -> dict[int, list[Choice]]:
    found: dict[int, list[Choice]] = defaultdict(list)
    for choice in Choice.objects.filter(reader__in=readers).order_by("at", "pk"):
        found[choice.reader_id].append(choice)
    return found


def _offers(readers: list[int]) -> dict[int, bool]:
    """Who agreed to offers: the last thing they said counts."""
    rows = Consent.objects.filter(user__in=readers, purpose=Consent.Purpose.OFFERS).order_by(
        "at", "pk"
    )
    return {user: act == Consent.Act.GIVEN for user, act in rows.values_list("user", "act")}
