"""What is worth a second look in a mail: here its weight, on the way mail programs see it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from courseapp.post.models import Letter
from lessons.drip import proofreading, steps
from lessons.drip.steps import BODY_MAX
from tests.factories import NOW
from tests.lessons.drip.writing import decided, make_following, make_step

if TYPE_CHECKING:
    from lessons.drip.steps import Step

# As many paragraphs as a text may have: each becomes an element with a style of its own.
HEAVY = "a\n\n" * (BODY_MAX // 3)


def heavy(step: Step) -> list[str]:
    return [one.field for one in proofreading.of(step, frozenset()) if one.code == "heavy"]


@pytest.mark.django_db
def test_a_mail_over_100_kb_is_warned_of_at_its_text_and_can_still_be_sent() -> None:
    step = make_step(body=HEAVY.strip())
    assert steps.from_json(step.as_json()) == step
    assert heavy(step) == ["body"]

    _mail, letter = decided(make_following(step), now=NOW)

    assert letter.stream == Letter.Stream.LESSON


@pytest.mark.once
def test_a_long_text_that_is_not_heavy_is_not() -> None:
    step = make_step(body=("woord " * (BODY_MAX // 6)).strip())
    assert proofreading.bytes_of(step) < proofreading.BYTES_MOST
    assert heavy(step) == []


@pytest.mark.once
def test_what_is_too_short_to_be_weighed_is_light() -> None:
    """The control of the shortcut: the worst that fits under it stays far below the limit."""
    step = make_step(body="a\n\n" * (proofreading.LIGHT // 3))
    assert proofreading.bytes_of(replace(step, body="👉\n\n" * (proofreading.LIGHT // 3))) < (
        proofreading.BYTES_MOST
    )
    assert heavy(step) == []
