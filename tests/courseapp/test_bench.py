"""`make bench`: that it measures, tidies up after itself, and compares with what never changes."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
import stripe
from django.conf import settings
from django.core.management import CommandError, call_command

from courseapp.bench import (
    databases,
    derivations,
    environments,
    events,
    floor,
    material,
    openedx,
)
from courseapp.bench.report import EDITS, FIRST, MOST_OF_A_PAGE, Report, Speed
from payments import gateway

# It makes its own databases, of every kind that answers, whichever this suite runs on.
pytestmark = pytest.mark.once
FLOOR = "40776e26dc7c2659e04ef633256d1be6889555055d215c9ed83108f4c309ac9c"
HOOK_FLOOR = "8d6aa3af14fd5fb9a2cc5507d23c33895e92eb922acefb2ab533b0227479f4a9"
NOBODY = "postgres://postgres@127.0.0.1:1/postgres"
DATABASES = ["sqlite", "postgresql"]


def left_behind() -> list[str]:
    """Files and databases of runs of this process that are over."""
    found = [str(path) for path in Path(settings.VAR_DIR).glob("bench-*")]
    address = databases.server()
    if address:
        with psycopg.connect(address) as connection:
            name = (f"{databases.name()}%",)
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", name)
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


@pytest.mark.parametrize(("name", "digest"), [("floor", FLOOR), ("hook_floor", HOOK_FLOOR)])
def test_the_floors_never_change(name: str, digest: str) -> None:
    source = Path(floor.__file__).with_name(f"{name}.py").read_bytes()
    assert hashlib.sha256(source).hexdigest() == digest


@pytest.mark.slow
def test_a_run_measures_everything_wherever_it_can_and_leaves_nothing_behind() -> None:
    """One run of everything: what a single figure's would show is in it."""
    found = run()
    assert found["missing"] == left_behind() == []
    for look in (
        has_measured_all, has_grown, has_installed_nothing, has_bought, has_read_sealed_texts,
        has_knocked_at_each_door,
    ):  # fmt: skip
        look(found)


def has_measured_all(found: dict[str, Any]) -> None:
    expected = DATABASES if databases.server() else DATABASES[:1]
    assert {one["database"] for one in found["requests"]} == set(expected)
    assert {one["figure"] for one in found["requests"]} == {
        "floor",
        "lesson_page",
        "lesson_api",
        "outline_page",
        "outline_api",
        "finish",
        "finish_again",
        "webhook",
        "webhook floor",
    }
    (statements,) = {one["queries"] for one in found["requests"] if one["figure"] == "webhook"}
    assert statements <= 3
    assert all(one["per_second"] > 0 and one["seconds"] > 0 for one in found["requests"])
    assert {one["database"] for one in found["publishing"]} == set(expected)
    assert {one["database"] for one in found["staff_pages"]} == set(expected)
    assert {one["readers"] for one in found["staff_pages"]} == {20, 40}
    assert all(one["statements"] <= MOST_OF_A_PAGE for one in found["staff_pages"])
    assert {one["database"] for one in found["mails"]} == set(expected)
    assert all(one["per_second"] > 0 for one in found["mails"])
    assert [one["mails"] for one in found["code_waits"]] == [75] * len(expected)
    assert [one["mails"] for one in found["memory"]] == [150] * len(expected)
    assert all(one["last"] > 10 for one in found["memory"])
    among = [(one["queue"], one["rows"], "flood" in one) for one in found["claims"]]
    sizes = [(2_000, False), (4_000, False), (4_000, True)]
    assert among == [(queue, *one) for queue in ("places", "letters") for one in sizes] * len(
        expected
    )
    assert all(one["claim"] > 0 for one in found["claims"])
    for part, rows in (("sealed_texts", 1), ("doors", 3)):
        assert Counter(one["database"] for one in found[part]) == dict.fromkeys(expected, rows)
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


