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
