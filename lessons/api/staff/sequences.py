"""Mail over time: sequences read, written, tried, published, counted, stopped and let go on."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from courseapp.api import conditions
from courseapp.api.fields import Body, StrictText
from courseapp.api.schema import describe
from courseapp.api.view import StaffEndpoint, answer, signed_in
from lessons.api import shapes_sequences, telling_sequences
from lessons.drip import consequences, counting, drafting, figures, inventing, publishing, stopping
from lessons.drip.models import Sequence as SequenceRow
from lessons.drip.steps import STEPS_MAX, InvalidStep

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

TAG = "staff: mails"
LETTER: conditions.Letter = "v"
# Sixty mails with all their text.
TEXT_MAX = 2 * 1024 * 1024  # bytes
NUMBER_MAX = 10_000
PRECONDITION = (conditions.InvalidPrecondition,)
ASKED = (
    OpenApiParameter("enrolled", {"type": "string", "pattern": "^[0-9T:.-]{10,26}$"},
                     description="On the reader's clock, such as 2026-11-02T20:15; none: now."),
    OpenApiParameter("zone", str, description="An IANA zone; none: Europe/Amsterdam."),
    OpenApiParameter("hour", str, description="The time of day they chose, such as 21:00."),
    *(
        OpenApiParameter(name, {"type": "integer", "minimum": 0, "maximum": NUMBER_MAX},
                         description=said)
        for name, said in (
            ("finishes_every", "A lesson every so many days; none: never one."),
            ("stops_after", "Stops after so many lessons."),
            ("bought_on", "Gets the training so many days after enrolling."),
            ("pause_on", "Takes a pause on this day."),
            ("pause_days", "Of so many days; none: 7."),
        )
    ),
    OpenApiParameter("offers", {"type": "string", "enum": ["yes", "no"], "default": "no"},
                     description="Whether they said yes to mails about trainings."),
    OpenApiParameter("version", {"type": "string", "enum": ["draft", "live"], "default": "draft"},
                     description="The working copy, or what readers get now."),
)  # fmt: skip


@extend_schema_field({"type": "array", "maxItems": STEPS_MAX, "items": shapes_sequences.SENT})
class Steps(serializers.Field[Any, Any, Any, Any]):
    """The steps of a sequence; what one of them may hold, ``drip.steps`` knows."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class SequenceDraft(Body):
    """All mails of the working copy: what is not in it, is gone."""

    draft = Steps()


class SequenceNote(Body):
    """Why, for colleagues."""

    note = StrictText(max_length=300, allow_blank=True, default="")


class Sequences(StaffEndpoint):
    @describe(
        "staff_list_sequences",
        tag=TAG,
        who="staff",
        answers={200: shapes_sequences.Sequences},
    )
    def get(self, request: Request) -> HttpResponse:
        """Every sequence, with how many readers are in it; groups under five are not told."""
        counts = counting.of_all(now=timezone.now())
        rows = SequenceRow.objects.select_related("course", "live").order_by("title", "slug")
        listed: shapes_sequences.Sequences = {
            "results": [telling_sequences.line(one, counts) for one in rows]
        }
        return answer(listed)


class Sequence(StaffEndpoint):
    @describe(
        "staff_read_sequence",
        tag=TAG,
        who="staff",
        answers={200: shapes_sequences.Sequence, 304: None},
        refusals=[drafting.SequenceNotFound],
        parameters=[conditions.if_none_match(), conditions.etag_header(LETTER, 200, 304)],
    )
    def get(self, request: Request, sequence: UUID) -> HttpResponse:
        """A sequence with its working copy and its versions. Its ETag names the working copy."""
        row = drafting.sequence_of(sequence)
        return conditions.not_modified(request, _tag(row)) or _told(row)


class WriteDraft(StaffEndpoint):
    body_max = TEXT_MAX

    @describe(
        "staff_write_sequence",
        tag=TAG,
        who="staff",
        answers={200: shapes_sequences.Sequence},
        refusals=[
            drafting.SequenceNotFound, drafting.ChangedMeanwhile, InvalidStep,
            conditions.PreconditionRequired, *PRECONDITION,
        ],
        body=SequenceDraft,
        writes=True,
        parameters=[
            conditions.if_match(LETTER, needed=True), conditions.etag_header(LETTER, 200),
        ],
    )  # fmt: skip
    def put(self, request: Request, sequence: UUID) -> HttpResponse:
        """Write all mails of the working copy over the one that `If-Match` names.

        When somebody saved in between it is 412 and nothing is written over. Readers get none of
        it before it is published.
        """
        draft_no = conditions.required(request, LETTER)
        sent = SequenceDraft(data=request.data)
        sent.is_valid(raise_exception=True)
        drafting.write(
            sequence=sequence,
            draft=sent.validated_data["draft"],
            draft_no=draft_no,
            by=signed_in(request),
            now=timezone.now(),
        )
        return _told(drafting.sequence_of(sequence))


class Version(StaffEndpoint):
    @describe(
        "staff_read_sequence_version",
        tag=TAG,
        who="staff",
        answers={200: shapes_sequences.Version},
        refusals=[drafting.SequenceNotFound, publishing.VersionNotFound],
    )
    def get(self, request: Request, sequence: UUID, version: int) -> HttpResponse:
        """What readers got from one publication on."""
        row = drafting.sequence_of(sequence)
        found = publishing.version_numbered(sequence=row, number=version)
        return answer(telling_sequences.version(found, row))