def has_grown(found: dict[str, Any]) -> None:
    expected = DATABASES if databases.server() else DATABASES[:1]
    grown = {(one["database"], one["of"]) for one in found["growth"]}
    assert grown == {(one, of) for one in expected for of in ("lessons", "readers")}
    assert all(len(one["ms"]) == len(one["sizes"]) == 2 for one in found["growth"])


def has_installed_nothing(found: dict[str, Any]) -> None:
    for name in ("openedx-core", "dj-stripe", "django-post_office"):
        assert [line for line in found["left_out"] if name in line]
    assert found["beside_openedx"] == found["beside_djstripe"] == []
    for folder in ("bench-openedx", "bench-djstripe", "bench-post-office"):
        assert not (Path(settings.VAR_DIR) / folder).exists()


def has_bought(found: dict[str, Any]) -> None:
    if not found["from_paying_to_reading"]:
        assert any("Redis" in line for line in found["left_out"])
        return
    (row,) = found["from_paying_to_reading"]
    assert row["purchases"] == 3
    assert 0 < row["median"] <= row["p95"] <= row["longest"]


def test_every_event_to_measure_with_is_new_signed_and_one_of_ours() -> None:
    bodies = events.sale(events.world(), set(gateway.EVENTS))
    assert len(bodies) >= 4
    sent = events.some(events.signed([*bodies.values()], prefix="x"), 2 * len(bodies))
    ids = set()
    for body, signature in sent:
        stripe.WebhookSignature.verify_header(body, signature, events.SECRET)
        told = json.loads(body)
        assert told["type"] in gateway.EVENTS
        ids.add(told["id"])
    assert len(ids) == len(sent)


def test_the_table_tells_of_selling() -> None:
    side = {"per_second": 900.0, "statements": 1}
    row = {"name": "a sale", "database": "sqlite", "ours": side, "theirs": side}
    waits = {"database": "sqlite", "purchases": 60, "median": 0.2, "p95": 2.4, "longest": 3.0}
    report = Report(
        began=datetime(2026, 1, 5, tzinfo=UTC),
        hooks=[{**row, "times_as_fast": 4.0}, {**row, "times_as_fast": 2.9}],
        access=[waits],
    )
    text = report.as_text()
    assert "4.0 times as fast  ≥ 3 reached" in text
    assert "2.9 times as fast  ≥ 3 MISSED" in text
    assert "95 of 100 < 2 s MISSED" in text


def has_read_sealed_texts(found: dict[str, Any]) -> None:
    for row in found["sealed_texts"]:
        assert 0 < row["bare_p50"] <= row["p50"] <= row["p99"]
        assert row["longer"] <= 64
        assert row["rewrapped"] == 40


def test_the_table_says_how_long_it_takes_to_read_a_sealed_text() -> None:
    row = {
        "database": "sqlite",
        "bytes": 900,
        "longer": 35,
        "p50": 200.0,
        "bare_p50": 2.0,
        "work_p99": 300.0,
        "rewrapped": 10_000,
    }
    rows = [
        {**row, "p99": 999.0, "rewrapping_s": 9.9},
        {**row, "p99": 1_001.0, "rewrapping_s": 10.1},
    ]
    report = Report(began=datetime(2026, 1, 5, tzinfo=UTC), sealed=rows)
    text = " ".join(report.as_text().split())
    assert "0.999 ≤ 1 ms reached 0.300 100 times 2.0 µs" in text
    assert "1.001 ≤ 1 ms MISSED" in text
    assert "10,000 in 9.9 s reached" in text
    assert "10,000 in 10.1 s MISSED" in text


def has_knocked_at_each_door(found: dict[str, Any]) -> None:
    kinds = [("code", "known"), ("password", "known"), ("password", "without")]
    assert [(one["door"], one["who"]) for one in found["doors"][:3]] == kinds
    assert all(one["known"] > 0 and one["ratio"] > 0 for one in found["doors"])


def test_the_table_says_which_door_tells_who_has_an_account() -> None:
    row = {"door": "code", "who": "known", "database": "sqlite", "known": 9.0}
    ratios = ((10.0, 0.9), (12.0, 0.75), (8.0, 1.125))
    rows = [{**row, "unknown": unknown, "ratio": ratio} for unknown, ratio in ratios]
    text = Report(began=datetime(2026, 1, 5, tzinfo=UTC), doors=rows).as_text()
    told = [line.split()[-1] for line in text.splitlines()[2:5]]
    assert told == ["reached", "MISSED", "MISSED"]


