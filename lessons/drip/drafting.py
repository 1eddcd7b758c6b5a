"""Writing a sequence: its working copy, one act at a time, and taking an act back.

An act holds the row, so that two people never write over each other. A step is saved against what
its writer saw of it (``digest``), the whole list against its ``draft_no``; what somebody else did
to other steps meanwhile stays. Each act leaves the steps it touched, before and after, in the
audit: `undo` puts those back as long as nobody touched them since.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.accounts.models import AuditEntry
from courseapp.errors import NotFound, Refused
from lessons.drip import steps
from lessons.drip.comparing import without_since
from lessons.drip.models import Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Sequence as Many
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.drip.steps import Step

UNDO_WITHIN = timedelta(days=30)


class SequenceNotFound(NotFound):
    code = "sequence_not_found"


class StepNotFound(NotFound):
    code = "step_not_found"


class ChangedMeanwhile(Refused):
    """Somebody else saved in between. ``step`` is what stands there now (None: it was removed)."""

    code = "changed_meanwhile"
    status = 412

    def __init__(self, sentence: str, *, sequence: Sequence, step: Step | None = None) -> None:
        super().__init__(sentence)
        self.sequence = sequence
        self.step = step


class InvalidOrder(Refused):
    code = "invalid_order"
    status = 409


class CannotUndo(Refused):
    code = "cannot_undo"
    status = 409


def sequence_of(uuid: UUID) -> Sequence:
    """The sequence of this identity, with its course; raises ``SequenceNotFound``."""
    rows = Sequence.objects.select_related("course", "sells", "live", "changed_by")
    found = rows.filter(pk=uuid).first()
    if found is None:
        raise SequenceNotFound(_("These mails are not there."))
    return found


def steps_of(sequence: Sequence) -> list[Step]:
    """The steps of the working copy."""
    return list(steps.many_from_json(sequence.draft))


def live_steps_of(sequence: Sequence) -> list[Step]:
    """The steps readers get; none before the first publication."""
    return list(steps.many_from_json(sequence.live.steps)) if sequence.live else []


def step_of(sequence: Sequence, key: str) -> Step:
    """One step of the working copy; raises ``StepNotFound``."""
    for step in steps_of(sequence):
        if step.key == key:
            return step
    raise StepNotFound(_("This mail is not in the working copy any more."))


def has_changes(sequence: Sequence) -> bool:
    """Whether the working copy says something else than what readers get."""
    live = [without_since(one) for one in live_steps_of(sequence)]
    return [without_since(one) for one in steps_of(sequence)] != live


def digest(step: Step | None) -> str:
    """What a step says, in short: whoever saves says which state they saw."""
    if step is None:
        return ""
    stored = json.dumps(without_since(step).as_json(), sort_keys=True)
    return hashlib.sha256(stored.encode()).hexdigest()[:16]


# --- Acts -----------------------------------------------------------------------------------------


def write(
    *, sequence: UUID, draft: object, draft_no: int, by: User | None, now: datetime
) -> Sequence:
    """Make this the whole working copy. Raises ``SequenceNotFound``, ``InvalidStep``, and
    ``ChangedMeanwhile`` when ``draft_no`` is not the present number."""
    wanted = [without_since(one) for one in steps.many_from_json(draft)]
    with _changing(sequence, by, now) as act:
        if wanted == act.steps:
            return act.row
        if act.row.draft_no != draft_no:
            raise ChangedMeanwhile(_meanwhile(), sequence=act.row)
        act.steps[:] = wanted
        act.done("sequence.written")
    return act.row


def save(*, sequence: UUID, step: Step, seen: str, by: User | None, now: datetime) -> Sequence:
    """Save a step under its key, in its place; ``seen``: the digest of what its writer began from.

    Raises ``SequenceNotFound``, and ``ChangedMeanwhile`` when it is another by now.
    """
    step = without_since(step)
    with _changing(sequence, by, now) as act:
        present = act.find(step.key)
        if present == step:
            return act.row
        if digest(present) != seen or present is None:
            raise ChangedMeanwhile(_meanwhile(), sequence=act.row, step=present)
        act.steps[act.steps.index(present)] = step
        act.done("sequence.step_saved", step.subject)
    return act.row


def add(*, sequence: UUID, step: Step, after: str, by: User | None, now: datetime) -> Sequence:
    """Put a new step behind the one with the key ``after`` (empty: at the end).

    Raises ``SequenceNotFound``, ``InvalidStep``.
    """
    with _changing(sequence, by, now) as act:
        behind = act.find(after)
        place = act.steps.index(behind) + 1 if behind else len(act.steps)
        act.steps.insert(place, without_since(step))
        # The limit and the keys are the list's to say.
        steps.many_from_json([one.as_json() for one in act.steps])
        act.done("sequence.step_added", step.subject)
    return act.row


def remove(*, sequence: UUID, key: str, by: User | None, now: datetime) -> Step:
    """Take a step out. Raises ``SequenceNotFound``, ``StepNotFound``."""
    with _changing(sequence, by, now) as act:
        gone = act.need(key)
        act.steps.remove(gone)
        act.done("sequence.step_removed", gone.subject)
    return gone


def move(*, sequence: UUID, key: str, by_places: int, by: User | None, now: datetime) -> Sequence:
    """Move a step up (negative) or down; at the end of the list it stays there."""
    with _changing(sequence, by, now) as act:
        moved = act.need(key)
        place = act.steps.index(moved) + by_places
        act.steps.remove(moved)
        act.steps.insert(max(place, 0), moved)
        act.done("sequence.arranged")
    return act.row


def arrange(*, sequence: UUID, order: Many[str], by: User | None, now: datetime) -> Sequence:
    """The order as dragging leaves it. Raises ``InvalidOrder`` when steps came or went since."""
    with _changing(sequence, by, now) as act:
        known = {one.key: one for one in act.steps}
        if sorted(order) != sorted(known):
            raise InvalidOrder(_("Mails were added or removed in the meantime. Look once more."))
        act.steps[:] = [known[key] for key in order]
        act.done("sequence.arranged")
    return act.row


def can_undo(entry: AuditEntry) -> bool:
    """Whether this entry tells of an act on a working copy, which ``undo`` takes back."""
    return all(
        isinstance(one, dict) and set(one) == {"order", "steps"}
        for one in (entry.before, entry.after)
    )


def undo(*, entry: int, by: User | None, now: datetime) -> Sequence:
    """Take an act back. Raises ``CannotUndo`` when it is none, is older than thirty days, or what
    it touched was touched since."""
    found = AuditEntry.objects.filter(pk=entry, kind="sequence", at__gte=now - UNDO_WITHIN).first()
    if found is None or not can_undo(found):
        raise CannotUndo(_("This cannot be undone any more."))
    before, after = found.before or {}, found.after or {}
    with _changing(found.target, by, now) as act:
        here = {one.key: one for one in act.steps}
        for key, was in after["steps"].items():
            if _stored(here.get(key)) != was:
                raise CannotUndo(_("This mail was changed since then, so it stays as it is."))
        if after["order"] and [one.key for one in act.steps] != after["order"]:
            raise CannotUndo(
                _("More was moved since then, so this step alone cannot be undone any more.")
            )
        for key, was in before["steps"].items():
            here[key] = steps.from_json(was) if was else here[key]
        order = before["order"] or [one.key for one in act.steps]
        act.steps[:] = [here[key] for key in order]
        act.done("sequence.undone")
    return act.row


# --- How ------------------------------------------------------------------------------------------


@dataclass
class _Act:
    """An act under way on a working copy that nobody else changes meanwhile."""

    row: Sequence
    steps: list[Step]
    by: User | None
    now: datetime

    def find(self, key: str) -> Step | None:
        return next((one for one in self.steps if one.key == key), None)

    def need(self, key: str) -> Step:
        found = self.find(key)
        if found is None:
            raise StepNotFound(_("This mail is not in the working copy any more."))
        return found

    def done(self, what: str, name: str = "") -> None:
        """Write it down, unless nothing changed."""
        before = [without_since(one) for one in steps_of(self.row)]
        if before == self.steps:
            return
        told = _told(before, self.steps)
        self.row.draft = [one.as_json() for one in self.steps]
        self.row.draft_no += 1
        self.row.changed_at, self.row.changed_by = self.now, self.by
        self.row.save(update_fields=["draft", "draft_no", "changed_at", "changed_by"])
        audit.record(
            by=self.by, act=what, on=self.row, name=name or self.row.title,
            within=self.row.course_id, now=self.now, before=told[0], after=told[1],
        )  # fmt: skip


@contextmanager
def _changing(sequence: UUID | str, by: User | None, now: datetime) -> Iterator[_Act]:
    with transaction.atomic():
        row = Sequence.objects.select_for_update(no_key=True).filter(pk=sequence).first()
        if row is None:
            raise SequenceNotFound(_("These mails are not there."))
        yield _Act(row, [without_since(one) for one in steps_of(row)], by, now)


def _told(before: Many[Step], after: Many[Step]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The steps that differ on both sides, and the order where that does."""
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    touched = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    moved = list(old) != list(new)

    def side(here: Mapping[str, Step]) -> dict[str, Any]:
        return {
            "order": list(here) if moved else [],
            "steps": {key: _stored(here.get(key)) for key in touched},
        }

    return side(old), side(new)


def _stored(step: Step | None) -> dict[str, Any] | None:
    return step.as_json() if step else None


def _meanwhile() -> str:
    return _("Somebody else changed this in the meantime. Nothing was written over.")
