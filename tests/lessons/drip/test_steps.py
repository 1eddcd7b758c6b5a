"""Steps as they are stored: read back equal, or refused with their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from lessons.drip import steps
from tests.lessons.drip.test_plan import make_step, sequences

if TYPE_CHECKING:
    from lessons.drip.steps import Step

pytestmark = pytest.mark.once


@pytest.mark.slow
@given(made=sequences())
def test_a_step_is_stored_and_read_back_equal(made: list[Step]) -> None:
    assert list(steps.many_from_json([one.as_json() for one in made])) == made


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "Een!"),
        ("kind", "spam"),
        ("subject", ""),
        ("subject", "a\r\nBcc: x@example.org"),
        ("subject", "a" * 1000),
        ("days", -1),
        ("days", True),
        ("at", "25:00"),
        ("weekdays", []),
        ("lesson", "geen-uuid"),
        ("conditions", [{"kind": "not_finished"}]),
        ("conditions", [{"kind": "rijk"}]),
        ("body", "Dag {{ naam }}"),
        ("body", "x" * 200_000),
        ("link", "elders"),
    ],
)
def test_a_step_that_cannot_be_sent_is_refused_with_its_place(field: str, value: object) -> None:
    data = {**make_step().as_json(), field: value}

    with pytest.raises(steps.InvalidStep) as refusal:
        steps.many_from_json([data])

    assert refusal.value.where
    assert refusal.value.field in {field, ""}


def test_two_steps_of_one_key_are_refused() -> None:
    with pytest.raises(steps.InvalidStep, match=r"same key|dezelfde sleutel"):
        steps.many_from_json([make_step().as_json()] * 2)
