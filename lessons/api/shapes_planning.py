"""What the API answers about a reader's dates and mails, as types."""

from __future__ import annotations

from typing import Annotated, TypedDict

from courseapp.api.schema import Also
from lessons.api.shapes import Consent, CourseName, Id, Moment
from lessons.drip.planning import What

Day = Annotated[str, Also(format="date")]
Hour = Annotated[str, Also(pattern="^[0-2][0-9]:[0-5][0-9]$")]


class PlanningLesson(TypedDict):
    """The lesson that opens, or that a mail tells of."""

    uuid: Id
    number: int
    title: str


class PlanningLine(TypedDict):
    """A lesson that opens or a mail that comes, and when.

    `mail_at`: the mail about this lesson comes on the same day. A "nudge" comes only to who does
    nothing until then.
    """

    at: Moment
    what: What
    lesson: PlanningLesson | None
    mail_at: Moment | None


class Planning(TypedDict):
    """What is to come in a course, in order.

    `later` are mails that wait for something the reader does. `hour` is what the reader chose, null
    for `course_hour`. `paused_until` is the day, on the reader's calendar, that a pause ends.
    """

    course: CourseName
    time_zone: str
    hour: Hour | None
    course_hour: Hour | None
    paused_until: Day | None
    opened_all_at: Moment | None
    coming: list[PlanningLine]
    later: list[What]


class MailOfCourse(TypedDict):
    """Which mails of a course come; without `lessons` no `nudges` do, so they are false then."""

    course: CourseName
    lessons: bool
    nudges: bool


class Mail(TypedDict):
    """Which mails one wants; codes and mails of orders always come.

    `offers`: mails about trainings, after a second yes by mail; `offers_wording` is what one says
    yes to. `confirmation_sent`: that mail was sent just now.
    """

    courses: list[MailOfCourse]
    offers: bool
    offers_wording: Consent
    confirmation_sent: bool
