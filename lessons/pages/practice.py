"""Pages of the practice itself: contact and complaints, privacy, and where help is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lessons.pages.public import Page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Where to write, and how a complaint goes."""
    page = Page(
        title=_("Contact and complaints"),
        description=_("How to reach Ik kies jou, and how we deal with a complaint."),
    )
    return render(request, "lessons/contact.html", {"page": page, "practice": settings.PRACTICE})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, why, how long, and what a reader may ask."""
    page = Page(
        title=_("Privacy"),
        description=_("What Ik kies jou keeps about you, why, for how long, and how to erase it."),
    )
    return render(request, "lessons/privacy.html", {"page": page, "practice": settings.PRACTICE})


@require_safe
def help_lines(request: HttpRequest) -> HttpResponse:
    """The numbers to call when it gets too much."""
    page = Page(
        title=_("Help"),
        description=_("Telephone numbers for when it gets too much: 112, 113, Veilig Thuis."),
    )
    return render(request, "lessons/help.html", {"page": page})
