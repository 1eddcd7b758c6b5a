"""The environment of a process that is told nothing of whoever starts it."""

from __future__ import annotations

import os

# Where programs are and whose they are; and what counts the lines it runs (``make coverage``).
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "COVERAGE_PROCESS_CONFIG")


def environment(**more: str) -> dict[str, str]:
    """Of ours what any process needs, and what is given."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, **more}
