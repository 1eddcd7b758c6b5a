"""A step in the words of who writes it: what kind of mail, when it goes, and on what condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lessons.drip.steps import EVERY_DAY
from lessons.reading import groups

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.utils.functional import _StrPromise

    from lessons.drip.steps import Condition, Step

    Titles = Mapping[UUID, str]

KINDS: dict[str, _StrPromise] = {
    "lesson": gettext_lazy("With the course"),
    "nudge": gettext_lazy("Reminder"),
    "thanks": gettext_lazy("At the end"),
    "offer": gettext_lazy("About the training"),
}
KIND_HELP: dict[str, _StrPromise] = {
    "lesson": gettext_lazy("Goes to everybody who wants mails of this course."),
    "nudge": gettext_lazy("Only to who wants reminders; three times at most."),
    "thanks": gettext_lazy("Looks back or says goodbye. Goes to who wants mails of this course."),
    "offer": gettext_lazy("Only to who said yes to it twice, and does not have the training."),
}
TRIGGERS: dict[str, _StrPromise] = {
    "enrolled": gettext_lazy("after somebody begins the course"),
    "lesson": gettext_lazy("when a lesson opens"),
    "finished": gettext_lazy("after a lesson is finished"),
    "completed": gettext_lazy("after the whole course is finished"),
    "idle": gettext_lazy("after some quiet days"),
    "bought": gettext_lazy("after somebody gets access to this course"),
    "date": gettext_lazy("on a date"),
}
LINKS: dict[str, _StrPromise] = {
    "none": gettext_lazy("no button"),
    "lesson": gettext_lazy("the lesson this mail is about"),
    "course": gettext_lazy("where the reader stopped in the course"),
    "plan": gettext_lazy("the reader's planning"),
    "training": gettext_lazy("the page of the training"),
}
CONDITIONS: dict[str, _StrPromise] = {
    "not_finished": gettext_lazy("the reader did not finish a lesson yet"),
    "not_completed": gettext_lazy("the reader did not finish the course yet"),
    "not_bought": gettext_lazy("the reader does not have the training yet"),
}
PLACEHOLDERS: dict[str, _StrPromise] = {
    "number": gettext_lazy("the number of the lesson, such as 3"),
    "total": gettext_lazy("how many lessons there are"),
    "next": gettext_lazy("when the next lesson opens"),
    "plan": gettext_lazy("the list of days on which lessons open"),
}
GOALS: dict[str, _StrPromise] = {
    "none": gettext_lazy("nothing: they come until the last one"),
    "completed": gettext_lazy("finishing the course"),
    "bought": gettext_lazy("getting the training"),
}
REASONS: dict[str, _StrPromise] = {
    "not_wanted": gettext_lazy("this reader does not want this kind of mail"),
    "came_later": gettext_lazy("it was written after its moment had passed"),
    "finished": gettext_lazy("the lesson was finished already"),
    "completed": gettext_lazy("the course was finished already"),
    "bought": gettext_lazy("the reader has the training"),
    "at_enrolment": gettext_lazy("the lesson opened on beginning, there is nothing to tell"),
    "asked": gettext_lazy("the reader opened everything themselves"),
    "superseded": gettext_lazy("a newer lesson was open, one mail is enough"),
    "late": gettext_lazy("it would have come too late"),
    "goal": gettext_lazy("what these mails are for had been reached"),
    "often": gettext_lazy("there had been enough reminders"),
    "ended": gettext_lazy("the reader stopped these mails"),
}
DAYS = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"), gettext_lazy("Friday"), gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)  # fmt: skip
WORKDAYS = frozenset(range(1, 6))


def when(step: Step, titles: Titles) -> str:
    """Such as "3 days after somebody begins the course, at 19:30"."""
    parts = [_begins(step, titles)]
    if step.trigger == "date":
        parts = [_on_date(step)]
    if step.at and step.trigger != "date":
        parts.append(_("at %(hour)s") % {"hour": step.at.isoformat("minutes")})
    if step.weekdays != EVERY_DAY:
        parts.append(weekdays(step.weekdays))
    return capfirst(", ".join(parts))


def _begins(step: Step, titles: Titles) -> str:
    if step.trigger == "idle":
        return ngettext("after %(n)s quiet day", "after %(n)s quiet days", step.days) % {
            "n": step.days
        }
    anchor = _anchor(step, titles)
    if step.days:
        said = ngettext("%(n)s day %(after)s", "%(n)s days %(after)s", step.days)
        return said % {"n": step.days, "after": anchor}
    if step.hours:
        said = ngettext("%(n)s hour %(after)s", "%(n)s hours %(after)s", step.hours)
        return said % {"n": step.hours, "after": anchor}
    if step.is_at_once and step.trigger != "lesson":
        return _("at once %(after)s") % {"after": anchor}
    return anchor


def _anchor(step: Step, titles: Titles) -> str:
    title = lesson_title(step.lesson, titles) if step.lesson else ""
    later = bool(step.days or step.hours)
    if step.trigger == "finished":
        return _("after “%(lesson)s” is finished") % {"lesson": title}
    if step.trigger == "lesson" and title:
        said = _("after “%(lesson)s” opens") if later else _("when “%(lesson)s” opens")
        return said % {"lesson": title}
    if step.trigger == "lesson":
        return _("after a lesson opens") if later else _("when a lesson opens")
    return str(TRIGGERS[step.trigger])


def _on_date(step: Step) -> str:
    day = date_format(step.date, "j F Y") if step.date else ""
    hour = step.at.isoformat("minutes") if step.at else "09:00"
    return _("on %(day)s, at %(hour)s") % {"day": day, "hour": hour}


def weekdays(chosen: frozenset[int]) -> str:
    if chosen == WORKDAYS:
        return _("only from Monday to Friday")
    names = [str(DAYS[number - 1]) for number in sorted(chosen)]
    return _("only on %(days)s") % {"days": ", ".join(names)}


def conditions(step: Step, titles: Titles) -> list[str]:
    """What must be so when it goes, a sentence each."""
    return [condition(one, titles) for one in step.conditions]


def condition(one: Condition, titles: Titles) -> str:
    if one.kind == "not_finished" and one.lesson:
        said = _("only if “%(lesson)s” is not finished yet")
        return said % {"lesson": lesson_title(one.lesson, titles)}
    return _("only if %(so)s") % {"so": CONDITIONS[one.kind]}


def lesson_title(lesson: UUID, titles: Titles) -> str:
    return titles.get(lesson) or _("a lesson that is no longer there")


def number(count: int) -> str:
    """A number of readers or of their mails, to fives; of fewer than five only that."""
    told = groups.told(count)
    if told is None:
        return _("fewer than\N{NO-BREAK SPACE}5")
    return grouped(told)


def grouped(count: int) -> str:
    """A number that is no number of readers, as people write it."""
    return str(number_format(count, force_grouping=True))


def short(count: int) -> str:
    """The same in a table, where room is scarce."""
    return "<\N{WORD JOINER}5" if groups.told(count) is None else number(count)


def reason(code: str) -> str:
    """Why a mail did not go; of one that nothing stands in the way of: it did not come to it."""
    return str(REASONS[code]) if code else _("it did not come to this")
