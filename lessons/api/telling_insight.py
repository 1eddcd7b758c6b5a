"""From how courses fare to what the staff's API answers: plain dicts, built straight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lessons.api.telling import moment_or_none

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lessons.api import shapes_insight
    from lessons.reading.groups import Figure
    from lessons.reading.insight import CourseInsight, CourseLine, LessonFigures, Period


def insight(found: CourseInsight) -> shapes_insight.Insight:
    return {
        "course": str(found.uuid),
        "title": found.title,
        "live": found.live,
        "paced": found.paced,
        "entered": found.entered,
        "period": found.period,
        "visits": found.visits,
        "visits_since": found.visits_since.isoformat() if found.visits_since else None,
        "enrolled": _figure(found.enrolled),
        "opened": _figure(found.opened),
        "completed": _figure(found.completed),
        "lessons": [_lesson(one) for one in found.lessons],
        "between": [
            {"least": one.least, "most": one.most, "times": one.times, "share": one.share}
            for one in found.between
        ],
    }


def overview(lines: Sequence[CourseLine], period: Period) -> shapes_insight.Insights:
    return {"period": period, "results": [_line(one) for one in lines]}


def _line(line: CourseLine) -> shapes_insight.InsightLine:
    return {
        "course": str(line.uuid),
        "title": line.title,
        "live": line.live,
        "visits": line.visits,
        "enrolled": _figure(line.enrolled),
        "opened": _figure(line.opened),
        "completed": _figure(line.completed),
    }


def _lesson(lesson: LessonFigures) -> shapes_insight.LessonFigures:
    return {
        "uuid": str(lesson.uuid),
        "number": lesson.number,
        "title": lesson.title,
        "required": lesson.required,
        "since": moment_or_none(lesson.since),
        "finished": _figure(lesson.finished),
        "lost": _figure(lesson.lost) if lesson.lost else None,
    }


def _figure(figure: Figure) -> shapes_insight.Figure:
    return {"readers": figure.readers, "share": figure.share}
