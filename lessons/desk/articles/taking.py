"""Taking in a text (pasted, a file, another site's): a new article, or a new version of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courseapp import logs
from courseapp.errors import Refused
from lessons.content import accepting, comparing, fetching, shelf
from lessons.content import article as text
from lessons.content import articles as content
from lessons.content.article.formats import PASTED_MAX, SIZE_MAX
from lessons.desk.articles.stale import by_course
from lessons.desk.door import for_staff

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User
    from lessons.content.models import Article


def _limits() -> dict[str, object]:
    return {
        "limit": number_format(PASTED_MAX, force_grouping=True),
        "megabytes": SIZE_MAX // 1024**2,
        "hosts": settings.ARTICLE_IMPORT_HOSTS,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest, person: User) -> HttpResponse:
    if request.method != "POST":
        return render(request, "desk/articles/take.html", _limits())
    try:
        source, form, host = _given(request, person)
        row = content.add(source=source, form=form, by=person, now=timezone.now(), host=host)
    except Refused as refused:
        return _again(request, refused)
    messages.success(request, _("The article is in. See whether everything was recognised."))
    return HttpResponseRedirect(f"{reverse('desk:article', args=[row.pk])}?nieuw")


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def version(request: HttpRequest, person: User, article: UUID) -> HttpResponse:
    row = content.called(article)
    if request.method != "POST":
        context = {**_limits(), "article": row, "revision": shelf.newest(row)}
        return render(request, "desk/articles/take.html", context)
    try:
        source, form, host = _given(request, person)
        revised = content.renew(
            article=row.pk, source=source, form=form, by=person, now=timezone.now(), host=host
        )
    except Refused as refused:
        return _again(request, refused, row)
    number = {"number": revised.revision.number}
    if not revised.created:
        said = _("This is the text of version %(number)s already. Nothing has changed.")
        messages.info(request, said % number)
        return HttpResponseRedirect(reverse("desk:article", args=[row.pk]))
    messages.success(
        request, _("Version %(number)s is in. Your lessons are as they were.") % number
    )
    return HttpResponseRedirect(reverse("desk:article_changes", args=[row.pk]))


def _given(request: HttpRequest, person: User) -> tuple[str, text.Form, str]:
    """The text that came along, and the site it was fetched from: the file if one was chosen, else
    what is at the address if one was given, else what was pasted."""
    upload = request.FILES.get("file")
    if upload is not None:
        return *text.read(upload.read(SIZE_MAX + 1), upload.name or ""), ""
    address = request.POST.get("address", "").strip()
    if not address:
        return *text.read_pasted(request.POST.get("text", "")), ""
    try:
        fetched = fetching.fetch(address, hosts=settings.ARTICLE_IMPORT_HOSTS)
    except fetching.AddressNotAllowed as refused:
        logs.tell("fetch_refused", person=person, why=refused.why)
        raise
    return fetched.source, fetched.form, fetched.host


def _again(request: HttpRequest, refused: Refused, article: Article | None = None) -> HttpResponse:
    """The form once more, with what is amiss and with what was typed."""
    context = {
        **_limits(),
        "article": article,
        "revision": shelf.newest(article) if article else None,
        "error": refused,
        "typed": request.POST.get("text", ""),
        "address": request.POST.get("address", ""),
        "file": "file" in request.FILES,
    }
    return render(request, "desk/articles/take.html", context, status=refused.status)


@require_safe
@for_staff
def changes(request: HttpRequest, _person: User, article: UUID) -> HttpResponse:
    """What the newest version changed, and the blocks that have not followed it."""
    row = content.called(article)
    revision = shelf.newest(row)
    older = shelf.before(revision)
    proposed = accepting.proposals(shelf.stale_blocks(row))
    return render(
        request,
        "desk/articles/changes.html",
        {
            "article": row,
            "revision": revision,
            "older": older,
            "comparison": comparing.compare(old=older, new=revision) if older else None,
            "courses": by_course(proposed),
            "cited": row.courses.exists(),
        },
    )
