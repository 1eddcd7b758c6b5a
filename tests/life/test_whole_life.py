"""A reader's whole life, made up by Hypothesis: whatever happens, all that was promised holds.

Real code on a real database with the local Stripe beside it. Each life runs in a transaction that
is undone. ``LIVES=500 LIFE_STEPS=40`` for a long night; with ``SHRINK=1`` a life that goes wrong is
told as the shortest that still does.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.databases import BOTH, with_keys
from tests.life import promises
from tests.life.whole_life import Life

if TYPE_CHECKING:
    from tests.payments.conftest import Shop

pytestmark = [with_keys, pytest.mark.slow, pytest.mark.usefixtures("without_pauses")]
LIVES, STEPS = int(os.environ.get("LIVES", "10")), int(os.environ.get("LIFE_STEPS", "25"))
WHO, NUMBERS, SURE = st.sampled_from([0, 1]), st.integers(0, 40), st.booleans()
COURSES = st.sampled_from([0, 1])


class WholeLife(RuleBasedStateMachine):
    """Two readers with one site, one shop and one clock; ``shop`` is given by the test."""

    shop: Shop

    def __init__(self) -> None:
        super().__init__()
        self.undo = ExitStack()
        for alias in BOTH:
            around = transaction.atomic(using=alias)
            # Like Django's own around a test: what must be the outermost may stand in it.
            around._from_testcase = True  # type: ignore[attr-defined]
            self.undo.enter_context(around)
        self.life = Life(self.shop)
        for who in self.life.people:
            self.life.begin(who)
            self.life.enrol(who, self.life.free)
            self.life.agree(who)

    @rule(who=WHO)
    def comes_in(self, who: int) -> None:
        self.life.begin(self.life.people[who])

    @rule(who=WHO, course=COURSES)
    def enrols(self, who: int, course: int) -> None:
        self.life.enrol(self.life.people[who], self.life.courses[course])

    @rule(who=WHO)
    def says_yes_to_keeping(self, who: int) -> None:
        self.life.agree(self.life.people[who])

    @rule(who=WHO, delete=SURE)
    def says_no_to_keeping(self, who: int, delete: bool) -> None:
        self.life.decline(self.life.people[who], delete=delete)

    @rule(who=WHO, number=NUMBERS, stale=SURE)
    def writes(self, who: int, number: int, stale: bool) -> None:
        self.life.write(self.life.people[who], number, stale=stale)

    @rule(who=WHO, number=NUMBERS)
    def writes_on(self, who: int, number: int) -> None:
        self.life.write(self.life.people[who], number)

    @rule(who=WHO, number=NUMBERS, recognised=NUMBERS, again=SURE)
    def ticks(self, who: int, number: int, recognised: int, again: bool) -> None:
        self.life.tick(self.life.people[who], number, recognised, again=again)

    @rule(who=WHO, number=NUMBERS)
    def deletes(self, who: int, number: int) -> None:
        self.life.delete(self.life.people[who], number)

    @rule(who=WHO, number=NUMBERS, finish=SURE)
    def reads(self, who: int, number: int, finish: bool) -> None:
        self.life.read(self.life.people[who], number, finish=finish)

    @rule(who=WHO, number=NUMBERS)
    def reads_what_is_sold(self, who: int, number: int) -> None:
        self.life.read_paid(self.life.people[who], number)

    @rule(who=WHO, way=st.sampled_from(["pause", "resume", "all", "zone"]), days=st.integers(1, 30))
    def changes_dates(self, who: int, way: str, days: int) -> None:
        self.life.change_dates(self.life.people[who], way, days)

    @rule(who=WHO)
    def takes_data_along(self, who: int) -> None:
        self.life.take_along(self.life.people[who])

    @rule(who=WHO, days=st.integers(0, 7))
    def leaves(self, who: int, days: int) -> None:
        self.life.leave(self.life.people[who], days)

    @rule(who=WHO)
    def is_erased(self, who: int) -> None:
        self.life.be_erased(self.life.people[who])

    @rule(number=NUMBERS)
    def staff_edit(self, number: int) -> None:
        self.life.edit(number)

    @rule()
    def staff_add(self) -> None:
        self.life.add()

    @rule(number=NUMBERS, back=SURE)
    def staff_take_out(self, number: int, back: bool) -> None:
        self.life.take_out(number, back=back)

    @rule(number=NUMBERS)
    def staff_restore(self, number: int) -> None:
        self.life.restore(number)

    @rule(who=WHO, is_gift=SURE)
    def buys(self, who: int, is_gift: bool) -> None:
        self.life.buy(self.life.people[who], is_gift=is_gift)

    @rule(kind=NUMBERS, one=NUMBERS)
    def something_happens_around_a_sale(self, kind: int, one: int) -> None:
        self.life.around_a_sale(kind, one)

    @rule(kind=NUMBERS, one=NUMBERS)
    def something_more_happens_around_a_sale(self, kind: int, one: int) -> None:
        self.life.around_a_sale(kind, one)

    @rule(hours=st.sampled_from([1, 5, 24, 49, 200]))
    def time_passes(self, hours: int) -> None:
        self.life.wait(hours)

    @invariant()
    def all_that_was_promised_holds(self) -> None:
        assert promises.broken(self.life) == {}

    def teardown(self) -> None:
        """At the end all money and all rights are as Stripe has them."""
        with self.undo:
            try:
                self.life.settle()
                assert self.life.sales.wrong() == {}
                assert promises.broken(self.life) == {}
            finally:
                for alias in BOTH:
                    transaction.set_rollback(True, using=alias)


def test_whatever_happens_in_a_life_all_that_was_promised_holds(shop: Shop) -> None:
    machine = type("ALife", (WholeLife,), {"shop": shop})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate, Phase.shrink] if "SHRINK" in os.environ else [Phase.generate],
            suppress_health_check=[*HealthCheck],
            derandomize="LIVES" not in os.environ,
            print_blob=True,
        ),
    )
