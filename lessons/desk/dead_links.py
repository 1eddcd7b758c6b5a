"""For *Vandaag*: published courses that lead to pages of other sites that are no more."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import ngettext

from lessons.content import outside
from lessons.desk.attention import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from courseapp.accounts.models import User

SHOWN = 3
LONGEST = 80


def attention(_person: User, _now: datetime) -> Iterator[Row]:
    """A row for each course, which leads to the first of the places."""
    for course, found in groupby(outside.spots(), key=lambda spot: spot.lesson.course):
        spots = list(found)
        pages = len({spot.page for spot in spots})
        first = spots[0]
        yield Row(
            title=ngettext(
                "“%(course)s” leads to a page of another site that does not open any more",
                "“%(course)s” leads to %(n)s pages of other sites that do not open any more",
                pages,
            )
            % {"course": course.title, "n": pages},
            url=f"{reverse('desk:lesson', args=[first.lesson.pk])}#b-{first.block}",
            weight="waiting",
            detail=_detail(spots),
        )


def _detail(spots: list[outside.Spot]) -> str:
    said = [f"{spot.lesson.title}: {_short(spot.page)}" for spot in spots]
    return " · ".join([*said[:SHOWN], "…"] if len(said) > SHOWN else said)


def _short(page: str) -> str:
    return page if len(page) <= LONGEST else f"{page[:LONGEST]}…"
