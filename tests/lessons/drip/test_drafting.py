"""The working copy of a sequence: nothing written over, thirty days to take a step back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courseapp.accounts import audit
from lessons.drip import drafting
from lessons.drip.comparing import between
from lessons.drip.steps import InvalidStep
from tests.factories import NOW
from tests.lessons.desk.mailing import keys_of, make_mail, make_mails
from tests.lessons.drip.test_plan import make_step
from tests.racing import at_once

if TYPE_CHECKING:
    from lessons.drip.models import Sequence

pytestmark = pytest.mark.django_db


def last_entry(sequence: Sequence) -> int:
    return int(audit.of([sequence.pk], limit=1)[0].pk)


def test_the_whole_list_is_written_over_the_number_one_has_seen_and_no_other() -> None:
    sequence = make_mails()
    written = drafting.write(
        sequence=sequence.pk, draft=[make_mail("a")], draft_no=0, by=None, now=NOW
    )
    assert written.draft_no == 1
    # The same once more is no change, whatever the number: it may be sent twice.
    assert drafting.write(
        sequence=sequence.pk, draft=[make_mail("a")], draft_no=0, by=None, now=NOW
    ).draft_no == 1  # fmt: skip
    with pytest.raises(drafting.ChangedMeanwhile):
        drafting.write(sequence=sequence.pk, draft=[make_mail("b")], draft_no=0, by=None, now=NOW)
    assert keys_of(sequence) == ["a"]


@pytest.mark.parametrize(
    "wrong",
    [None, "x", [7], [{"key": "a"}], [make_mail("a"), make_mail("a")],
     [make_mail(f"m{n}") for n in range(61)]],
)  # fmt: skip
def test_a_list_that_could_not_be_sent_is_refused_whole(wrong: Any) -> None:
    sequence = make_mails()
    with pytest.raises(InvalidStep):
        drafting.write(sequence=sequence.pk, draft=wrong, draft_no=0, by=None, now=NOW)
    assert keys_of(sequence) == ["welkom"]


def test_a_step_back_is_possible_for_thirty_days_while_nobody_touched_the_same() -> None:
    sequence = make_mails(make_mail("a"), make_mail("b"))
    step = drafting.step_of(sequence, "a")
    drafting.save(
        sequence=sequence.pk, step=replace(step, subject="Anders"), by=None, now=NOW,
        seen=drafting.digest(step),
    )  # fmt: skip
    mine = last_entry(sequence)
    other = drafting.step_of(sequence, "b")
    drafting.save(
        sequence=sequence.pk, step=replace(other, subject="Ook"), by=None, now=NOW,
        seen=drafting.digest(other),
    )  # fmt: skip

    with pytest.raises(drafting.CannotUndo):
        drafting.undo(entry=mine, by=None, now=NOW + timedelta(days=31))
    drafting.undo(entry=mine, by=None, now=NOW)
    sequence.refresh_from_db()
    assert [one["subject"] for one in sequence.draft] == ["Je kunt beginnen", "Ook"]
    with pytest.raises(drafting.CannotUndo):
        drafting.undo(entry=mine, by=None, now=NOW)


def test_a_move_cannot_be_taken_back_alone_once_more_was_moved() -> None:
    sequence = make_mails(make_mail("a"), make_mail("b"), make_mail("c"))
    drafting.move(sequence=sequence.pk, key="a", by_places=1, by=None, now=NOW)
    first = last_entry(sequence)
    drafting.remove(sequence=sequence.pk, key="c", by=None, now=NOW)
    with pytest.raises(drafting.CannotUndo):
        drafting.undo(entry=first, by=None, now=NOW)
    drafting.undo(entry=last_entry(sequence), by=None, now=NOW)
    drafting.undo(entry=first, by=None, now=NOW)
    assert keys_of(sequence) == ["a", "b", "c"]


def test_at_the_end_of_the_list_a_move_changes_nothing_and_leaves_no_trace() -> None:
    sequence = make_mails(make_mail("a"), make_mail("b"))
    for key, places in (("a", -1), ("b", 1)):
        drafting.move(sequence=sequence.pk, key=key, by_places=places, by=None, now=NOW)
    assert keys_of(sequence) == ["a", "b"]
    assert sequence.draft_no == 0
    assert audit.of([sequence.pk]) == []


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from("mrae"), st.integers(0, 5)), max_size=8))
def test_taking_every_step_back_leads_to_where_it_began(acts: list[tuple[str, int]]) -> None:
    sequence = make_mails(*(make_mail(key) for key in "pqr"))
    began = keys_of(sequence)
    by: dict[str, Any] = {"by": None, "now": NOW}
    before = {entry.pk for entry in audit.of([sequence.pk])}
    for number, (act, at) in enumerate(acts):
        keys = keys_of(sequence)
        key = keys[at % len(keys)] if keys else ""
        if act == "a" or not keys:
            drafting.add(
                sequence=sequence.pk, step=make_step(f"n{number}"), after=key, by=None, now=NOW
            )
        elif act == "m":
            drafting.move(sequence=sequence.pk, key=key, by_places=at - 2, by=None, now=NOW)
        elif act == "r":
            drafting.remove(sequence=sequence.pk, key=key, by=None, now=NOW)
        else:
            step = drafting.step_of(sequence, key)
            drafting.save(
                sequence=sequence.pk, step=replace(step, subject=f"Nr {number}"),
                seen=drafting.digest(step), **by,
            )  # fmt: skip
    for entry in audit.of([sequence.pk]):
        if entry.pk not in before:
            drafting.undo(entry=entry.pk, by=None, now=NOW)
    assert keys_of(sequence) == began
    assert [one["subject"] for one in sequence.draft] == ["Je kunt beginnen"] * 3


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_one_mail_at_once_one_is_told() -> None:
    sequence = make_mails()
    step = drafting.step_of(sequence, "welkom")
    seen = drafting.digest(step)

    answers = at_once(
        lambda number: drafting.save(
            sequence=sequence.pk, step=replace(step, subject=f"Van {number}"), seen=seen,
            by=None, now=NOW,
        ),
        times=2,
    )  # fmt: skip

    assert sorted(type(one).__name__ for one in answers) == ["ChangedMeanwhile", "Sequence"]


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_lock_one_of_two_is_written_over() -> None:
    sequence = make_mails()
    both_read = Barrier(2)

    def unguarded(number: int) -> object:
        row = drafting.sequence_of(sequence.pk)
        both_read.wait(timeout=10)
        row.draft = [make_mail(subject=f"Van {number}")]
        row.draft_no += 1
        row.save(update_fields=["draft", "draft_no"])
        return row.draft_no

    answers = at_once(unguarded, times=2)

    assert answers == [1, 1]


def test_what_differs_is_told_by_kind() -> None:
    one, two = make_step("a"), make_step("b")
    made = between(
        [one, two], [replace(two, subject="Anders"), replace(one, days=1), make_step("c")]
    )
    assert [(each.key, each.changes) for each in made.steps] == [
        ("b", ("words",)), ("a", ("moment",)), ("c", ("added",)),
    ]  # fmt: skip
    assert made.reordered
    assert [each.changes for each in between([one], []).steps] == [("removed",)]
    assert not between([one], [replace(one, since=NOW)])
