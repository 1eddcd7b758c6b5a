"""Where a person goes after an act: back to where they were, if that is a page of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from lessons.content.models import Article


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the address in the field ``next``, or to the other one when that is none of ours."""
    wanted = request.POST.get("next", "")
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(wanted if ours else otherwise)


def whole_page(request: HttpRequest, address: str) -> HttpResponse:
    """To this page, also when htmx asked for a part of one."""
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(address)
    return HttpResponse(status=204, headers={"HX-Redirect": address})


def to_passage(article: Article, key: str) -> str:
    """The address of a passage on the article's page, whichever part of a long text it is in."""
    return f"{reverse('desk:article', args=[article.pk])}?passage={key}#p-{key}"


def to_block(lesson: UUID, block: UUID) -> str:
    """The address of a block in the editor."""
    return f"{reverse('desk:lesson', args=[lesson])}#b-{block}"
