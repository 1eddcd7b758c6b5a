"""What is pinned is hashed, and the list of components is made of the pins."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from courseapp import components

pytestmark = pytest.mark.once

A, B = "a" * 64, "b" * 64
REQUIREMENTS = f"""\
Some-Lib[extra]==1.2.3 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
    # via other
bare==2.0
only-there==3 ; sys_platform == 'win32' \\
    --hash=sha256:{A}
"""


def test_pins_are_read_with_their_versions() -> None:
    assert components.pins(REQUIREMENTS) == {"some-lib": "1.2.3", "bare": "2.0", "only-there": "3"}


def test_a_pin_without_a_hash_is_noticed() -> None:
    assert components.unhashed(REQUIREMENTS) == ["bare"]


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_library_of_ours_is_pinned_and_hashed(file: str) -> None:
    requirements = Path(settings.BASE_DIR, file).read_text(encoding="utf-8")
    lines = [line for line in requirements.splitlines() if line[:1].isalnum()]
    assert len(lines) == len(components.pins(requirements)) > 20
    assert components.unhashed(requirements) == []


def test_the_project_that_is_listed_has_exactly_the_pins() -> None:
    project = tomllib.loads(components.project(REQUIREMENTS))["project"]
    assert project["dependencies"] == ["Some-Lib[extra]==1.2.3", "bare==2.0", "only-there==3"]
    assert tomllib.loads(components.project(REQUIREMENTS))["tool"]["uv"] == {"package": False}


def test_a_list_names_its_components() -> None:
    found = {"components": [{"name": "Some-Lib", "version": "1.2.3", "purl": "pkg:pypi/x"}]}
    assert components.components(found) == {"some-lib": "1.2.3"}
