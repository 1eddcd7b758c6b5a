"""Publishing beside openedx-core, the publishing engine of Open edX, on the same work.

It lives in an environment of its own, made once below ``VAR_DIR``. What is measured there is
``openedx_side.py``, which knows nothing of ours.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import psycopg

from courseapp.bench import material, publications
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
LAST_WORDS = 300


class NotInstalled(Exception):
    """The package or what it needs could not be had; the message says what pip said last."""


class Failed(Exception):
    """It was there and did not do the work."""


def environment(folder: Path, say: Callable[[str], None]) -> Path:
    """The Python of the environment below ``folder``, made if it is not there; ``NotInstalled``."""
    home = folder / "bench-openedx"
    python, done = home / "bin" / "python", home / "installed"
    if done.is_file() and done.read_text(encoding="utf-8").split() == list(PACKAGES):
        return python
    say(f"installing openedx-core {VERSION} (once, about a minute)")
    shutil.rmtree(home, ignore_errors=True)
    install = ["-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "20", *PACKAGES]
    try:
        venv.create(home, with_pip=True)
        _run([str(python), *install])
    except (OSError, subprocess.CalledProcessError) as failure:
        said = getattr(failure, "stderr", "") or str(failure)
        raise NotInstalled(" ".join(said.split())[-LAST_WORDS:]) from failure
    done.write_text("\n".join(PACKAGES), encoding="utf-8")
    return python


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
        answer = json.loads(_run([str(python), "-P", str(side)], json.dumps(order)))
    except (OSError, subprocess.CalledProcessError, ValueError) as failure:
        said = getattr(failure, "stderr", "") or str(failure)
        raise Failed(" ".join(said.split())[-LAST_WORDS:]) from failure
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


def _run(command: list[str], told: str = "") -> str:
    """Run a command of our own making; returns what it printed."""
    done = subprocess.run(  # noqa: S603
        command, input=told, capture_output=True, text=True, check=True
    )
    return done.stdout
