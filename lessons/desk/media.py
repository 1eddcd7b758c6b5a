"""Pictures, sound and film: added, listed, chosen, let go."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from courseapp.errors import Refused
from lessons.content import media as files
from lessons.content import own_files
from lessons.desk.door import for_staff
from lessons.templatetags.reading import own

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.http import HttpRequest
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from lessons.content.models import MediaFile

A_PAGE = 24
RECENT = 24
KINDS = {"image", "audio", "video"}
# What a form has around its file.
FORM_MAX = 1_000_000
PATIENCE = 2_000_000_000
PROBLEM = "application/problem+json"


class NoFile(Refused):
    code = "no_file"


@dataclass
class Shown:
    """A lesson that shows a file: in the working copy, to readers, or both."""

    title: str
    course: str
    lesson: UUID | None
    places: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Tile:
    """A file in the list. ``address`` is what a block holds."""

    file: MediaFile
    address: str
    lessons: tuple[Shown, ...] = ()


@require_safe
@for_staff
def index(request: HttpRequest, person: User) -> HttpResponse:
    """Every file with where it is used now, the newest first."""
    page = Paginator(files.newest(), A_PAGE).get_page(request.GET.get("page"))
    uses = files.now_of([one.pk for one in page.object_list])
    tiles = [Tile(one, address_of(one), _lessons(uses[one.pk])) for one in page.object_list]
    context = {"page": page, "tiles": tiles, "most": limits()}
    return render(request, "desk/media/list.html", context)


# The body is only read once it is known who sends it and that it is not too large; checking the
# form's token reads it, so that comes after.
@csrf_exempt
@require_http_methods(["POST"])
@for_staff
def add(request: HttpRequest, person: User) -> HttpResponse:
    """Take a file in. A script gets JSON; a form goes back to ``next`` with a message."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > files.RECORDING_MAX + FORM_MAX:
        most = files.RECORDING_MAX // 1_000_000
        error = files.FileTooLarge(
            _("This file is too large: at most %(most)s MB.") % {"most": most}
        )
        _hear_out(request)
        return _refused(request, error, reverse("desk:media"))
    return _take_in(request, person)


@csrf_protect
def _take_in(request: HttpRequest, person: User) -> HttpResponse:
    onward = _onward(request)
    sent, kind = request.FILES.get("file"), request.POST.get("kind", "")
    try:
        if sent is None:
            raise NoFile(_("Choose a file first."))
        wanted = kind if kind in KINDS else ""
        added = files.add(
            name=sent.name or "", file=sent, by=person, now=timezone.now(), wanted=wanted
        )
    except Refused as error:
        return _refused(request, error, onward)
    if _wants_json(request):
        told = {
            "address": address_of(added),
            "kind": added.kind,
            "width": added.width,
            "height": added.height,
            "name": added.name,
        }
        return JsonResponse(told, status=HTTPStatus.CREATED)
    messages.success(request, _("“%(name)s” is here.") % {"name": added.name})
    return redirect(onward)


@require_safe
@for_staff
def recent(request: HttpRequest, person: User) -> HttpResponse:
    """The newest files of a kind to choose from: a piece of a page."""
    kind = request.GET.get("kind", "")
    context = {"tiles": newest(kind if kind in KINDS else "image")}
    return render(request, "desk/media/recent.html", context)


@require_safe
@for_staff
def shown(request: HttpRequest, person: User) -> HttpResponse:
    """What a block with this address shows, or what is wrong with it: a piece of a page."""
    address, kind = request.GET.get("address", ""), request.GET.get("kind", "")
    return render(request, "desk/media/shown.html", shown_as(address, kind))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def remove(request: HttpRequest, person: User, media: UUID) -> HttpResponse:
    """Ask, saying where the file is used; then let it go."""
    file = files.called(media)
    status, uses = HTTPStatus.OK, files.ever_of(media)
    if request.method == "POST":
        try:
            name = files.remove(media=media, by=person, now=timezone.now())
        except files.StillUsed as error:
            status, uses = HTTPStatus.CONFLICT, error.uses
        else:
            messages.success(request, _("“%(name)s” is gone.") % {"name": name})
            return redirect("desk:media")
    context = {"tile": Tile(file, address_of(file)), "uses": uses}
    return render(request, "desk/media/remove.html", context, status=status)


def address_of(file: MediaFile) -> str:
    return own_files.ADDRESS + file.path


def newest(kind: str) -> list[Tile]:
    """The newest files of a kind."""
    return [Tile(one, address_of(one)) for one in files.newest(kind)[:RECENT]]


def shown_as(address: str, kind: str) -> dict[str, Any]:
    """What ``desk/media/shown.html`` needs to show this address as a block of this kind would."""
    name = own_files.at(address)
    return {
        "address": address,
        "kind": kind,
        "picture": own_files.picture_at(address),
        "film": files.embed_of(address) if kind == "embed" else None,
        "fits": name is not None and name.kind == kind,
        # Such as a drawing that comes along with the site.
        "other": own(address) if not address.startswith(own_files.ADDRESS) else "",
    }


def limits() -> dict[str, int]:
    """The largest file of each sort, in bytes."""
    return {"image": files.IMAGE_MAX, "recording": files.RECORDING_MAX}


def _lessons(uses: Iterable[files.Use]) -> tuple[Shown, ...]:
    found: dict[object, Shown] = {}
    for use in uses:
        one = found.setdefault(use.lesson, Shown(use.title, use.course, use.lesson))
        one.places.add(use.place)
    return tuple(found.values())


def _hear_out(request: HttpRequest) -> None:
    """Let a form's file pass by, unkept: a browser hears no answer before it has sent all.

    Scripts look at the size themselves; and there is an end to everybody's patience.
    """
    heard = 0
    while not _wants_json(request) and heard < PATIENCE and (part := request.read(1 << 20)):
        heard += len(part)


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _onward(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return reverse("desk:media")


def _refused(request: HttpRequest, error: Refused, onward: str) -> HttpResponse:
    if not _wants_json(request):
        messages.error(request, str(error))
        return redirect(onward)
    told = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": str(error),
        "code": error.code,
    }
    return JsonResponse(told, status=error.status, content_type=PROBLEM)


paths: list[URLPattern] = [
    path("media/", index, name="media"),
    path("media/toevoegen/", add, name="media_add"),
    path("media/laatste/", recent, name="media_recent"),
    path("media/getoond/", shown, name="media_shown"),
    path("media/<uuid:media>/weghalen/", remove, name="media_remove"),
]
