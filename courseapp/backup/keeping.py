"""Which backups stay, and where they lie: each in a folder named after its moment in UTC."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from courseapp.backup.failing import Failed
from courseapp.backup.manifest import FILE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAME = "%Y-%m-%dT%H%M%SZ"
# What nobody finished has another name than what is whole.
UNFINISHED = "unfinished-"
# An erasure is promised to reach every backup within so many days (docs/decisions/0026).
MOST_DAYS = 7
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def name_of(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(NAME)


def moment_of(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def backups(folder: Path) -> dict[datetime, Path]:
    """What is whole in a folder, the oldest first."""
    there = {moment_of(one.name): one for one in folder.iterdir()} if folder.is_dir() else {}
    whole = {at: one for at, one in there.items() if at and (one / FILE).is_file()}
    return dict(sorted(whole.items()))


def chosen(folder: Path) -> Path:
    """The backup that is meant: this folder itself, or the newest in it."""
    if (folder / FILE).is_file():
        return folder
    there = list(backups(folder).values())
    if not there:
        raise Failed(f"There is no backup in {folder}.")
    return there[-1]


def superfluous(moments: Iterable[datetime], *, now: datetime, days: int) -> set[datetime]:
    """What may go: all of the last hour stays, one an hour of the last day, one a day before.

    Of an hour or a day it is the oldest, so that what stays today stays tomorrow; nothing stays
    longer than ``days``.
    """
    kept: dict[object, datetime] = {}
    all_of_them = sorted(moments)
    for moment in all_of_them:
        age = now - moment
        if age < timedelta(days=days):
            within_day = moment.replace(minute=0, second=0) if age < DAY else moment.date()
            kept.setdefault(moment if age < HOUR else within_day, moment)
    return set(all_of_them) - set(kept.values())


def prune(folder: Path, *, now: datetime, days: int) -> int:
    """Throw away what is superfluous; how many. The newest is never among them."""
    there = backups(folder)
    newest = list(there)[-1:]
    gone = superfluous(there, now=now, days=days) - set(newest)
    for moment in gone:
        # Renamed first: cut off, no half of it is taken for a backup.
        dead = there[moment].rename(folder / f"{UNFINISHED}{there[moment].name}")
        shutil.rmtree(dead)
    return len(gone)
