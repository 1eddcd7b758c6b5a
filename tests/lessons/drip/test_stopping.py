"""A sequence that stands still and goes on: everybody where they were, and nobody a pile."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest

from courseapp.accounts.models import AuditEntry
from lessons.drip import drafting, stopping
from lessons.drip.models import Place
from tests.factories import make_enrolment, make_reader
from tests.lessons.desk.mailing import make_mails
from tests.lessons.drip.conftest import DAY, NOON, make_sequence, tick, told
from tests.lessons.drip.test_plan import make_step

if TYPE_CHECKING:
    from lessons.drip.models import Sequence

pytestmark = pytest.mark.django_db


def make_daily() -> Sequence:
    sequence = make_sequence(*(make_step(f"d{n}", days=n, at=time(8)) for n in range(1, 9)))
    make_enrolment(make_reader(), sequence.course, now=NOON)
    tick(NOON)
    return sequence


def test_after_a_standstill_each_reader_gets_one_mail_a_day_and_the_old_ones_not() -> None:
    sequence = make_daily()
    stopping.stop(sequence=sequence.pk, by=None, now=NOON)
    assert [tick(NOON + day * DAY) for day in range(1, 6)] == [0] * 5

    stopping.resume(sequence=sequence.pk, by=None, now=NOON + 5 * DAY)

    assert [tick(NOON + day * DAY) for day in range(5, 9)] == [1, 1, 1, 1]
    # Older than two days when it went on: left out.
    assert not {"d1", "d2"} & {*told(Place.objects.get())}


def test_the_control_places_nobody_looks_at_again_stay_where_they_are() -> None:
    sequence = make_daily()
    stopping.stop(sequence=sequence.pk, by=None, now=NOON)
    for day in range(1, 6):
        tick(NOON + day * DAY)
    sequence.refresh_from_db()
    sequence.state = "running"
    sequence.save(update_fields=["state"])

    assert [tick(NOON + day * DAY) for day in range(5, 9)] == [0, 0, 0, 0]


def test_stopping_twice_is_once() -> None:
    sequence = make_daily()
    for _number in range(2):
        stopping.stop(sequence=sequence.pk, by=None, now=NOON)
        stopping.stop(sequence=sequence.pk, by=None, now=NOON)
    stopping.resume(sequence=sequence.pk, by=None, now=NOON)
    stopping.resume(sequence=sequence.pk, by=None, now=NOON)
    acts = AuditEntry.objects.filter(kind="sequence").order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["sequence.stopped", "sequence.resumed"]


def test_a_place_that_waits_for_a_person_still_does() -> None:
    sequence = make_daily()
    Place.objects.update(next_at=None, error="KeyError: 'naam'")
    stopping.stop(sequence=sequence.pk, by=None, now=NOON)
    stopping.resume(sequence=sequence.pk, by=None, now=NOON)
    assert Place.objects.get().next_at is None


def test_what_nobody_gets_cannot_be_stopped_and_what_is_not_there_neither() -> None:
    with pytest.raises(stopping.NotLiveYet):
        stopping.stop(sequence=make_mails().pk, by=None, now=NOON)
    gone = make_mails()
    pk = gone.pk
    gone.delete()
    with pytest.raises(drafting.SequenceNotFound):
        stopping.resume(sequence=pk, by=None, now=NOON)
