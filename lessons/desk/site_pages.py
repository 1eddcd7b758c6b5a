"""*Pagina's*: the practice's own pages and its identity.

The identity goes through the same doors as the pages, one further in: only owners have its key.
Each view names its page (a ``Place``), and one function below does the work for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lessons.content import identity as identities
from lessons.content import site_pages, site_texts
from lessons.content.site_texts import IDENTITY, InvalidPage
from lessons.desk import page_form
from lessons.desk.attention import Row
from lessons.desk.door import for_owners, for_staff
from lessons.desk.site_place import Place
from lessons.pages import practice, public

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from lessons.content.site_pages import State
    from lessons.content.site_texts import Words

READ_OR_SEND = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class Line:
    """A page in the list: where it is and how it stands."""

    place: Place
    state: State


@require_safe
@for_staff
def pages(request: HttpRequest, person: User) -> HttpResponse:
    """Every page in every language, and what readers do not see yet."""
    lines = [Line(Place(state.name, state.language), state) for state in site_pages.overview()]
    *texts, details = lines
    known = identities.filled(details.state.live)
    context = {
        "groups": [(title, [it for it in texts if it.place.name == name])
                   for name, title in site_texts.NAMES.items()],
        "details": details,
        "missing": [site_texts.label(type(known), name) for name in identities.missing(known)],
    }  # fmt: skip
    return render(request, "desk/site_pages/list.html", context)


@require_http_methods(READ_OR_SEND)
@for_staff
def page(request: HttpRequest, person: User, name: str, language: str) -> HttpResponse:
    return _edit(request, person, Place(name, language))


@require_http_methods(READ_OR_SEND)
@for_owners
def identity(request: HttpRequest, person: User) -> HttpResponse:
    return _edit(request, person, Place(IDENTITY))


@require_http_methods(READ_OR_SEND)
@for_staff
def page_publish(request: HttpRequest, person: User, name: str, language: str) -> HttpResponse:
    return _publish(request, person, Place(name, language))


@require_http_methods(READ_OR_SEND)
@for_owners
def identity_publish(request: HttpRequest, person: User) -> HttpResponse:
    return _publish(request, person, Place(IDENTITY))


@require_POST
@for_staff
def page_drop(request: HttpRequest, person: User, name: str, language: str) -> HttpResponse:
    return _drop(request, person, Place(name, language))


@require_POST
@for_owners
def identity_drop(request: HttpRequest, person: User) -> HttpResponse:
    return _drop(request, person, Place(IDENTITY))


@require_safe
@for_staff
def page_history(request: HttpRequest, person: User, name: str, language: str) -> HttpResponse:
    return _history(request, Place(name, language))


@require_safe
@for_owners
def identity_history(request: HttpRequest, person: User) -> HttpResponse:
    return _history(request, Place(IDENTITY))


@require_http_methods(READ_OR_SEND)
@for_staff
def page_version(
    request: HttpRequest, person: User, name: str, language: str, number: int
) -> HttpResponse:
    return _version(request, person, Place(name, language), number)


@require_http_methods(READ_OR_SEND)
@for_owners
def identity_version(request: HttpRequest, person: User, number: int) -> HttpResponse:
    return _version(request, person, Place(IDENTITY), number)


@require_safe
@for_staff
def page_preview(request: HttpRequest, person: User, name: str, language: str) -> HttpResponse:
    """The reader's own template with the words of the working copy."""
    place = Place(name, language)
    state = site_pages.state(name=name, language=language)
    known = identities.current()
    back = format_html('<a href="{}">{}</a>', place.edit, _("Back to the text"))
    messages.info(
        request,
        format_html(
            "{} {}", _("This is how readers will see it. It is not live because of this."), back
        ),
    )
    with translation.override(language):
        if name == "home":
            return public.front(request, state.draft, known)
        return practice.plain(request, name, state.draft, known)


def attention(person: User, now: datetime) -> Iterator[Row]:
    """For *Vandaag*: what was saved and not published, and for owners what is not known of them."""
    *states, details = site_pages.overview()
    for state in [*states, *([details] if person.is_owner else [])]:
        place = Place(state.name, state.language)
        if state.is_changed:
            yield Row(
                title=_("Page “%(page)s” has changes readers do not see yet")
                % {"page": f"{place.title} {place.language_name}".strip()},
                url=place.publish,
                weight="waiting",
            )
    known = identities.filled(details.live)
    lacking = [site_texts.label(type(known), name) for name in identities.missing(known)]
    if person.is_owner and lacking:
        yield Row(
            title=_("The details of the practice are not complete"),
            url=reverse("desk:identity"),
            weight="waiting",
            detail=_("Missing: %(fields)s. Nothing can be sold before they are there.")
            % {"fields": ", ".join(lacking)},
        )


