"""Who enrols while a run of outages goes on: some now, and some five days ago."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lessons.content.models import Course

AWAY = timedelta(days=5)


@dataclass
class People:
    """Who enrols. Their clocks say about noon, so that no run meets a midnight."""

    new: Course
    old: Course
    zone: str
    away: list[int] = field(default_factory=list)

    @classmethod
    def founded(cls, now: datetime) -> People:
        """A course that answers with a welcome and an offer, and one with a mail for each day."""
        from tests.factories import make_course
        from tests.lessons.drip.writing import each_lesson, make_sequence, make_step

        long_ago = now - 2 * AWAY
        new = make_course(modules=1, lessons=1)
        make_sequence(new, make_step("welkom"), make_step("aanbod", kind="offer"), now=long_ago)
        old = make_course(modules=1, lessons=8, pace={"every_days": 1, "at": "07:30"})
        make_sequence(old, each_lesson(), now=long_ago)
        hours = now.hour - 12
        return cls(new, old, f"Etc/GMT{hours:+d}" if hours else "Etc/GMT")

    def come(self, count: int) -> None:
        """So many begin now, as through a page: the bell is rung after the commit."""
        from courseapp.post import doorbell

        for _ in range(count):
            self._enrol(self.new, datetime.now(UTC))
        doorbell.ring("lessons.drip")

    def were_here(self, count: int) -> None:
        """So many began five days ago, and no worker ran since."""
        then = datetime.now(UTC) - AWAY
        self.away += [self._enrol(self.old, then) for _ in range(count)]

    def _enrol(self, course: Course, now: datetime) -> int:
        from courseapp.accounts import consents
        from tests.factories import make_enrolment, make_reader

        reader = make_reader(time_zone=self.zone)
        consents.give(user=reader, purpose="offers", wording="Ja", place="test", now=now)
        make_enrolment(reader, course, now=now)
        return reader.pk