class Changes(StaffEndpoint):
    @describe(
        "staff_read_sequence_changes",
        tag=TAG,
        who="staff",
        answers={200: shapes_sequences.SequenceChanges},
        refusals=[drafting.SequenceNotFound],
    )
    def get(self, request: Request, sequence: UUID) -> HttpResponse:
        """What publishing the working copy would change, and for how many readers."""
        row = drafting.sequence_of(sequence)
        told = consequences.of(sequence=row, now=timezone.now())
        return answer(telling_sequences.changes(told))


class Publish(StaffEndpoint):
    @describe(
        "publish_sequence",
        tag=TAG,
        who="staff",
        answers={201: shapes_sequences.VersionLine},
        refusals=[
            drafting.SequenceNotFound, publishing.CannotPublish, publishing.NothingToPublish,
            publishing.InvalidNote, publishing.DraftChanged, *PRECONDITION,
        ],
        body=SequenceNote,
        writes=True,
        scope="publish",
        parameters=[conditions.if_match(LETTER, needed=False)],
    )  # fmt: skip
    def post(self, request: Request, sequence: UUID) -> HttpResponse:
        """Make the working copy what readers get from now on.

        With its ETag in `If-Match` it is 412 when somebody changed it since.
        """
        draft_no = conditions.expected(request, LETTER)
        sent = SequenceNote(data=request.data)
        sent.is_valid(raise_exception=True)
        row = drafting.sequence_of(sequence)
        made = publishing.publish(
            sequence=row,
            by=signed_in(request),
            now=timezone.now(),
            note=sent.validated_data["note"],
            draft_no=draft_no,
        )
        return answer(
            telling_sequences.version_line(made, drafting.sequence_of(sequence)), status=201
        )


class Timeline(StaffEndpoint):
    @describe(
        "staff_read_sequence_timeline",
        tag=TAG,
        who="staff",
        answers={200: shapes_sequences.Timeline},
        refusals=[
            drafting.SequenceNotFound, inventing.InvalidReader, inventing.NoCourseYet,
            ValidationError,
        ],
        parameters=ASKED,
    )  # fmt: skip
    def get(self, request: Request, sequence: UUID) -> HttpResponse:
        """Which mail an invented reader gets when, by the rules the sender follows."""
        row = drafting.sequence_of(sequence)
        use_live = _one_of(request, "version", "draft", "live") == "live" and row.live is not None
        played = inventing.rehearse(sequence=row, asked=_asked(request), use_live=use_live)
        return answer(telling_sequences.timeline(played))


class Figures(StaffEndpoint):
    @describe(
        "staff_read_sequence_figures",
        tag=TAG,
        who="staff",
        answers={200: shapes_sequences.SequenceFigures},
        refusals=[drafting.SequenceNotFound],
    )
    def get(self, request: Request, sequence: UUID) -> HttpResponse:
        """What came of each mail. Groups of fewer than five readers are not told."""
        row = drafting.sequence_of(sequence)
        return answer(telling_sequences.figures(figures.of(sequence=row)))


class Stop(StaffEndpoint):
    @describe(
        "stop_sequence",
        tag=TAG,
        who="staff",
        answers={200: shapes_sequences.SequenceState},
        refusals=[drafting.SequenceNotFound, stopping.NotLiveYet],
        writes=True,
        scope="publish",
    )
    def post(self, request: Request, sequence: UUID) -> HttpResponse:
        """Nobody gets any of these mails until it goes on; twice is once."""
        row = stopping.stop(sequence=sequence, by=signed_in(request), now=timezone.now())
        return answer(telling_sequences.state(row))


class Resume(StaffEndpoint):
    @describe(
        "resume_sequence",
        tag=TAG,
        who="staff",
        answers={200: shapes_sequences.SequenceState},
        refusals=[drafting.SequenceNotFound, stopping.NotLiveYet],
        writes=True,
        scope="publish",
    )
    def post(self, request: Request, sequence: UUID) -> HttpResponse:
        """Let it go on: at most one mail a day for each reader, and nothing that is too old."""
        row = stopping.resume(sequence=sequence, by=signed_in(request), now=timezone.now())
        return answer(telling_sequences.state(row))


def _tag(row: SequenceRow) -> str:
    return conditions.tag(LETTER, row.draft_no)


def _told(row: SequenceRow) -> HttpResponse:
    return answer(telling_sequences.sequence(row), etag=_tag(row))


def _asked(request: Request) -> inventing.Asked:
    """The invented reader that the address describes."""
    sent = request.query_params
    zone = sent.get("zone") or "Europe/Amsterdam"
    numbers = {
        name: _number(request, name)
        for name in ("finishes_every", "stops_after", "bought_on", "pause_on", "pause_days")
    }
    days = numbers.pop("pause_days")
    return inventing.Asked(
        enrolled=_moment(sent.get("enrolled", "")),
        zone=zone,
        hour=_hour(sent.get("hour", "")),
        offers=_one_of(request, "offers", "no", "yes") == "yes",
        pause_days=7 if days is None else days,
        **numbers,
    )


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text) if text else timezone.localtime()
    except ValueError:
        raise ValidationError({"enrolled": ["A moment such as 2026-11-02T20:15."]}) from None
    return at.replace(tzinfo=None)


def _hour(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        raise ValidationError({"hour": ["A time of day such as 21:00."]}) from None


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(NUMBER_MAX)):
        raise ValidationError({name: [f"A whole number from 0 to {NUMBER_MAX}."]})
    return int(text)


def _one_of(request: Request, name: str, usual: str, other: str) -> str:
    wanted = request.query_params.get(name, usual)
    if wanted not in {usual, other}:
        raise ValidationError({name: [f"One of: {usual}, {other}."]})
    return wanted
