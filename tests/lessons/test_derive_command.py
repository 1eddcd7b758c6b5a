"""``manage.py derive``: what it prints, and how it refuses."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.lessons.content.test_article import PASTED

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pasted(tmp_path: Path) -> Path:
    file = tmp_path / "avond.txt"
    file.write_text(PASTED, encoding="utf-8")
    return file


def run(*arguments: Any) -> str:
    output = io.StringIO()
    call_command("derive", *arguments, stdout=output)
    return output.getvalue()


def test_the_outline_names_lessons_and_what_was_left_out(pasted: Path) -> None:
    printed = run(pasted)
    assert "Waar het begint" in printed
    assert "selfcheck" in printed
    assert "link to read on: Lees hier verder:" in printed


def test_json_accounts_for_every_character(pasted: Path) -> None:
    data = json.loads(run(pasted, "--json"))
    kept = "".join(one["text"] for one in [*data["passages"], *data["left_out"]])
    assert sorted("".join(kept.split())) == sorted("".join(PASTED.split()))


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty_article"), (b"\0\1\2", "binary_file"), (b"x" * 11_000_000, "article_too_large")],
)
def test_a_file_that_is_no_article_is_refused(data: bytes, code: str, tmp_path: Path) -> None:
    file = tmp_path / "stuk.txt"
    file.write_bytes(data)
    with pytest.raises(CommandError, match=code):
        run(file, "--json")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "nergens.txt")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="directory"):
        run(tmp_path)


@pytest.mark.slow
def test_a_refusal_ends_with_status_1_and_a_sentence_on_stderr(tmp_path: Path) -> None:
    file = tmp_path / "leeg.txt"
    file.touch()
    done = subprocess.run(
        [sys.executable, "manage.py", "derive", str(file), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "The file is empty" in done.stderr
    assert "Traceback" not in done.stderr
