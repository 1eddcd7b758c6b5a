"""A broker in a folder, for one machine: Celery without Redis or RabbitMQ.

Kombu ships ``filesystem://``, which cannot be used: a reader may move a message away between its
creation and its first byte (measured: 6 % of messages lost under stress, and the worker ends), it
moves through /tmp (another file system is a copy, not a move), and it sorts by a clock that starts
over at each boot. Of its methods none would be left, so this builds on kombu's virtual channel:

- put: write to a hidden name, then rename. A visible file is a whole message.
- get: rename to a hidden name, then read. The file system lets one of several readers win.
- names begin with the wall clock in nanoseconds, so that sorting is first come, first served.
- no fanout: remote control and events are off, and nothing is left behind for them.

A message is only a doorbell (see ``post.doorbell``): losing the folder loses no mail.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections import defaultdict, deque
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import virtual

log = logging.getLogger(__name__)

# A hidden file this old (seconds) is what a killed process left; the younger are being worked on.
LEFT_BEHIND = 3600
LONGEST_WAIT = 0.2  # Seconds.


class Channel(virtual.Channel):  # type: ignore[misc]
    """Messages as files ``<nanoseconds>-<random>.<queue>.msg`` in one folder."""

    supports_fanout = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(self.connection.client.transport_options["folder"])
        # Names seen and not yet tried, so that a backlog is listed once and not per message.
        self.seen: defaultdict[str, deque[str]] = defaultdict(deque)

    def _put(self, queue: str, message: dict[str, Any], **_kwargs: Any) -> None:
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}.{queue}.msg"
        hidden = self.folder / f".{name}"
        data = json.dumps(message).encode()
        try:
            hidden.write_bytes(data)
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            hidden.write_bytes(data)
        hidden.rename(self.folder / name)

    def _get(self, queue: str) -> dict[str, Any]:
        names = self.seen[queue]
        if not names:
            names.extend(self._names(queue))
        while names:
            message = self._claim(names.popleft())
            if message is not None:
                return message
        raise Empty

    def _claim(self, name: str) -> dict[str, Any] | None:
        """The message of this name, or nothing when another reader was first or it is damaged."""
        mine = self.folder / f".{name}"
        try:
            (self.folder / name).rename(mine)
            data = mine.read_bytes()
            mine.unlink()
        except FileNotFoundError:
            return None
        try:
            message: dict[str, Any] = json.loads(data)
        except ValueError:
            log.warning("A message in the spool is damaged and is left out.")
            return None
        return message

    def _names(self, queue: str) -> list[str]:
        ending = f".{queue}.msg"
        try:
            found = [file.name for file in self.folder.iterdir() if file.name.endswith(ending)]
        except FileNotFoundError:
            return []
        return sorted(name for name in found if not name.startswith("."))

    def _size(self, queue: str) -> int:
        return len(self._names(queue))

    def _purge(self, queue: str) -> int:
        names = self._names(queue)
        for name in names:
            (self.folder / name).unlink(missing_ok=True)
        return len(names)


class Transport(virtual.Transport):  # type: ignore[misc]
    """``BROKER_URL=spool://``; the folder and the pause between looks are transport options."""

    Channel = Channel
    polling_interval = 0.1
    # Exchanges and their queues, as this process declared them; the files need only the queue.
    global_state = virtual.BrokerState()
    driver_type = "spool"
    driver_name = "spool"

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = self.global_state

    def establish_connection(self) -> Any:
        sweep(Path(self.client.transport_options["folder"]), now=time.time())
        return super().establish_connection()

    def drain_events(self, connection: Any, timeout: float | None = None) -> Any:
        """Wait for a message, but not long: a worker looks for an order to stop in between."""
        patience = None if timeout is None else min(timeout, LONGEST_WAIT)
        return super().drain_events(connection, timeout=patience)

    def driver_version(self) -> str:
        return "1"


def sweep(folder: Path, *, now: float) -> None:
    """Remove what killed processes left half-written or half-read. ``now``: seconds since 1970."""
    for file in folder.glob(".*.msg"):
        with suppress(FileNotFoundError):
            if now - file.stat().st_mtime > LEFT_BEHIND:
                file.unlink()
