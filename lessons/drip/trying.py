"""A mail before anybody gets it: as it will look, and sent to one's own address marked [TEST].

It goes to an invented reader (`lessons.drip.inventing`): no row is written of it but its letter, so
that it counts nowhere and keeps no real mail back.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from courseapp.accounts import audit
from courseapp.post import outbox
from lessons.drip import inventing, letters

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User
    from courseapp.post.letters import Words
    from courseapp.post.models import Letter
    from lessons.drip.models import Sequence
    from lessons.drip.steps import Step

MARK = "[TEST]"


def words_of(
    *,
    sequence: Sequence,
    step: Step,
    lesson: uuid.UUID | None,
    person: User,
    here: str,
    now: datetime,
) -> Words:
    """The mail as it reads for who is at this lesson; ``here``: the address of its preview.

    Raises ``inventing.NoCourseYet``.
    """
    situation, planned = inventing.situation(
        sequence=sequence, step=step, lesson=lesson, person=person, now=now
    )
    ways = letters.ways_of(situation, planned, "")
    # What a real mail lets one stop is nobody's here.
    shown = settings.SITE_URL + here
    return letters.render(situation, planned, replace(ways, unsubscribe=shown, view=shown))


def send(
    *,
    sequence: Sequence,
    step: Step,
    lesson: uuid.UUID | None,
    person: User,
    here: str,
    now: datetime,
) -> Letter:
    """Send it to this member of staff alone. Raises ``inventing.NoCourseYet``."""
    words = words_of(sequence=sequence, step=step, lesson=lesson, person=person, here=here, now=now)
    with transaction.atomic():
        letter = outbox.put(
            stream=letters.STREAMS["lesson"],
            key=f"test:{uuid.uuid4()}",
            to=person.email,
            subject=f"{MARK} {words.subject}",
            text=words.text,
            html=words.html,
            now=now,
        )
        audit.record(
            by=person, act="sequence.tested", on=sequence, name=step.subject,
            within=sequence.course_id, now=now,
        )  # fmt: skip
    return letter
