"""Whose a block is: its identity belongs to one lesson."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from lessons.content.models import Lesson

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID


def held_elsewhere(*, lesson: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Which of these blocks are another lesson's: a block's identity is nobody else's."""
    if not ids:
        return set()
    rows = Lesson.objects.exclude(pk=lesson).values_list("blocks", flat=True)
    texts = rows.annotate(text=Cast("blocks", TextField())).filter(
        reduce(or_, (Q(text__contains=str(one)) for one in ids))
    )
    held = {block["id"] for blocks_ in texts for block in blocks_}
    return {one for one in ids if str(one) in held}
