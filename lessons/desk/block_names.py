"""What each kind of block is called, on every page of the staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Sentence

NAMES: dict[str, Sentence] = {
    "text": _("Text"),
    "quote": _("Quote"),
    "cards": _("Cards"),
    "story": _("Story"),
    "selfcheck": _("Self-check"),
    "reflection": _("Reflection"),
    "exercise": _("Exercise"),
    "media": _("Media"),
    "callout": _("Callout"),
    "offer": _("Offer"),
}
# What each is for, where one chooses to add one.
PURPOSES: dict[str, Sentence] = {
    "text": _("Paragraphs, lists and headings: the story itself."),
    "quote": _("A sentence that may stand alone, with who says it."),
    "cards": _("Two to four short things side by side."),
    "story": _("An example of somebody to recognise oneself in."),
    "selfcheck": _("Sentences to tick: do I know this of myself?"),
    "reflection": _("One open question with room for an answer."),
    "exercise": _("Something small to do, step by step."),
    "media": _("A picture, sound or film."),
    "callout": _("A box that stands out: good to know, or a word of care."),
    "offer": _("Leads to another course, without hurry."),
}
