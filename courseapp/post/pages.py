"""``/postvak/``: the mails of a developer's machine, and its clock. It exists only under DEBUG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from courseapp import browser
from courseapp.accounts import app_codes
from courseapp.post import mailbox, watching

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    watch = watching.look(now=timezone.now())
    codes = app_codes.of_staff(request.session)
    context = {"mails": mailbox.newest(), "watch": watch, "codes": codes}
    return render(request, "post/mailbox.html", context)


@require_POST
def clock(request: HttpRequest) -> HttpResponse:
    """``move``: hour, day, next (mail) or back (to the machine's own time)."""
    watching.move(move=request.POST.get("move", ""), now=timezone.now())
    return redirect("mailbox")


@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "post/mail.html", {"mail": mailbox.read(name)})


@xframe_options_sameorigin
@require_safe
def mail_html(_request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part as it came, unable to run or load anything."""
    response = HttpResponse(mailbox.read(name).html)
    browser.allow(response, browser.FRAMED_LETTER)
    return response


@require_safe
def mail_file(_request: HttpRequest, name: str, place: int) -> HttpResponse:
    """A file that came with a mail; only a PDF is opened here, anything else is kept."""
    found = mailbox.attached_to(name, place)
    response = HttpResponse(found.content, content_type=found.type)
    is_kept = found.type != "application/pdf"
    response["Content-Disposition"] = content_disposition_header(is_kept, found.name) or ""
    return response
