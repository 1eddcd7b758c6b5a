"""Making HTML of a lesson; what does not differ between readers only once per process.

The text of a lesson is the same for everybody who reads that edition in that language, so it is
rendered once and kept. Nothing personal goes in: no reader, no token, no date.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from lessons.content.blocks import Offer
from lessons.content.models import Course

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from lessons.content.blocks import Block
    from lessons.reading.outline import LessonLine, LessonView, Outline

KEPT = 512
# With more lessons than this the row at the top shows the module alone.
ROW = 24

_kept: OrderedDict[tuple[object, ...], SafeString] = OrderedDict()
_lock = Lock()


def body_of(view: LessonView, language: str) -> SafeString:
    """The text of the lesson in view."""
    return lesson_body((view.edition, view.line.uuid), view.line.uuid, view.blocks, language)


def lesson_body(
    edition_key: tuple[object, ...], lesson: UUID, blocks: Iterable[Block], language: str
) -> SafeString:
    """The blocks of a lesson as HTML, in the active language, kept under the edition and lesson.

    A lesson with an offer is kept as well, one way for each set of courses it may link to.
    """
    blocks = tuple(blocks)
    offered = _live(block.course for block in blocks if isinstance(block, Offer))
    key = (*edition_key, language, offered)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    html = mark_safe("\n".join(_block(block, lesson, offered) for block in blocks))  # noqa: S308
    with _lock:
        _kept[key] = html
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return html


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


def _live(slugs: Iterable[str]) -> frozenset[str]:
    """Those of the named courses that are live; asks the database only if any is named."""
    named = {slug for slug in slugs if slug}
    if not named:
        return frozenset()
    live = Course.objects.filter(slug__in=named, live_edition__isnull=False)
    return frozenset(live.values_list("slug", flat=True))