def _edit(request: HttpRequest, person: User, place: Place) -> HttpResponse:
    state = site_pages.state(name=place.name, language=place.language)
    if request.method != "POST":
        return _form(request, place, state, {"groups": page_form.of_words(state.draft)})
    kind = type(state.draft)
    data = page_form.posted(kind, request.POST)
    version = page_form.number(request.POST, "version")
    try:
        words = site_texts.from_json(kind, data)
    except InvalidPage as error:
        more = {"groups": page_form.groups(kind, data, error.problems), "problem": True}
        return _form(request, place, state, {**more, "version": version}, status=error.status)
    try:
        saved = site_pages.save(
            name=place.name, language=place.language, version=version, words=words, by=person,
            now=timezone.now(),
        )  # fmt: skip
    except site_pages.ChangedMeanwhile as error:
        return _both(request, place, words, status=error.status)
    messages.success(request, _("Saved. Readers see it once you publish it."))
    return redirect(place.publish if "publish" in request.POST and saved.is_changed else place.edit)


def _both(request: HttpRequest, place: Place, mine: Words, *, status: int) -> HttpResponse:
    """Somebody saved in between: one's own text stays in the form, the other's stands beside it."""
    state = site_pages.state(name=place.name, language=place.language)
    more = {"groups": page_form.of_words(mine), "conflict": site_texts.changes(state.draft, mine)}
    return _form(request, place, state, more, status=status)


def _form(
    request: HttpRequest, place: Place, state: State, more: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """``more``: ``groups``, and what is to be said about them."""
    context = {"place": place, "state": state, "version": state.version, **more}
    if place.name == IDENTITY:
        context["installed"] = identities.installed(state.draft)
    return render(request, "desk/site_pages/page.html", context, status=status)


def _publish(request: HttpRequest, person: User, place: Place) -> HttpResponse:
    if request.method != "POST":
        state = site_pages.state(name=place.name, language=place.language)
        context = {
            "place": place,
            "state": state,
            "changes": site_texts.changes(state.live, state.draft),
            "lacking": site_texts.unfinished(state.draft),
        }
        return render(request, "desk/site_pages/publish.html", context)
    site_pages.publish(
        name=place.name,
        language=place.language,
        version=page_form.number(request.POST, "version"),
        note=request.POST.get("note", ""),
        by=person,
        now=timezone.now(),
    )
    _say_live(request, place)
    return redirect("desk:site_pages")


def _drop(request: HttpRequest, person: User, place: Place) -> HttpResponse:
    site_pages.drop_changes(
        name=place.name,
        language=place.language,
        version=page_form.number(request.POST, "version"),
        by=person,
        now=timezone.now(),
    )
    messages.success(request, _("The changes are gone. Here stands what readers see."))
    return redirect(place.edit)


def _history(request: HttpRequest, place: Place) -> HttpResponse:
    state = site_pages.state(name=place.name, language=place.language)
    found = site_pages.history(name=place.name, language=place.language)
    versions = [(each, place.url("version", each.number)) for each in found]
    context = {
        "place": place,
        "state": state,
        "versions": versions,
        "first": place.url("version", 0),
    }
    return render(request, "desk/site_pages/history.html", context)


def _version(request: HttpRequest, person: User, place: Place, number: int) -> HttpResponse:
    if request.method == "POST":
        site_pages.restore(
            name=place.name,
            language=place.language,
            number=number,
            live=page_form.number(request.POST, "live"),
            by=person,
            now=timezone.now(),
        )
        _say_live(request, place)
        return redirect(place.history)
    state = site_pages.state(name=place.name, language=place.language)
    words = site_pages.words_of(name=place.name, language=place.language, number=number)
    context = {
        "place": place,
        "state": state,
        "number": number,
        "address": place.url("version", number),
        "changes": site_texts.changes(state.live, words),
        "groups": page_form.of_words(words),
    }
    return render(request, "desk/site_pages/version.html", context)


def _say_live(request: HttpRequest, place: Place) -> None:
    link = format_html('<a href="{}">{}</a>', place.address, _("See it"))
    said = _("“%(page)s” is live: everybody sees it now.") % {"page": place.title}
    messages.success(request, format_html("{} {}", said, link))


_PAGE = "paginas/<slug:name>/<slug:language>/"
_DETAILS = "paginas/gegevens/"
paths: list[URLPattern] = [
    path("paginas/", pages, name="site_pages"),
    path(_DETAILS, identity, name="identity"),
    path(f"{_DETAILS}publiceren/", identity_publish, name="identity_publish"),
    path(f"{_DETAILS}laten-vallen/", identity_drop, name="identity_drop"),
    path(f"{_DETAILS}geschiedenis/", identity_history, name="identity_history"),
    path(f"{_DETAILS}versie/<int:number>/", identity_version, name="identity_version"),
    path(_PAGE, page, name="site_page"),
    path(f"{_PAGE}publiceren/", page_publish, name="site_page_publish"),
    path(f"{_PAGE}laten-vallen/", page_drop, name="site_page_drop"),
    path(f"{_PAGE}geschiedenis/", page_history, name="site_page_history"),
    path(f"{_PAGE}versie/<int:number>/", page_version, name="site_page_version"),
    path(f"{_PAGE}voorbeeld/", page_preview, name="site_page_preview"),
]
