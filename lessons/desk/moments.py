"""Moments in words, as somebody would say them: the day, the hour, and how long until then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lessons.desk.door import CLOCK

if TYPE_CHECKING:
    from datetime import datetime


def in_words(at: datetime, now: datetime) -> str:
    """Such as "Sunday 29 November 2026 at 07:00, in 3 days", on the practice's clock."""
    return _("%(when)s, %(ahead)s") % {"when": day_and_hour(at), "ahead": ahead(at, now)}


def day_and_hour(at: datetime) -> str:
    """Such as "Sunday 29 November 2026 at 07:00"."""
    local = localtime(at, CLOCK)
    day, hour = date_format(local, "l j F Y"), date_format(local, "H:i")
    return _("%(day)s at %(hour)s") % {"day": day, "hour": hour}


def ahead(at: datetime, now: datetime) -> str:
    """How long until then: in days as the calendar counts them, on the day itself in hours."""
    if at <= now:
        return _("any moment now")
    days = (localtime(at, CLOCK).date() - localtime(now, CLOCK).date()).days
    if days == 1:
        return _("tomorrow")
    if days:
        return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
    minutes = max(1, round((at - now) / timedelta(minutes=1)))
    if minutes < 60:  # noqa: PLR2004 -- an hour.
        return ngettext("in %(n)s minute", "in %(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("in %(n)s hour", "in %(n)s hours", hours) % {"n": hours}
