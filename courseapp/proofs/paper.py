"""The proof as a PDF, with what its reader chose and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from payments.papers import dates, press
from payments.papers.practice import BRAND

if TYPE_CHECKING:
    from lessons.reading.models import Proof


def name_of() -> str:
    """What the file is called."""
    return _("proof") + ".pdf"


def made(proof: Proof) -> bytes:
    """In the language that is active now. Raises ``press.PaperUnmade``."""
    return press.pdf("proof", sheet(proof))


def sheet(proof: Proof) -> dict[str, Any]:
    """What stands on it, for the template."""
    heading = _("Proof of participation")
    done = proof.enrolment.completed.at
    address = settings.SITE_URL + reverse("proof_check", args=[proof.number])
    return {
        "language": translation.get_language(),
        "brand": BRAND,
        "date": dates.parts(proof.made_at),
        "title": heading,
        "heading": heading,
        "foot": f"{heading} {proof.number}",
        "warning": "",
        "says": said_of(proof),
        "facts": [
            *([(_("Name"), proof.name)] if proof.name else []),
            (_("Completed"), dates.day(done)),
            (_("Reference number"), proof.number),
        ],
        "check": _("Whoever wants to check it finds this at %(address)s") % {"address": address},
    }


def said_of(proof: Proof) -> str:
    """What is proved, in one sentence; the course by its title only where its reader wants that."""
    if proof.names_course:
        title = proof.enrolment.course.title
        return _("The online course “%(title)s” was completed.") % {"title": title}
    return _("An online course of Ik kies jou was completed.")
