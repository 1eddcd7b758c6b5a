"""Taking letters that are due, for the length of a lease; no other sender gets them meanwhile."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce

from courseapp.post import allowance, filling
from courseapp.post.models import Letter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from courseapp.post.models import Letters

log = logging.getLogger(__name__)

# Longer than the hard time limit of a task, so that a letter has one sender at a time.
LEASE = timedelta(seconds=180)
# Somebody waits for a code: one whose sender died goes again soon, and may come twice, as it is.
CODE_LEASE = timedelta(seconds=25)
# A letter whose last senders died goes alone from here on, so that it takes no other with it …
ALONE = 2
# … and from here on it goes nowhere: a person has to look at it.
QUARANTINE = 5
# When the first under a priority is due. Asked with a moment in it, PostgreSQL may read the whole
# table: it keeps a plan made without knowing that moment, or trusts counts of before a flood.
FIRST = """
    (SELECT next_at FROM post_letter WHERE priority = {priority} AND next_at IS NOT NULL
     ORDER BY next_at LIMIT 1) <= %s
"""


def claim(*, now: datetime, limit: int, lowest_priority: int = allowance.ALL) -> list[Letter]:
    """Up to ``limit`` letters that are due, the most urgent first.

    The attempt counts here already, so that a letter that kills its sender is found out one day. An
    offer that was begun and never marked went, or not: it is left in doubt, and not taken.
    """
    while True:
        with transaction.atomic():
            keep_to_the_index()
            found = _due(now, limit, lowest_priority)
            letters = _together(_without_poison(_without_doubtful(found)))
            Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
                next_at=Case(
                    When(stream=Letter.Stream.CODE, then=Value(now + lease_of(Letter.Stream.CODE))),
                    default=Value(now + LEASE),
                ),
                attempt=F("attempt") + 1,
                unanswered=F("unanswered") + 1,
                first_tried_at=Coalesce("first_tried_at", now),
            )
        if letters or not found:
            break
    filling.fetch(letters)
    for letter in letters:
        letter.next_at = now + lease_of(letter.stream)
        letter.attempt += 1
        letter.unanswered += 1
        letter.first_tried_at = letter.first_tried_at or now
    return letters


def lease_of(stream: str) -> timedelta:
    """How long a letter is its sender's."""
    return min(CODE_LEASE, LEASE) if stream == Letter.Stream.CODE else LEASE


def is_anything_due(*, now: datetime, lowest_priority: int = allowance.ALL) -> bool:
    """Whether ``claim`` would find anything; asked every few seconds, mostly for nothing."""
    firsts = [FIRST.format(priority=each) for each in range(lowest_priority + 1)]
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 WHERE {' OR '.join(firsts)}", [moment] * len(firsts))
        return cursor.fetchone() is not None


def keep_to_the_index() -> None:
    """For this transaction: what is due is read in the order of its index, never sorted.

    With counts of before a flood PostgreSQL expects one row, and would fetch and sort a hundred
    thousand for each batch.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off")


def goes_alone(letter: Letter) -> bool:
    """Whether this letter's last senders died over it, perhaps."""
    return letter.unanswered > ALONE


def _due(now: datetime, limit: int, lowest_priority: int) -> list[Letter]:
    """Letters that are due and not in other hands, locked."""
    free = connection.features.has_select_for_update_skip_locked
    found: list[Letter] = []
    for priority in range(lowest_priority + 1):
        due = _in_turn(now, priority).select_for_update(skip_locked=free)
        found += due[: limit - len(found)]
    return found


def _in_turn(now: datetime, priority: int) -> Letters:
    """What is due under one priority, in the order it goes.

    Within one, the index leads straight to it, past however many that wait for a later moment.
    """
    return Letter.objects.due(now=now).filter(priority=priority).order_by("next_at", "pk")


def _without_doubtful(found: Sequence[Letter]) -> list[Letter]:
    doubtful = [letter.pk for letter in found if letter.begun_at is not None]
    if doubtful:
        log.warning(
            "%s offers were begun by a sender that died; they stay as they are.", len(doubtful)
        )
        Letter.objects.filter(pk__in=doubtful).update(next_at=None, error="in doubt: sender died")
    return [letter for letter in found if letter.begun_at is None]


def _without_poison(found: Sequence[Letter]) -> list[Letter]:
    poison = [letter.pk for letter in found if letter.unanswered >= QUARANTINE]
    if poison:
        log.error("Letters %s ended every sender they had; they are not tried again.", poison)
        Letter.objects.filter(pk__in=poison).update(next_at=None, error="quarantine")
    return [letter for letter in found if letter.unanswered < QUARANTINE]


def _together(found: list[Letter]) -> list[Letter]:
    """All up to the first that has to go alone, or that one."""
    for place, letter in enumerate(found):
        if letter.unanswered >= ALONE:
            return found[: place or 1]
    return found
