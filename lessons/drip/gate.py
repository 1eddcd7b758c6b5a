"""Asking once more, just before a letter leaves, whether its mail is still wanted.

Between the decision and the sending a reader can stop, pause, finish the lesson or buy the
training, and a mail server can be away for days. What the pump decided is then held against the
facts as they are now. The outbox calls this for each batch of letters (``LETTER_GATES``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from lessons.drip import gathering, plan, steps
from lessons.drip.models import Mail, Sequence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence as Many
    from datetime import datetime

    from courseapp.post.models import Letter
    from lessons.drip.gathering import Situation
    from lessons.drip.steps import Step

KEY = "drip:"


def withheld(letters: Many[Letter], now: datetime) -> dict[UUID, str]:
    """Which of these letters may not go, by their uuid, each with why; their mails are marked so.

    A fixed number of queries, however many letters. A letter that is no mail of a sequence is none
    of ours, and not among the answers.
    """
    names = {_mail_of(letter): letter.uuid for letter in letters if letter.key.startswith(KEY)}
    if not names:
        return {}
    found = Mail.objects.filter(letter__in=list(names)).select_related("version")
    mails = {mail.letter: mail for mail in found}
    readers = gathering.of_readers(mail.reader_id for mail in mails.values())
    places = {here.place.pk: here for reader in readers for here in reader.situations}
    known = _steps_of(list(mails.values()))
    reasons = {name: "gone" for name in names if name not in mails}
    for name, mail in mails.items():
        here = places.get(mail.place_id)
        step = known.get((mail.version_id, mail.step_key))
        if here is None or step is None:
            reasons[name] = "gone"
        elif reason := _reason(mail, here, step, now):
            reasons[name] = reason
    queued = Mail.objects.filter(letter__in=list(reasons), state=Mail.State.QUEUED)
    queued.update(state=Mail.State.WITHHELD)
    return {names[name]: reason for name, reason in reasons.items()}


def _mail_of(letter: Letter) -> UUID:
    return UUID(letter.key.removeprefix(KEY))


def _steps_of(mails: Many[Mail]) -> Mapping[tuple[int, str], Step]:
    """The steps of the versions that were decided from, which may not be live any more."""
    versions = {mail.version_id: mail.version for mail in mails}
    return {
        (key, step.key): step
        for key, version in versions.items()
        for step in steps.many_from_json(version.steps)
    }


def _reason(mail: Mail, here: Situation, step: Step, now: datetime) -> str:
    """Why this mail may not go any more; empty: it may."""
    if here.place.sequence.state == Sequence.State.STOPPED:
        return "stopped"
    own = (mail.step_key, mail.occurrence)
    # Its own row says that it was decided on, not that it was sent.
    sent = {key: at for key, at in here.facts.sent.items() if key != own}
    facts = replace(here.facts, sent=sent)
    if reason := plan.closed(step, mail.occurrence, now, facts, here.goal):
        return reason
    if step.trigger == "lesson" and mail.occurrence not in {str(one) for one in _lessons(here)}:
        return "gone"
    if step.trigger == "idle" and facts.active_at and facts.active_at > mail.decided_at:
        return "active"
    in_pause = any(pause.begins <= now < pause.ends for pause in facts.pauses)
    return "paused" if in_pause and mail.day is not None else ""


def _lessons(here: Situation) -> Many[UUID]:
    return [lesson.uuid for lesson in here.published.lessons] if here.published else []
