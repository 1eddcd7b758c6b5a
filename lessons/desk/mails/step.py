"""One mail of a sequence: its form, and both texts when two people wrote at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courseapp.errors import Refused
from lessons.content import differences
from lessons.desk.door import for_staff
from lessons.desk.mails import board, words
from lessons.desk.mails.step_form import USES, StepForm, initial
from lessons.drip import drafting, founding, proofreading, steps

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from lessons.drip.models import Sequence
    from lessons.drip.steps import Step

READ_OR_SEND = ["GET", "HEAD", "POST"]
# What is put beside each other when two people changed one mail.
BESIDE = ("subject", "preview", "body", "label")


@dataclass(frozen=True)
class Beside:
    """A text of both: what stands there now is crossed out, what one wrote oneself underlined."""

    label: str
    pieces: list[tuple[str, str]]


@require_http_methods(READ_OR_SEND)
@for_staff
def new(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """A mail that is not there yet."""
    row = drafting.sequence_of(sequence)
    if request.method != "POST":
        return _page(request, row, None, _form(None, row, None))
    form = _form(request.POST, row, None)
    if not form.is_valid():
        return _page(request, row, None, form, status=400)
    try:
        key = _key(row, form)
        made = steps.from_json({**form.wanted, "key": key})
        after = request.POST.get("after", "")
        drafting.add(sequence=sequence, step=made, after=after, by=person, now=timezone.now())
    except Refused as refusal:
        return _refused(request, row, None, form, refusal)
    said = _("The mail is in the working copy. Nobody gets it before you publish.")
    return board.back(request, sequence, said, at=key)


@require_http_methods(READ_OR_SEND)
@for_staff
def step(request: HttpRequest, person: User, sequence: UUID, key: str) -> HttpResponse:
    """A mail of the working copy."""
    row = drafting.sequence_of(sequence)
    if request.method != "POST":
        found = drafting.step_of(row, key)
        return _page(request, row, found, _form(None, row, found))
    there = next((one for one in drafting.steps_of(row) if one.key == key), None)
    form = _form(request.POST, row, there)
    if not form.is_valid():
        return _page(request, row, there, form, key=key, status=400)
    try:
        wanted = steps.from_json({**form.wanted, "key": key})
        seen = request.POST.get("seen", "")
        drafting.save(sequence=sequence, step=wanted, seen=seen, by=person, now=timezone.now())
    except drafting.ChangedMeanwhile as refusal:
        return _both(request, refusal, form, wanted)
    except Refused as refusal:
        return _refused(request, row, there, form, refusal, key=key)
    return board.back(request, sequence, _("Saved. Nobody gets it before you publish."), at=key)


def _form(data: Any, row: Sequence, found: Step | None) -> StepForm:
    return StepForm(data, titles=board.titles_of(row), step=found)


def _key(row: Sequence, form: StepForm) -> str:
    """Made of the lesson that the mail is about, or of its subject: nobody has to think of it."""
    titles, lesson = board.titles_of(row), form.wanted["lesson"]
    about = titles.get(UUID(lesson), "") if lesson and form.wanted["trigger"] == "lesson" else ""
    return founding.key_for(row, about or form.wanted["subject"], drafting.steps_of(row))


def _page(
    request: HttpRequest,
    row: Sequence,
    found: Step | None,
    form: StepForm,
    *,
    key: str = "",
    conflict: list[Beside] | None = None,
    status: int = 200,
) -> HttpResponse:
    """``found`` is what stands in the working copy, ``form`` what its writer has on the screen."""
    if found is not None and not form.is_bound:
        # The count of words below the text says by itself when they are many.
        told = proofreading.of(found, board.telling_of(row))
        findings = [one for one in told if one.code != "long"]
    else:
        findings = []
    context = {
        "sequence": row,
        "course": row.course,
        "step": found,
        "form": form,
        "key": found.key if found else key,
        "seen": _seen(request, found, conflict),
        "after": request.POST.get("after", request.GET.get("na", "")),
        "conflict": conflict,
        "findings": findings,
        "words": proofreading.words_in(str(form["body"].value() or "")),
        "words_most": proofreading.WORDS_MOST,
        "placeholders": [
            (name, f"{{{{ {name} }}}}", words.PLACEHOLDERS[name]) for name in steps.PLACEHOLDERS
        ],
        "kinds": [(name, words.KIND_HELP[name]) for name in words.KINDS],
        "uses": json.dumps({trigger: sorted(names) for trigger, names in USES.items()}),
        "when": words.when(found, board.titles_of(row)) if found else "",
    }
    return render(request, "desk/mails/step.html", context, status=status)


def _seen(request: HttpRequest, found: Step | None, conflict: list[Beside] | None) -> str:
    """What the next save says it saw: both texts once they stand beside each other."""
    if request.method == "POST" and conflict is None:
        return request.POST.get("seen", "")
    return drafting.digest(found)


def _refused(
    request: HttpRequest,
    row: Sequence,
    found: Step | None,
    form: StepForm,
    refusal: Refused,
    *,
    key: str = "",
) -> HttpResponse:
    """What cannot be saved stays on the page, with a sentence at the field it is about."""
    field = getattr(refusal, "field", "")
    form.add_error(field if field in form.fields else None, str(refusal))
    return _page(request, row, found, form, key=key, status=refusal.status)


def _both(
    request: HttpRequest, refusal: drafting.ChangedMeanwhile, form: StepForm, mine: Step
) -> HttpResponse:
    """Somebody saved in between: one's own text stays in the form, the other's stands beside it."""
    row = drafting.sequence_of(refusal.sequence.pk)
    theirs = refusal.step
    if theirs is None:
        form.add_error(None, _("This mail was taken out in the meantime. Add it anew to keep it."))
        return _page(request, row, None, form, key=mine.key, status=refusal.status)
    conflict = [
        Beside(str(form.fields[name].label), differences.diff(old, new))  # type: ignore[arg-type]
        for name in BESIDE
        if (old := getattr(theirs, name)) != (new := getattr(mine, name))
    ]
    if _moment(theirs) != _moment(mine):
        titles = board.titles_of(row)
        pieces = differences.diff(words.when(theirs, titles), words.when(mine, titles))
        conflict.append(Beside(_("When it goes"), pieces))  # type: ignore[arg-type]
    return _page(request, row, theirs, form, conflict=conflict, status=refusal.status)


def _moment(of: Step) -> dict[str, Any]:
    return {name: value for name, value in initial(of).items() if name not in BESIDE}


_HERE = "mails/<uuid:sequence>/"
paths: list[URLPattern] = [
    path(f"{_HERE}mail-erbij/", new, name="mail_new"),
    path(f"{_HERE}mail/<slug:key>/", step, name="mail_step"),
]
