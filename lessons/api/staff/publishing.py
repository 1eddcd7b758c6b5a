"""Publishing: what it would change, the act itself, and the editions it leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from courseapp.api import conditions, paging
from courseapp.api.fields import Body, StrictText, StrictUUID
from courseapp.api.schema import describe
from courseapp.api.view import StaffEndpoint, answer, signed_in
from courseapp.errors import NotFound
from lessons.api import shapes, shapes_publishing, telling, telling_publishing
from lessons.content import changes, finding, publishing
from lessons.content.layout import CourseNotFound, course_of
from lessons.content.pace import InvalidPace
from lessons.content.publishing import (
    EmptyCourse,
    EmptyModule,
    NothingToPublish,
    SlugTakenLive,
    UnfinishedLesson,
)
from lessons.staff import expecting, release

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from lessons.content.models import Course, Edition

LETTER: conditions.Letter = "e"
MODULES_MAX = 200
EXPECTING = (conditions.InvalidPrecondition, expecting.PublishedMeanwhile)
HEADERS = (conditions.if_match(LETTER, needed=False), conditions.etag_header(LETTER, 201))


class Note(Body):
    """Why, for colleagues."""

    note = StrictText(max_length=300, allow_blank=True, default="")


class Publish(StaffEndpoint):
    @describe(
        "publish_module",
        tag="staff: publishing",
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
            InvalidPace,
            *EXPECTING,
        ],
        body=Note,
        writes=True,
        scope="publish",
        parameters=HEADERS,
    )
    def post(self, request: Request, module: UUID) -> HttpResponse:
        """Make a module's working copy live, with modules that lessons moved to or from.

        With the ETag of the live edition in `If-Match` it is 412 when another one is live by now:
        what was looked at before is then not what would change.
        """
        published = expecting.publish_module(
            module=module,
            edition=conditions.expected(request, LETTER),
            by=signed_in(request),
            now=timezone.now(),
            note=_note(request),
        )
        return _published(published)


class Restore(StaffEndpoint):
    @describe(
        "restore_edition",
        tag="staff: publishing",
        who="staff",
        answers={201: shapes.Edition},
        refusals=[release.EditionNotFound, NothingToPublish, *EXPECTING],
        body=Note,
        writes=True,
        scope="publish",
        parameters=HEADERS,
    )
    def post(self, request: Request, edition: UUID) -> HttpResponse:
        """Publish an earlier edition's text again, as a new edition."""
        published = expecting.restore_edition(
            edition=edition,
            live=conditions.expected(request, LETTER),
            by=signed_in(request),
            now=timezone.now(),
            note=_note(request),
        )
        return _published(published)


class Changes(StaffEndpoint):
    @describe(
        "staff_read_changes",
        tag="staff: publishing",
        who="staff",
        answers={200: shapes_publishing.Changes},
        refusals=[CourseNotFound, ValidationError, InvalidPace],
        parameters=[
            OpenApiParameter(
                "module",
                {
                    "type": "array",
                    "items": {"type": "string", "format": "uuid"},
                    "maxItems": MODULES_MAX,
                },
                description="Only these modules, and those that lessons moved to or from.",
                explode=True,
            )
        ],
    )
    def get(self, request: Request, course: UUID) -> HttpResponse:
        """What publishing would change, block by block; without `module`, of the whole course."""
        found = course_of(course)
        modules = _modules(request) or _all_modules(found)
        return answer(telling_publishing.changes(changes.of_modules(found, modules)))


class History(StaffEndpoint):
    @describe(
        "staff_list_editions",
        tag="staff: publishing",
        who="staff",
        answers={200: shapes_publishing.EditionPage},
        refusals=[CourseNotFound, paging.InvalidCursor, ValidationError],
        parameters=paging.PARAMETERS,
    )
    def get(self, request: Request, course: UUID) -> HttpResponse:
        """The editions of a course, the last first."""
        found = course_of(course)
        rows = finding.editions_of(found)
        page = paging.page(request, rows, lambda one: str(one.uuid))
        told: shapes_publishing.EditionPage = {
            "next": page.next,
            "previous": page.previous,
            "results": [telling_publishing.edition_line(one, found) for one in page.rows],
        }
        return answer(told)


def _published(edition: Edition) -> HttpResponse:
    return answer(telling.edition(edition), status=201, etag=conditions.tag(LETTER, edition.number))


def _note(request: Request) -> str:
    sent = Note(data=request.data)
    sent.is_valid(raise_exception=True)
    return str(sent.validated_data["note"])


def _modules(request: Request) -> set[UUID]:
    """The modules that the address names."""
    named = request.query_params.getlist("module")
    if len(named) > MODULES_MAX:
        raise ValidationError({"module": [f"At most {MODULES_MAX} modules."]})
    try:
        return {StrictUUID().run_validation(one) for one in named}
    except ValidationError as error:
        raise ValidationError({"module": error.detail}) from None


def _all_modules(course: Course) -> set[UUID]:
    """Every module that staff write or readers see."""
    drafted = {module.pk for module in publishing.working_copy(course).modules}
    return drafted | set(publishing.live(course).snapshots)
