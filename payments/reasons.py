"""Why staff did something: asked for wherever they take or give what Stripe and the law do not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from courseapp.errors import Refused

LONGEST = 300


class NoReason(Refused):
    """Whoever takes or gives access says why: somebody will ask."""

    code = "no_reason"


def given(reason: str) -> str:
    """The reason, tidied and at most 300 characters. Raises ``NoReason``."""
    tidied = " ".join(reason.replace("\0", "").split())[:LONGEST]
    if not tidied:
        raise NoReason(_("Say why. Somebody will ask, perhaps you yourself."))
    return tidied
