"""Pages for everybody: home, an article, a course, and a lesson that is open to all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from lessons.content import articles, identity, richtext, site_pages
from lessons.content.blocks import Text
from lessons.content.site_texts import IDENTITY, Home
from lessons.pages import article_text, kept, rendering, visitor
from lessons.pages.private import reader_of
from lessons.reading import outline, visits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from lessons.content.identity import Identity
    from lessons.content.site_texts import Words
    from lessons.reading.outline import CourseFace, LessonLine

DESCRIPTION = 155


@dataclass(frozen=True)
class Page:
    """What search results and shared links say of a public page; ``kind`` as in Open Graph."""

    title: str
    description: str
    kind: str = "website"

    @property
    def full_title(self) -> str:
        return f"{self.title} · Ik kies jou"


@dataclass(frozen=True)
class HomePage(Page):
    @property
    def full_title(self) -> str:
        return f"Ik kies jou · {self.title}"


@dataclass(frozen=True)
class Taste:
    """A lesson to read at once, and the words it begins with."""

    line: LessonLine
    opening: str


def own(name: str) -> tuple[Words, Identity]:
    """What a page of the practice's own says in the active language, and who the practice is."""
    language = get_language() or settings.LANGUAGE_CODE
    found = site_pages.live(name, IDENTITY, language=language)
    return found[name], identity.filled(found[IDENTITY])


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door: who this is for, the free course first, the article, privacy, help."""
    return front(request, *own("home"))


def front(request: HttpRequest, words: Words, practice: Identity) -> HttpResponse:
    """The front door with these words, which may be ones that are not live yet."""
    assert isinstance(words, Home)  # noqa: S101 -- tells mypy what site_texts.KINDS says.
    door = _first_door(outline.public_courses())
    article_ = articles.public(slug=door.article_slugs[0]) if door and door.article_slugs else None
    context = {
        "page": HomePage(title=words.search_title, description=words.description),
        "words": words,
        "practice": practice,
        "course": door,
        "article": article_,
        "taste": _taste(door),
    }
    return render(request, "lessons/home.html", context)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """An article as it is live, and at its end the door to the course."""
    found = articles.public(slug=slug)
    faces = [face for face in outline.public_courses() if slug in face.article_slugs]
    context = {
        "page": Page(title=found.title, description=found.description, kind="article"),
        "article": found,
        "text": article_text.of(found.title, found.passages),
        "course": _first_door(faces),
    }
    return render(request, "lessons/article.html", context)


@require_safe
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """A course before one begins it; a reader who has begun finds the way back in."""
    now = timezone.now()
    found = outline.of_course(slug=slug, reader=reader_of(request), now=now)
    if visitor.is_looking(request):
        visits.count(course=found.course.uuid, now=now)
    page = Page(title=found.course.title, description=_summary(found.course))
    return render(
        request, "lessons/course.html", {"page": page, "outline": found, "course": found.course}
    )


@require_safe
def open_lesson(request: HttpRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """A lesson open to everybody, with an invitation to begin the course."""
    view = outline.of_open_lesson(course=slug, slug=lesson_slug, now=timezone.now())
    body = rendering.body(view, rendering.offered_in(view))
    context = {
        "page": Page(title=view.line.title, description=view.line.lead, kind="article"),
        "view": view,
        "body": kept.fill(body, {"csrf_token": get_token(request)}),
        "stand": rendering.stand(view.outline, view.line),
    }
    page = render(request, "lessons/open_lesson.html", context)
    return rendering.with_players(page, view.blocks)


def _first_door(faces: Sequence[CourseFace]) -> CourseFace | None:
    """The course to begin with: a free one if there is any."""
    return min(faces, key=lambda face: face.access != "free", default=None)


def _taste(door: CourseFace | None) -> Taste | None:
    """The beginning of the first lesson that everybody may read."""
    if door is None:
        return None
    lines = outline.of_course(slug=door.slug, reader=None, now=timezone.now()).lines
    line = next((line for line in lines if line.open_to_all), None)
    if line is None:
        return None
    text = next((block.body for block in line.published.blocks if isinstance(block, Text)), "")
    return Taste(line=line, opening=richtext.to_words(text))


def _summary(face: CourseFace) -> str:
    """A course's description for search results: whole words, no marks."""
    words = " ".join((face.tagline + ". " + richtext.to_words(face.description)).split())
    if len(words) <= DESCRIPTION:
        return words
    return words[:DESCRIPTION].rsplit(" ", 1)[0].rstrip(",.;:") + "…"
