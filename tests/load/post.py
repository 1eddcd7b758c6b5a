"""The mail server of a run, which puts codes where their readers look."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path

from courseapp.bench.sink import Sink

CODE = re.compile(rb"^\s+(\d{6})\s*$", re.M)


@dataclass
class Postman(Sink):
    """Writes each code into a file named after the address it went to.

    ``register`` has a line for each letter in the order they came: its Message-ID and its address.
    """

    codes: Path = Path()
    register: list[str] = field(default_factory=list)

    def keep(self, words: bytes) -> None:
        super().keep(words)
        head = message_from_bytes(words.partition(b"\r\n\r\n")[0])
        self.register.append(f"{head['Message-ID']} {head['To']}\n")
        found = CODE.search(words)
        if not found:
            return
        address = parseaddr(str(head["To"]))[1]
        fresh = self.codes / f".{address}"
        fresh.write_bytes(found[1])
        fresh.rename(self.codes / address)
