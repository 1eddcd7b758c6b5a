"""The rounds of the beat by a wrong clock: ``python -m tests.faults.clockwork FILE``.

FILE is what libfaketime takes the time from. Moments come as JSON; what did not hold goes out as
JSON, the last line. Readers live in several time zones, one of which changes by half an hour.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.bench.sink import Sink
    from courseapp.post.models import Letter

ZONES = ("Europe/Amsterdam", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe")
LESSONS = 4
# Days without a reader's doing until they are reminded.
QUIET = 4


@dataclass
class Watch:
    """What is seen from round to round."""

    shown: Path
    sink: Sink
    seen: int = 0
    went: list[tuple[str, datetime]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def set(self, moment: datetime) -> None:
        self.shown.write_text(f"@{moment:%Y-%m-%d %H:%M:%S}", encoding="ascii")

    def round(self, moment: datetime) -> None:
        import lessons.tasks
        from courseapp.post import tasks

        self.set(moment)
        for task in (lessons.tasks.drip, tasks.tick, tasks.send_letters):
            task()
        self.went += [(ident, moment) for ident in self.sink.ids[self.seen :]]
        self.seen = len(self.sink.ids)
        self.wrong += _early_lessons()


def _early_lessons() -> Iterator[str]:
    """Lessons that may be read although their moment has not come, by the clock as it stands."""
    from django.utils import timezone

    from lessons.reading import access
    from lessons.reading.models import Unlock

    now = timezone.now()
    ahead = Unlock.objects.filter(opens_at__gt=now).select_related("enrolment__reader")
    for one in ahead:
        found = access.may_read(reader=one.enrolment.reader, lesson=one.lesson_id, now=now)
        if found.state == "open":
            yield f"{one.lesson_id} is open at {now}, and should be at {one.opens_at}"


def found(now: datetime) -> None:
    """A course with a mail for each lesson and one reminder, and a reader in each zone."""
    from lessons.reading import rhythm
    from tests.factories import make_course, make_enrolment, make_reader
    from tests.lessons.drip.writing import PACE, each_lesson, make_sequence, make_step

    course = make_course(modules=1, lessons=LESSONS, pace=PACE)
    nudge = make_step("stil", kind="nudge", trigger="idle", days=QUIET, at=time(9))
    make_sequence(course, each_lesson(), nudge, now=now)
    for zone in ZONES:
        enrolment = make_enrolment(make_reader(), course, now=now)
        rhythm.choose(enrolment=enrolment, hour=None, zone=zone, now=now)


def judged(watch: Watch, *, leaves_out: bool) -> Iterator[str]:
    """Each mail once, none before its moment, none missing, and one reminder at most."""
    from lessons.drip.models import Mail

    letters = _letters()
    for ident, times in Counter(ident for ident, _at in watch.went).items():
        if times > 1:
            yield f"{letters[ident].key} went {times} times"
    mails = {f"drip:{mail.letter}": mail for mail in Mail.objects.all()}
    sent = Counter[tuple[int, str, str]]()
    for ident, at in watch.went:
        mail = mails[letters[ident].key]
        sent[mail.reader_id, mail.step_key, mail.occurrence] += 1
        if at < mail.due_at:
            yield f"{mail.step_key} went at {at}, and was due at {mail.due_at}"
    yield from (f"{which}: {times} times" for which, times in sent.items() if times > 1)
    yield from _missing(sent, 0 if leaves_out else LESSONS - 1)


def _letters() -> dict[str, Letter]:
    from courseapp.post.models import Letter

    return {one.message_id: one for one in Letter.objects.all()}


def _missing(sent: Counter[tuple[int, str, str]], least: int) -> Iterator[str]:
    """Each reader has heard of so many lessons at least, and was reminded once at most."""
    by_reader: dict[int, Counter[str]] = {}
    for (reader, step, _occurrence), times in sent.items():
        by_reader.setdefault(reader, Counter())[step] += times
    if len(by_reader) != len(ZONES):
        yield f"{len(by_reader)} of {len(ZONES)} readers had mail"
    for reader, steps in by_reader.items():
        if steps["les"] < least or steps["stil"] > 1:
            yield f"reader {reader} had {dict(steps)}"


def main(shown: str, leaves_out: str) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from courseapp.bench import sink

    call_command("migrate", verbosity=0)
    call_command("migrate", "vault", verbosity=0, database="keys")
    moments = [datetime.fromisoformat(one).astimezone(UTC) for one in json.loads(sys.stdin.read())]
    with sink.running(sink.Sink()) as letters:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", letters.port
        settings.KEEPS_MAIL = False
        watch = Watch(Path(shown), letters)
        found(moments[0])
        for moment in moments:
            watch.round(moment)
        wrong = [*watch.wrong, *judged(watch, leaves_out=leaves_out == "True")]
    sys.stdout.write(json.dumps(wrong[:20]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
