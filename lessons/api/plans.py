"""A reader's dates in a course, and what they change of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from courseapp.api.fields import Body, StrictDay, StrictHour, StrictText
from courseapp.api.schema import describe
from courseapp.api.view import Endpoint, answer, signed_in
from lessons.api import shapes_planning as shapes
from lessons.api import telling_planning as telling
from lessons.drip import noticing, planning
from lessons.reading import enrolling, rhythm, standing
from lessons.reading.access import NotEnrolled, NotGranted
from lessons.reading.standing import CourseNotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpResponse
    from rest_framework.request import Request

    from lessons.reading.models import Enrolment

CLOSED = (CourseNotFound, NotEnrolled, NotGranted)
ZONE_MAX = 64


class PauseUntil(Body):
    """The day, on the reader's calendar, to go on again; null: in a week."""

    until = StrictDay(allow_null=True, default=None)


class ClockChange(Body):
    """Another time of day (null: the course's own) or another time zone; what is absent stays."""

    hour = StrictHour(allow_null=True, required=False)
    time_zone = StrictText(max_length=ZONE_MAX, required=False)


class Plan(Endpoint):
    @describe(
        "read_plan",
        tag="plan",
        who="readers",
        answers={200: shapes.Planning},
        refusals=CLOSED,
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """What is to come in a course one began: lessons and mails, as they will be sent."""
        return _told(request, slug)

    @describe(
        "change_clock",
        tag="plan",
        who="readers",
        answers={200: shapes.Planning},
        refusals=[*CLOSED, rhythm.UnknownZone],
        body=ClockChange,
        writes=True,
    )
    def patch(self, request: Request, slug: str) -> HttpResponse:
        """Choose the time of day and the clock. Lessons to come keep their calendar day."""
        sent = ClockChange(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data

        def act(enrolment: Enrolment, now: datetime) -> None:
            before = rhythm.wish_of(enrolment=enrolment, now=now)
            rhythm.choose(
                enrolment=enrolment,
                hour=said.get("hour", before.hour),
                zone=said.get("time_zone", before.zone),
                now=now,
            )

        return _changed(request, slug, act)


class Paused(Endpoint):
    @describe(
        "pause_course",
        tag="plan",
        who="readers",
        answers={200: shapes.Planning},
        refusals=[*CLOSED, rhythm.PauseInThePast, rhythm.PauseTooLong],
        body=PauseUntil,
        writes=True,
    )
    def post(self, request: Request, slug: str) -> HttpResponse:
        """No lesson and no mail until a day at most a year away. The last pause asked counts."""
        sent = PauseUntil(data=request.data)
        sent.is_valid(raise_exception=True)
        until = sent.validated_data["until"]

        def act(enrolment: Enrolment, now: datetime) -> None:
            day = until or rhythm.a_week_on(enrolment=enrolment, now=now)
            rhythm.pause(enrolment=enrolment, until_day=day, now=now)

        return _changed(request, slug, act)


class Resumed(Endpoint):
    @describe(
        "resume_course",
        tag="plan",
        who="readers",
        answers={200: shapes.Planning},
        refusals=CLOSED,
        writes=True,
    )
    def post(self, request: Request, slug: str) -> HttpResponse:
        """Go on now; days of the pause that were not used come back. Without a pause: nothing."""
        return _changed(
            request, slug, lambda enrolment, now: rhythm.resume(enrolment=enrolment, now=now)
        )


class OpenedAll(Endpoint):
    @describe(
        "open_all_lessons",
        tag="plan",
        who="readers",
        answers={200: shapes.Planning},
        refusals=CLOSED,
        writes=True,
    )
    def post(self, request: Request, slug: str) -> HttpResponse:
        """Open every lesson now. It cannot be undone, and no more mails come about lessons."""
        return _changed(
            request, slug, lambda enrolment, now: rhythm.open_all(enrolment=enrolment, now=now)
        )


def _changed(
    request: Request, slug: str, act: Callable[[Enrolment, datetime], object]
) -> HttpResponse:
    """Do what the reader asks of their dates, let the sender know, and answer with the plan."""
    here, now = standing.of_course(signed_in(request), slug=slug), timezone.now()
    enrolment = enrolling.enrolment_of(here=here)
    act(enrolment, now)
    noticing.look_again(enrolment=enrolment.pk, now=now)
    return _told(request, slug)


def _told(request: Request, slug: str) -> HttpResponse:
    here = standing.of_course(signed_in(request), slug=slug)
    enrolment = enrolling.enrolment_of(here=here)
    found = planning.of(here=here, enrolment=enrolment, now=timezone.now())
    return answer(telling.plan(here, found))
