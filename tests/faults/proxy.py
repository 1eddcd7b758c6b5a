"""A small TCP proxy that can be told to misbehave, between our side and what it stands on.

``pass`` passes on; ``refuse`` takes no connection and ends those there are; ``hang`` takes them and
passes nothing on; ``slow`` passes each piece on after `LATE` seconds; ``cut`` ends all connections
once, and passes on what comes then.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Manner = Literal["pass", "refuse", "hang", "slow", "cut"]
LATE = 1.0
PIECE = 1 << 16
TICK = 0.05
# Close with a reset instead of a farewell.
AT_ONCE = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on ``port`` for whoever should reach the port ``to``."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.manner: Manner = "pass"
        self.is_over = False
        self.lines: set[socket.socket] = set()
        self.lock = threading.Lock()
        self.door = self._opened(0)
        self.port: int = self.door.getsockname()[1]
        threading.Thread(target=self._let_in, daemon=True).start()

    def be(self, manner: Manner) -> None:
        """From now on; the door is really closed while it refuses."""
        before, self.manner = self.manner, manner
        if manner in {"refuse", "cut"}:
            self._end_all()
        if manner == "refuse":
            self._close_door()
        elif before == "refuse":
            self.door = self._opened(self.port)
        if manner == "cut":
            self.manner = "pass"

    def end(self) -> None:
        self.is_over = True
        self._close_door()
        self._end_all()

    def _opened(self, port: int) -> socket.socket:
        door = socket.create_server(("127.0.0.1", port), backlog=128)
        door.settimeout(TICK)
        return door

    def _close_door(self) -> None:
        with contextlib.suppress(OSError):
            self.door.close()

    def _end_all(self) -> None:
        with self.lock:
            lines, self.lines = self.lines, set()
        for line in lines:
            with contextlib.suppress(OSError):
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _let_in(self) -> None:
        while not self.is_over:
            try:
                line, _address = self.door.accept()
            except TimeoutError:
                continue
            except OSError:  # The door is closed.
                time.sleep(TICK)
                continue
            threading.Thread(target=self._lead, args=(line,), daemon=True).start()

    def _lead(self, line: socket.socket) -> None:
        """Both ways, until one end has enough."""
        self._wait()
        try:
            there = socket.create_connection(("127.0.0.1", self.to))
        except OSError:
            line.close()
            return
        with self.lock:
            self.lines |= {line, there}
        back = threading.Thread(target=self._pass_on, args=(there, line), daemon=True)
        back.start()
        self._pass_on(line, there)

    def _pass_on(self, source: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while piece := source.recv(PIECE):
                self._wait()
                if self.manner == "slow":
                    time.sleep(LATE)
                to.sendall(piece)
        for end in (source, to):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self.lock:
            self.lines -= {source, to}

    def _wait(self) -> None:
        """As long as nothing is passed on."""
        while self.manner == "hang" and not self.is_over:
            time.sleep(TICK)


@contextlib.contextmanager
def proxy(to: int) -> Iterator[Proxy]:
    made = Proxy(to)
    try:
        yield made
    finally:
        made.end()
