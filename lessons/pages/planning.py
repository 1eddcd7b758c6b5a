"""*Mijn planning*: what comes when, and what a reader may change of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseapp.accounts.forms import time_zones
from courseapp.errors import Refused
from lessons.drip import choices, noticing
from lessons.drip import planning as plannings
from lessons.pages import dates_file
from lessons.pages.private import for_readers
from lessons.reading import enrolling, rhythm, standing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest

    from courseapp.accounts.models import User
    from lessons.drip.planning import Planning
    from lessons.reading.models import Enrolment
    from lessons.reading.standing import Standing


class PauseForm(forms.Form):
    """A pause until a day; with the button for a week, no day is needed."""

    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date", "required": True}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


class ClockForm(forms.Form):
    """The time of day and the clock; without an hour it is the course's own."""

    hour = forms.TimeField(
        label=gettext_lazy("Time of day"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": 300}, format="%H:%M"),
        input_formats=["%H:%M"],
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = time_zones()
        names = {name for _part, group in known for name, _place in group}
        # One that the list leaves out, such as UTC, can still be somebody's.
        kept = [] if zone in names else [(zone, zone)]
        self.fields["zone"].choices = [*kept, *known]  # type: ignore[attr-defined]


@require_safe
@for_readers
def planning(request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """Everything that is to come, and the ways to change it."""
    here = standing.of_course_uuid(reader, uuid=course)
    if not here.enrolled:
        return redirect("course", slug=here.slug)
    enrolment, now = enrolling.enrolment_of(here=here), timezone.now()
    timezone.activate(ZoneInfo(enrolment.time_zone))
    found = plannings.of(here=here, enrolment=enrolment, now=now)
    return render(request, "lessons/planning.html", _context(reader, here, found, now))


@require_POST
@for_readers
def pause(request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """A week of nothing, or until a day."""

    def act(enrolment: Enrolment, now: datetime) -> str:
        until = rhythm.a_week_on(enrolment=enrolment, now=now)
        if "week" not in request.POST:
            form = PauseForm(request.POST)
            if not form.is_valid():
                raise rhythm.PauseInThePast(_("Choose a day after today to go on again."))
            until = form.cleaned_data["until"]
        rhythm.pause(enrolment=enrolment, until_day=until, now=now)
        return _("It is quiet now. On %(day)s it goes on.") % {
            "day": formats.date_format(until, "l j F")
        }

    return _change(request, reader, course, act)


@require_POST
@for_readers
def resume(request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """On again; the days of the pause that were not used come back."""

    def act(enrolment: Enrolment, now: datetime) -> str:
        rhythm.resume(enrolment=enrolment, now=now)
        return _("Good, it goes on. These are your dates.")

    return _change(request, reader, course, act)


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def open_all(request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """First what it means, then, by a button, everything at once."""
    if request.method == "POST":

        def act(enrolment: Enrolment, now: datetime) -> str:
            rhythm.open_all(enrolment=enrolment, now=now)
            return _("All lessons are open.")

        return _change(request, reader, course, act)
    here = standing.of_course_uuid(reader, uuid=course)
    enrolment = enrolling.enrolment_of(here=here)
    found = plannings.of(here=here, enrolment=enrolment, now=timezone.now())
    context = {"course": here.published, "uuid": course, "planning": found}
    return render(request, "lessons/planning_open_all.html", context)


@require_POST
@for_readers
def choose(request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """Another time of day, or a clock elsewhere."""

    def act(enrolment: Enrolment, now: datetime) -> str:
        form = ClockForm(request.POST, zone=enrolment.time_zone)
        if "hour" in form.errors:
            raise rhythm.UnknownHour(_("This is not a time of day. Write it as 19:30."))
        rhythm.choose(
            enrolment=enrolment,
            hour=form.cleaned_data["hour"],
            zone=request.POST.get("zone", ""),
            now=now,
        )
        return _("Your time is saved. These are your dates.")

    return _change(request, reader, course, act)


@require_safe
@for_readers
def dates(_request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """The lessons to come as a file for a calendar."""
    here = standing.of_course_uuid(reader, uuid=course)
    enrolment, now = enrolling.enrolment_of(here=here), timezone.now()
    coming = [(lesson, at) for lesson, at in here.opening.items() if at > now]
    numbers = {lesson.uuid: lesson.number for lesson in here.published.lessons}
    events = [
        dates_file.Event(key=f"{enrolment.pk}:{lesson}", number=numbers[lesson], at=at)
        for lesson, at in coming
    ]
    response = HttpResponse(dates_file.of(events, now=now), content_type=dates_file.TYPE)
    response["Content-Disposition"] = 'attachment; filename="planning.ics"'
    return response


def _change(
    request: HttpRequest,
    reader: User,
    course: UUID,
    act: Callable[[Enrolment, datetime], str],
) -> HttpResponse:
    """Do what the reader asks of their dates, tell it, and let the sender know."""
    here = standing.of_course_uuid(reader, uuid=course)
    enrolment, now = enrolling.enrolment_of(here=here), timezone.now()
    try:
        messages.success(request, act(enrolment, now))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        noticing.look_again(enrolment=enrolment.pk, now=now)
    return redirect("planning", course=course)


def _context(reader: User, here: Standing, found: Planning, now: datetime) -> dict[str, Any]:
    wish = found.wish
    wanted = choices.of(reader=reader)
    first, last = rhythm.days_to_choose(zone=wish.zone, now=now)
    pausing = PauseForm(prefix=None)
    pausing.fields["until"].widget.attrs.update(min=first.isoformat(), max=last.isoformat())
    return {
        "course": here.published,
        "uuid": here.course,
        "planning": found,
        "wish": wish,
        "mails": next((one for one in wanted.courses if one.course == here.course), None),
        "pausing": pausing,
        "clock": ClockForm(zone=wish.zone, initial={"hour": wish.hour, "zone": wish.zone}),
    }
