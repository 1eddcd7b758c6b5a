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

from lessons.content.blocks import Offer
from lessons.pages.kept import Kept

if TYPE_CHECKING:
    from uuid import UUID

    from lessons.content.blocks import Block
    from lessons.reading.outline import LessonLine, LessonView, Outline

# With more lessons than this the row at the top shows the module alone.
ROW = 24

_bodies = Kept(size=512)


def offered_in(view: LessonView) -> frozenset[str]:
    """The courses this lesson offers that are live."""
    named = {block.course for block in view.blocks if isinstance(block, Offer)}
    return view.live_courses & named


def body(view: LessonView, offered: frozenset[str]) -> SafeString:
    """The blocks of the lesson as HTML in the active language; only what is offered is linked."""
    key = (view.edition, view.line.uuid, get_language(), offered)
    made = _bodies.get(key, lambda: draft_body(view, offered))
    return mark_safe(made)  # noqa: S308 -- rendered by our own templates.


def draft_body(view: LessonView, offered: frozenset[str]) -> SafeString:
    """The same, kept nowhere: for a lesson that changes while it is written."""
    blocks = (_block(block, view.line.uuid, offered) for block in view.blocks)
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


def _block(block: Block, lesson: UUID, offered: frozenset[str]) -> str:
    template = get_template(f"lessons/blocks/{block.type}.html")
    return str(template.render({"block": block, "lesson": lesson, "offered": offered})).strip()
