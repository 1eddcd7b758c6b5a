"""What came of each mail of a sequence, from the rows of the mails themselves: no reader is told
apart, and opening a mail is not counted, for nothing in a mail says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q

from courseapp.accounts.models import Consent
from lessons.drip import drafting
from lessons.drip.models import Choice, Mail
from lessons.reading.models import Access, Opened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lessons.drip.models import Sequence

READS_WITHIN, BUYS_WITHIN, STOPS_WITHIN = (timedelta(days=days) for days in (3, 14, 3))


@dataclass(frozen=True)
class StepFigures:
    """Mails of one step by what became of them, and what their readers did after.

    ``opened``: opened a lesson for the first time within three days. ``bought``: got the training
    within fourteen. ``stopped``: wanted fewer mails within three.
    """

    key: str
    subject: str
    planned: int = 0
    sent: int = 0
    in_doubt: int = 0
    failed: int = 0
    withheld: int = 0
    stopped: int = 0
    opened: int = 0
    bought: int = 0
    is_live: bool = True


def of(*, sequence: Sequence) -> list[StepFigures]:
    """Every step that is live, in its order, then those that were once; one statement."""
    found = {str(row["step_key"]): row for row in _counted(sequence)}
    steps = drafting.live_steps_of(sequence)
    result = [_figures(step.key, step.subject, found.pop(step.key, {})) for step in steps]
    return result + [_figures(key, key, row, is_live=False) for key, row in found.items()]


def _counted(sequence: Sequence) -> Iterable[dict[str, Any]]:
    state = Mail.State
    mails = Mail.objects.filter(place__sequence=sequence).order_by("step_key")
    rows = mails.values("step_key").annotate(
        planned=Count("pk", filter=Q(state=state.QUEUED)),
        sent=Count("pk", filter=Q(state=state.SENT)),
        in_doubt=Count("pk", filter=Q(state=state.IN_DOUBT)),
        failed=Count("pk", filter=Q(state=state.FAILED)),
        withheld=Count("pk", filter=Q(state=state.WITHHELD)),
        stopped=Count("pk", filter=_stopped()),
        opened=Count("pk", filter=_opened()),
        bought=Count("pk", filter=_bought(sequence)),
    )
    return ({**row} for row in rows)


def _figures(key: str, subject: str, row: dict[str, Any], *, is_live: bool = True) -> StepFigures:
    counts = {name: number for name, number in row.items() if name != "step_key"}
    return StepFigures(key=key, subject=subject, is_live=is_live, **counts)


def _within(days: timedelta, field: str) -> Q:
    """Of a row about what a reader did: not long after the mail went."""
    sent = OuterRef("sent_at")
    return Q(**{f"{field}__gt": sent, f"{field}__lte": sent + days})


def _opened() -> Q:
    rows = Opened.objects.filter(enrolment=OuterRef("place__enrolment"))
    return Q(Exists(rows.filter(_within(READS_WITHIN, "at"))))


def _bought(sequence: Sequence) -> Q:
    if sequence.sells_id is None:
        return Q(pk__in=[])
    rows = Access.objects.filter(reader=OuterRef("reader"), course=sequence.sells_id)
    return Q(Exists(rows.filter(_within(BUYS_WITHIN, "granted_at"))))


def _stopped() -> Q:
    """Who wanted fewer mails just after it; which of two mails of these days was why, nobody can
    say."""
    fewer = Choice.objects.filter(
        Q(course=None) | Q(course=OuterRef("place__sequence__course")),
        reader=OuterRef("reader"),
        wanted=False,
    )
    back = Consent.objects.filter(
        user=OuterRef("reader"),
        purpose=Consent.Purpose.OFFERS,
        act=Consent.Act.WITHDRAWN,
    )
    said = Q(Exists(fewer.filter(_within(STOPS_WITHIN, "at"))))
    withdrawn = Q(Exists(back.filter(_within(STOPS_WITHIN, "at"))))
    return said | (withdrawn & Q(kind="offer"))
