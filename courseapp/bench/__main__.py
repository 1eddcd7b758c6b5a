"""A side in a process of its own, under orders: ``python -m courseapp.bench ROLE``.

It reads one JSON object a line, ``{"do": …, …}``, and writes one JSON object a line. What anybody
else prints goes to the error stream.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django
from django.utils.module_loading import import_string

from courseapp.bench.asking import UnexpectedAnswer

# Who takes a role, by module and class: the floors do not even import what is the site's.
SIDES = {
    "site": "courseapp.bench.site.Site",
    "floor": "courseapp.bench.sides.Floor",
    "hooks": "courseapp.bench.hooks.SiteHooks",
    "hook_floor": "courseapp.bench.hooks.HookFloor",
    "doors": "courseapp.bench.knocking.Doors",
    "vault": "courseapp.bench.reads.Vault",
    "growth": "courseapp.bench.growth.Growth",
    "shop": "courseapp.bench.shop.Shop",
}


def side(role: str) -> Any:
    """The side of this name, with Django set up."""
    django.setup()
    return import_string(SIDES[role])()


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
