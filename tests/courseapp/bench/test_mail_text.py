"""The tables of sending mail, and what is measured where nobody said otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from courseapp import environment
from courseapp.bench import mailing
from courseapp.bench.report import Report

pytestmark = pytest.mark.once


def test_the_table_says_how_many_times_as_fast_mail_is_sent_and_how_long_a_code_waits() -> None:
    row = {"database": "sqlite", "per_second": 900.0, "of_plain": 0.4, "has_goal": True}
    rows = [{**row, "who": "ours", "times": 2.5}, {**row, "who": "ours too", "times": 1.9}]
    wait = {"database": "sqlite", "mails": 10_000, "seconds": 0.4}
    report = Report(
        began=datetime(2026, 1, 5, tzinfo=UTC),
        mails=[*rows, {**row, "who": "another", "times": 0, "has_goal": False}],
        code_waits=[wait, {**wait, "seconds": 3.2}],
    )
    text = " ".join(report.as_text().split())
    assert "2.5 times ≥ 2 reached" in text
    assert "1.9 times ≥ 2 MISSED" in text
    assert "0.40 ≤ 3 reached" in text
    assert "3.20 ≤ 3 MISSED" in text


def test_the_table_says_whether_claims_stay_as_fast_and_memory_as_small() -> None:
    among = {"queue": "places", "database": "sqlite", "idle": 0.3}
    rows = [
        {**among, "rows": 10_000, "claim": 8.0},
        {**among, "rows": 100_000, "claim": 11.9},
        {**among, "rows": 1_000_000, "claim": 12.4},
        {**among, "rows": 2_000_000, "claim": 8.0, "idle": 1.2},
        {"queue": "places", "database": "sqlite", "rows": 2_000_000, "claim": 7.0, "flood": 9},
    ]
    worker = {"database": "sqlite", "mails": 20_000, "first": 80.0}
    report = Report(
        began=datetime(2026, 1, 5, tzinfo=UTC),
        claims=rows,
        memory=[{**worker, "last": 84.0}, {**worker, "last": 96.0}],
    )
    lines = [" ".join(line.split()) for line in report.as_text().splitlines()]
    assert "20,000 mails sqlite 80.0 84.0 ≤ 1.1 times reached" in lines
    assert "20,000 mails sqlite 80.0 96.0 ≤ 1.1 times MISSED" in lines
    verdicts = [line.split()[-1] for line in lines if line.startswith("places")]
    assert verdicts == ["reached", "reached", "MISSED", "MISSED", "reached"]
    assert "1.55 times" in next(line for line in lines if "1,000,000" in line)


def test_the_connections_measured_are_those_a_site_has_where_nobody_said_otherwise() -> None:
    # As it is declared: the suite says otherwise itself.
    declared = {one.name: one.default for part in environment.PARTS for one in part.variables}
    assert declared["MAIL_CONNECTIONS"] == str(mailing.DEFAULT)
