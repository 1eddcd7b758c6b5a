"""The form of one mail, and what it sends as the fields of a step.

The form asks only what can be wrong in a browser's hands; what a step may be, `drip.steps` says,
and its refusal goes to the field that it names. Where a trigger has no use for a field, what is
left in it is not sent along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lessons.desk.mails import words
from lessons.drip import steps

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import QueryDict

    from lessons.drip.steps import Step

# Which of the fields of a moment a trigger uses.
USES: dict[str, frozenset[str]] = {
    "enrolled": frozenset({"days", "hours", "at", "weekdays"}),
    "lesson": frozenset({"lesson", "days", "hours", "at", "weekdays"}),
    "finished": frozenset({"lesson", "days", "hours", "at", "weekdays"}),
    "completed": frozenset({"days", "hours", "at", "weekdays"}),
    "idle": frozenset({"days", "at", "weekdays"}),
    "bought": frozenset({"days", "hours", "at", "weekdays"}),
    "date": frozenset({"date", "at"}),
}
EVERY_DAY = [str(number) for number in range(1, 8)]
SIMPLE_CONDITIONS = ("not_completed", "not_bought")


class StepForm(forms.Form):
    """Kind, moment, conditions, words and button of one mail."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What kind of mail is it?"),
        widget=forms.RadioSelect,
        choices=list(words.KINDS.items()),
    )
    trigger = forms.ChoiceField(
        label=gettext_lazy("When does it go?"), choices=list(words.TRIGGERS.items())
    )
    lesson = forms.ChoiceField(
        label=gettext_lazy("Which lesson?"),
        required=False,
        help_text=gettext_lazy("Leave it at every lesson for one mail that serves them all."),
    )
    date = forms.DateField(
        label=gettext_lazy("On which date?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    days = forms.IntegerField(
        label=gettext_lazy("How many days later?"), required=False, min_value=0,
        max_value=steps.DAYS_MAX,
        help_text=gettext_lazy("0 is the same day. Quiet days are counted from the last lesson."),
    )  # fmt: skip
    at = forms.TimeField(
        label=gettext_lazy("At what time?"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy(
            "On the reader's clock. Leave it empty to send at once, or when the lesson opens."
        ),
    )  # fmt: skip
    hours = forms.IntegerField(
        label=gettext_lazy("Or so many hours later"), required=False, min_value=0,
        max_value=steps.HOURS_MAX,
        help_text=gettext_lazy("Only without days and a time. Never at night."),
    )  # fmt: skip
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("On which days may it go?"),
        choices=[(str(number), name) for number, name in enumerate(words.DAYS, start=1)],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one day.")},
    )
    conditions = forms.MultipleChoiceField(
        label=gettext_lazy("Only if"),
        choices=[(name, words.CONDITIONS[name]) for name in SIMPLE_CONDITIONS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    unfinished = forms.ChoiceField(
        label=gettext_lazy("Only if this lesson is not finished yet"), required=False
    )
    late_days = forms.IntegerField(
        label=gettext_lazy("After how many days is it too late?"), min_value=1,
        max_value=steps.LATE_DAYS_MAX, initial=steps.LATE_DAYS,
        help_text=gettext_lazy(
            "After a breakdown or a pause an older mail is left out: it would say what is no longer"
            " so."
        ),
    )  # fmt: skip
    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=steps.SUBJECT_MAX,
        help_text=gettext_lazy("Neutral: others may look along. “Your next lesson is ready”."),
        error_messages={"required": gettext_lazy("A mail needs a subject.")},
    )  # fmt: skip
    preview = forms.CharField(
        label=gettext_lazy("Preview line"), max_length=steps.PREVIEW_MAX, required=False,
        help_text=gettext_lazy("What a mailbox shows behind the subject. Neutral as well."),
    )  # fmt: skip
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=steps.BODY_MAX,
        widget=forms.Textarea(attrs={"rows": 12}), strip=False,
        error_messages={"required": gettext_lazy("A mail needs a text.")},
    )  # fmt: skip
    link = forms.ChoiceField(
        label=gettext_lazy("Where does the button lead?"), choices=list(words.LINKS.items())
    )
    label = forms.CharField(
        label=gettext_lazy("Words on the button"), max_length=60, required=False
    )

    def __init__(
        self, data: QueryDict | None, *, titles: Mapping[UUID, str], step: Step | None
    ) -> None:
        super().__init__(data, initial=initial(step))
        lessons = [(str(uuid), f"{n}. {title}") for n, (uuid, title)
                   in enumerate(titles.items(), start=1)]  # fmt: skip
        gone = _gone(step, titles)
        every = [("", _("every lesson, each its own mail")), *lessons, *gone]
        self.fields["lesson"].choices = every  # type: ignore[attr-defined]
        named = [("", _("no matter which")), *lessons, *gone]
        self.fields["unfinished"].choices = named  # type: ignore[attr-defined]

    @property
    def wanted(self) -> dict[str, Any]:
        """What was filled in, as ``steps.from_json`` takes it; only of a form that is valid."""
        sent = self.cleaned_data
        uses = USES[sent["trigger"]]
        kinds = [{"kind": name} for name in sent["conditions"]]
        if sent["unfinished"]:
            kinds.append({"kind": "not_finished", "lesson": sent["unfinished"]})
        return {
            "kind": sent["kind"],
            "trigger": sent["trigger"],
            "lesson": sent["lesson"] or None if "lesson" in uses else None,
            "date": sent["date"].isoformat() if sent["date"] and "date" in uses else None,
            "days": (sent["days"] or 0) if "days" in uses else 0,
            "hours": (sent["hours"] or 0) if "hours" in uses else 0,
            "at": sent["at"].isoformat("minutes") if sent["at"] else None,
            "weekdays": [int(one) for one in sent["weekdays"]] if "weekdays" in uses else None,
            "conditions": kinds,
            "late_days": sent["late_days"],
            "subject": sent["subject"],
            "preview": sent["preview"],
            "body": sent["body"].replace("\r\n", "\n").strip(),
            "link": sent["link"],
            "label": sent["label"] if sent["link"] != "none" else "",
        }


def initial(step: Step | None) -> dict[str, Any]:
    """A step as the form shows it; without one, a mail that can be filled in."""
    if step is None:
        return {"kind": "lesson", "trigger": "enrolled", "days": 0, "weekdays": EVERY_DAY,
                "late_days": steps.LATE_DAYS, "link": "none"}  # fmt: skip
    stored = step.as_json()
    unfinished = [one.lesson for one in step.conditions if one.lesson]
    return {
        **stored,
        "lesson": stored["lesson"] or "",
        "hours": step.hours or None,
        "date": step.date,
        "at": step.at,
        "weekdays": [str(number) for number in sorted(step.weekdays)],
        "conditions": [one.kind for one in step.conditions if one.kind in SIMPLE_CONDITIONS],
        "unfinished": str(unfinished[0]) if unfinished else "",
    }


def _gone(step: Step | None, titles: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """Lessons a step names that readers do not see: shown, so that nothing changes by itself."""
    if step is None:
        return []
    named = {step.lesson, *(one.lesson for one in step.conditions)} - {None, *titles}
    return [(str(one), _("a lesson that is no longer there")) for one in named]
