"""A mail server that keeps nothing but names: ``python -m courseapp.bench.sink [LOG]``.

It writes down each Message-ID *before* it says yes, so that what was marked as sent can be held
against the list, and so can what nobody lived to mark. Told to, it fails: at a stage of the
conversation it answers something else, says nothing any more, or hangs up.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.M | re.I)
SILENCE, HANG_UP = b"silence", b"hang up"
END = b"\r\n.\r\n"
GREETING = b"220 sink ESMTP\r\n"
TOO_MANY = b"421 4.3.2 too many connections\r\n"
SKILLS = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
OK, GO_ON, BYE = b"250 2.0.0 Ok\r\n", b"354 Go on\r\n", b"221 2.0.0 Bye\r\n"
NOBODY = b"503 5.5.1 To whom?\r\n"
STAGES = {b"EHLO": "ehlo", b"HELO": "ehlo", b"MAIL": "mail", b"RCPT": "rcpt", b"DATA": "data"}


@dataclass
class Sink:
    """What came in, and what is to go wrong: answers by stage, each used once, in turn.

    Stages: connect, ehlo, mail, rcpt, data, end (after the final dot). ``latency`` in seconds.
    """

    log: IO[bytes] | None = None
    latency: float = 0.0
    skills: bytes = SKILLS
    faults: dict[str, deque[bytes]] = field(default_factory=dict)
    # Message-IDs in the order they came; the same twice when it came twice.
    ids: list[str] = field(default_factory=list)
    words: list[bytes] = field(default_factory=list)
    keeps_words: bool = False
    connections: int = 0
    # It takes letters over so many connections at a time, over any number when 0.
    most: int = 0
    port: int = 0
    lines: list[Any] = field(default_factory=list)

    def fault(self, stage: str) -> bytes | None:
        waiting = self.faults.get(stage)
        return waiting.popleft() if waiting else None

    def fail(self, stage: str, *answers: bytes) -> None:
        self.faults.setdefault(stage, deque()).extend(answers)

    def keep(self, words: bytes) -> None:
        found = MESSAGE_ID.search(words)
        name = found[1] if found else b"<none>"
        self.ids.append(name.decode("ascii", "replace"))
        if self.keeps_words:
            self.words.append(words.replace(b"\r\n..", b"\r\n."))
        if self.log is not None:
            self.log.write(name + b"\n")
            self.log.flush()


class Conversation(asyncio.Protocol):
    """One connection."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.heard = b""
        self.in_words = False
        self.is_silent = self.is_addressed = False
        self.line: Any = None

    def connection_made(self, transport: Any) -> None:
        self.line = transport
        self.sink.connections += 1
        self.sink.lines.append(transport)
        here = sum(not line.is_closing() for line in self.sink.lines)
        self._say("connect", TOO_MANY if 0 < self.sink.most < here else GREETING)

    def data_received(self, data: bytes) -> None:
        self.heard += data
        while not self.is_silent and (self._words() if self.in_words else self._command()):
            pass

    def _command(self) -> bool:
        row, end, rest = self.heard.partition(b"\r\n")
        if not end:
            return False
        self.heard = rest
        verb = row[:4].upper()
        if verb == b"QUIT":
            self.line.write(BYE)
            self.line.close()
            return False
        words = GO_ON if self.is_addressed else NOBODY
        usual = {b"EHLO": self.sink.skills, b"DATA": words}.get(verb, OK)
        said = self._say(STAGES.get(verb, "other"), usual)
        self.is_addressed = verb == b"RCPT" and said.startswith(b"250")
        self.in_words = verb == b"DATA" and said.startswith(b"354")
        return True

    def _words(self) -> bool:
        if self.heard.startswith(b".\r\n"):
            words, rest = b"", self.heard[3:]
        else:
            words, end, rest = self.heard.partition(END)
            if not end:
                return False
        self.heard, self.in_words = rest, False
        answer = self.sink.fault("end")
        if answer is None or not answer[:1].isdigit():
            # Yes, or no word any more: then it has the letter all the same.
            self.sink.keep(words)
        self._answer(answer or OK, self.sink.latency)
        return True

    def _say(self, stage: str, usual: bytes) -> bytes:
        answer = self.sink.fault(stage) or usual
        self._answer(answer, 0.0)
        return answer

    def _answer(self, answer: bytes, latency: float) -> None:
        if answer == SILENCE:
            self.is_silent = True
        elif answer == HANG_UP:
            self.is_silent = True
            self.line.abort()
        elif latency:
            asyncio.get_running_loop().call_later(latency, self.line.write, answer)
        else:
            self.line.write(answer)
        if answer.startswith(b"421"):
            self.is_silent = True
            self.line.close()


@contextmanager
def running(sink: Sink) -> Iterator[Sink]:
    """A sink in a thread of this process, on a port of its own (``sink.port``)."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(_listen(loop, sink))
    thread = threading.Thread(target=loop.run_forever, name="sink", daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, sink), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _listen(loop: asyncio.AbstractEventLoop, sink: Sink) -> asyncio.Server:
    server = await loop.create_server(lambda: Conversation(sink), "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    return server


async def _end(server: asyncio.Server, sink: Sink) -> None:
    server.close()
    for line in sink.lines:
        line.abort()
    await asyncio.sleep(0)


def main(log: str = "", latency: str = "0") -> None:
    """Serve until killed; the port is the first line said."""
    with Path(log or os.devnull).open("ab") as file:
        sink = Sink(log=file, latency=float(latency))
        loop = asyncio.new_event_loop()
        loop.run_until_complete(_listen(loop, sink))
        sys.stdout.write(f"{sink.port}\n")
        sys.stdout.flush()
        loop.run_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
