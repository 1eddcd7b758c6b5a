"""The model form for withdrawal (Annex I, part B, of Directive 2011/83/EU), to print and send.

Nobody has to use it: the function at /ontbinden/ or any clear statement does as well.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from lessons.content import identity
from payments.papers import dates, press
from payments.papers.practice import BRAND

if TYPE_CHECKING:
    from payments.models import Order

# The form itself has no date; a document that is made anew each time needs a fixed one.
DATE = [2026, 6, 19]


def name_in(language: str) -> str:
    """What the file is called."""
    with translation.override(language):
        return _("withdrawal-form") + ".pdf"


def made(*, language: str, order: Order | None = None) -> bytes:
    """The PDF; with an order, its number and date stand in it already."""
    with translation.override(language):
        return press.pdf("withdrawal_form", sheet(order))


def sheet(order: Order | None) -> dict[str, Any]:
    """What stands on it, for the template, in the active language."""
    heading = _("Model form for withdrawal")
    ordered = f"{dates.day(order.placed_at)} ({order.number})" if order else ""
    return {
        "language": translation.get_language(),
        "brand": BRAND,
        "date": DATE,
        "title": heading,
        "heading": heading,
        "foot": heading,
        "warning": "",
        "use": _("Fill in this form and send it back only if you wish to withdraw."),
        "to": _("Goes to"),
        "seller": _address(),
        "statement": _(
            "I/We* hereby give notice that I/we* withdraw from my/our* contract for the provision"
            " of the following service*: access to an online training."
        ),
        "blanks": [
            (_("Ordered on* / order number"), ordered),
            (_("Name of consumer(s)"), ""),
            (_("Address of consumer(s)"), ""),
            (_("Signature of consumer(s), only if this form is sent on paper"), ""),
            (_("Date"), ""),
        ],
        "star": _("* Cross out what does not apply."),
        "online": _("It can also be done without this form, in two steps: %(address)s")
        % {"address": settings.SITE_URL + reverse("withdrawal")},
    }


def _address() -> list[str]:
    known = dataclasses.asdict(identity.current())
    lines = [known["name"] or BRAND, known["address"], known["email"]]
    return [line for line in lines if line]
