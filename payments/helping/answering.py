"""Why there is no mail, and why there is no access: each in one sentence, the first cause first.

Pure: from what was read (`payments.helping.evidence`) to words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.post.models import Letter, Suppression
from lessons.content.models import Course
from lessons.desk import moments
from lessons.drip.models import Sequence
from payments.helping import words
from payments.models import Order
from payments.staff.words import UNPAID, on_day, said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from payments.helping.evidence import Seen
    from payments.helping.following import Decided, Following

UNPAID_STATES = {Order.State.OPEN, Order.State.PROCESSING, Order.State.FAILED, Order.State.EXPIRED}


@dataclass(frozen=True)
class Answer:
    """A sentence, and whether all is as it should be."""

    well: bool
    sentence: str


@dataclass(frozen=True)
class Last:
    """The newest letter to a reader, of whatever kind."""

    at: datetime
    state: str
    trouble: str


def mail(seen: Seen) -> Answer:
    """Whether this reader gets mail, or what keeps it away."""
    trouble = next(_troubles(seen), "")
    if trouble:
        return Answer(well=False, sentence=trouble)
    last, coming = _last(seen), _coming(seen)
    parts = []
    if coming is not None:
        when = moments.in_words(coming, seen.now)
        parts.append(_("The next mail goes on %(when)s.") % {"when": when})
    elif any(one.coming for one in seen.courses):
        parts.append(_("At the moment only a reminder is planned, for when it stays quiet."))
    else:
        parts.append(_("No mail is planned at the moment."))
    if last is not None and last.state == "sent":
        parts.append(
            _(
                "The last one was taken by the mail server on %(when)s. If it is not in the"
                " mailbox, it is most likely among the unwanted mail."
            )
            % {"when": moments.day_and_hour(last.at)}
        )
    return Answer(well=True, sentence=" ".join(parts))


def access(seen: Seen) -> list[Answer]:
    """Whether this reader may read, course by course."""
    found = [_may_read(one, seen) for one in seen.courses]
    found += [
        Answer(
            well=False,
            sentence=_("Order %(number)s opens nothing: %(why)s.")
            % {"number": order.number, "why": said(UNPAID, order.state)},
        )
        for order in seen.orders
        if order.state in UNPAID_STATES and not _is_open(order, seen)
    ]
    return found or [Answer(well=False, sentence=_("Has begun no course, and was given none."))]


# --- Mail ---------------------------------------------------------------------------------------


def _troubles(seen: Seen) -> Iterator[str]:
    """What keeps mail away, the gravest first."""
    yield from _everything(seen)
    if seen.reader.confirmed_at is None:
        yield _never_came_in(seen)
    yield from _address(seen, Suppression.Scope.COURSE)
    yield from _last_letter(seen)
    mailing = [one for one in seen.courses if one.places]
    if not seen.courses:
        yield _("Gets no mail: this reader has begun no course.")
    elif not mailing:
        yield _("Gets no mail: the courses of this reader send none.")
    # One that is as it should be is enough for mail to come; the page shows the others.
    silent = [reason for one in mailing if (reason := next(_course(one), ""))]
    if silent and len(silent) == len(mailing):
        yield silent[0]


def _everything(seen: Seen) -> Iterator[str]:
    """What keeps back all mail to this reader, or to everybody."""
    yield from _address(seen, Suppression.Scope.ALL)
    if seen.clock_since is not None:
        yield _(
            "No mail goes to anybody: the site's clock stands still since %(when)s. Whoever looks"
            " after the server has to start the worker again."
        ) % {"when": moments.day_and_hour(seen.clock_since)}
    if seen.away_until is not None:
        yield _(
            "No mail goes to anybody now: our mail server does not answer. It is tried again by"
            " itself; nothing is lost."
        )


def _address(seen: Seen, scope: Suppression.Scope) -> Iterator[str]:
    for one in seen.holding:
        if one.scope == scope:
            why = str(words.SUPPRESSED.get(one.reason, one.reason)) % {"day": on_day(one.at)}
            if scope == Suppression.Scope.ALL:
                yield _("Gets no mail: %(why)s.") % {"why": why}
            else:
                yield _("Gets no mail of courses: %(why)s.") % {"why": why}


def _never_came_in(seen: Seen) -> str:
    code = next((one for one in seen.letters if one.stream == Letter.Stream.CODE), None)
    if code is None:
        return _("Has never signed in: no code was entered yet.")
    return _("Has never signed in. The last code, of %(when)s: %(state)s.") % {
        "when": moments.day_and_hour(code.created_at), "state": said(words.STATES, code.state),
    }  # fmt: skip


def _last_letter(seen: Seen) -> Iterator[str]:
    last = _last(seen)
    if last is None:
        return
    known = {"when": moments.day_and_hour(last.at), "why": words.reason(last.trouble)}
    if last.state in {"given_up", "failed"}:
        yield _("The last mail (%(when)s) was given up: “%(why)s”.") % known
    elif last.state == "withheld":
        yield _("The last mail (%(when)s) was held back: %(why)s.") % known
    elif last.state == "in_doubt":
        yield (
            _(
                "Of the last mail (%(when)s) nobody knows whether it went. It is not sent again by"
                " itself."
            )
            % known
        )
    elif last.state == "waiting" and last.trouble:
        yield (
            _(
                "The last mail (%(when)s) could not be delivered yet: “%(why)s”. It is tried again"
                " by itself."
            )
            % known
        )


def _course(one: Following) -> Iterator[str]:
    """Why this course sends this reader nothing."""
    name = {"course": one.title}
    if not one.may_read:
        yield _("Gets no mail: there is no access to “%(course)s”.") % name
    if one.stopped_at is not None:
        yield _("Gets no mail: the reader stopped the mails of “%(course)s” on %(day)s.") % {
            **name, "day": on_day(one.stopped_at),
        }  # fmt: skip
    for place in one.places:
        if place.error and place.next_at is None:
            yield _("Gets no mail: the mails of “%(course)s” could not be made (%(error)s).") % {
                **name, "error": place.error,
            }  # fmt: skip
    states = {place.sequence.state for place in one.places}
    if states == {Sequence.State.STOPPED}:
        yield _("Gets no mail: the mails of “%(course)s” are stopped for everybody.") % name
    if one.back_on is not None:
        yield _("Gets no mail: the reader has a pause in “%(course)s” until %(day)s.") % {
            **name, "day": on_day(one.pause.ends_at) if one.pause else "",
        }  # fmt: skip
    if one.places and all(place.ended_at for place in one.places):
        yield _("Gets no mail: the mails of “%(course)s” were ended for this reader.") % name


def _last(seen: Seen) -> Last | None:
    """The newest letter; a code says nothing about the mails of courses."""
    found = [_of_mail(one) for each in seen.courses for one in each.decided]
    found += [
        Last(one.sent_at or one.created_at, one.state, one.withheld or one.error)
        for one in seen.letters
        if one.stream != Letter.Stream.CODE
    ]
    return max(found, key=lambda one: one.at, default=None)


def _of_mail(one: Decided) -> Last:
    sent_at = one.letter.sent_at if one.letter else one.mail.sent_at
    return Last(sent_at or one.mail.decided_at, one.state, one.trouble)


def _coming(seen: Seen) -> datetime | None:
    planned = [
        each.planned.at
        for one in seen.courses
        for each in one.coming
        if each.planned.at and not each.reason and each.planned.step.kind != "nudge"
    ]
    return min(planned, default=None)


# --- Access -------------------------------------------------------------------------------------


def _may_read(one: Following, seen: Seen) -> Answer:
    known = {"course": one.title, "why": _right(one, seen)}
    if not one.may_read:
        return Answer(well=False, sentence=_("Has no access to “%(course)s”: %(why)s.") % known)
    if one.enrolment is None:
        sentence = _("Has access to “%(course)s” (%(why)s), and has not begun it.") % known
        return Answer(well=True, sentence=sentence)
    if one.opens:
        number, at = one.opens[0]
        sentence = _("Reads “%(course)s”; lesson %(n)s opens on %(when)s.") % {
            **known, "n": number, "when": moments.in_words(at, seen.now),
        }  # fmt: skip
        return Answer(well=True, sentence=sentence)
    return Answer(well=True, sentence=_("Reads “%(course)s”; every lesson is open.") % known)


def _right(one: Following, seen: Seen) -> str:
    """What holds, or how what held ended."""
    if one.course.access == Course.Access.FREE:
        return _("it is open to everybody")
    if one.holding:
        return ", ".join(words.source(each, seen.sources) for each in one.holding)
    if not one.rights:
        return _("it was never bought or given")
    last = one.rights[-1]
    return f"{words.source(last, seen.sources)}, {words.standing(last)}"


def _is_open(order: Order, seen: Seen) -> bool:
    """Whether everything this order would open can be read already."""
    can = {one.course.pk for one in seen.courses if one.may_read}
    return {course.pk for course in order.offer.product.courses.all()} <= can
