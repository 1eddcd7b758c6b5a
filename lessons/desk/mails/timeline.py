"""*Tijdlijn*: every mail of a sequence for a reader one makes up, as the sender would send them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from courseapp.errors import Refused
from lessons.desk.door import CLOCK, for_staff
from lessons.desk.mails import board, lanes, words
from lessons.drip import drafting, inventing
from lessons.drip.inventing import DAYS_MOST, EVERY_MOST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, QueryDict
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from lessons.drip.rehearsing import Line, Rehearsal

# Those most readers have; any other may be typed.
NEAR = ("Europe/Amsterdam", "Europe/Brussels", "Europe/London", "America/New_York",
        "America/Paramaribo", "Asia/Tokyo")  # fmt: skip
EVERY_DEFAULT = 3


@dataclass(frozen=True)
class Row:
    """A line of the table: the day of the course, when, which mail, what became of it."""

    day: str
    when: str
    subject: str
    kind: str
    key: str
    lesson: str
    said: str
    outcome: str


class ReaderForm(forms.Form):
    """Who to make up."""

    enrolled = forms.DateTimeField(
        label=gettext_lazy("Begins the course on"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    zone = forms.CharField(
        label=gettext_lazy("Lives by the clock of"), max_length=60,
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )  # fmt: skip
    finishes_every = forms.IntegerField(
        label=gettext_lazy("Finishes a lesson every so many days"), min_value=1,
        max_value=EVERY_MOST, required=False,
        help_text=gettext_lazy("Empty: finishes nothing, and gets the reminders."),
    )  # fmt: skip
    stops_after = forms.IntegerField(
        label=gettext_lazy("Stops after so many lessons"), min_value=0, required=False,
    )  # fmt: skip
    hour = forms.TimeField(
        label=gettext_lazy("Chose another time of day"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip
    pause_on = forms.IntegerField(
        label=gettext_lazy("Takes a pause on day"), min_value=0, max_value=DAYS_MOST,
        required=False,
    )  # fmt: skip
    pause_days = forms.IntegerField(
        label=gettext_lazy("The pause takes so many days"), min_value=1, max_value=DAYS_MOST,
        required=False,
    )  # fmt: skip
    offers = forms.BooleanField(
        label=gettext_lazy("Said yes to mails about the training"), required=False
    )
    bought_on = forms.IntegerField(
        label=gettext_lazy("Gets the training on day"), min_value=0, max_value=DAYS_MOST,
        required=False,
    )  # fmt: skip
    version = forms.ChoiceField(
        label=gettext_lazy("Which mails?"), widget=forms.RadioSelect, required=False,
        choices=[("draft", gettext_lazy("the working copy")),
                 ("live", gettext_lazy("what readers get now"))],
    )  # fmt: skip

    def clean_enrolled(self) -> datetime:
        """On the invented reader's own clock, whatever clock the page is on."""
        at: datetime = self.cleaned_data["enrolled"]
        return timezone.make_naive(at, CLOCK) if timezone.is_aware(at) else at

    @property
    def asked(self) -> inventing.Asked:
        sent = self.cleaned_data
        return inventing.Asked(
            pause_days=sent["pause_days"] or 7,
            **{
                name: sent[name]
                for name in (
                    *("enrolled", "zone", "hour", "finishes_every", "stops_after"),
                    *("bought_on", "pause_on", "offers"),
                )
            },
        )


@require_safe
@for_staff
def timeline(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """The form, and what would be sent to that reader; nothing is."""
    row = drafting.sequence_of(sequence)
    form = ReaderForm(_filled(request.GET))
    played, refusal = None, None
    if form.is_valid():
        use_live = form.cleaned_data["version"] == "live" and row.live is not None
        try:
            played = inventing.rehearse(sequence=row, asked=form.asked, use_live=use_live)
        except inventing.InvalidReader as error:
            form.add_error(error.field, str(error))
        except Refused as error:
            refusal = error
    context: dict[str, Any] = {
        "sequence": row,
        "course": row.course,
        "form": form,
        "refusal": refusal,
        "zones": NEAR,
    }
    if played is not None:
        titles = board.titles_of(row)
        context |= {
            "played": played,
            "plot": lanes.draw(played),
            "rows": [_row(played, line, titles) for line in played.lines],
            "in_short": _in_short(played),
        }
    return render(request, "desk/mails/timeline.html", context)


def _filled(sent: QueryDict) -> Mapping[str, object]:
    """What was asked for; at first somebody who begins this evening and reads on steadily."""
    if "enrolled" in sent:
        return sent
    evening = timezone.localtime(timezone.now(), CLOCK).replace(hour=20, minute=15)
    return {
        "enrolled": evening.strftime("%Y-%m-%dT%H:%M"),
        "zone": str(CLOCK),
        "finishes_every": EVERY_DEFAULT,
        "offers": True,
        "version": "draft",
    }


def _in_short(played: Rehearsal) -> str:
    count = len(played.sent)
    if not count:
        return _("This reader gets no mail.")
    last = played.sent[-1].at
    assert last is not None  # noqa: S101 -- what was sent has its moment.
    said = ngettext(
        "This reader gets %(n)s mail, the last on day %(day)s.",
        "This reader gets %(n)s mails, the last on day %(day)s.",
        count,
    )
    return said % {"n": count, "day": played.day_of(last)}


def _row(played: Rehearsal, line: Line, titles: Mapping[UUID, str]) -> Row:
    local = line.at.astimezone(ZoneInfo(played.reader.zone)) if line.at else None
    lesson = next((title for uuid, title in titles.items() if str(uuid) == line.occurrence), "")
    return Row(
        day=str(played.day_of(line.at)) if line.at else "",
        when=date_format(local, "D j b Y, H:i") if local else "",
        subject=line.step.subject,
        kind=str(words.KINDS[line.step.kind]),
        key=line.step.key,
        lesson=lesson,
        said=_said(line),
        outcome=line.outcome,
    )


def _said(line: Line) -> str:
    if line.outcome == "sent":
        return _("goes a day or more later, its day had a mail") if line.moved else _("goes")
    if line.outcome == "waiting" and line.at is not None:
        return _("only after a year")
    return _("does not go: %(why)s") % {"why": words.reason(line.reason)}


paths: list[URLPattern] = [
    path("mails/<uuid:sequence>/tijdlijn/", timeline, name="mails_timeline"),
]
