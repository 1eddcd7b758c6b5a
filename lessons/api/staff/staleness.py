"""Blocks that an article moved away from: told with both wordings, accepted or left as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from courseapp.api import conditions
from courseapp.api.fields import Body, StrictText
from courseapp.api.schema import describe
from courseapp.api.view import StaffEndpoint, answer, signed_in
from lessons.api import shapes_staff, telling_staff
from lessons.api.staff.versions import LETTER, WRITING, told, told_not_saved
from lessons.content import accepting, editing, staleness
from lessons.content.layout import CourseNotFound, course_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

HEADERS = (conditions.if_match(LETTER, needed=True), conditions.etag_header(LETTER, 200, 412))
KEY_MAX = 60


class OfPassage(Body):
    """The key of the passage that the block is held against."""

    passage = StrictText(max_length=KEY_MAX)


class Stale(StaffEndpoint):
    @describe(
        "staff_list_stale_blocks",
        tag="staff: courses",
        who="staff",
        answers={200: shapes_staff.StaleBlocks},
        refusals=[CourseNotFound],
    )
    def get(self, request: Request, course: UUID) -> HttpResponse:
        """The blocks of the working copy whose article moved on, with what accepting would give."""
        found = accepting.proposals(staleness.of_course(course_of(course)))
        listed: shapes_staff.StaleBlocks = {"results": [telling_staff.stale(one) for one in found]}
        return answer(listed)


class Coverage(StaffEndpoint):
    @describe(
        "staff_read_coverage",
        tag="staff: courses",
        who="staff",
        answers={200: shapes_staff.Coverage},
        refusals=[CourseNotFound],
    )
    def get(self, request: Request, course: UUID) -> HttpResponse:
        """Passages that no lesson uses, and blocks that rest on no passage."""
        found = staleness.coverage(course_of(course))
        return answer(telling_staff.coverage(found))


class Accept(StaffEndpoint):
    @describe(
        "staff_accept_passage",
        tag="staff: lessons",
        who="staff",
        answers={200: shapes_staff.StaffLesson},
        refusals=[*WRITING, accepting.NotStale, accepting.OwnWords],
        body=OfPassage,
        writes=True,
        parameters=HEADERS,
    )
    def post(self, request: Request, lesson: UUID, block: UUID) -> HttpResponse:
        """Put an article's new wording into a block; a passage that is gone takes its words along.

        `own_words`: the old wording does not stand in the block, so it is changed by hand.
        """
        version = conditions.required(request, LETTER)
        passage = _passage(request)
        try:
            row = accepting.accept(
                lesson=lesson,
                block=block,
                passage=passage,
                version=version,
                by=signed_in(request),
                now=timezone.now(),
            )
        except editing.NotSaved as error:
            return told_not_saved(error)
        return told(row)


class Leave(StaffEndpoint):
    @describe(
        "staff_leave_passage",
        tag="staff: lessons",
        who="staff",
        answers={200: shapes_staff.StaffLesson},
        refusals=[*WRITING, accepting.NotStale],
        body=OfPassage,
        writes=True,
        parameters=HEADERS,
    )
    def post(self, request: Request, lesson: UUID, block: UUID) -> HttpResponse:
        """Keep a block as it is, though the article changed: it is stale no more."""
        version = conditions.required(request, LETTER)
        passage = _passage(request)
        try:
            row = accepting.leave(
                lesson=lesson,
                block=block,
                passage=passage,
                version=version,
                by=signed_in(request),
                now=timezone.now(),
            )
        except editing.NotSaved as error:
            return told_not_saved(error)
        return told(row)


def _passage(request: Request) -> str:
    sent = OfPassage(data=request.data)
    sent.is_valid(raise_exception=True)
    return str(sent.validated_data["passage"])
