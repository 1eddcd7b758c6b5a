"""What a reader writes in lessons: kept sealed, read back by that reader alone.

What gathers all of it, or deletes all of it, asks that the reader showed within half an hour who
this is, as the pages do: the session of an open browser comes in here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from courseapp.accounts import again
from courseapp.api import paging
from courseapp.api.fields import Body, StrictFlag, StrictNumber, StrictText
from courseapp.api.schema import describe
from courseapp.api.sign_in import session_of
from courseapp.api.view import Endpoint, answer, signed_in
from courseapp.vault.keys import KeysUnavailable, Unreadable
from lessons.api import shapes_answers as shapes
from lessons.api import telling_answers as telling
from lessons.api.lessons import CLOSED
from lessons.reading import answers, journal, keeping, searching
from lessons.reading.replies import TEXT_MAX, Unshowable

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

TAG = "answers"
IDLE = 30  # Minutes.
# A text in the longest form that JSON has for it, and what is around it.
TEXT_BODY_MAX = 12 * TEXT_MAX + 1_000  # bytes
TAG_MAX, TICKS_MAX, OCCURRENCE_MAX = 60, 40, 100_000
SAVING = (
    *CLOSED,
    answers.NotKept,
    answers.NoPlaceToWrite,
    answers.Changed,
    KeysUnavailable,
    Unreadable,
)


class TextAnswer(Body):
    """A text, and the `tag` of the state it began from: "" where nothing was. Blank deletes."""

    text = StrictText(max_length=TEXT_MAX, allow_blank=True, trim_whitespace=False)
    tag = StrictText(max_length=TAG_MAX, allow_blank=True)


class TicksAnswer(Body):
    """The numbers of the statements that are recognised, in which taking (1 is the first).

    One `occurrence` further than is kept, with an empty `tag`, takes the self-check again.
    """

    recognised = serializers.ListField(
        child=StrictNumber(min_value=1, max_value=TICKS_MAX), max_length=TICKS_MAX
    )
    occurrence = StrictNumber(min_value=1, max_value=OCCURRENCE_MAX)
    tag = StrictText(max_length=TAG_MAX, allow_blank=True)


class KeepAnswers(Body):
    """A yes in the words of that language, or a no."""

    given = StrictFlag()
    language = serializers.ChoiceField(choices=["nl", "en"], default="nl")


class Question(Body):
    """The words to look for."""

    q = StrictText(max_length=searching.LONGEST)


class Answers(Endpoint):
    http_method_names = ["get", "head", "delete"]

    @describe(
        "list_answers",
        tag=TAG,
        who="readers",
        answers={200: shapes.KeptAnswerPage},
        refusals=[again.AskAgain, paging.InvalidCursor, ValidationError, KeysUnavailable],
        parameters=paging.PARAMETERS,
    )
    def get(self, request: Request) -> HttpResponse:
        """All that one wrote and ticked, also of lessons that have gone or are not open any more.

        Asks that the reader showed within half an hour who this is.
        """
        reader = signed_in(request)
        again.require(session_of(request), reader, minutes=IDLE)
        courses = journal.of(reader=reader, now=timezone.now())
        mine = [reply for _course, _lesson, reply in journal.replies_of(courses)]
        page = paging.page(request, mine, lambda one: str(one.id))
        told: shapes.KeptAnswerPage = {
            "next": page.next,
            "previous": page.previous,
            "results": [telling.answer(one) for one in page.rows],
        }
        return answer(told)

    @describe(
        "delete_answers",
        tag=TAG,
        who="readers",
        answers={200: shapes.AnswersDeleted},
        refusals=[again.AskAgain],
        writes=True,
    )
    def delete(self, request: Request) -> HttpResponse:
        """Delete all that one wrote, for good. Whether more is kept from now on does not change."""
        reader = signed_in(request)
        again.require(session_of(request), reader, minutes=IDLE)
        told: shapes.AnswersDeleted = {"deleted": answers.delete_all(reader=reader)}
        return answer(told)


class Answer(Endpoint):
    http_method_names = ["delete"]

    @describe(
        "delete_answer",
        tag=TAG,
        who="readers",
        answers={200: shapes.AnswersDeleted},
        refusals=[answers.AnswerNotFound],
        writes=True,
    )
    def delete(self, request: Request, kept: UUID) -> HttpResponse:
        """Delete one, for good; sent twice, the second time there is none."""
        answers.delete(reader=signed_in(request), answer=kept)
        told: shapes.AnswersDeleted = {"deleted": 1}
        return answer(told)


class Keeping(Endpoint):
    @describe("read_answers_consent", tag=TAG, who="readers", answers={200: shapes.AnswersConsent})
    def get(self, request: Request) -> HttpResponse:
        """Whether answers are kept, and the words to show before asking."""
        return answer(telling.consent(given=keeping.said(reader=signed_in(request))))

    @describe(
        "give_answers_consent",
        tag=TAG,
        who="readers",
        answers={200: shapes.AnswersConsent},
        body=KeepAnswers,
        writes=True,
    )
    def put(self, request: Request) -> HttpResponse:
        """Say yes, or take it back: nothing is kept from then on, what is there stays until it is
        deleted."""
        sent = KeepAnswers(data=request.data)
        sent.is_valid(raise_exception=True)
        given, language = sent.validated_data["given"], sent.validated_data["language"]
        wording, now = telling.wording_in(language, given=given), timezone.now()
        act = keeping.agree if given else keeping.decline
        act(reader=signed_in(request), wording=wording, place="api", now=now)
        return answer(telling.consent(given=given))


class AtBlock(Endpoint):
    @describe(
        "read_answers_at",
        tag=TAG,
        who="readers",
        answers={200: shapes.AnswersAtBlock},
        # An id that is none meets no endpoint.
        refusals=[KeysUnavailable, Http404],
    )
    def get(self, request: Request, lesson: UUID, block: UUID) -> HttpResponse:
        """What one wrote at a block of a lesson; none where there is nothing."""
        given = answers.given_at(reader=signed_in(request), lesson=lesson, block=block)
        told: shapes.AnswersAtBlock = {"results": [telling.answer(one) for one in given]}
        return answer(told)


class TextAt(Endpoint):
    body_max = TEXT_BODY_MAX

    @describe(
        "write_answer",
        tag=TAG,
        who="readers",
        answers={200: shapes.SavedText},
        refusals=[*SAVING, Unshowable],
        body=TextAnswer,
        writes=True,
    )
    def put(self, request: Request, lesson: UUID, block: UUID) -> HttpResponse:
        """Keep a text below a reflection or an exercise.

        409 when another client kept something else since: read that, show both, and save with its
        tag. Sent twice it is kept once.
        """
        sent = TextAnswer(data=request.data)
        sent.is_valid(raise_exception=True)
        kept = answers.write(
            reader=signed_in(request),
            lesson=lesson,
            block=block,
            text=sent.validated_data["text"],
            tag=sent.validated_data["tag"],
            now=timezone.now(),
        )
        told: shapes.SavedText = {"answer": telling.answer(kept) if kept else None}
        return answer(told)


class TicksAt(Endpoint):
    @describe(
        "tick_answer",
        tag=TAG,
        who="readers",
        answers={200: shapes.KeptAnswer},
        refusals=SAVING,
        body=TicksAnswer,
        writes=True,
    )
    def put(self, request: Request, lesson: UUID, block: UUID) -> HttpResponse:
        """Keep what is recognised in a self-check; an earlier taking stays as it was."""
        sent = TicksAnswer(data=request.data)
        sent.is_valid(raise_exception=True)
        kept = answers.tick(
            reader=signed_in(request),
            lesson=lesson,
            block=block,
            now=timezone.now(),
            **sent.validated_data,
        )
        return answer(telling.answer(kept))


class Search(Endpoint):
    @describe(
        "search",
        tag=TAG,
        who="readers",
        answers={200: shapes.Found},
        refusals=[again.AskAgain, KeysUnavailable],
        body=Question,
        writes=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """Find words in the lessons open to the reader and in what the reader wrote.

        By POST, so that they come into no address; nothing of it is kept. Asks that the reader
        showed within half an hour who this is.
        """
        sent = Question(data=request.data)
        sent.is_valid(raise_exception=True)
        reader = signed_in(request)
        again.require(session_of(request), reader, minutes=IDLE)
        found = searching.search(reader=reader, query=sent.validated_data["q"], now=timezone.now())
        return answer(telling.found(found))
