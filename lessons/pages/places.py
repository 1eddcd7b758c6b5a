"""The places to write below the blocks of a lesson, as each reader finds them.

``Writing`` says how it stands with a reader: *nowhere* (a visitor, a preview), *unasked*,
*declined* or *kept*. The first three are the same for everybody, so a lesson's page is kept with
them. Only for who wants answers kept the page has marks, and what is written there is filled in for
each request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courseapp.vault.keys import KeysUnavailable, Unreadable
from lessons.content.blocks import SelfCheck
from lessons.messages import ANSWERS_CONSENT
from lessons.reading import answers, replies
from lessons.reading.replies import Ticked, Written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from django.http import HttpRequest

    from courseapp.accounts.models import User
    from lessons.content.blocks import Block
    from lessons.reading.answers import Reply
    from lessons.reading.outline import LessonView

Writing = Literal["nowhere", "unasked", "declined", "kept"]
STANDS: dict[bool | None, Writing] = {None: "unasked", False: "declined", True: "kept"}

__all__ = ["ANSWERS_CONSENT", "Writing", "filled", "first_of", "name_of", "writing_in"]


def writing_in(view: LessonView) -> Writing:
    """How it stands with who reads this lesson."""
    return STANDS[view.keeps_answers] if view.outline.enrolled else "nowhere"


def first_of(blocks: Iterable[Block]) -> Block | None:
    """The first place to write, where the question is asked whether to keep it."""
    return next((block for block in blocks if replies.takes_answers(block)), None)


def name_of(block: UUID) -> str:
    """The mark of a place in a kept page."""
    return f"w-{block}"


def filled(request: HttpRequest, reader: User, view: LessonView) -> dict[str, str]:
    """Each place of the lesson with what this reader wrote there.

    Where it cannot be opened the place says so, and the lesson is there all the same.
    """
    places = [block for block in view.blocks if replies.takes_answers(block)]
    if not places or view.enrolment is None:
        return {}
    shared = {
        "lesson": view.line.uuid,
        "language": get_language(),
        "token": get_token(request),
        "who": reader.uuid,
    }
    try:
        found = answers.at(reader=reader, enrolment=view.enrolment, blocks=places)
    except KeysUnavailable as error:
        shut = render_to_string("lessons/writing/shut.html", {**shared, "error": error})
        return {name_of(block.id): shut for block in places}
    again = request.GET.get("opnieuw", "")
    return {
        name_of(block.id): _place(block, found.get(block.id, []), again, shared) for block in places
    }


def _place(block: Block, given: Sequence[Reply], again: str, shared: dict[str, object]) -> str:
    last = given[-1] if given else None
    if isinstance(block, SelfCheck):
        begins_anew = last is not None and again == str(block.id)
        if last is None or last.content or begins_anew:
            return _ticks(block, given, shared, begins_anew=begins_anew)
    elif last is None or isinstance(last.content, Written):
        return _text(block, last, shared)
    context = {**shared, "error": Unreadable("shown"), "listed": True}
    return render_to_string("lessons/writing/shut.html", context)


def _text(block: Block, reply: Reply | None, shared: dict[str, object]) -> str:
    content = reply.content if reply else None
    context = {
        **shared,
        "block": block,
        "reply": reply,
        "tag": reply.tag if reply else "",
        "text": content.text if isinstance(content, Written) else "",
    }
    return render_to_string("lessons/writing/text.html", context)


def _ticks(
    check: SelfCheck, given: Sequence[Reply], shared: dict[str, object], *, begins_anew: bool
) -> str:
    """The statements as they stand now, with what was ticked of them in the last taking."""
    reply = None if begins_anew or not given else given[-1]
    earlier = given if begins_anew else given[:-1]
    content = reply.content if reply else None
    known = _recognised(content) if isinstance(content, Ticked) else frozenset()
    lines = [(n, said, said in known) for n, said in enumerate(check.statements, start=1)]
    words = _words(earlier[-1] if earlier else None, len(lines))
    count = sum(is_ticked for _number, _said, is_ticked in lines)
    context = {
        **shared,
        "block": check,
        "reply": reply,
        "tag": reply.tag if reply else "",
        "occurrence": reply.occurrence if reply else _times(given) + 1,
        "lines": lines,
        "words": words,
        "said": words.replace("{n}", str(count)) if reply else "",
        "earlier": earlier,
    }
    return render_to_string("lessons/writing/ticks.html", context)


def _times(given: Sequence[Reply]) -> int:
    """How often a self-check was taken: deleted ones in between leave a gap."""
    return given[-1].occurrence if given else 0


def _recognised(content: Ticked) -> frozenset[str]:
    """By its words: statements may have been put in another order since."""
    return frozenset(
        said for n, said in enumerate(content.statements, start=1) if n in content.recognised
    )


def _words(before: Reply | None, total: int) -> str:
    """How the count is told, with ``{n}`` for it; beside the earlier one, without a verdict."""
    content = before.content if before else None
    if not isinstance(content, Ticked):
        return _("You recognise %(n)s of the %(m)s.") % {"n": "{n}", "m": total}
    if content.total == total:
        return _("Then %(k)s, now %(n)s of the %(m)s.") % {
            "k": content.count,
            "n": "{n}",
            "m": total,
        }
    return _("Then %(k)s of the %(l)s, now %(n)s of the %(m)s.") % {
        "k": content.count,
        "l": content.total,
        "n": "{n}",
        "m": total,
    }
