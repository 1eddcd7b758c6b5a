"""A reader's answers as the API tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.utils import translation

from lessons.api.telling import id_or_none, moment
from lessons.messages import ANSWERS_CONSENT, ANSWERS_WITHDRAWAL
from lessons.reading.replies import Ticked, Written

if TYPE_CHECKING:
    from lessons.api import shapes_answers as shapes
    from lessons.reading.answers import Reply
    from lessons.reading.searching import Excerpt, Found


def answer(reply: Reply) -> shapes.KeptAnswer:
    content = reply.content
    ticked = content if isinstance(content, Ticked) else None
    return {
        "uuid": str(reply.id),
        "lesson": str(reply.lesson),
        "lesson_title": reply.lesson_title,
        "block": str(reply.block),
        "kind": cast("Any", reply.kind),
        "occurrence": reply.occurrence,
        "tag": reply.tag,
        "began_at": moment(reply.began_at),
        "saved_at": moment(reply.saved_at),
        "opens": content is not None,
        "heading": content.heading if content else "",
        "question": content.question if isinstance(content, Written) else "",
        "text": content.text if isinstance(content, Written) else None,
        "statements": list(ticked.statements) if ticked else None,
        "recognised": sorted(ticked.recognised) if ticked else None,
    }


def consent(*, given: bool | None) -> shapes.AnswersConsent:
    return {"given": given, "wording": {"nl": wording_in("nl"), "en": wording_in("en")}}


def wording_in(language: str, *, given: bool = True) -> str:
    """What a yes agrees to, or what takes it back, word for word."""
    with translation.override(language):
        return str(ANSWERS_CONSENT if given else ANSWERS_WITHDRAWAL)


def found(result: Found) -> shapes.Found:
    return {
        "lessons": [
            {
                "lesson": str(hit.lesson),
                "number": hit.number,
                "title": hit.title,
                "course_title": hit.course,
                "block": id_or_none(hit.block),
                "excerpt": _excerpt(hit.excerpt),
            }
            for hit in result.lessons
        ],
        "answers": [
            {
                "answer": str(hit.reply.id),
                "lesson_title": hit.lesson_title,
                "excerpt": _excerpt(hit.excerpt),
            }
            for hit in result.notes
        ],
        "has_more": result.has_more,
        "closed": result.closed,
    }


def _excerpt(excerpt: Excerpt) -> shapes.WordsFound:
    return {"before": excerpt.before, "word": excerpt.word, "after": excerpt.after}
