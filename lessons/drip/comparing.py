"""What makes one list of steps into another: added, removed, other words, another moment. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lessons.drip.steps import Step

Change = Literal["added", "removed", "words", "moment", "rules"]
WORDS = ("subject", "preview", "body", "label")
MOMENT = ("trigger", "lesson", "date", "days", "hours", "at", "weekdays", "late_days")
RULES = ("kind", "conditions", "link")


@dataclass(frozen=True)
class ChangedStep:
    """A step that differs, as it was and as it becomes; ``fields`` are those that do."""

    key: str
    before: Step | None
    after: Step | None
    changes: tuple[Change, ...]
    fields: tuple[str, ...]

    @property
    def step(self) -> Step:
        """The step as it becomes; of one that goes, as it was."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 -- one of the two is always there.
        return found


@dataclass(frozen=True)
class Changes:
    """All that differs, in the order of the new list; what goes comes last.

    ``reordered``: steps that stay stand in another order, which readers do not notice.
    """

    steps: tuple[ChangedStep, ...]
    reordered: bool

    def __bool__(self) -> bool:
        return bool(self.steps) or self.reordered


def between(before: Sequence[Step], after: Sequence[Step]) -> Changes:
    """What differs; when a step was first published is no part of it."""
    old = {step.key: step for step in before}
    new = {step.key: step for step in after}
    found = [one for key, step in new.items() if (one := _changed(key, old.get(key), step))]
    found += [ChangedStep(key, old[key], None, ("removed",), ()) for key in old if key not in new]
    stay = [key for key in old if key in new]
    return Changes(tuple(found), reordered=stay != [key for key in new if key in old])


def without_since(step: Step) -> Step:
    """The step as it was written."""
    return replace(step, since=None)


def _changed(key: str, before: Step | None, after: Step) -> ChangedStep | None:
    if before is None:
        return ChangedStep(key, None, after, ("added",), ())
    fields = tuple(
        name for name in (*WORDS, *MOMENT, *RULES) if getattr(before, name) != getattr(after, name)
    )
    groups: dict[Change, tuple[str, ...]] = {"words": WORDS, "moment": MOMENT, "rules": RULES}
    changes = tuple(name for name, of in groups.items() if {*of} & {*fields})
    return ChangedStep(key, before, after, changes, fields) if fields else None
