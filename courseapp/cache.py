"""Counters that all processes of one machine share, as files."""

from __future__ import annotations

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache


class LockingFiles(FileBasedCache):
    """Django's file cache, whose ``add`` lets one of several callers win.

    allauth builds the lock around its counters on ``add``. Django's own looks first and writes
    then: of eight callers at once up to eight won, and a code could be guessed at more often.
    """

    def add(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        folder = Path(self._dir)  # type: ignore[attr-defined]  # The stubs do not know it.
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / "add.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return bool(super().add(key, value, timeout, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Likewise: Django's own reads, raises and writes back."""
        folder = Path(self._dir)  # type: ignore[attr-defined]  # The stubs do not know it.
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / "add.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return int(super().incr(key, delta, version))

    def sweep(self) -> int:
        """Remove the counters that count no more; how many. Django's own waits for their reader."""
        gone = 0
        for name in self._list_cache_files():  # type: ignore[attr-defined]  # Likewise.
            with suppress(FileNotFoundError), Path(name).open("rb") as file:
                gone += bool(self._is_expired(file))  # type: ignore[attr-defined]  # Likewise.
        return gone


def sweep() -> int:
    """Remove what ran out from a cache of files; how many. Redis does so by itself."""
    shared = caches["default"]
    return shared.sweep() if isinstance(shared, LockingFiles) else 0
