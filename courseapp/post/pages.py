"""``/postvak/``: reading the mails of a developer's machine. These pages exist only under DEBUG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from courseapp.post import mailbox

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    return render(request, "post/mailbox.html", {"mails": mailbox.newest()})


@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "post/mail.html", {"mail": mailbox.read(name)})


@xframe_options_sameorigin
@require_safe
def mail_html(_request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part as it came, unable to run or load anything."""
    response = HttpResponse(mailbox.read(name).html)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return response
