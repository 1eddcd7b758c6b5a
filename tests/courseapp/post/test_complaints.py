"""Complaints held against what was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from courseapp.post import complaints
from courseapp.post.complaints import Share
from courseapp.post.models import DeliveryEvent, Letter
from tests.counting import counting
from tests.factories import NOW

if TYPE_CHECKING:
    from datetime import datetime

DAY = timedelta(days=1)


def make_sent(count: int, stream: str, *, at: datetime = NOW) -> list[Letter]:
    """Letters that went, written straight into the table: their words do not matter."""
    names = [uuid4() for _ in range(count)]
    return Letter.objects.bulk_create(
        Letter(
            uuid=name, key=str(name), message_id=f"<{name}@example.org>", stream=stream,
            priority=2, to="a@example.org", subject="s", text="t", html="h", created_at=at,
            sent_at=at,
        )
        for name in names
    )  # fmt: skip


def complain(message_id: str, *, at: datetime = NOW, kind: str = "complaint") -> None:
    DeliveryEvent.objects.create(
        event_id=str(uuid4()), kind=kind, address_hash="h", message_id=message_id, at=at,
        received_at=at,
    )  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize(
    ("count", "sent", "is_too_many"),
    [
        (1, 1000, False),  # One in a thousand is borne.
        (2, 1999, True),
        (2, 2000, False),
        (4, 100, False),  # Of few mails, a few people are no measure,
        (5, 100, True),  # but several are.
        (5, 5000, False),
        (5, 0, True),
    ],
)
def test_more_than_one_in_a_thousand_is_too_many_where_that_says_something(
    count: int, sent: int, *, is_too_many: bool
) -> None:
    assert Share("lesson", count, sent).is_too_many == is_too_many


@pytest.mark.django_db
def test_a_complaint_counts_for_the_stream_of_its_mail_within_seven_days() -> None:
    lessons, offers = make_sent(3, "lesson"), make_sent(2, "offer")
    old = make_sent(1, "lesson", at=NOW - 8 * DAY)
    complain(lessons[0].message_id)
    # Providers change how a name is written.
    complain(offers[0].message_id.strip("<>").upper())
    complain(offers[1].message_id, at=NOW - 8 * DAY)
    complain(old[0].message_id, at=NOW - 8 * DAY)
    complain(lessons[1].message_id, kind="delivered")
    complain("a-name-of-the-provider")
    with counting() as count:
        assert complaints.of_late(now=NOW) == [
            Share("", 1, 5),
            Share("lesson", 1, 3),
            Share("offer", 1, 2),
        ]
    assert int(count) == 3, count


@pytest.mark.django_db
def test_where_nobody_complained_nothing_is_counted() -> None:
    make_sent(2, "lesson")
    with counting() as count:
        assert complaints.of_late(now=NOW) == []
    assert int(count) == 1, count
