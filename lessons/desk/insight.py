"""*Inzicht*: from visit to finished, in figures and plots, of groups and never of a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from lessons.desk import plots
from lessons.desk.door import for_staff
from lessons.reading import insight as figures

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    from courseapp.accounts.models import User
    from lessons.reading.between import Between
    from lessons.reading.groups import Figure
    from lessons.reading.insight import CourseInsight, LessonFigures, Period

DEFAULT: Period = "all"


@dataclass(frozen=True)
class Choice:
    """A period one may choose; ``here`` is the one that is shown."""

    value: Period
    words: str
    here: bool


@dataclass(frozen=True)
class Row:
    """A line of a table: what it is of, its figure, and a share or another figure beside it."""

    name: str
    figure: str
    beside: str = ""


@dataclass(frozen=True)
class LessonRow:
    lesson: LessonFigures
    figure: str
    share: str
    lost: str
    lost_share: str


@require_safe
@for_staff
def overview(request: HttpRequest, person: User) -> HttpResponse:
    """Every course in one line."""
    period = _period(request)
    courses = [
        {
            "course": line,
            "visits": number_format(line.visits, force_grouping=True),
            "enrolled": amount(line.enrolled),
            "completed": amount(line.completed),
            "share": percent(line.completed),
        }
        for line in figures.overview(period=period, now=timezone.now())
    ]
    context = {"courses": courses, "periods": _choices(period), "period": period}
    return render(request, "desk/insight/overview.html", context)


@require_safe
@for_staff
def insight(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """One course: the way from visit to finished, each lesson, and the time between them."""
    found = figures.of(course=course, period=_period(request), now=timezone.now())
    context = {
        "insight": found,
        "periods": _choices(found.period),
        "visits": number_format(found.visits, force_grouping=True),
        "way": _way(found),
        "lessons": [_lesson_row(line) for line in found.lessons],
        "between": [_between_row(one) for one in found.between],
    }
    if found.lessons:
        context |= {
            "way_plot": _way_plot(found),
            "lessons_plot": _lessons_plot(found),
            "between_plot": _between_plot(found),
        }
    return render(request, "desk/insight/course.html", context)


def amount(figure: Figure) -> str:
    """A number of readers in words."""
    return _told(figure.readers)


def percent(figure: Figure) -> str:
    return "" if figure.share is None else f"{figure.share}%"


def _told(number: int | None) -> str:
    return (
        _("fewer than\N{NO-BREAK SPACE}5")
        if number is None
        else number_format(number, force_grouping=True)
    )


def _period(request: HttpRequest) -> Period:
    """What was asked for; anything else is as if nothing was."""
    asked = request.GET.get("period")
    return next((one for one in figures.PERIODS if one == asked), DEFAULT)


def _choices(period: Period) -> list[Choice]:
    words: dict[Period, str] = {
        "30": _("30 days"),
        "90": _("90 days"),
        "365": _("12 months"),
        "all": _("Everybody"),
    }
    return [Choice(value, words[value], value == period) for value in figures.PERIODS]


def _way(found: CourseInsight) -> list[Row]:
    visits = number_format(found.visits, force_grouping=True)
    rows = [Row(_("Visits to the course page"), visits), Row(_("Began"), amount(found.enrolled))]
    if found.lessons:
        rows += [
            Row(_("Opened a lesson"), amount(found.opened), percent(found.opened)),
            Row(_("Finished the course"), amount(found.completed), percent(found.completed)),
        ]
    return rows


def _way_plot(found: CourseInsight) -> SafeString:
    values = (found.visits, found.enrolled.readers, found.opened.readers, found.completed.readers)
    bars = [
        plots.Bar(row.name, value, _with_share(row.figure, row.beside), plain=place == 0)
        for place, (row, value) in enumerate(zip(_way(found), values, strict=True))
    ]
    return plots.funnel(
        name="way",
        title=_("From visit to finished"),
        description=_("Four bars, each with its figure. The table has the same figures."),
        bars=bars,
    )


def _lesson_row(line: LessonFigures) -> LessonRow:
    lost = line.lost
    return LessonRow(
        lesson=line,
        figure=amount(line.finished),
        share=percent(line.finished),
        lost=amount(lost) if lost else "",
        lost_share=percent(lost) if lost else "",
    )


def _lessons_plot(found: CourseInsight) -> SafeString:
    bars = [
        plots.LessonBar(
            name=str(line.number) if line.required else f"{line.number}+",
            value=line.finished.readers,
            lost=line.lost.readers if line.lost else None,
            words=_with_share(amount(line.finished), percent(line.finished)),
        )
        for line in found.lessons
    ]
    return plots.lessons(
        name="lessons",
        title=_("Finished, by lesson"),
        description=ngettext(
            "A bar for %(n)s lesson, with its number and its figure. Hatched is who was lost since"
            " the lesson before. The table has the same figures.",
            "A bar for each of %(n)s lessons, with its number and its figure. Hatched is who was"
            " lost since the lesson before. The table has the same figures.",
            len(bars),
        )
        % {"n": len(bars)},
        bars=bars,
    )


def _between_row(one: Between) -> Row:
    if one.most is None:
        name = _("More than %(n)s days later") % {"n": one.least - 1}
    elif one.most == 0:
        name = _("The same day")
    elif one.least == one.most:
        name = _("A day later")
    else:
        name = _("%(least)s–%(most)s days later") % {"least": one.least, "most": one.most}
    share = "" if one.share is None else f"{one.share}%"
    return Row(name, _told(one.times), share)


def _between_plot(found: CourseInsight) -> SafeString:
    bars = [
        plots.Bar(_days(one), one.times, f"{one.share}%" if one.share is not None else "<5")
        for one in found.between
    ]
    return plots.histogram(
        name="between",
        title=_("Time between two lessons"),
        description=_(
            "Seven columns, from the same day to longer than thirty days, each with its share. The"
            " table has the same figures."
        ),
        bars=bars,
        unit=_("days until the next lesson was finished"),
    )


def _days(one: Between) -> str:
    if one.most is None:
        return f"> {one.least - 1}"
    return str(one.most) if one.least == one.most else f"{one.least}–{one.most}"


def _with_share(figure: str, share: str) -> str:
    return f"{figure} · {share}" if share else figure


paths: list[URLPattern] = [
    path("inzicht/", overview, name="insights"),
    path("cursussen/<uuid:course>/inzicht/", insight, name="insight"),
]
