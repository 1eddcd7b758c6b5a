"""Publishing later: a moment that somebody means, planned, shown back in words, and called off.

People say a date and an hour on the practice's clock; what is kept is a moment in UTC, so that no
change of the clock moves it. `release.publish_due` does what was planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import Refused
from lessons.content.models import Course, Module
from lessons.staff.release import ModuleNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from courseapp.accounts.models import User

# The practice works by this clock, wherever its people are.
CLOCK = ZoneInfo("Europe/Amsterdam")
MOST_DAYS = 2 * 365 + 1


class InvalidMoment(Refused):
    """The moment cannot be meant: no date, past, far off, or an hour that does not exist."""

    code = "invalid_moment"


class NothingChosen(Refused):
    code = "nothing_chosen"


class NothingPlanned(Refused):
    code = "nothing_planned"
    status = 409


@dataclass(frozen=True)
class Moment:
    """A moment in UTC; ``twice``: its hour comes twice that night, and this is the first."""

    at: datetime
    twice: bool


def moment(*, day: str, hour: str, now: datetime) -> Moment:
    """The moment of a date (2026-11-29) and an hour (07:00) on the practice's clock.

    Raises ``InvalidMoment``.
    """
    try:
        said = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour))
    except ValueError:
        raise InvalidMoment(_("Give a date and an hour, such as 7:00.")) from None
    if said.tzinfo is not None:
        raise InvalidMoment(_("Give a date and an hour, such as 7:00."))
    local = said.replace(tzinfo=CLOCK, fold=0)
    at = _in_utc(local)
    if at.astimezone(CLOCK).replace(tzinfo=None) != said:
        raise InvalidMoment(
            _("That night the clock goes forward: this hour does not exist. Choose another.")
        )
    _within_reach(at, now)
    return Moment(at=at, twice=local.utcoffset() != local.replace(fold=1).utcoffset())


def plan(*, modules: Iterable[UUID], at: datetime, by: User | None, now: datetime) -> Course:
    """Publish these modules, of one course, at that moment; an earlier plan for them is replaced.

    Raises ``InvalidMoment``, ``NothingChosen`` and ``ModuleNotFound``.
    """
    _within_reach(at, now)
    with transaction.atomic():
        course, rows = _held(modules)
        before = _said(rows)
        ids = [row.pk for row in rows]
        Module.objects.filter(pk__in=ids).update(publish_at=at, publish_by=by, publish_error="")
        audit.record(
            by=by, act="publication.planned", on=course, within=course.pk, now=now,
            name=course.title, before=before,
            after={"at": at.isoformat(), "modules": [row.title for row in rows]},
        )  # fmt: skip
    return course


def cancel(*, modules: Iterable[UUID], by: User | None, now: datetime) -> Course:
    """Call off what was planned for these modules, or lay aside why it did not happen.

    Raises ``NothingPlanned`` when nothing was, ``NothingChosen`` and ``ModuleNotFound``.
    """
    with transaction.atomic():
        course, rows = _held(modules)
        planned = [row for row in rows if row.publish_at or row.publish_error]
        if not planned:
            raise NothingPlanned(_("Nothing is planned here any more."))
        Module.objects.filter(pk__in=[row.pk for row in planned]).update(
            publish_at=None, publish_by=None, publish_error=""
        )
        called_off = any(row.publish_at for row in planned)
        act = "publication.cancelled" if called_off else "publication.laid_aside"
        audit.record(
            by=by, act=act, on=course, within=course.pk, now=now, name=course.title,
            before=_said(planned), after=None,
        )  # fmt: skip
    return course


def _in_utc(local: datetime) -> datetime:
    try:
        return local.astimezone(UTC)
    except OverflowError:
        raise InvalidMoment(_("Give a date and an hour, such as 7:00.")) from None


def _within_reach(at: datetime, now: datetime) -> None:
    if at <= now:
        raise InvalidMoment(_("This moment has passed. Choose one that is still to come."))
    if at > now + timedelta(days=MOST_DAYS):
        raise InvalidMoment(_("This is more than two years ahead. Choose a moment before that."))


def _held(modules: Iterable[UUID]) -> tuple[Course, list[Module]]:
    """The course, locked before its modules as a publication does, and the modules."""
    wanted = set(modules)
    if not wanted:
        raise NothingChosen(_("Choose at least one module."))
    homes = set(Module.objects.filter(pk__in=wanted).values_list("course", flat=True))
    if len(homes) != 1:
        raise ModuleNotFound(_("This module does not exist."))
    course = Course.objects.select_for_update().get(pk=homes.pop())
    rows = list(course.modules.filter(pk__in=wanted).order_by("slug"))
    if len(rows) != len(wanted):
        raise ModuleNotFound(_("This module does not exist."))
    return course, rows


def _said(rows: Iterable[Module]) -> dict[str, object] | None:
    """What was planned for these modules; None when nothing was."""
    moments = [row.publish_at.isoformat() for row in rows if row.publish_at]
    titles = [row.title for row in rows if row.publish_at or row.publish_error]
    return {"at": min(moments, default=None), "modules": titles} if titles else None
