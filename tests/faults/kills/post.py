"""The readers' letter boxes: what came, for whom, with which code, and when."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from dataclasses import dataclass, field

from courseapp.bench.sink import MESSAGE_ID, Sink

TO = re.compile(rb"^To: .*?([^\s<>]+@[^\s<>]+)", re.M | re.I)
CODE = re.compile(rb"^\s+(\d{6})\s*$", re.M)


@dataclass
class Post(Sink):
    """Takes every letter, and writes its name down before it says yes."""

    # The codes that came for an address, the last at the end.
    codes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    # Seconds since 1970 of the last letter.
    last_at: float = 0.0

    def keep(self, words: bytes) -> None:
        name, to, code = (pattern.search(words) for pattern in (MESSAGE_ID, TO, CODE))
        self.ids.append(name[1].decode() if name else "<none>")
        self.last_at = time.time()
        if to and code:
            self.codes[to[1].decode()].append(code[1].decode())
