"""One sequence: its mails as cards in their order, moved, taken out, and all that undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import editions
from lessons.desk import acts
from lessons.desk.door import for_staff
from lessons.desk.mails import words
from lessons.drip import comparing, counting, drafting, proofreading
from lessons.drip.models import Sequence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from lessons.drip.proofreading import Finding
    from lessons.drip.steps import Step


class UnknownAct(NotFound):
    code = "unknown_act"


@dataclass(frozen=True)
class Card:
    """A step as its card says it; ``change``: what readers do not see of it yet."""

    step: Step
    number: int
    kind: str
    when: str
    conditions: list[str]
    button: str
    words: int
    findings: list[Finding]
    change: str
    is_first: bool
    is_last: bool


@require_safe
@for_staff
def board(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """The working copy of a sequence."""
    row = drafting.sequence_of(sequence)
    counts = counting.of_all(now=timezone.now())
    context = {
        "sequence": row,
        "course": row.course,
        "cards": cards(row),
        "has_changes": drafting.has_changes(row),
        "readers": words.number(counts.readers.get(row.pk, 0)),
        "coming": words.number(counts.coming.get(row.pk, 0)),
        "goal": words.GOALS.get(row.goal, ""),
        "is_stopped": row.state == Sequence.State.STOPPED,
        "acts": [acts.told(entry) for entry in audit.of([row.pk], limit=6)],
    }
    return render(request, "desk/mails/board.html", context)


@require_POST
@for_staff
def act(request: HttpRequest, person: User, sequence: UUID, what: str) -> HttpResponse:
    """One act on one mail; what it did can be undone from the message that tells it."""
    key, now = request.POST.get("thing", ""), timezone.now()
    try:
        if what == "eruit":
            gone = drafting.remove(sequence=sequence, key=key, by=person, now=now)
            said = _("“%(subject)s” is out of the working copy.") % {"subject": gone.subject}
        elif what in {"omhoog", "omlaag"}:
            by_places = -1 if what == "omhoog" else 1
            drafting.move(sequence=sequence, key=key, by_places=by_places, by=person, now=now)
            said = _("Moved.")
        else:
            raise UnknownAct(_("There is no such act."))
    except drafting.SequenceNotFound:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:mails", sequence=sequence)
    return back(request, sequence, said, at=key)


@require_POST
@for_staff
def arrange(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """The whole order at once, as dragging leaves it."""
    order = [
        name
        for kind, _colon, name in (one.partition(":") for one in request.POST.getlist("order"))
        if kind == "lesson"
    ]
    try:
        drafting.arrange(sequence=sequence, order=order, by=person, now=timezone.now())
    except drafting.InvalidOrder as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:mails", sequence=sequence)
    return back(request, sequence, _("Moved."))


@require_POST
@for_staff
def undo(request: HttpRequest, person: User, entry: int) -> HttpResponse:
    """Take an act on a working copy back."""
    try:
        row = drafting.undo(entry=entry, by=person, now=timezone.now())
    except drafting.CannotUndo as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:sequences")
    return back(request, row.pk, _("Undone."))


def cards(sequence: Sequence) -> list[Card]:
    """Every step of the working copy as a card, what is worth a second look along with it."""
    titles = titles_of(sequence)
    telling = telling_of(sequence)
    steps = drafting.steps_of(sequence)
    made = comparing.between(drafting.live_steps_of(sequence), steps)
    changed = {one.key: one.changes for one in made.steps} if sequence.live else {}
    return [
        Card(
            step=step,
            number=place,
            kind=str(words.KINDS[step.kind]),
            when=words.when(step, titles),
            conditions=words.conditions(step, titles),
            button="" if step.link == "none" else step.label,
            words=proofreading.words_in(step.body),
            findings=proofreading.of(step, telling),
            change=_change(changed.get(step.key, ())),
            is_first=place == 1,
            is_last=place == len(steps),
        )
        for place, step in enumerate(steps, start=1)
    ]


def titles_of(sequence: Sequence) -> Mapping[UUID, str]:
    """The lessons readers see, by title, in reading order; none before the course is live."""
    live = sequence.course.live_edition_id
    return {one.uuid: one.title for one in editions.load(live).lessons} if live else {}


def telling_of(sequence: Sequence) -> frozenset[str]:
    """The words of what this sequence is about."""
    about = [one for one in (sequence.course, sequence.sells) if one is not None]
    return proofreading.telling_words(about)


def back(request: HttpRequest, sequence: UUID, said: str, at: str = "") -> HttpResponse:
    """To the sequence, at the mail that was acted on, with the way to undo it."""
    last = next(iter(audit.of([sequence], limit=1)), None)
    if last is not None and drafting.can_undo(last):
        undo_it = format_html(
            '<button class="linked" form="undo" formaction="{}">{}</button>',
            reverse("desk:mails_undo", args=[last.pk]),
            _("Undo"),
        )
        messages.success(request, format_html("{} {}", said, undo_it))
    else:
        messages.success(request, said)
    place = f"#x-{at}" if at else ""
    return HttpResponseRedirect(reverse("desk:mails", args=[sequence]) + place)


def _change(changes: tuple[comparing.Change, ...]) -> str:
    if not changes:
        return ""
    return _("not published yet") if "added" in changes else _("changed")


_HERE = "mails/<uuid:sequence>/"
paths: list[URLPattern] = [
    path(_HERE, board, name="mails"),
    path(f"{_HERE}volgorde/", arrange, name="mails_arrange"),
    path(f"{_HERE}doe/<slug:what>/", act, name="mails_act"),
    path("mails/ongedaan/<int:entry>/", undo, name="mails_undo"),
]