def test_a_figure_nobody_knows_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice: 'speed'"):
        run("--only", "speed")


def test_the_table_says_which_goals_were_missed() -> None:
    speeds = [make_speed(), make_speed(figure="finish", ratio=0.49)]
    text = Report(began=datetime(2026, 1, 5, tzinfo=UTC), speeds=speeds).as_text()
    lesson, finish = text.splitlines()[2:4]
    assert "≥ 0.6 reached" in lesson
    assert "≥ 0.5 MISSED" in finish


def test_the_table_shows_whether_deriving_grows_as_the_article_does() -> None:
    report = Report(began=datetime(2026, 1, 5, tzinfo=UTC))
    for pages, seconds in ((10, 0.05), (100, 0.6)):
        figures = {"words": 1, "passages": 1, "lessons": 1}
        report.derivations.append({"pages": pages, "seconds": seconds, **figures})
    assert "100 pages take 12.0 times as long as 10" in report.as_text()


def test_the_table_says_how_many_times_as_fast_publishing_is() -> None:
    ours, theirs = {"ms": 20.0, "statements": 12}, {"ms": 3_500.0, "statements": 9_371}
    comparisons = [
        {"name": FIRST, "database": "sqlite", "ours": ours, "theirs": theirs},
        {"name": EDITS, "database": "sqlite", "ours": ours, "theirs": {**theirs, "ms": 190.0}},
    ]
    report = Report(began=datetime(2026, 1, 5, tzinfo=UTC), comparisons=comparisons)
    first, edits = report.as_text().splitlines()[2:4]
    assert "9,371" in first
    assert "175 times as fast" in first
    assert "≥ 10 reached" in first
    assert "≥ 10 MISSED" in edits
    assert [one["times_as_fast"] for one in report.as_json()["beside_openedx"]] == [175.0, 9.5]


def test_the_table_says_which_pages_ask_the_database_too_much() -> None:
    row = {"name": "insight", "database": "sqlite", "readers": 100_000, "ms": 900.0}
    pages = [{**row, "statements": 10}, {**row, "statements": 11}]
    report = Report(began=datetime(2026, 1, 5, tzinfo=UTC), staff_pages=pages)
    good, bad = report.as_text().splitlines()[2:4]
    assert "100,000" in good
    assert "≤ 10 reached" in good
    assert "≤ 10 MISSED" in bad


@pytest.mark.slow
def test_what_cannot_be_installed_is_told_and_leaves_no_half_environment_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setattr(openedx, "PACKAGES", ("no-such-thing-as-this==1",))
    for _ in range(2):
        with pytest.raises(environments.NotInstalled, match="no-such-thing-as-this"):
            openedx.environment(tmp_path, lambda _line: None)


@pytest.mark.slow
def test_an_environment_that_is_there_is_used_until_another_version_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openedx, "PACKAGES", ("pip",))  # There already: nothing is fetched.
    said: list[str] = []
    python = openedx.environment(tmp_path, said.append)
    assert python.is_file()
    assert openedx.environment(tmp_path, said.append) == python
    assert len(said) == 1
    monkeypatch.setattr(openedx, "PACKAGES", ("another==2",))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(environments.NotInstalled):
        openedx.environment(tmp_path, said.append)


def test_a_side_that_fails_says_why() -> None:
    with pytest.raises(openedx.Failed, match="openedx_content"):
        openedx.measure(Path(sys.executable), database={}, times=1)


def test_the_other_side_publishes_the_same_forty_lessons_of_ten_blocks() -> None:
    lessons = openedx.lessons()
    assert [len(blocks) for blocks in lessons] == [10] * 40
    assert lessons == openedx.lessons()
    assert 40_000 < sum(len(text) for blocks in lessons for text in blocks) < 400_000


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
