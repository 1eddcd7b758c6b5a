"""What search engines may know: the public pages, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lessons.reading import outline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

XML = "application/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Private pages are not to be fetched; the rest is in the sitemap."""
    return render(request, "robots.txt", content_type=TEXT)


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Home, articles, courses, lessons open to all, and the practice's own pages."""
    urlset = [{"location": settings.SITE_URL + path} for path in _paths()]
    return render(request, "sitemap.xml", {"urlset": urlset}, content_type=XML)


def _paths() -> Iterator[str]:
    yield reverse("home")
    faces = outline.public_courses()
    for slug in sorted({slug for face in faces for slug in face.article_slugs}):
        yield reverse("article", args=[slug])
    for face in faces:
        yield reverse("course", args=[face.slug])
        found = outline.of_course(slug=face.slug, reader=None, now=timezone.now())
        for line in found.lines:
            if line.open_to_all:
                yield reverse("open_lesson", args=[face.slug, line.slug])
    for name in ("help", "about", "contact", "privacy", "terms"):
        yield reverse(name)
