"""What asks for somebody's attention: rows for *Vandaag*, which any room may add.

A room writes a function ``(person, now) -> Iterable[Row]`` and names it in the setting
``ATTENTION``; the list itself knows none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from courseapp.accounts.models import User

Weight = Literal["broken", "waiting", "planned"]
ORDER: tuple[Weight, ...] = ("broken", "waiting", "planned")


@dataclass(frozen=True)
class Row:
    """One thing to look at: what it is, where one does something about it, since or until when.

    ``weight``: something is broken, waits for a person, or is only planned.
    """

    title: str
    url: str
    weight: Weight
    detail: str = ""
    when: datetime | None = None


def rows(*, person: User, now: datetime) -> list[Row]:
    """Everything that asks for attention: what is broken first, what is only planned last."""
    found: list[Row] = []
    for name in settings.ATTENTION:
        source: Callable[[User, datetime], Iterable[Row]] = import_string(name)
        found += source(person, now)
    return sorted(found, key=lambda row: ORDER.index(row.weight))
