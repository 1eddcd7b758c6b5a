"""The README's map of the tree, its pictures, targets and list of libraries are true."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[1]
# What every Django app has, and what every package has: a map need not name it.
UNNAMED = {"__init__.py", "apps.py", "migrations", "locale"}


def mapped() -> dict[Path, list[str]]:
    """Folder to what the map names in it; the root is ``Path()``."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    drawing = re.search(r"^```\n(courseapp/.*?)^```", readme, re.S | re.M)
    assert drawing is not None
    found: dict[Path, list[str]] = {Path(): []}
    above: list[str] = []
    for row in drawing[1].splitlines():
        name = row.split()[0]
        depth = (len(row) - len(row.lstrip())) // 2
        above = above[:depth]
        found.setdefault(Path(*above), []).append(name)
        above.append(name.rstrip("/"))
    return found


def tracked() -> list[Path]:
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [Path(row) for row in told.splitlines() if (ROOT / row).is_file()]


def content_of(folder: Path) -> set[str]:
    """The folders (with a slash) and files in a folder, as the map writes them."""
    below = [file.relative_to(folder) for file in tracked() if file.is_relative_to(folder)]
    return {
        f"{file.parts[0]}/" if len(file.parts) > 1 else file.name
        for file in below
        if file.parts[0] not in UNNAMED
    }


def test_the_map_names_every_folder_of_the_top_level() -> None:
    there = {name for name in content_of(Path()) if name.endswith("/") and name[0] != "."}

    assert set(mapped()[Path()]) == there


def test_a_folder_that_is_drawn_open_is_drawn_whole() -> None:
    opened = {folder: set(names) for folder, names in mapped().items() if folder != Path()}

    assert opened
    for folder, names in opened.items():
        pictures = {name for name in content_of(folder) if name.endswith(".png")}
        assert names == content_of(folder) - pictures, folder


def test_every_picture_and_page_it_points_to_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", readme) if "://" not in target]

    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_target_it_tells_of_can_be_made() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = set(re.findall(r"(?:`|^    )make ([a-z-]+)", readme, re.M))

    assert {"run", "test", "check"} <= told
    assert told <= set(re.findall(r"^([a-z-]+):.*## ", makefile, re.M))


def test_every_library_has_its_reason() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?`) \| \S.* \|$", readme, re.M)
    explained = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    named: set[str] = set()
    for file in ("requirements.in", "requirements-dev.in"):
        named |= set(re.findall(r"^([A-Za-z][\w-]*)", (ROOT / file).read_text(), re.M))

    assert explained == named
