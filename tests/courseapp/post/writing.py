"""Letters for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from courseapp.post import filling, outbox
from courseapp.post.letters import Words
from courseapp.post.models import Form, Letter
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


def make_form(**words: str) -> Form:
    said = {"subject": "Les {{number}}", "text": "Hallo {{name}},\n", "html": "<p>{{name}}</p>"}
    return filling.keep(words=Words(**{**said, **words}), now=NOW)


def make_filled(form: Form | None = None, **fields: Any) -> outbox.Filled:
    number = next(_numbers)
    fields = {
        "stream": Letter.Stream.LESSON,
        "key": f"test:{number}",
        "to": f"somebody{number}@example.org",
        "values": {"number": str(number), "name": "Anna"},
        **fields,
    }
    return outbox.Filled(form=form or make_form(), **fields)
