"""What readers cost the database: ``python -m tests.load.costs``.

Fills a scratch database of PostgreSQL with readers of the shipped course, spread over a year and
over its lessons, and prints the rows and bytes that each of them takes, indexes included.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courseapp.bench import databases
from tests.faults.report import commit
from tests.living import COURSE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FEW, MANY = 20_000, 100_000
LEAST = 0.5  # Bytes a reader below which a table is not named.


def sizes() -> dict[str, tuple[int, int]]:
    """Rows and bytes of each table, with its indexes and what it keeps aside."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT count(*), pg_total_relation_size(%s) FROM {name}",  # noqa: S608 -- quoted.
                [name],
            )
            found[table] = cursor.fetchone()
    return found


def each(few: dict[str, tuple[int, int]], many: dict[str, tuple[int, int]]) -> Iterator[list[Any]]:
    """Table, rows and bytes for one more reader; from many less few, so that what is there for
    nobody does not count."""
    for table, (rows, size) in many.items():
        rows_before, size_before = few[table]
        bytes_each = (size - size_before) / (MANY - FEW)
        if bytes_each >= LEAST:
            yield [table, (rows - rows_before) / (MANY - FEW), bytes_each]


def measure(url: str, folder: str) -> dict[str, Any]:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "courseapp.settings", "DATABASE_URL": url, "VAR_DIR": folder,
        "SECRET_KEY": "for-tests-only-" * 5, "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command

    from courseapp.bench import crowd
    from lessons.content.models import Course

    call_command("migrate", verbosity=0)
    call_command("load_courses", verbosity=0)
    course, found = Course.objects.get(slug=COURSE), {}
    for wanted in (FEW, MANY):
        crowd.grow(course, wanted=wanted)
        found[wanted] = sizes()
    tables = sorted(each(found[FEW], found[MANY]), key=lambda row: -row[2])
    first, all_ = (sum(size for _rows, size in found[wanted].values()) for wanted in (FEW, MANY))
    return {
        "commit": commit(), "readers": [FEW, MANY], "bytes": [first, all_], "tables": tables,
        "bytes_each": (all_ - first) / (MANY - FEW),
    }  # fmt: skip


def main() -> int:
    address = databases.server()
    if address is None:
        print(
            "No PostgreSQL answers: start one on 127.0.0.1:5432, or name one in TEST_DATABASE_URL"
        )
        return 1
    with tempfile.TemporaryDirectory(prefix="costs-") as folder:
        own = {"folder": Path(folder), "address": address}
        with databases.scratch("postgresql", **own, beside="_costs") as url:  # type: ignore[arg-type]
            found = measure(url, folder)
    for table, rows, size in found["tables"]:
        print(f"{table:<32}{rows:>9.2f} rows{size:>10.0f} bytes")
    print(f"{'a reader':<32}{'':>14}{found['bytes_each']:>10.0f} bytes")
    file = ROOT / "var" / "costs.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
