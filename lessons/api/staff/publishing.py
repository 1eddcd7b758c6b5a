"""Publishing: what it would change and for whom, now or at a moment, and an earlier text again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from courseapp.api import conditions
from courseapp.api.fields import Body, StrictMoment, StrictText, StrictUUID
from courseapp.api.schema import describe
from courseapp.api.view import StaffEndpoint, answer, signed_in
from courseapp.errors import NotFound
from lessons.api import shapes, shapes_publishing, telling, telling_publishing
from lessons.content import checklist, drafts
from lessons.content.layout import CourseNotFound, course_of
from lessons.content.pace import InvalidPace
from lessons.content.publishing import (
    ChangedSinceShown,
    EmptyCourse,
    EmptyModule,
    InvalidNote,
    NothingToPublish,
    SlugTakenLive,
    UnfinishedLesson,
)
from lessons.staff import consequences, expecting, release, scheduling

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from lessons.content.drafts import Both
    from lessons.content.models import Edition

LETTER: conditions.Letter = "e"
MODULES_MAX = 200
EXPECTING = (conditions.InvalidPrecondition, expecting.PublishedMeanwhile)
PUBLISHING = (
    NotFound,
    EmptyModule,
    EmptyCourse,
    NothingToPublish,
    SlugTakenLive,
    UnfinishedLesson,
    InvalidPace,
    InvalidNote,
    ChangedSinceShown,
    *EXPECTING,
)
HEADERS = (conditions.if_match(LETTER, needed=False), conditions.etag_header(LETTER, 201))
ONLY = OpenApiParameter(
    "module",
    {
        "type": "array",
        "items": {"type": "string", "format": "uuid"},
        "maxItems": MODULES_MAX,
    },
    description="Only these modules, and those that lessons moved to or from.",
    explode=True,
)


class Note(Body):
    """Why, for colleagues."""

    note = StrictText(max_length=300, allow_blank=True, default="")


class Publication(Note):
    """Why, for colleagues; and, as `shown`, the `digest` of the changes that were looked at."""

    shown = StrictText(max_length=64, required=False)


class CoursePublication(Publication):
    """Which modules, too; without them all that staff write or readers see."""

    modules = serializers.ListField(
        child=StrictUUID(), max_length=MODULES_MAX, allow_empty=False, required=False
    )


class Plan(Body):
    """When, as a moment with its zone, at most two years ahead."""

    at = StrictMoment()


class Changes(StaffEndpoint):
    @describe(
        "staff_read_changes",
        tag="staff: publishing",
        who="staff",
        answers={200: shapes_publishing.Preview},
        refusals=[CourseNotFound, ValidationError, InvalidPace],
        parameters=[ONLY],
    )
    def get(self, request: Request, course: UUID) -> HttpResponse:
        """What publishing would do: every change, what readers will notice, and the checklist."""
        both = drafts.both_of(course_of(course))
        modules = _named(request) or _all_modules(both)
        found = consequences.of_both(both=both, modules=modules, now=timezone.now())
        findings = checklist.of_both(both, found.changes)
        live = both.live.edition.number if both.live.edition else 0
        return answer(telling_publishing.preview(found, findings, live))


class Publish(StaffEndpoint):
    @describe(
        "publish_module",
        tag="staff: publishing",
        who="staff",
        answers={201: shapes.Edition},
        refusals=[release.ModuleNotFound, *PUBLISHING],
        body=Publication,
        writes=True,
        scope="publish",
        parameters=HEADERS,
    )
    def post(self, request: Request, module: UUID) -> HttpResponse:
        """Make a module's working copy live, with modules that lessons moved to or from.

        With the ETag of the live edition in `If-Match` it is 412 when another one is live by now;
        with `shown` it is 412 when anything would be published that was not in those changes.
        """
        edition = conditions.expected(request, LETTER)
        sent = Publication(data=request.data)
        sent.is_valid(raise_exception=True)
        published = expecting.publish_module(
            module=module,
            edition=edition,
            by=signed_in(request),
            now=timezone.now(),
            note=sent.validated_data["note"],
            shown=sent.validated_data.get("shown"),
        )
        return _published(published)


class PublishCourse(StaffEndpoint):
    @describe(
        "publish_course",
        tag="staff: publishing",
        who="staff",
        answers={201: shapes.Edition},
        refusals=[CourseNotFound, *PUBLISHING],
        body=CoursePublication,
        writes=True,
        scope="publish",
        parameters=HEADERS,
    )
    def post(self, request: Request, course: UUID) -> HttpResponse:
        """Make several modules of a course live in one step; without `modules`, all of them."""
        edition = conditions.expected(request, LETTER)
        sent = CoursePublication(data=request.data)
        sent.is_valid(raise_exception=True)
        found = course_of(course)
        published = expecting.publish(
            course=found,
            modules=sent.validated_data.get("modules") or _all_modules(drafts.both_of(found)),
            edition=edition,
            by=signed_in(request),
            now=timezone.now(),
            note=sent.validated_data["note"],
            shown=sent.validated_data.get("shown"),
        )
        return _published(published)


class Restore(StaffEndpoint):
    @describe(
        "restore_edition",
        tag="staff: publishing",
        who="staff",
        answers={201: shapes.Edition},
        refusals=[release.EditionNotFound, NothingToPublish, InvalidNote, *EXPECTING],
        body=Note,
        writes=True,
        scope="publish",
        parameters=HEADERS,
    )
    def post(self, request: Request, edition: UUID) -> HttpResponse:
        """Publish an earlier edition's text again, as a new edition.

        With the ETag of the live edition in `If-Match` it is 412 when another one is live by now.
        """
        live = conditions.expected(request, LETTER)
        sent = Note(data=request.data)
        sent.is_valid(raise_exception=True)
        published = expecting.restore_edition(
            edition=edition,
            live=live,
            by=signed_in(request),
            now=timezone.now(),
            note=sent.validated_data["note"],
        )
        return _published(published)


class Schedule(StaffEndpoint):
    @describe(
        "schedule_module",
        tag="staff: publishing",
        who="staff",
        answers={200: shapes_publishing.Planned},
        refusals=[release.ModuleNotFound, scheduling.InvalidMoment],
        body=Plan,
        writes=True,
        scope="publish",
    )
    def put(self, request: Request, module: UUID) -> HttpResponse:
        """Publish a module at a moment. What one person plans for one moment is one edition."""
        sent = Plan(data=request.data)
        sent.is_valid(raise_exception=True)
        at = sent.validated_data["at"]
        scheduling.plan(modules=[module], at=at, by=signed_in(request), now=timezone.now())
        return answer(telling_publishing.planned(module, at))


class Cancel(StaffEndpoint):
    @describe(
        "cancel_schedule",
        tag="staff: publishing",
        who="staff",
        answers={200: shapes_publishing.Planned},
        refusals=[release.ModuleNotFound, scheduling.NothingPlanned],
        writes=True,
        scope="publish",
    )
    def post(self, request: Request, module: UUID) -> HttpResponse:
        """Call off what was planned for a module, or lay aside why it did not happen."""
        scheduling.cancel(modules=[module], by=signed_in(request), now=timezone.now())
        return answer(telling_publishing.planned(module, None))


def _published(edition: Edition) -> HttpResponse:
    return answer(telling.edition(edition), status=201, etag=conditions.tag(LETTER, edition.number))


def _named(request: Request) -> set[UUID]:
    """The modules that the address names."""
    named = request.query_params.getlist("module")
    if len(named) > MODULES_MAX:
        raise ValidationError({"module": [f"At most {MODULES_MAX} modules."]})
    try:
        return {StrictUUID().run_validation(one) for one in named}
    except ValidationError as error:
        raise ValidationError({"module": error.detail}) from None


def _all_modules(both: Both) -> set[UUID]:
    """Every module that staff write or readers see."""
    return {module.pk for module in both.draft.modules} | set(both.live.snapshots)
