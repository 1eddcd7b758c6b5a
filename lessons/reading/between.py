"""How much time readers take between finishing one lesson and the next, as a histogram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F, Func, IntegerField, Window
from django.db.models.functions import Lag

from lessons.reading import groups

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    from lessons.reading.models import Finished

# The last day of each group; what is longer is the last one.
LIMITS = (0, 1, 3, 7, 14, 30)
# Per reader first: five readers, not five steps of one, make a group that may be told.
HISTOGRAM = """\
WITH steps (reader, days) AS ({steps}),
each (reader, place, times) AS (
    SELECT reader, CASE {cases} ELSE {longer} END, COUNT(*)
    FROM steps WHERE days IS NOT NULL GROUP BY 1, 2)
SELECT place, SUM(times), COUNT(*) FROM each GROUP BY place"""


@dataclass(frozen=True)
class Between:
    """From ``least`` to ``most`` days (None: longer), and how often, to fives.

    ``times`` None: fewer than five readers. ``share``: percent of all that are told.
    """

    least: int
    most: int | None
    times: int | None
    share: int | None


class EveningDay(Func):
    """The number of the day of a moment, where a day ends late at night: two o'clock UTC.

    That is three or four on the practice's clock: who reads on past midnight is still in the same
    evening. In UTC, because SQLite would ask Python for each of millions of moments otherwise.
    """

    output_field = IntegerField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> tuple[str, Any]:
        # A Julian day begins at noon: half a day on, and two hours back.
        whole = "CAST(julianday(%(expressions)s) + 0.5 - 2.0 / 24 AS INTEGER)"
        return self.as_sql(compiler, connection, template=whole, **more)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> tuple[str, Any]:
        day = "CAST(%(expressions)s AT TIME ZONE 'UTC' - INTERVAL '2 hours' AS date)"
        return self.as_sql(compiler, connection, template=f"({day} - DATE '2000-01-01')", **more)


def of(finished: QuerySet[Finished]) -> tuple[Between, ...]:
    """The histogram of these facts, in one statement; each reader's first lesson begins it."""
    found = _counted(finished)
    shown = [_told(*found.get(place, (0, 0))) for place in range(len(LIMITS) + 1)]
    total = sum(times or 0 for times in shown)
    least = 0
    result: list[Between] = []
    for most, times in zip((*LIMITS, None), shown, strict=True):
        part = round(100 * times / total) if times is not None else None
        result.append(Between(least=least, most=most, times=times, share=part))
        least = 0 if most is None else most + 1
    return tuple(result)


def _told(times: int, readers: int) -> int | None:
    return None if groups.told(readers) is None else groups.told(times)


def _counted(finished: QuerySet[Finished]) -> dict[int, tuple[int, int]]:
    """By place in the histogram: how often, and by how many readers."""
    before = Window(Lag("day"), partition_by=F("enrolment_id"), order_by=[F("at"), F("pk")])
    steps = (
        finished.annotate(day=EveningDay("at"))
        .annotate(days=F("day") - before)
        .values_list("enrolment_id", "days")
    )
    sql, parameters = steps.query.sql_with_params()
    cases = " ".join(f"WHEN days <= {most} THEN {place}" for place, most in enumerate(LIMITS))
    with connection.cursor() as cursor:
        cursor.execute(  # All parts come from Django's own compiler and the limits above.
            HISTOGRAM.format(steps=sql, cases=cases, longer=len(LIMITS)), parameters
        )
        return {place: (int(times), readers) for place, times, readers in cursor.fetchall()}
