"""Claims among few and many rows: that they are measured, and find what is due by its index."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from courseapp.bench import backlog, dialect, runs
from lessons.drip import pump as drip_pump

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.django_db
@pytest.mark.parametrize("queue", backlog.QUEUES, ids=lambda queue: queue.name)
def test_what_is_due_is_found_by_its_index_and_not_by_reading_the_table(
    queue: backlog.Queue,
) -> None:
    """Also with a plan that PostgreSQL keeps, which is made without knowing the moment."""
    now = datetime(2026, 1, 5, tzinfo=UTC)
    backlog.grow(queue, 0, 20_000, now)
    with kept_plans():
        before = times_read(queue)
        queue.tick(now)
        assert queue.claim(now, queue.batch) == []
        assert not drip_pump.is_due(now=now)
        assert times_read(queue) == before
        if connection.vendor == "postgresql":
            queue.model._default_manager.filter(next_at__lte=now).exists()
            assert times_read(queue) > before, "the control: this way it is read"
    backlog.empty(queue)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("queue", backlog.QUEUES, ids=lambda queue: queue.name)
def test_a_flood_is_read_by_the_batch_while_the_counts_are_of_before_it(
    queue: backlog.Queue,
) -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    backlog.empty(queue)
    backlog.grow(queue, 0, 100_000, now)
    backlog.become_due(queue, 100_000, 10_000, now)
    with transaction.atomic():
        before = rows_fetched(queue)
        assert len(queue.claim(now, queue.batch)) == queue.batch
        assert rows_fetched(queue) - before < 4 * queue.batch
    backlog.empty(queue)


@contextmanager
def kept_plans() -> Iterator[None]:
    """Each statement has the plan from its first time on that PostgreSQL would keep one day."""
    if connection.vendor != "postgresql":
        yield
        return
    threshold = connection.connection.prepare_threshold
    connection.connection.prepare_threshold = 0
    dialect.run("SET plan_cache_mode = force_generic_plan")
    try:
        yield
    finally:
        dialect.run("RESET plan_cache_mode")
        connection.connection.prepare_threshold = threshold


def times_read(queue: backlog.Queue) -> int:
    """How often the queue's table was read as a whole in this transaction.

    The other queue's is empty here, where reading it whole is the right plan.
    """
    return counted(queue, "seq_scan")


def rows_fetched(queue: backlog.Queue) -> int:
    """How many rows of the queue's table an index led to in this transaction."""
    return counted(queue, "idx_tup_fetch")


def counted(queue: backlog.Queue, what: str) -> int:
    """A figure that PostgreSQL keeps of a table; SQLite keeps none."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(it) FROM pg_stat_xact_user_tables it WHERE relname = %s",
            [queue.model._meta.db_table],
        )
        return int(json.loads(cursor.fetchone()[0])[what])


@pytest.mark.django_db(transaction=True)
def test_claims_are_measured_among_as_many_rows_as_wanted() -> None:
    rows = list(backlog.measure(sizes=[1_000, 2_000]))
    assert [(one["queue"], one["rows"], one.get("flood")) for one in rows] == [
        (queue, *one)
        for queue in ("places", "letters")
        for one in ((1_000, None), (2_000, None), (2_000, 200))
    ]
    for queue in backlog.QUEUES:
        assert queue.model._default_manager.count() == 2_000
        assert queue.model._default_manager.filter(next_at=None).count() == 1_200
        backlog.empty(queue)


def test_more_rows_are_claimed_from_where_somebody_asks_for_them() -> None:
    assert runs.Plan().grown(10_000_000).backlogs[-2:] == (1_000_000, 10_000_000)
    assert runs.Plan().grown(50_000).backlogs == (10_000, 50_000)
