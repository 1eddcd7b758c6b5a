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

# Mails about trainings, which nobody gets who did not say yes to this twice (lessons.drip.offers).
OFFERS_CONSENT = gettext_lazy(
    "Ik kies jou may also mail me about its paid trainings: a few messages at most, after a course."
    " I can stop this at any time, with one press in every such mail."
)
OFFERS_WITHDRAWAL = gettext_lazy("No more mails about trainings.")

# Keeping what a reader writes and ticks in lessons: explicit, for it may tell of health and of love
# (GDPR art. 9(2)(a)). Recorded word for word like the others.
ANSWERS_CONSENT = gettext_lazy(
    "Ik kies jou may keep what I write and tick in the lessons, so that I can read it back. That"
    " may be about my feelings, my relationships and my health. It is kept encrypted and cannot be"
    " read in the back office. I can stop this at any time and have all of it deleted."
)
ANSWERS_DECLINED = gettext_lazy("Do not keep what I write and tick in the lessons.")
ANSWERS_WITHDRAWAL = gettext_lazy("From now on, keep nothing of what I write and tick.")
