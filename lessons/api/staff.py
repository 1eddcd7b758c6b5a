"""Publishing, for members of the practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from courseapp.api.fields import Body, StrictText
from courseapp.api.schema import describe
from courseapp.api.sign_in import IsStaff
from courseapp.api.view import Endpoint, answer, signed_in
from courseapp.errors import NotFound
from lessons.api import shapes, telling
from lessons.content.publishing import (
    EmptyCourse,
    EmptyModule,
    NothingToPublish,
    SlugTakenLive,
    UnfinishedLesson,
)
from lessons.staff import release

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request


class Note(Body):
    """Why, for colleagues."""

    note = StrictText(max_length=300, allow_blank=True, default="")


class Publish(Endpoint):
    permission_classes = [IsStaff]

    @describe(
        "publish_module",
        tag="staff",
        who="staff",
        answers={201: shapes.Edition},
        refusals=[
            release.ModuleNotFound,
            NotFound,
            EmptyModule,
            EmptyCourse,
            NothingToPublish,
            SlugTakenLive,
            UnfinishedLesson,
        ],
        body=Note,
        writes=True,
    )
    def post(self, request: Request, module: UUID) -> HttpResponse:
        """Make a module's working copy live, with modules that lessons moved to or from."""
        published = release.publish_module(
            module=module, by=signed_in(request), now=timezone.now(), note=_note(request)
        )
        return answer(telling.edition(published), status=201)


class Restore(Endpoint):
    permission_classes = [IsStaff]

    @describe(
        "restore_edition",
        tag="staff",
        who="staff",
        answers={201: shapes.Edition},
        refusals=[release.EditionNotFound, NothingToPublish],
        body=Note,
        writes=True,
    )
    def post(self, request: Request, edition: UUID) -> HttpResponse:
        """Publish an earlier edition's text again, as a new edition."""
        published = release.restore_edition(
            edition=edition, by=signed_in(request), now=timezone.now(), note=_note(request)
        )
        return answer(telling.edition(published), status=201)


def _note(request: Request) -> str:
    sent = Note(data=request.data)
    sent.is_valid(raise_exception=True)
    return str(sent.validated_data["note"])
