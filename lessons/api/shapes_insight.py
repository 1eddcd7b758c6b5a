"""What the staff's API answers about how courses fare, as types: figures that point at nobody."""

from __future__ import annotations

from typing import Annotated, TypedDict

from courseapp.api.schema import Also
from lessons.api.shapes import Id, Moment, Percent
from lessons.reading.insight import Period

Day = Annotated[str, Also(format="date")]


class Figure(TypedDict):
    """A number of readers, to fives; null: fewer than five. ``share``: percent of the whole."""

    readers: int | None
    share: Percent | None


class LessonFigures(TypedDict):
    """Who finished a lesson, and who was lost since the one before.

    ``since`` is given for a lesson that came later than the first of these readers.
    """

    uuid: Id
    number: int
    title: str
    required: bool
    since: Moment | None
    finished: Figure
    lost: Figure | None


class BetweenLessons(TypedDict):
    """How often from ``least`` to ``most`` days (null: longer) lay between two lessons, to fives.

    ``times`` null: fewer than five readers.
    """

    least: int
    most: int | None
    times: int | None
    share: Percent | None


class Insight(TypedDict):
    """How a course fares with those who began in a period: never fewer than five readers told.

    ``visits`` to its public page are counted exactly; ``visits_since``: the first day counted.
    """

    course: Id
    title: str
    live: bool
    paced: bool
    entered: bool
    period: Period
    visits: int
    visits_since: Day | None
    enrolled: Figure
    opened: Figure
    completed: Figure
    lessons: list[LessonFigures]
    between: list[BetweenLessons]


class InsightLine(TypedDict):
    """A course among the others."""

    course: Id
    title: str
    live: bool
    visits: int
    enrolled: Figure
    opened: Figure
    completed: Figure


class Insights(TypedDict):
    """Every course, by title."""

    period: Period
    results: list[InsightLine]
