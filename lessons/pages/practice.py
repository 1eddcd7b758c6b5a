"""Pages of the practice itself: about, contact, privacy, terms, and where help is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lessons.content.site_texts import Plain
from lessons.pages.public import Page, own

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lessons.content.identity import Identity
    from lessons.content.site_texts import Words


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the practice does and does not do."""
    return plain(request, "about", *own("about"))


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Where to write, and how a complaint goes."""
    return plain(request, "contact", *own("contact"))


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, why, how long, and what a reader may ask."""
    return plain(request, "privacy", *own("privacy"))


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """What holds between a reader and the practice."""
    return plain(request, "terms", *own("terms"))


def plain(request: HttpRequest, name: str, words: Words, practice: Identity) -> HttpResponse:
    """A page of running text with these words, which may be ones that are not live yet."""
    assert isinstance(words, Plain)  # noqa: S101 -- tells mypy what site_texts.KINDS says.
    page = Page(title=words.title, description=words.description)
    context = {"page": page, "words": words, "practice": practice}
    return render(request, f"lessons/{name}.html", context)


@require_safe
def help_lines(request: HttpRequest) -> HttpResponse:
    """The numbers to call when it gets too much."""
    page = Page(
        title=_("Help"),
        description=_("Telephone numbers for when it gets too much: 112, 113, Veilig Thuis."),
    )
    return render(request, "lessons/help.html", {"page": page})
