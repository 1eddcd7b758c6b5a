"""What staff fill in about a course as a whole."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lessons.content import course_settings, pace
from lessons.content.models import Course

if TYPE_CHECKING:
    from django.http import QueryDict

SEVEN = time(7)


class TitleForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)


class ModuleForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("In a few words"),
        max_length=course_settings.DESCRIPTION_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands below the title in the overview of lessons."),
    )


class SettingsForm(forms.Form):
    """The course as a whole; its address can change until it is published first."""

    title = forms.CharField(label=_("Title"), max_length=200)
    tagline = forms.CharField(
        label=_("In one sentence"),
        max_length=course_settings.TAGLINE_MAX,
        required=False,
        help_text=_("Stands below the title, without a full stop at the end."),
    )
    description = forms.CharField(
        label=_("What the course is"),
        max_length=course_settings.DESCRIPTION_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("An empty line begins a paragraph. **Two stars** make bold, - begins a list."),
    )
    slug = forms.CharField(
        label=_("Address"),
        max_length=80,
        help_text=_("Small letters, digits and hyphens. Fixed once the course is published."),
    )
    access = forms.ChoiceField(
        label=_("Who may follow it"),
        choices=[
            (Course.Access.FREE, _("Everybody, for nothing")),
            (Course.Access.GRANTED, _("Who bought it or was given it")),
        ],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of the lessons"), choices=[("nl", "Nederlands"), ("en", "English")]
    )
    opens = forms.ChoiceField(
        label=_("When the lessons open"),
        choices=[("once", _("All at once")), ("paced", _("One after the other"))],
        widget=forms.RadioSelect,
        help_text=_(
            "A change is for people who begin after it is published. Dates that were promised stay."
        ),
    )
    every_days = forms.IntegerField(
        label=_("A lesson every so many days"),
        min_value=1,
        max_value=pace.MOST_DAYS,
        required=False,
    )
    at = forms.TimeField(
        label=_("At this time, on the reader's clock"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    @classmethod
    def of(cls, course: Course, sent: QueryDict | None) -> SettingsForm:
        """The form for this course; filled with what was sent, or with how it is."""
        stored = pace.from_json(course.pace)
        form = cls(
            sent,
            initial={
                "title": course.title,
                "tagline": course.tagline,
                "description": course.description,
                "slug": course.slug,
                "access": course.access,
                "language": course.language,
                "opens": "paced" if stored else "once",
                "every_days": stored.every_days if stored else 2,
                "at": stored.at if stored else SEVEN,
            },
        )
        form.fields["slug"].disabled = course.live_edition_id is not None
        return form

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("opens") == "paced":
            for name in ("every_days", "at"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Say this too, or let all lessons open at once."))
        return data

    def wanted(self, course: Course) -> course_settings.Settings:
        """What was filled in; the form is valid."""
        data = self.cleaned_data
        paced = data["opens"] == "paced"
        return course_settings.Settings(
            title=data["title"],
            tagline=data["tagline"],
            description=data["description"],
            slug=data["slug"],
            access=data["access"],
            language=data["language"],
            pace={"every_days": data["every_days"], "at": f"{data['at']:%H:%M}"} if paced else None,
        )
