"""The table for who edits the lessons."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once


def report(*folders: Path) -> str:
    told = io.StringIO()
    call_command("content_report", *folders, stdout=told)
    return told.getvalue()


def test_each_lesson_of_the_shipped_course_has_a_row() -> None:
    told = report()

    assert "Bindingsangst ontmaskerd: " in told
    count = int(re.search(r"ontmaskerd: (\d+) lessons", told)[1])  # type: ignore[index]
    rows = re.findall(r"^.{34} +\d+ +\d+ +\d+ +-?\d+ +\d+ +\d+ +\d+$", told, re.M)
    assert len(rows) >= count > 0


def test_a_folder_without_a_course_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=re.escape(str(tmp_path))):
        report(tmp_path)
