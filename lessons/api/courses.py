"""Courses as everybody sees them, and the outline with one's own progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny

from courseapp.api import paging
from courseapp.api.schema import describe
from courseapp.api.view import Endpoint, PublicEndpoint, answer, reader_of
from lessons.api import shapes, telling
from lessons.reading import outline
from lessons.reading.standing import CourseNotFound

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class Courses(PublicEndpoint):
    @describe(
        "list_courses",
        tag="courses",
        who="everybody",
        answers={200: shapes.CoursePage},
        refusals=[paging.InvalidCursor, ValidationError],
        parameters=paging.PARAMETERS,
    )
    def get(self, request: Request) -> HttpResponse:
        """Every course there is to follow, by title."""
        page = paging.page(request, outline.public_courses(), lambda one: one.slug)
        results = [telling.face(one) for one in page.rows]
        told: shapes.CoursePage = {
            "next": page.next,
            "previous": page.previous,
            "results": results,
        }
        return answer(told)


class Course(PublicEndpoint):
    @describe(
        "read_course",
        tag="courses",
        who="everybody",
        answers={200: shapes.Course},
        refusals=[CourseNotFound],
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """A course before one begins it, with its modules and lessons, without their text."""
        found = outline.of_course(slug=slug, reader=None, now=timezone.now())
        return answer(telling.course(found))


class Outline(Endpoint):
    permission_classes = [AllowAny]

    @describe(
        "read_outline",
        tag="courses",
        who="visitors too",
        answers={200: shapes.Outline},
        refusals=[CourseNotFound],
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """A course with one's own progress in it; a visitor has none."""
        found = outline.of_course(slug=slug, reader=reader_of(request), now=timezone.now())
        return answer(telling.outline_of(found))
