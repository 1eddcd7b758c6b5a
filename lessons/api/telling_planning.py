"""A reader's dates and mails as the API answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lessons.api.telling import moment, moment_or_none
from lessons.drip import offers

if TYPE_CHECKING:
    from datetime import time

    from lessons.api import shapes_planning as shapes
    from lessons.content.editions import PublishedLesson
    from lessons.drip.choices import Wanted
    from lessons.drip.planning import Line, Planning
    from lessons.reading.standing import Standing


def plan(here: Standing, found: Planning) -> shapes.Planning:
    wish = found.wish
    return {
        "course": {"slug": here.slug, "title": here.published.title},
        "time_zone": wish.zone,
        "hour": _hour(wish.hour),
        "course_hour": _hour(wish.course_hour),
        "paused_until": wish.until.isoformat() if wish.until else None,
        "opened_all_at": moment_or_none(wish.opened_all_at),
        "coming": [_line(line) for day in found.coming for line in day.lines],
        "later": list(found.later),
    }


def mail(wanted: Wanted, *, confirmation_sent: bool) -> shapes.Mail:
    return {
        "courses": [
            {
                "course": {"slug": one.slug, "title": one.title},
                "lessons": one.lessons,
                "nudges": one.nudges,
            }
            for one in wanted.courses
        ],
        "offers": wanted.offers,
        "offers_wording": {"nl": offers.wording_in("nl"), "en": offers.wording_in("en")},
        "confirmation_sent": confirmation_sent,
    }


def _line(line: Line) -> shapes.PlanningLine:
    return {
        "at": moment(line.at),
        "what": line.what,
        "lesson": _lesson(line.lesson) if line.lesson else None,
        "mail_at": moment_or_none(line.mail_at),
    }


def _lesson(lesson: PublishedLesson) -> shapes.PlanningLesson:
    return {"uuid": str(lesson.uuid), "number": lesson.number, "title": lesson.title}


def _hour(hour: time | None) -> str | None:
    return hour.isoformat("minutes") if hour else None
