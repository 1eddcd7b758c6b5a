"""One lesson: its text, and what a reader says of it. Every write may be sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.permissions import AllowAny

from courseapp.api.fields import Body, StrictUUID
from courseapp.api.schema import describe
from courseapp.api.view import Endpoint, answer, reader_of, signed_in
from lessons.api import shapes, telling
from lessons.reading import outline, progress
from lessons.reading.access import NotEnrolled, NotGranted, OpensLater, Retired
from lessons.reading.standing import LessonNotFound

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

CLOSED = (LessonNotFound, NotEnrolled, NotGranted, OpensLater, Retired)


class Place(Body):
    """The block that the reader has before them; null is the top of the lesson."""

    block = StrictUUID(allow_null=True)


class Lesson(Endpoint):
    permission_classes = [AllowAny]

    @describe(
        "read_lesson",
        tag="lessons",
        who="visitors too",
        answers={200: shapes.Lesson},
        refusals=CLOSED,
    )
    def get(self, request: Request, lesson: UUID) -> HttpResponse:
        """A lesson that is open to this reader. Some are open to visitors too."""
        view = outline.of_lesson(reader=reader_of(request), lesson=lesson, now=timezone.now())
        return answer(telling.lesson(view))


class Opened(Endpoint):
    @describe(
        "open_lesson",
        tag="lessons",
        who="readers",
        answers={200: shapes.Opened},
        refusals=CLOSED,
        writes=True,
    )
    def post(self, request: Request, lesson: UUID) -> HttpResponse:
        """Record that the lesson was shown, say by an app that keeps lessons on the phone."""
        at = progress.open_lesson(reader=signed_in(request), lesson=lesson, now=timezone.now())
        return answer(telling.opened(lesson, at))


class Finished(Endpoint):
    @describe(
        "finish_lesson",
        tag="lessons",
        who="readers",
        answers={200: shapes.Finished},
        refusals=CLOSED,
        writes=True,
    )
    def post(self, request: Request, lesson: UUID) -> HttpResponse:
        """Record "this lesson I have finished"; the first moment stays."""
        done = progress.finish(reader=signed_in(request), lesson=lesson, now=timezone.now())
        return answer(telling.finished(lesson, done))


class Position(Endpoint):
    @describe(
        "keep_position",
        tag="lessons",
        who="readers",
        answers={200: shapes.Position},
        refusals=CLOSED,
        body=Place,
        writes=True,
    )
    def put(self, request: Request, lesson: UUID) -> HttpResponse:
        """Remember where the reader stopped."""
        sent = Place(data=request.data)
        sent.is_valid(raise_exception=True)
        kept = progress.keep_position(
            reader=signed_in(request),
            lesson=lesson,
            block=sent.validated_data["block"],
            now=timezone.now(),
        )
        return answer(telling.position(lesson, kept))
