"""A lesson of the working copy: read and written as one text, and never over somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from courseapp.api import conditions
from courseapp.api.fields import Body, StrictFlag, StrictNumber, StrictText, StrictUUID
from courseapp.api.schema import describe
from courseapp.api.view import StaffEndpoint, answer, signed_in
from lessons.api import shapes_staff, telling_staff
from lessons.api.staff.versions import LETTER, WRITING, etag_of, told, told_not_saved
from lessons.content import blocks, editing, structure

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

BLOCKS_MAX = blocks.BLOCKS_MAX  # A field of that name stands before the room below.
# A lesson of sixty blocks with all their text.
TEXT_MAX = 1024 * 1024  # bytes


@extend_schema_field(
    {"type": "array", "maxItems": blocks.BLOCKS_MAX, "items": {"oneOf": shapes_staff.SENT}}
)
class Blocks(serializers.Field[Any, Any, Any, Any]):
    """The blocks of a lesson; what one of them may hold, ``content.blocks`` knows."""

    def to_internal_value(self, data: Any) -> Any:
        return blocks.many_as_json(blocks.many_from_json(data))


class WholeLesson(Body):
    """All of a lesson's text: what is not in it, is gone.

    `removed` names the blocks that were taken out on purpose. Without it, a text that has lost
    more than half of its words is kept beside the lesson and refused as `much_shorter`.
    """

    title = StrictText(max_length=editing.TITLE_MAX)
    lead = StrictText(max_length=editing.LEAD_MAX, allow_blank=True)
    minutes = StrictNumber(min_value=0, max_value=editing.MINUTES_MAX)
    required = StrictFlag()  # type: ignore[assignment]  # The lesson's own word; no attribute.
    open_to_all = StrictFlag()
    blocks = Blocks()
    removed = serializers.ListField(
        child=StrictUUID(), max_length=BLOCKS_MAX, required=False, default=list
    )


class Lesson(StaffEndpoint):
    body_max = TEXT_MAX

    @describe(
        "staff_read_lesson",
        tag="staff: lessons",
        who="staff",
        answers={200: shapes_staff.StaffLesson, 304: None},
        refusals=[editing.LessonNotFound],
        parameters=[conditions.if_none_match(), conditions.etag_header(LETTER, 200, 304)],
    )
    def get(self, request: Request, lesson: UUID) -> HttpResponse:
        """A lesson of the working copy with its blocks. Its ETag names the version."""
        row = structure.lesson_of(lesson)
        return conditions.not_modified(request, etag_of(row)) or told(row)

    @describe(
        "staff_write_lesson",
        tag="staff: lessons",
        who="staff",
        answers={200: shapes_staff.StaffLesson},
        refusals=[*WRITING, editing.MuchShorter, editing.InvalidLesson, blocks.InvalidBlock],
        body=WholeLesson,
        writes=True,
        parameters=[
            conditions.if_match(LETTER, needed=True),
            conditions.etag_header(LETTER, 200, 409, 412),
        ],
    )
    def put(self, request: Request, lesson: UUID) -> HttpResponse:
        """Write the whole text of a lesson over the version that `If-Match` names.

        When somebody saved in between it is 412: nothing is written over, the text that was sent
        is kept for its writer (`unsaved`), and `version` is the one that stands there. The text
        that stands there already is 200 whatever the version, so this may be sent twice.
        """
        version = conditions.required(request, LETTER)
        sent = WholeLesson(data=request.data)
        sent.is_valid(raise_exception=True)
        text = dict(sent.validated_data)
        removed = text.pop("removed")
        try:
            saved = editing.save(
                lesson=lesson,
                version=max(version, 0),
                state=editing.state_from_json(text),
                removed=removed,
                by=signed_in(request),
                now=timezone.now(),
            )
        except editing.NotSaved as error:
            return told_not_saved(error)
        return told(saved)


class UnsavedTexts(StaffEndpoint):
    @describe(
        "staff_list_unsaved_texts",
        tag="staff: lessons",
        who="staff",
        answers={200: shapes_staff.UnsavedTexts},
        refusals=[editing.LessonNotFound],
    )
    def get(self, request: Request, lesson: UUID) -> HttpResponse:
        """What one wrote in this lesson and did not get saved; kept for thirty days."""
        row = structure.lesson_of(lesson)
        kept = editing.unsaved_of(lesson=row.pk, by=signed_in(request))
        listed: shapes_staff.UnsavedTexts = {
            "results": [telling_staff.unsaved(one) for one in kept]
        }
        return answer(listed)


class Insist(StaffEndpoint):
    @describe(
        "staff_insist_on_unsaved_text",
        tag="staff: lessons",
        who="staff",
        answers={200: shapes_staff.StaffLesson},
        refusals=[editing.UnsavedNotFound, *WRITING],
        writes=True,
        parameters=[
            conditions.if_match(LETTER, needed=True),
            conditions.etag_header(LETTER, 200, 412),
        ],
    )
    def post(self, request: Request, unsaved: UUID) -> HttpResponse:
        """Save a text that was kept aside over the version that `If-Match` names."""
        version = conditions.required(request, LETTER)
        try:
            saved = editing.insist(
                unsaved=unsaved, version=version, by=signed_in(request), now=timezone.now()
            )
        except editing.NotSaved as error:
            return told_not_saved(error)
        return told(saved)


class Drop(StaffEndpoint):
    @describe(
        "staff_drop_unsaved_text",
        tag="staff: lessons",
        who="staff",
        answers={200: shapes_staff.Dropped},
        refusals=[editing.UnsavedNotFound],
        writes=True,
    )
    def post(self, request: Request, unsaved: UUID) -> HttpResponse:
        """Let a text that was kept aside go."""
        lesson = editing.drop(unsaved=unsaved, by=signed_in(request))
        dropped: shapes_staff.Dropped = {"lesson": str(lesson)}
        return answer(dropped)
