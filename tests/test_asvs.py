"""``docs/asvs.yml`` decides every requirement of ASVS 5.0, levels 1 and 2; its tests are there."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parents[1]
# Of each section of a chapter, how many requirements of levels 1 and 2 there are.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
NEEDED = {
    "met": {"says", "state", "tests"},
    "not_applicable": {"says", "state", "because"},
    "deviates": {"says", "state", "because", "instead", "tests"},
    "open": {"says", "state", "missing"},
}
ALL, SHARE = 253, 0.85
# What is known to be missing.
OPEN_MOST = 0


@cache
def decided() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (ROOT / "docs" / "asvs.yml").read_text(encoding="utf-8")
    )
    return found


@cache
def known() -> frozenset[str]:
    """Every test there is, by its file and name."""
    return frozenset(
        f"{file.relative_to(ROOT).as_posix()}::{node.name}"
        for file in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def states() -> Counter[str]:
    return Counter(row["state"] for row in decided().values())


def test_every_requirement_is_there_once() -> None:
    sections = Counter(number.rpartition(".")[0] for number in decided())
    assert dict(sections) == SECTIONS
    assert len(decided()) == ALL


def test_each_is_decided_and_says_why() -> None:
    for number, row in decided().items():
        assert set(row) == NEEDED[row["state"]], number
        assert all(row.values()), number


def test_every_test_it_names_is_there() -> None:
    named = {test for row in decided().values() for test in row.get("tests", [])}
    assert sorted(named - known()) == []


def test_little_is_open_and_most_that_applies_has_a_test() -> None:
    found = states()
    applying = ALL - found["not_applicable"]
    tested = sum(bool(row.get("tests")) for row in decided().values())
    print(f"{dict(found)}; with a test {tested} of {applying} that apply")  # noqa: T201
    assert found["open"] <= OPEN_MOST, [n for n, row in decided().items() if row["state"] == "open"]
    assert tested / applying >= SHARE


@pytest.mark.slow
def test_a_test_that_is_gone_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"1.1.1": {"says": "x", "state": "met", "tests": ["tests/test_asvs.py::test_nothing"]}}
    monkeypatch.setattr("tests.test_asvs.decided", lambda: wrong)
    for rule in (test_every_test_it_names_is_there, test_every_requirement_is_there_once):
        with pytest.raises(AssertionError):
            rule()
