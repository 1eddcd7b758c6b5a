"""From what the room of mails returns to what the staff's API answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lessons.api.telling import moment, moment_or_none
from lessons.api.telling_staff import course_ref, person
from lessons.drip import drafting
from lessons.reading import groups

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lessons.api import shapes_sequences
    from lessons.drip.consequences import Consequences
    from lessons.drip.counting import Counts
    from lessons.drip.figures import StepFigures
    from lessons.drip.models import Sequence, SequenceVersion
    from lessons.drip.rehearsing import Rehearsal


def line(row: Sequence, counts: Counts) -> shapes_sequences.SequenceLine:
    return {
        "uuid": str(row.pk),
        "slug": row.slug,
        "title": row.title,
        "course": course_ref(row.course),
        "state": _state(row),
        "version": row.live.number if row.live else None,
        "has_changes": drafting.has_changes(row),
        "mails": len(row.draft),
        "readers": groups.told(counts.readers.get(row.pk, 0)),
        "went": groups.told(counts.went.get(row.pk, 0)),
        "coming": groups.told(counts.coming.get(row.pk, 0)),
    }


def sequence(row: Sequence) -> shapes_sequences.Sequence:
    rows = row.versions.select_related("published_by").order_by("-number")
    return {
        "uuid": str(row.pk),
        "slug": row.slug,
        "title": row.title,
        "course": course_ref(row.course),
        "sells": course_ref(row.sells) if row.sells else None,
        "goal": row.goal,  # type: ignore[typeddict-item]
        "state": _state(row),
        "draft": [one.as_json() for one in drafting.steps_of(row)],
        "draft_no": row.draft_no,
        "has_changes": drafting.has_changes(row),
        "changed_at": moment(row.changed_at),
        "changed_by": person(row.changed_by),
        "versions": [version_line(one, row) for one in rows],
    }


def version_line(one: SequenceVersion, row: Sequence) -> shapes_sequences.VersionLine:
    return {
        "number": one.number,
        "published_at": moment(one.published_at),
        "published_by": person(one.published_by),
        "note": one.note,
        "live": one.pk == row.live_id,
    }


def version(one: SequenceVersion, row: Sequence) -> shapes_sequences.Version:
    return {**version_line(one, row), "steps": list(one.steps)}


def changes(told: Consequences) -> shapes_sequences.SequenceChanges:
    return {
        "first": told.first,
        "readers": groups.told(told.readers),
        "reordered": told.changes.reordered,
        "steps": [
            {
                "key": one.changed.key,
                "changes": list(one.changed.changes),
                "fields": list(one.changed.fields),
                "before": groups.told(one.before),
                "at": groups.told(one.at),
                "past": groups.told(one.past),
            }
            for one in told.touched
        ],
    }


def timeline(played: Rehearsal) -> shapes_sequences.Timeline:
    return {
        "results": [
            {
                "key": one.step.key,
                "lesson": one.occurrence if one.step.trigger == "lesson" else "",
                "outcome": one.outcome,
                "reason": one.reason,
                "at": moment_or_none(one.at),
                "day": played.day_of(one.at) if one.at else None,
                "moved": one.moved,
            }
            for one in played.lines
        ]
    }


def figures(found: Iterable[StepFigures]) -> shapes_sequences.SequenceFigures:
    return {"results": [_figures(one) for one in found]}


def _figures(one: StepFigures) -> shapes_sequences.StepFigures:
    whole = groups.told(one.sent)
    opened, bought = groups.of(one.opened, whole), groups.of(one.bought, whole)
    return {
        "key": one.key,
        "live": one.is_live,
        "planned": groups.told(one.planned),
        "sent": whole,
        "in_doubt": groups.told(one.in_doubt),
        "failed": groups.told(one.failed),
        "withheld": groups.told(one.withheld),
        "stopped": groups.told(one.stopped),
        "opened": opened.readers,
        "bought": bought.readers,
        "opened_percent": opened.share,
        "bought_percent": bought.share,
    }


def state(row: Sequence) -> shapes_sequences.SequenceState:
    return {"uuid": str(row.pk), "state": _state(row)}


def _state(row: Sequence) -> Any:
    return str(row.state)
