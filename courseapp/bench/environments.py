"""Environments of their own for what ours is compared with, made once below ``VAR_DIR``."""

from __future__ import annotations

import shutil
import subprocess
import venv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

LAST_WORDS = 300


class NotInstalled(Exception):
    """A package or what it needs could not be had; the message says what pip said last."""


def made(home: Path, packages: Sequence[str], say: Callable[[str], None]) -> Path:
    """The Python of an environment with exactly these packages, made if it is not there."""
    python, done = home / "bin" / "python", home / "installed"
    if done.is_file() and done.read_text(encoding="utf-8").split() == list(packages):
        return python
    say(f"installing {packages[0]} (once, about a minute)")
    shutil.rmtree(home, ignore_errors=True)
    install = ["-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "20", *packages]
    try:
        venv.create(home, with_pip=True)
        run([str(python), *install])
    except (OSError, subprocess.CalledProcessError) as failure:
        raise NotInstalled(last_words(failure)) from failure
    done.write_text("\n".join(packages), encoding="utf-8")
    return python


def run(command: list[str], told: str = "") -> str:
    """Run a command of our own making; returns what it printed."""
    done = subprocess.run(  # noqa: S603
        command, input=told, capture_output=True, text=True, check=True
    )
    return done.stdout


def last_words(failure: Exception) -> str:
    said = getattr(failure, "stderr", "") or str(failure)
    return " ".join(said.split())[-LAST_WORDS:]
