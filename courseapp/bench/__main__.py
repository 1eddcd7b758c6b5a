"""A side in a process of its own, under orders: ``python -m courseapp.bench site`` or ``… floor``.

It reads one JSON object a line, ``{"do": …, …}``, and writes one JSON object a line. What anybody
else prints goes to the error stream.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import django

from courseapp.bench.asking import UnexpectedAnswer

if TYPE_CHECKING:
    from courseapp.bench.sides import Side


def side(role: str) -> Side:
    """The side of this name, with Django set up; the floor does not even import the site's."""
    django.setup()
    if role == "floor":
        from courseapp.bench.sides import Floor  # noqa: PLC0415

        return Floor()
    from courseapp.bench.site import Site  # noqa: PLC0415

    return Site()


def main() -> None:
    """Answer orders until the conductor closes the line."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    ordered = side(sys.argv[1])
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(ordered, order.pop("do"))(**order)
        except UnexpectedAnswer as unexpected:
            answer = {"otherwise": str(unexpected)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
