"""Reading what the SDK sends: ``a[b][0][c]=1`` becomes nested dicts and lists."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from payments.sandbox.refusals import WrongParameter

PART = re.compile(r"\[([^\]]*)\]")


def read(encoded: str) -> dict[str, Any]:
    """A form or a query as nested dicts, lists and strings."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        first, _, rest = name.partition("[")
        parts = [first, *PART.findall(f"[{rest}")] if rest else [first]
        _put(tree, parts, value)
    return {name: _lists(value) for name, value in tree.items()}


def _put(tree: dict[str, Any], parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        tree = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise WrongParameter("Invalid request: a name is used twice.", code=None, param=part)
    tree[parts[-1] or str(len(tree))] = value


def _lists(value: Any) -> Any:
    """Dicts whose keys are 0, 1, 2, … are lists that were sent with numbers."""
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(one) for name, one in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
