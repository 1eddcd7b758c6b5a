"""The two sides that are compared: what both can do, and the floor, which can do no more."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from django.core.wsgi import get_wsgi_application

from courseapp.bench import asking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.bench.asking import Environ


# Nothing here answers more often than this.
MOST_A_SECOND = 20_000


class Side:
    """What both sides can do; each public method is an order."""

    def __init__(self) -> None:
        self.handler = get_wsgi_application()
        self.figures: dict[str, Iterator[Environ]] = {}

    def warm(self, figure: str, requests: int) -> dict[str, Any]:
        """Ask some requests untimed; returns the size of the answer (bytes)."""
        sizes = [len(asking.ask(self.handler, one)) for one in self._next(figure, requests)]
        return {"bytes": max(sizes)}

    def slice(self, figure: str, seconds: float) -> dict[str, Any]:
        """Ask for so many seconds."""
        # The clock ends a slice; the number only tells a finite stock how much may be needed.
        environs = self._next(figure, int(seconds * MOST_A_SECOND) + 1)
        asked, took = asking.ask_for(self.handler, environs, seconds)
        return {"requests": asked, "seconds": took}

    def count(self, figure: str) -> dict[str, Any]:
        """The SQL statements of one request."""
        (environ,) = self._next(figure, 1)
        with asking.statements() as seen:
            asking.ask(self.handler, environ)
        return {"statements": seen}

    def profile(self, figure: str, requests: int) -> dict[str, Any]:
        """Where the time of so many requests goes: the table of cProfile, by own time."""
        import cProfile  # noqa: PLC0415 -- only when somebody asks.
        import io  # noqa: PLC0415
        import pstats  # noqa: PLC0415

        environs = list(self._next(figure, requests))
        profiler = cProfile.Profile()
        with profiler:
            for environ in environs:
                asking.ask(self.handler, environ)
        text = io.StringIO()
        stats = pstats.Stats(profiler, stream=text)
        stats.sort_stats("cumulative").print_stats(70)
        stats.sort_stats("tottime").print_stats(30)
        return {"text": text.getvalue()}

    def _next(self, figure: str, requests: int) -> Iterator[Environ]:
        return islice(self.figures[figure], requests)


class Floor(Side):
    """The empty view."""

    def prepare(self, session: str) -> dict[str, Any]:
        environ = asking.get("/", cookies=f"sessionid={session}")
        self.figures["floor"] = cycle([environ])
        return {}
