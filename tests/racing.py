"""Doing one thing many times at the same moment, each on a database connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, TypeVar

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def all_good(answers: list[Result | Exception]) -> list[Result]:
    """The answers, none of which is an error; the first error is raised."""
    good: list[Result] = []
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
        good.append(answer)
    return good


def at_once(act: Callable[[int], Result], times: int = 8) -> list[Result | Exception]:
    """The results of ``act(0)`` … ``act(times - 1)``, all begun at one moment; errors as values."""
    start = Barrier(times)

    def run(number: int) -> Result | Exception:
        try:
            start.wait(timeout=10)
            return act(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))
