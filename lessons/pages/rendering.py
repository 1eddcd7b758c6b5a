"""Making HTML of a lesson; what does not differ between readers only once per process.

The text of a lesson is the same for everybody who reads that edition in that language, so it is
rendered once and kept. Nothing personal goes in: no reader, no token, no date.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from courseapp import browser
from lessons.content import embeds
from lessons.content.blocks import Media, Offer
from lessons.pages import kept, places
from lessons.pages.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.http import HttpResponse

    from lessons.content.blocks import Block
    from lessons.pages.places import Writing
    from lessons.reading.outline import LessonLine, LessonView, Outline

# With more lessons than this the row at the top shows the module alone.
ROW = 24

_bodies = Kept(size=512)


def offered_in(view: LessonView) -> frozenset[str]:
    """The courses this lesson offers that are live."""
    named = {block.course for block in view.blocks if isinstance(block, Offer)}
    return view.live_courses & named


def with_players(response: HttpResponse, blocks: Iterable[Block]) -> HttpResponse:
    """Let the page of these blocks show the players of its films, and no other frame."""
    films = (
        embeds.embed_of(block.src)
        for block in blocks
        if isinstance(block, Media) and block.kind == "embed"
    )
    browser.allow(response, browser.PAGE, frame_src={film.host for film in films if film})
    return response


def body(view: LessonView, offered: frozenset[str], writing: Writing = "nowhere") -> SafeString:
    """The blocks of the lesson as HTML in the active language; only what is offered is linked.

    It has marks for ``kept.page`` or ``kept.fill``: the token of its forms, and what was written.
    """
    key = (view.edition, view.line.uuid, get_language(), offered, writing)
    made = _bodies.get(key, lambda: draft_body(view, offered, writing))
    return mark_safe(made)  # noqa: S308 -- rendered by our own templates.


def draft_body(
    view: LessonView, offered: frozenset[str], writing: Writing = "nowhere"
) -> SafeString:
    """The same, kept nowhere: for a lesson that changes while it is written."""
    first = places.first_of(view.blocks)
    blocks = (
        _block(block, view.line.uuid, offered, writing, asks=block is first)
        for block in view.blocks
    )
    return mark_safe("\n".join(blocks))  # noqa: S308 -- rendered by our own templates.


def stand(outline: Outline, here: LessonLine) -> SafeString:
    """The thin row that shows where a lesson stands: a piece per lesson, a gap between modules.

    For the eye only; the words beside it say the same.
    """
    lines = outline.lines
    if len(lines) > ROW:
        lines = outline.modules[here.module_number - 1].lessons
    groups = groupby(lines, key=lambda line: line.module_number)
    spans = ("".join(_piece(line, here) for line in group) for _number, group in groups)
    return mark_safe("".join(f"<span>{span}</span>" for span in spans))  # noqa: S308


def _piece(line: LessonLine, here: LessonLine) -> str:
    marks = "finished" if line.state == "finished" else ""
    if line.uuid == here.uuid:
        marks = f"{marks} here".strip()
    return f'<i class="{marks}"></i>' if marks else "<i></i>"


def _block(
    block: Block, lesson: UUID, offered: frozenset[str], writing: Writing, *, asks: bool
) -> str:
    template = get_template(f"lessons/blocks/{block.type}.html")
    context = {
        "block": block,
        "lesson": lesson,
        "offered": offered,
        "writing": writing,
        # The first place to write asks whether what is written may be kept.
        "asks": asks and writing == "unasked",
        "consent": places.ANSWERS_CONSENT,
        "place": kept.mark(places.name_of(block.id)),
        "csrf_token": kept.mark("csrf_token"),
    }
    return str(template.render(context)).strip()
