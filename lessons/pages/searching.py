"""Searching in one's own courses and notes.

The words come in the body of a POST, so they stand in no address and no log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from courseapp.accounts import again
from lessons.pages.journal import IDLE
from lessons.pages.private import for_readers
from lessons.reading import searching

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
@again.asked_again_after_idle(minutes=IDLE, back="search")
@sensitive_variables("query")
def search(request: HttpRequest, reader: User) -> HttpResponse:
    """A form; and below it, after a POST, where the words stand."""
    query = request.POST.get("q", "").strip()[: searching.LONGEST]
    found = None
    if query:
        found = searching.search(reader=reader, query=query, now=timezone.now())
    context = {"query": query, "found": found, "longest": searching.LONGEST}
    return render(request, "lessons/search.html", context)
