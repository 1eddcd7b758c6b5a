"""What a run of outages came to: plan, ledger, outbox and the server's list, compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.lessons.drip.machines import WORKERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Count:
    """What was found when all was over. ``expected`` is what the plan says for readers to whom no
    outage ever happened."""

    database: str
    broker: str
    readers: int
    turns: dict[str, int]
    kills: int
    connections: int
    seconds: float
    workers_that_ended_by_themselves: int
    expected: int
    came: int
    never_decided_on: int
    decided_on_and_not_expected: int
    away_readers_without_exactly_one: int
    lessons_lost: int
    lessons_twice: int
    offers_twice: int
    offers_in_doubt: int
    offers_lost_unnoticed: int
    came_for_somebody_else: int
    ledger_and_server_differ: int
    stuck: int

    @property
    def window(self) -> int:
        """Letters that may be between the server's yes and our mark of it when senders are cut."""
        away = self.turns.get("database", 0) + self.turns.get("crash", 0)
        cuts = self.kills + WORKERS * away
        return cuts * self.connections

    def faults(self) -> list[str]:
        """What should not be; empty when all is as promised."""
        broken = {
            "a worker ended by itself": self.workers_that_ended_by_themselves,
            "a mail was never decided on": self.never_decided_on,
            "a mail was decided on that nobody was to get": self.decided_on_and_not_expected,
            "after five days not exactly one mail": self.away_readers_without_exactly_one,
            "a lesson was lost": self.lessons_lost,
            "more lessons came twice than were in hand": self.lessons_twice > self.window,
            "an offer came twice": self.offers_twice,
            "more offers in doubt than were in hand": self.offers_in_doubt > self.window,
            "an offer is neither sent nor in doubt": self.offers_lost_unnoticed,
            "a letter came for somebody else": self.came_for_somebody_else,
            "the ledger says something else than the server": self.ledger_and_server_differ,
            "a reader's mails are stuck": self.stuck,
        }
        return [name for name, is_so in broken.items() if is_so]


def expected(now: datetime) -> Iterator[tuple[int, str, str]]:
    """Place, step and occurrence of every mail that is due by now to who has had none."""
    from lessons.drip import gathering, plan, spreading
    from lessons.drip.models import Place

    for reader in gathering.of_readers(Place.objects.values_list("reader", flat=True)):
        plans = [
            plan.plan(here.steps, replace(here.facts, sent={}), now, goal=here.goal)
            for here in reader.situations
        ]
        spread = spreading.spread(plans, taken=(), zone=reader.zone, now=now)
        for here, planned in zip(reader.situations, spread, strict=True):
            for one in planned:
                if one.state == "due":
                    yield here.place.pk, *one.identity


def counted(log: Path, away: list[int], **known: Any) -> Count:
    """Hold the plan, the ledger, the outbox and the server's list against each other."""
    from courseapp.post.models import Letter
    from lessons.drip.models import Mail, Place
    from lessons.reading.models import Enrolment

    rows = [line.split() for line in log.read_text(encoding="ascii").splitlines()]
    came = Counter(name for name, _to in rows)
    letters = {letter.message_id: letter for letter in Letter.objects.all()}
    mails = list(Mail.objects.all())
    names = {letter.key: name for name, letter in letters.items()}
    by_mail = {mail.pk: came[names.get(f"drip:{mail.letter}", "")] for mail in mails}
    due = set(expected(datetime.now(UTC)))
    decided = {(mail.place_id, mail.step_key, mail.occurrence) for mail in mails}
    offers = [mail for mail in mails if mail.kind == "offer"]
    lessons = [mail for mail in mails if mail.kind != "offer"]
    each = Counter(mail.reader_id for mail in mails for _ in range(bool(by_mail[mail.pk])))
    in_doubt = [mail for mail in offers if mail.state == Mail.State.IN_DOUBT]
    return Count(
        **known,
        expected=len(due),
        came=len(came),
        never_decided_on=len(due - decided) + Enrolment.objects.filter(places=None).count(),
        decided_on_and_not_expected=len(decided - due),
        away_readers_without_exactly_one=sum(each[reader] != 1 for reader in away),
        lessons_lost=sum(not by_mail[mail.pk] for mail in lessons),
        lessons_twice=sum(by_mail[mail.pk] > 1 for mail in lessons),
        offers_twice=sum(by_mail[mail.pk] > 1 for mail in offers),
        offers_in_doubt=len(in_doubt),
        offers_lost_unnoticed=sum(not by_mail[one.pk] for one in offers if one not in in_doubt),
        came_for_somebody_else=sum(
            name not in letters or letters[name].to != to for name, to in rows
        ),
        ledger_and_server_differ=sum(
            mail.state not in ({Mail.State.SENT} if by_mail[mail.pk] else {Mail.State.IN_DOUBT})
            for mail in lessons
        )
        + sum(
            mail.state not in {Mail.State.SENT, Mail.State.IN_DOUBT}
            or (mail.state == Mail.State.SENT and not by_mail[mail.pk])
            for mail in offers
        ),
        stuck=Place.objects.exclude(error="").count() + Letter.objects.lost().count(),
    )
