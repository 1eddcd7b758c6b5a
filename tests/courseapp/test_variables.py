"""Variables are declared once; the page and the example say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from courseapp import env, environment, variables
from courseapp.variables import Part
from tests.racing import all_good, at_once
from tests.test_architecture import code

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
# Who reads the environment besides, each with its reason.
READERS = {
    "courseapp/env.py": "it is how the others are read",
    "courseapp/backup/in_postgres.py": "hands it on to pg_dump and psql",
    "courseapp/bench/hook_floor.py": "a floor to measure against, a program of its own",
    "courseapp/bench/purchases.py": "where tests find their Redis",
    "courseapp/bench/databases.py": "where tests find their PostgreSQL",
    "courseapp/bench/mails.py": "where tests find their Redis",
    "courseapp/bench/processes.py": "starts the site in an environment of its own",
    "courseapp/celery.py": "tells Django where its settings are",
    "courseapp/meters.py": "tells the library of metrics where processes count together",
    "courseapp/probe.py": "a program of its own, beside the site",
    "courseapp/settings.py": "likewise",
    "courseapp/wsgi.py": "likewise",
    "payments/sandbox/running.py": "looks for anything that is real",
}


def declared() -> list[variables.Variable]:
    return [one for part in environment.PARTS for one in part.variables]


def test_the_page_and_the_example_are_up_to_date() -> None:
    """Else: ``manage.py settings_reference``."""
    call_command("settings_reference", check=True)


def test_a_page_that_says_something_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    more = Part("More")
    more.text("COLOUR_OF_THE_SKY", "blue", "What colour it has.")
    monkeypatch.setattr(environment, "PARTS", (*environment.PARTS, more))

    with pytest.raises(CommandError, match="settings_reference"):
        call_command("settings_reference", check=True)


def test_the_example_names_the_same_variables_once_each() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^# ?([A-Z_]+)=", example, re.M)

    assert listed == [one.name for one in declared()]
    assert len(set(listed)) == len(listed) > 40


def test_each_says_what_it_is_for_in_a_sentence() -> None:
    assert [one.name for one in declared() if not one.about or len(one.about) > 400] == []


def test_nothing_of_this_machine_stands_in_the_page() -> None:
    page = variables.page(environment.PARTS)

    assert str(environment.VAR_DIR) not in page
    assert environment.SECRET_KEY not in page


def test_nothing_else_reads_the_environment() -> None:
    reading = {
        file.as_posix()
        for file in code()
        if re.search(r"os\.(environ|getenv)", (ROOT / file).read_text(encoding="utf-8"))
    }

    assert reading - READERS.keys() == set()
    assert READERS.keys() - reading == set()


def test_a_value_may_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("klaproos\n", encoding="utf-8")
    monkeypatch.setenv("COLOUR_FILE", str(file))

    assert env.text("COLOUR", "none") == "klaproos"
    assert env.words("COLOUR", []) == ["klaproos"]


def test_a_file_that_is_not_there_is_no_empty_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLOUR_FILE", str(tmp_path / "nowhere"))

    with pytest.raises(ImproperlyConfigured, match="COLOUR_FILE"):
        env.text("COLOUR", "none")


def test_a_value_and_a_file_are_one_too_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLOUR", "rood")
    monkeypatch.setenv("COLOUR_FILE", str(tmp_path))

    with pytest.raises(ImproperlyConfigured, match="both set"):
        env.text("COLOUR", "none")


def test_a_default_that_follows_from_others_is_told_in_words() -> None:
    part = Part("One")
    part.text("HOUSE", "/home/somebody/var", "Where it lives.", told="`var/` beside it")
    part.number("DOORS", 3, "How many.", unit="doors", needed="always", example="4")

    page, example = variables.page([part]), variables.example([part])

    assert "| `HOUSE` | Where it lives. | text | `var/` beside it | no |" in page
    assert "| `DOORS` | How many. | doors | `3` | always |" in page
    assert "# Where it lives.\n# HOUSE=\n" in example
    assert "# How many. Needed: always.\n# DOORS=4\n" in example


def test_processes_that_start_together_have_one_secret(tmp_path: Path) -> None:
    """A worker and its beat, the first time ever: nobody fails, and nobody reads half of it."""
    for number in range(20):
        file = tmp_path / str(number) / "secret_key"
        read = set(all_good(at_once(lambda _which, file=file: env.kept_secret(file))))  # type: ignore[misc]

        assert read == {file.read_text(encoding="ascii")}
        assert len(read.pop()) > 50
        assert file.stat().st_mode & 0o777 == 0o600
        assert [one.name for one in file.parent.iterdir()] == [file.name]
