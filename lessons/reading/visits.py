"""Counting how often the public page of a course is shown: a number a day, and nothing else.

Nothing about who looked is kept: no address, no cookie, no moment, only one more on that day.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import DatabaseError, connection, transaction

from lessons.content.models import Course
from lessons.reading.models import DailyVisits

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

log = logging.getLogger(__name__)
# The practice's day, wherever the visitor is.
CLOCK = ZoneInfo("Europe/Amsterdam")
ONE_MORE = """\
INSERT INTO {table} (course_id, day, count) VALUES (%s, %s, 1)
ON CONFLICT (course_id, day) DO UPDATE SET count = {table}.count + 1"""


def count(*, course: UUID, now: datetime) -> None:
    """One visit more on this day, in one statement, however many come at once.

    A count that fails is logged and forgotten: no page is worth less for it. The savepoint keeps a
    transaction around it usable.
    """
    table = connection.ops.quote_name(DailyVisits._meta.db_table)
    key = Course._meta.get_field("uuid").get_db_prep_value(course, connection)
    day = connection.ops.adapt_datefield_value(now.astimezone(CLOCK).date())
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ONE_MORE.format(table=table), [key, day])
    except DatabaseError:
        log.exception("a visit was not counted")
