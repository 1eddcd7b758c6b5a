"""Letters for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from courseapp.post import outbox
from courseapp.post.models import Letter
from tests.factories import NOW

_numbers = count(1)


def make_letter(**fields: Any) -> Letter:
    number = next(_numbers)
    fields = {
        "stream": Letter.Stream.LESSON,
        "key": f"test:{number}",
        "to": f"somebody{number}@example.org",
        "subject": "Je volgende les staat klaar",
        "text": "Hallo,\n",
        "html": "<p>Hallo,</p>",
        "now": NOW,
        **fields,
    }
    return outbox.put(**fields)
