"""`make bench`: that it measures, tidies up after itself, and compares with what never changes."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from courseapp.bench import databases, derivations, floor, material
from courseapp.bench.report import Report, Speed

FLOOR = "40776e26dc7c2659e04ef633256d1be6889555055d215c9ed83108f4c309ac9c"
NOBODY = "postgres://postgres@127.0.0.1:1/postgres"
DATABASES = ["sqlite", "postgresql"]


def left_behind() -> list[str]:
    """Files and databases of runs of this process that are over."""
    found = [str(path) for path in Path(settings.VAR_DIR).glob("bench-*")]
    address = databases.server()
    if address:
        with psycopg.connect(address) as connection:
            name = (databases.name(),)
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname = %s", name)
            found += [row[0] for row in rows]
    return found


def run(*arguments: str) -> dict[str, Any]:
    """A quick run; returns what it wrote."""
    call_command("bench", "--quick", *arguments, stdout=StringIO(), stderr=StringIO())
    file = Path(settings.VAR_DIR) / "bench.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def make_speed(**fields: Any) -> Speed:
    return Speed(
        **{
            "figure": "lesson_page",
            "database": "sqlite",
            "per_second": 500.0,
            "ratio": 0.61,
            "low": 0.6,
            "high": 0.62,
            "queries": 2,
            "bytes": 12_000,
            "requests": 100,
            "seconds": 0.2,
            **fields,
        }
    )


def test_the_floor_never_changes() -> None:
    source = Path(floor.__file__).read_bytes()
    assert hashlib.sha256(source).hexdigest() == FLOOR


@pytest.mark.slow
def test_a_run_measures_everything_wherever_it_can_and_leaves_nothing_behind() -> None:
    found = run()
    expected = DATABASES if databases.server() else DATABASES[:1]
    assert found["missing"] == []
    assert left_behind() == []
    assert {one["database"] for one in found["requests"]} == set(expected)
    assert {one["figure"] for one in found["requests"]} == {
        "floor",
        "lesson_page",
        "lesson_api",
        "outline_page",
        "outline_api",
        "finish",
        "finish_again",
    }
    assert all(one["per_second"] > 0 and one["seconds"] > 0 for one in found["requests"])
    assert {one["database"] for one in found["publishing"]} == set(expected)
    assert [one["pages"] for one in found["deriving"]] == [1, 10]
    assert set(found["machine"]) >= {"cores", "python", "django", "sqlite"}


@pytest.mark.slow
def test_without_postgresql_the_run_says_so_and_measures_sqlite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", NOBODY)
    found = run("--only", "outline_page")
    assert [(one["figure"], one["database"]) for one in found["requests"]] == [
        ("outline_page", "sqlite"),
        ("floor", "sqlite"),
    ]
    assert "TEST_DATABASE_URL" in found["left_out"][0]


def test_a_figure_nobody_knows_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice: 'speed'"):
        run("--only", "speed")


def test_the_table_says_which_goals_were_missed() -> None:
    speeds = [make_speed(), make_speed(figure="finish", ratio=0.39)]
    text = Report(began=datetime(2026, 1, 5, tzinfo=UTC), speeds=speeds).as_text()
    lesson, finish = text.splitlines()[2:4]
    assert "≥ 0.5 reached" in lesson
    assert "≥ 0.4 MISSED" in finish


def test_the_table_shows_whether_deriving_grows_as_the_article_does() -> None:
    report = Report(began=datetime(2026, 1, 5, tzinfo=UTC))
    for pages, seconds in ((10, 0.05), (100, 0.6)):
        figures = {"words": 1, "passages": 1, "lessons": 1}
        report.derivations.append({"pages": pages, "seconds": seconds, **figures})
    assert "100 pages take 12.0 times as long as 10" in report.as_text()


def test_a_busy_machine_is_told() -> None:
    busy = Report(began=datetime(2026, 1, 5, tzinfo=UTC), loads=[0.1, 900.0])
    quiet = Report(began=datetime(2026, 1, 5, tzinfo=UTC), loads=[0.1])
    assert "load 900.0" in busy.as_text()
    assert quiet.as_text() == ""


def test_the_article_to_derive_from_is_long_enough_and_always_the_same() -> None:
    text = derivations.article(10)
    assert text == derivations.article(10)
    assert abs(len(text.split()) - 10 * derivations.WORDS_A_PAGE) < 500


def test_the_words_to_measure_with_are_as_many_as_asked_for() -> None:
    assert len(material.words(random.Random(1), 120).split()) == 120  # noqa: S311
