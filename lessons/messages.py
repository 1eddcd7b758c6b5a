"""Sentences of the lessons app that more than one place says, or that are kept as evidence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

# The consent that enrolling rests on. It is shown above the button and recorded word for word, with
# a hash: whoever changes it begins a new wording, the old one stays with those who agreed to it.
ENROL_CONSENT = gettext_lazy(
    "I am 16 or older. Ik kies jou may remember which lessons I open and finish and where I"
    " stopped, so that I can go on there. I can stop this at any time and have it erased."
)
ENROL_BUTTON = gettext_lazy("Yes, begin and remember my progress")
