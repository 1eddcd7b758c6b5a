"""What this software is made of, for auditors: every library pinned in ``requirements.txt``.

``uv`` writes the list (CycloneDX 1.5); what it names is held against the pins, so that it cannot
say less or other than what is installed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[^\]]*\])?==([^\s;]+)", re.M)
HASHES = re.compile(r"--hash=sha256:([0-9a-f]{64})")
PATIENCE = 120  # Seconds; the index is asked for what each library needs.


class NotListed(Exception):
    """The list could not be written, or says other than the pins; the message says what."""


def pins(requirements: str) -> dict[str, str]:
    """Name to version of each pinned library, extras left out."""
    return {name.lower(): version for name, _extras, version in PIN.findall(requirements)}


def unhashed(requirements: str) -> list[str]:
    """Pinned libraries without a hash: a file in their place would go unnoticed."""
    parts = re.split(r"^(?=[A-Za-z0-9])", requirements, flags=re.M)
    return [part.split("==")[0] for part in parts if PIN.match(part) and not HASHES.search(part)]


def project(requirements: str) -> str:
    """The pins as a project that ``uv`` understands."""
    lines = [f'  "{"".join([name, extras, "==", version])}",'
             for name, extras, version in PIN.findall(requirements)]  # fmt: skip
    head = ["[project]", 'name = "courseapp"', 'version = "0"', 'requires-python = ">=3.11"']
    return "\n".join([*head, "dependencies = [", *lines, "]", "[tool.uv]", "package = false", ""])


def listed(requirements: str) -> dict[str, Any]:
    """The list, as CycloneDX has it; asks the index of Python's packages. Raises ``NotListed``."""
    with tempfile.TemporaryDirectory(prefix="components-") as folder:
        Path(folder, "pyproject.toml").write_text(project(requirements), encoding="utf-8")
        _uv(folder, "lock")
        export = ("export", "--frozen", "--format", "cyclonedx1.5")
        found = json.loads(_uv(folder, *export, "--preview-features", "sbom-export"))
    named = components(found)
    # A library for another system only is pinned, and stands in the list as well.
    other = sorted(set(named.items()) ^ set(pins(requirements).items()))
    if other:
        raise NotListed(f"The list and requirements.txt differ: {other}")
    return cast("dict[str, Any]", found)


def components(found: Mapping[str, Any]) -> dict[str, str]:
    """Name to version of what a list names."""
    return {one["name"].lower(): one["version"] for one in found.get("components", [])}


def _uv(folder: str, *words: str) -> str:
    uv = Path(sysconfig.get_path("scripts"), "uv")
    command = [str(uv), "--quiet", "--directory", folder, *words]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotListed(f"uv does not answer: {error}") from None
    if ran.returncode:
        raise NotListed(f"uv says: {ran.stderr.strip()}")
    return ran.stdout
