"""Putting a mistake into the code for one test, by rewriting the text of one function."""

from __future__ import annotations
import __future__

import inspect
import sys
from textwrap import dedent
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class Mistake:
    """In a function the text ``good`` reads ``bad``, for each pair of them.

    A mistake that no longer fits the code fails its test, so that none goes stale unseen.
    """

    def __init__(self, of: Callable[..., Any], *changes: tuple[str, str]) -> None:
        self.of = of
        self.changes = changes

    def put(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys.modules[self.of.__module__], self.of.__name__, self.made())

    def made(self) -> Callable[..., Any]:
        """The function with the mistake in it. LookupError when it no longer fits."""
        source = dedent(inspect.getsource(self.of))
        for good, bad in self.changes:
            if source.count(good) != 1:
                raise LookupError(f"{self.of.__qualname__} does not say {good!r} once any more")
            source = source.replace(good, bad)
        name = f"<mistake in {self.of.__qualname__}>"
        code = compile(source, name, "exec", flags=__future__.annotations.compiler_flag)
        found: dict[str, Any] = {}
        exec(code, sys.modules[self.of.__module__].__dict__, found)  # noqa: S102 -- our own text.
        return cast("Callable[..., Any]", found[self.of.__name__])
