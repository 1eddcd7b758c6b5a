"""*Mails*: every sequence by its course, a new one, and what one is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lessons.content.layout import course_of
from lessons.content.models import Course
from lessons.desk.door import for_staff
from lessons.desk.mails import words
from lessons.drip import counting, drafting, founding
from lessons.drip.founding import InvalidSequence
from lessons.drip.models import Sequence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, QueryDict
    from django.urls import URLPattern

    from courseapp.accounts.models import User


@dataclass(frozen=True)
class Row:
    """A sequence in the list; numbers of readers in words."""

    sequence: Sequence
    mails: int
    has_changes: bool
    readers: str
    went: str
    coming: str


class SequenceForm(forms.Form):
    """What a sequence is called, what it may sell, and what ends it."""

    title = forms.CharField(
        label=gettext_lazy("What do you call these mails?"),
        max_length=founding.TITLE_MAX,
        help_text=gettext_lazy("Only you and your colleagues see this."),
        error_messages={"required": gettext_lazy("Give these mails a name.")},
    )
    sells = forms.ChoiceField(
        label=gettext_lazy("Which training do they tell about?"),
        required=False,
        help_text=gettext_lazy(
            "Only who said yes to it gets mails about a training, and nobody who has it already."
        ),
    )
    goal = forms.ChoiceField(
        label=gettext_lazy("What ends them, besides the last mail?"),
        choices=list(words.GOALS.items()),
        widget=forms.RadioSelect,
        initial="none",
    )

    def __init__(self, data: QueryDict | None = None, **rest: object) -> None:
        super().__init__(data, **rest)  # type: ignore[arg-type]
        trainings = Course.objects.filter(access=Course.Access.GRANTED).order_by("title")
        named = [(str(one.pk), one.title) for one in trainings]
        self.fields["sells"].choices = [("", _("none")), *named]  # type: ignore[attr-defined]


@require_safe
@for_staff
def sequences(request: HttpRequest, person: User) -> HttpResponse:
    """Every course with its mails."""
    counts = counting.of_all(now=timezone.now())
    by_course: dict[UUID, list[Row]] = {}
    for one in Sequence.objects.select_related("live", "changed_by").order_by("title", "slug"):
        by_course.setdefault(one.course_id, []).append(_row(one, counts))
    courses = [
        (course, by_course.get(course.pk, [])) for course in Course.objects.order_by("title")
    ]
    return render(request, "desk/mails/list.html", {"courses": courses})


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """Another sequence for this course; nobody gets it before it is published."""
    row = course_of(course)
    form = SequenceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = founding.begin(course=course, by=person, now=timezone.now(), **_said(form))
        except InvalidSequence as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("It is there. Write the first mail; nobody gets it yet."))
            return redirect("desk:mails", sequence=made.pk)
    return render(request, "desk/mails/settings.html", {"form": form, "course": row})


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def settings(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """Title, training and goal; these hold at once."""
    row = drafting.sequence_of(sequence)
    known = {"title": row.title, "sells": str(row.sells_id or ""), "goal": row.goal}
    form = SequenceForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            founding.change(sequence=sequence, by=person, now=timezone.now(), **_said(form))
        except InvalidSequence as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("desk:mails", sequence=sequence)
    context = {"form": form, "course": row.course, "sequence": row}
    return render(request, "desk/mails/settings.html", context)


def _said(form: SequenceForm) -> dict[str, Any]:
    return {**form.cleaned_data, "sells": form.cleaned_data["sells"] or None}


def _row(sequence: Sequence, counts: counting.Counts) -> Row:
    return Row(
        sequence=sequence,
        mails=len(sequence.draft),
        has_changes=drafting.has_changes(sequence),
        readers=words.number(counts.readers.get(sequence.pk, 0)),
        went=words.number(counts.went.get(sequence.pk, 0)),
        coming=words.number(counts.coming.get(sequence.pk, 0)),
    )


paths: list[URLPattern] = [
    path("mails/", sequences, name="sequences"),
    path("mails/nieuw/<uuid:course>/", new, name="sequence_new"),
    path("mails/<uuid:sequence>/instellingen/", settings, name="sequence_settings"),
]
