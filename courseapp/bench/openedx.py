"""Publishing beside openedx-core, the publishing engine of Open edX, on the same work.

It lives in an environment of its own, made once below ``VAR_DIR``. What is measured there is
``openedx_side.py``, which knows nothing of ours.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import psycopg

from courseapp.bench import environments, material, publications
from courseapp.bench.report import EDITS, FIRST

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = "0.36.0"
# The same Django and the same driver as ours, so that neither is what is compared.
PACKAGES = (
    f"openedx-core=={VERSION}",
    f"django=={django.get_version()}",
    f"psycopg[binary]=={psycopg.__version__}",
)


class Failed(Exception):
    """It was there and did not do the work."""


def environment(folder: Path, say: Callable[[str], None]) -> Path:
    """The Python that has it; raises ``environments.NotInstalled``."""
    return environments.made(folder / "bench-openedx", PACKAGES, say)


def measure(python: Path, *, database: dict[str, Any], times: int) -> dict[str, dict[str, Any]]:
    """By the name of the work: ``ms`` (median) and ``statements`` (most); raises ``Failed``."""
    order = {
        "database": database,
        "lessons": lessons(),
        "edits": publications.EDITED,
        "times": times,
    }
    side = Path(__file__).with_name("openedx_side.py")
    try:
        # -P: a file beside it that is called like one of Python's is not imported for that one.
        answer = json.loads(environments.run([str(python), "-P", str(side)], json.dumps(order)))
    except (OSError, subprocess.CalledProcessError, ValueError) as failure:
        raise Failed(environments.last_words(failure)) from failure
    return {
        name: {
            "ms": statistics.median(ms for ms, _count in answer[key]),
            "statements": max(count for _ms, count in answer[key]),
        }
        for name, key in ((FIRST, "first"), (EDITS, "edits"))
    }


def lessons() -> list[list[str]]:
    """The same 40 lessons of 10 blocks as ours, each block as the text it is stored as."""
    chance = random.Random("openedx")  # noqa: S311 -- words to measure with keep no secret.
    return [
        [json.dumps(material.block(chance, kind)) for kind in material.KINDS]
        for _ in range(material.LESSONS)
    ]
