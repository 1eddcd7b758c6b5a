"""Writing down what came of letters: one transaction for all answers that are there.

A line takes its next letter only after the mark of its last is committed, so that a crash leaves at
most one letter a line of which nobody knows. One commit serves all lines that wait for it.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from courseapp import meters
from courseapp.post import allowance, owing, suppression
from courseapp.post.models import Letter, Suppression
from courseapp.post.replies import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from courseapp.post.models import Letters
    from courseapp.post.relay import Parcel
    from courseapp.post.replies import Answer

    Answers = Sequence[tuple[Parcel, Answer]]

ATTEMPTS = 8
# The first pause after a failure; it doubles with each attempt. A code is of use for ten minutes.
PAUSE = timedelta(minutes=5)
PAUSE_OF_CODES = timedelta(seconds=10)
# What every line waits for before its next letter, so it is written out: building it anew each time
# takes as long as the database takes for it (docs/decisions/0010).
SENT = """\
UPDATE post_letter
SET sent_at = %s, next_at = NULL, expires_at = NULL, error = '', unanswered = 0 WHERE id IN ({})"""
EMPTY = {"subject": "", "text": "", "html": "", "values": {}}


def write(answers: Answers, begun: Sequence[Letter], *, now: datetime) -> list[Letter]:
    """Mark what came of letters, and the offers that are about to go; returns those that may."""
    for parcel, answer in answers:
        meters.letter(stream=parcel.letter.stream, outcome=answer.verdict.name.lower())
    went = [parcel for parcel, answer in answers if answer.verdict is Verdict.SENT]
    others = [each for each in answers if each[1].verdict is not Verdict.SENT]
    offers = [letter for letter in begun if letter.stream == Letter.Stream.OFFER]
    is_one_statement = not others and not offers and not any(map(_is_special, went))
    with nullcontext() if is_one_statement else transaction.atomic():
        _sent(went, now)
        for parcel, answer in others:
            _not_sent(parcel.letter, answer, now)
        return _begin(begun, offers, now)


def give_back(letters: Iterable[Letter], *, now: datetime, pause: timedelta | None = None) -> None:
    """Let go of letters whose turn did not come: the attempt does not count."""
    for letter in letters:
        _ours(letter).update(
            next_at=now + (pause or timedelta(0)),
            attempt=F("attempt") - 1,
            unanswered=F("unanswered") - 1,
            begun_at=None,
        )


def withhold(letter: Letter, reason: str) -> None:
    """It must not go; never again."""
    _ours(letter).update(next_at=None, expires_at=None, withheld=reason[:100], error="")


def forget_expired(*, now: datetime) -> int:
    """Give up letters nobody has a use for any more and empty their words; how many there were."""
    return Letter.objects.filter(expires_at__lte=now).update(
        **EMPTY, next_at=None, expires_at=None, error="expired"
    )


def wait(letter: Letter, *, now: datetime) -> None:
    """Ask for what it brings again later; no failure of the letter's own, so no attempt."""
    _ours(letter).update(
        next_at=now + owing.AGAIN, attempt=0, unanswered=0, error="enclosure missing"
    )


def _is_special(parcel: Parcel) -> bool:
    """Whether more is to be written of it than that it went."""
    is_counted = bool(settings.MAIL_PER_DAY)
    return is_counted or bool(parcel.packed.missing) or parcel.letter.stream == Letter.Stream.CODE


def _sent(went: Sequence[Parcel], now: datetime) -> None:
    if not went:
        return
    keys = [parcel.letter.pk for parcel in went]
    with connection.cursor() as cursor:
        values = [connection.ops.adapt_datetimefield_value(now), *keys]
        cursor.execute(SENT.format(", ".join(["%s"] * len(keys))), values)
    codes = [parcel.letter.pk for parcel in went if parcel.letter.stream == Letter.Stream.CODE]
    if codes:
        Letter.objects.filter(pk__in=codes).update(**EMPTY)
    for parcel in went:
        if parcel.packed.missing:
            owing.owe(parcel.letter, parcel.packed.missing, now=now)
    allowance.note(len(went), now=now)


def _not_sent(letter: Letter, answer: Answer, now: datetime) -> None:
    match answer.verdict:
        case Verdict.DOWN:
            give_back([letter], now=now)
        case Verdict.LOST if letter.stream == Letter.Stream.OFFER:
            _ours(letter).update(next_at=None, error=f"in doubt: {answer.said}"[:300])
        case Verdict.NO_SUCH_ADDRESS:
            scope, reason = Suppression.Scope.ALL, Suppression.Reason.HARD_BOUNCE
            suppression.suppress(address=letter.to, scope=scope, reason=reason, now=now)
            _end(letter, answer.said)
        case Verdict.RETURNED:
            _end(letter, answer.said)
        case _:
            _again(letter, answer.said, now)


def _begin(letters: Sequence[Letter], offers: Sequence[Letter], now: datetime) -> list[Letter]:
    """Write down that these offers are about to go; those that are no longer ours may not."""
    if not offers:
        return list(letters)
    keys = [letter.pk for letter in offers]
    ours = Letter.objects.filter(pk__in=keys, begun_at=None, next_at__gt=now)
    if ours.update(begun_at=now) == len(keys):
        return list(letters)
    found = Letter.objects.filter(pk__in=keys, begun_at=now).values_list("pk", flat=True)
    lost = set(keys) - set(found)
    return [letter for letter in letters if letter.pk not in lost]


def _again(letter: Letter, error: str, now: datetime) -> None:
    """Try again later, or no more after so many times."""
    if letter.attempt >= ATTEMPTS:
        _end(letter, error)
        return
    pause = PAUSE_OF_CODES if letter.stream == Letter.Stream.CODE else PAUSE
    # Spread by up to half, so that letters do not all come back at once.
    spread = 1 + (letter.uuid.int % 1000) / 2000
    _ours(letter).update(
        next_at=now + pause * spread * 2 ** (letter.attempt - 1),
        error=error[:300],
        unanswered=0,
        begun_at=None,
    )


def _end(letter: Letter, error: str) -> None:
    _ours(letter).update(next_at=None, error=error[:300], unanswered=0, begun_at=None)


def _ours(letter: Letter) -> Letters:
    """The letter's row while it is still ours: whoever claimed it since has another lease."""
    return Letter.objects.filter(pk=letter.pk, next_at=letter.next_at)
