"""Moments as documents write them: on the clock of the practice, whoever reads them where."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone


def local(moment: datetime) -> datetime:
    """The same moment on the clock of the practice."""
    return timezone.localtime(moment, timezone.get_default_timezone())


def day(moment: datetime | str) -> str:
    """``26 november 2026``, on one line; also of a time as JSON keeps it."""
    written = formats.date_format(local(_read(moment)), "j F Y")
    return written.replace(" ", "\N{NO-BREAK SPACE}")


def minute(moment: datetime | str) -> str:
    """``26 november 2026, 20:15``."""
    return formats.date_format(local(_read(moment)), "j F Y, H:i")


def parts(moment: datetime) -> list[int]:
    """Year, month and day, for the templates."""
    there = local(moment)
    return [there.year, there.month, there.day]


def _read(moment: datetime | str) -> datetime:
    return datetime.fromisoformat(moment) if isinstance(moment, str) else moment
