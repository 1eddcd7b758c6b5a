"""*Publiceren* of mails: what changes, for whom, and the button; versions and what made each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from courseapp.errors import Refused
from lessons.content import differences
from lessons.desk import acts
from lessons.desk.door import for_staff
from lessons.desk.mails import board, words
from lessons.drip import comparing, consequences, drafting, publishing, steps

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.functional import _StrPromise

    from courseapp.accounts.models import User
    from lessons.drip.comparing import Change, ChangedStep, Changes
    from lessons.drip.consequences import Touched
    from lessons.drip.models import Sequence, SequenceVersion
    from lessons.drip.steps import Step

LABELS: dict[Change, _StrPromise] = {
    "added": gettext_lazy("new"),
    "removed": gettext_lazy("taken out"),
    "words": gettext_lazy("other words"),
    "moment": gettext_lazy("another moment"),
    "rules": gettext_lazy("other conditions"),
}
TEXTS: dict[str, _StrPromise] = {
    "subject": gettext_lazy("Subject"),
    "preview": gettext_lazy("Preview line"),
    "body": gettext_lazy("Text"),
    "label": gettext_lazy("Words on the button"),
}


@dataclass(frozen=True)
class Piece:
    """One thing about a step, as a difference word by word."""

    label: str
    pieces: list[tuple[str, str]]


@dataclass(frozen=True)
class Group:
    """Readers who stand in one place towards a change, and what they get."""

    readers: str
    where: str
    gets: str


@dataclass(frozen=True)
class Shown:
    """A changed step as the page shows it."""

    key: str
    subject: str
    labels: list[str]
    pieces: list[Piece]
    groups: list[Group]
    is_gone: bool


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def publish(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """What publishing would do; a POST does it, if the working copy still is what was shown."""
    row = drafting.sequence_of(sequence)
    if request.method != "POST":
        return _page(request, row)
    now = timezone.now()
    try:
        version = publishing.publish(
            sequence=row,
            by=person,
            now=now,
            note=request.POST.get("note", ""),
            draft_no=_number(request.POST.get("draft_no", "")),
        )
    except Refused as refusal:
        return _page(request, drafting.sequence_of(sequence), refusal)
    said = _("Version %(n)s is live: from now on readers get these mails.")
    messages.success(request, said % {"n": version.number})
    return redirect("desk:mails", sequence=sequence)


@require_safe
@for_staff
def history(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """The versions, the newest first."""
    row = drafting.sequence_of(sequence)
    rows = list(row.versions.select_related("published_by").order_by("-number"))
    context = {
        "sequence": row,
        "course": row.course,
        "versions": [
            {
                "version": one,
                "by": acts.name_of(one.published_by),
                "live": one.pk == row.live_id,
                "in_short": _in_short(_made(before, one)) if before else "",
            }
            for one, before in zip(rows, [*rows[1:], None], strict=False)
        ],
        "numbers": [one.number for one in rows],
    }
    return render(request, "desk/mails/history.html", context)


@require_safe
@for_staff
def compare(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """What makes one version into another."""
    row = drafting.sequence_of(sequence)
    one = _version(row, request.GET.get("a", ""))
    other = _version(row, request.GET.get("b", ""))
    made = _made(one, other)
    titles = board.titles_of(row)
    context = {
        "sequence": row,
        "course": row.course,
        "one": one,
        "other": other,
        "made": made,
        "in_short": _in_short(made),
        "shown": [_shown(each, [], titles) for each in made.steps],
        "numbers": list(row.versions.order_by("-number").values_list("number", flat=True)),
    }
    return render(request, "desk/mails/compare.html", context)


def _page(request: HttpRequest, row: Sequence, refusal: Refused | None = None) -> HttpResponse:
    told = consequences.of(sequence=row, now=timezone.now())
    titles = board.titles_of(row)
    problem = refusal or _problem(row, told.changes)
    context = {
        "sequence": row,
        "course": row.course,
        "told": told,
        "readers": words.number(told.readers),
        "in_short": _in_short(told.changes),
        "shown": [
            _shown(each.changed, [] if told.first else _groups(each), titles)
            for each in told.touched
        ],
        "problem": problem,
        "problem_at": _place_of(row, problem),
        # Whether it can be bought is the shop's to say: the template asks.
        "offering": [one for one in drafting.steps_of(row) if one.kind == "offer"],
        "looks": [(card.step, card.findings) for card in board.cards(row) if card.findings],
        "next_number": row.live.number + 1 if row.live else 1,
        "sent": request.POST,
    }
    status = refusal.status if refusal else 200
    return render(request, "desk/mails/publish.html", context, status=status)


def _problem(row: Sequence, made: Changes) -> Refused | None:
    """What would be refused anyway, said before anybody presses the button."""
    if not made:
        return None
    try:
        publishing.checked(row)
    except publishing.CannotPublish as refusal:
        return refusal
    return None


def _place_of(row: Sequence, problem: Refused | None) -> dict[str, str]:
    """Where one mends it: the page, and the field on it."""
    where, field = getattr(problem, "where", ""), getattr(problem, "field", "")
    if where:
        address = reverse("desk:mail_step", args=[row.pk, where])
        subject = next((one.subject for one in drafting.steps_of(row) if one.key == where), where)
        return {"url": f"{address}#id_{field}", "name": subject}
    if field == "goal":
        return {"url": reverse("desk:sequence_settings", args=[row.pk]), "name": _("Settings")}
    if field == "course":
        return {"url": reverse("desk:publish", args=[row.course_id]), "name": row.course.title}
    return {}


def _shown(one: ChangedStep, groups: list[Group], titles: Mapping[UUID, str]) -> Shown:
    return Shown(
        key=one.key,
        subject=one.step.subject,
        labels=[str(LABELS[each]) for each in one.changes],
        pieces=list(_pieces(one, titles)),
        groups=groups,
        is_gone=one.after is None,
    )


def _pieces(one: ChangedStep, titles: Mapping[UUID, str]) -> list[Piece]:
    """The texts that differ, and the moment and the conditions in words."""
    found = []
    for name, label in TEXTS.items():
        old, new = (_text(step, name) for step in (one.before, one.after))
        if old != new and (one.before is None) == (one.after is None):
            found.append(Piece(str(label), [*differences.diff(old, new)]))
    for name, say in ((_("When it goes"), words.when), (_("For whom"), _for_whom)):
        old, new = (say(step, titles) if step else "" for step in (one.before, one.after))
        if old != new:
            pieces = [("delete", old), ("insert", new)]
            found.append(Piece(name, [piece for piece in pieces if piece[1]]))
    if one.before is None:
        found.append(Piece(str(TEXTS["body"]), [("equal", one.step.body)]))
    return found


def _text(step: Step | None, name: str) -> str:
    return str(getattr(step, name)) if step else ""


def _for_whom(step: Step, titles: Mapping[UUID, str]) -> str:
    return ", ".join([str(words.KINDS[step.kind]), *words.conditions(step, titles)])


def _groups(one: Touched) -> list[Group]:
    """What each group gets of this change."""
    if "added" in one.changed.changes:
        gets = (
            _("They get it when its moment comes."),
            _("They get it when its moment comes."),
            _("They do not get it any more: its moment was before today."),
        )
    elif "removed" in one.changed.changes:
        gets = (
            _("They will not get it."),
            _("They do not get it any more."),
            _("They had it, or its moment had passed. Nothing changes for them."),
        )
    elif "moment" in one.changed.changes:
        gets = (
            _("They get it at the new moment."),
            _("They get it at the new moment; if that is long past, they do not get it."),
            _("They had it, or its moment had passed. They do not get it twice."),
        )
    else:
        gets = (
            _("They get it as it is now."),
            _("They get it as it is now."),
            _("They had it, or its moment had passed. They do not get it twice."),
        )
    wheres = (_("not there yet"), _("waiting for it"), _("past it"))
    counts = (one.before, one.at, one.past)
    return [
        Group(words.number(count), where, said)
        for count, where, said in zip(counts, wheres, gets, strict=True)
    ]


def _in_short(made: Changes) -> str:
    """Such as "2 new, 1 other words"."""
    counted: dict[str, int] = {}
    for one in made.steps:
        for each in one.changes:
            counted[str(LABELS[each])] = counted.get(str(LABELS[each]), 0) + 1
    parts = [f"{count} {label}" for label, count in counted.items()]
    if made.reordered:
        parts.append(_("another order on the page"))
    return ", ".join(parts)


def _made(one: SequenceVersion, other: SequenceVersion) -> Changes:
    return comparing.between(steps.many_from_json(one.steps), steps.many_from_json(other.steps))


def _version(row: Sequence, said: str) -> SequenceVersion:
    return publishing.version_numbered(sequence=row, number=_number(said) or 0)


def _number(said: str) -> int | None:
    digits = said if said.isascii() and said.isdigit() and len(said) < 10 else ""  # noqa: PLR2004
    return int(digits) if digits else None


_HERE = "mails/<uuid:sequence>/"
paths: list[URLPattern] = [
    path(f"{_HERE}publiceren/", publish, name="mails_publish"),
    path(f"{_HERE}versies/", history, name="mails_history"),
    path(f"{_HERE}versies/vergelijken/", compare, name="mails_compare"),
]
