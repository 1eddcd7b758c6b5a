"""How a page's connection to PostgreSQL is set."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from courseapp import env

URL = "postgres://site@db.example.org/site"


@pytest.mark.postgresql
@pytest.mark.django_db
def test_no_query_is_compiled_before_it_runs() -> None:
    """Whatever PostgreSQL thinks that it will cost."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit_above_cost = 0")
        cursor.execute("EXPLAIN SELECT count(*) FROM generate_series(1, 1000000)")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Aggregate" in plan
    assert "JIT" not in plan


@pytest.mark.once
@pytest.mark.parametrize(("keep_plans", "said"), [(True, "-c jit=off"), (False, None)])
def test_nothing_is_said_at_the_door_that_a_pgbouncer_refuses(
    keep_plans: bool, said: str | None
) -> None:
    options = env.database(URL, Path(), keep_plans=keep_plans)["OPTIONS"]
    assert isinstance(options, dict)
    assert options.get("options") == said
