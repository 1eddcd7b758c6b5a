"""The side that grows: a course of more and more lessons, and a site of more and more readers.

Each figure is asked a few times at each size; what does not grow lies around what is measured.
"""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from courseapp.accounts.models import User
from courseapp.bench import asking, backlog, crowd, dialect, events, hooks, material, site
from courseapp.bench.sides import Side
from courseapp.post.models import Letter
from lessons.content.models import Lesson
from lessons.staff import release
from payments import gateway
from payments.models import Offer, Order, Product, StripeEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from courseapp.bench.asking import Environ
    from lessons.content.models import Course

BEGAN = datetime(2026, 1, 5, 19, 30, tzinfo=UTC)
# Untimed, so that templates are read and the database has made its plans.
WARM = 5
# Lessons of the course that gets more and more readers.
FEW_LESSONS = 10
# How many readers finish lessons: each as many that no rate limit minds.
FINISHING = 10


class Growth(Side):
    """``lessons`` and ``readers`` measure at one size; sizes are to grow from call to call."""

    def __init__(self) -> None:
        super().__init__()
        self.readers_there = 0
        self.course: Course | None = None
        self.hints = events.signed([], prefix="none")

    def prepare(self) -> dict[str, Any]:
        """Tables and static files, a course for readers, something to sell."""
        hooks.tables()
        self.course = material.publish_all(material.draft_course("crowded", FEW_LESSONS), BEGAN)
        product = Product.objects.create(slug="training", title="Training")
        Offer.objects.create(product=product, amount=14_900, valid_from=BEGAN)
        bodies = events.sale(events.world(), set(gateway.EVENTS))
        self.hints = events.signed(list(bodies.values()), prefix="grown")
        return {}

    def lessons(self, count: int, times: int) -> dict[str, Any]:
        """What a course of so many lessons takes: ms (median) and statements (most) by figure."""
        draft = material.draft_course(f"grown-{count}", count)
        first = _measured([lambda: _publish(draft)])
        draft.refresh_from_db()
        rows = {**self._reading(draft, times), "publish": first}
        rows["publish again"] = _measured([_change(draft, n) for n in range(times)])
        return {"rows": rows}

    def readers(self, count: int, times: int) -> dict[str, Any]:
        """The same for a site of so many readers, with as many orders, letters and events."""
        assert self.course is not None  # noqa: S101 -- see ``prepare``.
        crowd.grow(self.course, wanted=count)
        self._fill(count)
        staff = _asked(_staff_pages(count), times)
        rows = {**self._reading(self.course, times), **self._asked_all(staff)}
        hints = map(events.request, islice(self.hints, WARM + times))
        rows["webhook"] = self._asked(hints)
        rows["publish again"] = _measured([_change(self.course, count + n) for n in range(times)])
        return {"rows": rows}

    def _reading(self, course: Course, times: int) -> dict[str, Any]:
        """A reader of its own who finished half, and others who go on from there."""
        there = User.objects.count()
        lessons = material.lessons_of(course)
        half = lessons[: len(lessons) // 2]
        people = material.readers(f"growing-{there}", 1 + FINISHING, BEGAN)
        material.finish_all(material.enrol_all(course, people, BEGAN), half)
        cookies = site.cookies_of(people[0])
        asked = {
            "lesson_page": [
                asking.get(f"/mijn/les/{lesson.pk}/", cookies=cookies) for lesson in half[:WARM]
            ],
            "outline_page": [asking.get(f"/mijn/cursus/{course.pk}/", cookies=cookies)],
            "outline_api": [
                asking.get(
                    f"/api/v1/courses/{course.slug}/outline/", cookies=cookies, accept=site.JSON
                )
            ],
        }
        rows = self._asked_all(_asked(asked, times))
        rows["finish"] = self._asked(iter(site.finishes(people[1:], lessons[len(half) :][:WARM])))
        return rows

    def _asked_all(self, figures: dict[str, Iterator[Environ]]) -> dict[str, Any]:
        return {name: self._asked(requests) for name, requests in figures.items()}

    def _asked(self, requests: Iterator[Environ]) -> dict[str, Any]:
        for one in islice(requests, WARM):
            asking.ask(self.handler, one)
        return _measured([lambda one=one: asking.ask(self.handler, one) for one in requests])  # type: ignore[misc]

    def _fill(self, count: int) -> None:
        """Have so many orders, letters and events, besides those that are measured with."""
        now, span = timezone.now(), {"first": self.readers_there + 1, "last": count}
        with dialect.trusted():
            dialect.insert(Letter, backlog.letter(now), **span)
            dialect.insert(StripeEvent, _event(now), **span)
            dialect.insert(Order, _order(now), **span)
        self.readers_there = count
        dialect.run("ANALYZE")


def _measured(acts: list[Callable[[], object]]) -> dict[str, Any]:
    taken: list[tuple[float, int]] = []
    for act in acts:
        with asking.statements() as seen:
            start = time.perf_counter()
            act()
            taken.append((1000 * (time.perf_counter() - start), len(seen)))
    return {
        "ms": statistics.median(ms for ms, _count in taken),
        "statements": max(count for _ms, count in taken),
    }


def _asked(pages: dict[str, list[Environ]], times: int) -> dict[str, Iterator[Environ]]:
    """Each in turn, until there are enough."""
    return {name: islice(cycle(requests), WARM + times) for name, requests in pages.items()}


def _publish(course: Course) -> None:
    modules = list(course.modules.values_list("pk", flat=True))
    release.publish(course=course, modules=modules, by=None, now=BEGAN)


def _change(course: Course, number: int) -> Callable[[], object]:
    """Another title for the first lesson, and what publishes its module."""
    lesson = material.lessons_of(course)[0]
    later = BEGAN + timedelta(days=1)

    def publish() -> None:
        Lesson.objects.filter(pk=lesson.pk).update(title=f"Titel {number}")
        release.publish(course=course, modules=[lesson.module_id], by=None, now=later)

    return publish


def _staff_pages(count: int) -> dict[str, list[Environ]]:
    """What the owner opens to see money and mail."""
    owner = User.objects.create(
        email=f"owner-{count}@bench.example", is_staff=True, is_owner=True, confirmed_at=BEGAN
    )
    cookies = f"{settings.SESSION_COOKIE_NAME}={material.sign_in_staff(owner)}"
    pages = {"orders": "/beheer/bestellingen/", "journal of mail": "/beheer/mails/versturen/"}
    return {name: [asking.get(path, cookies=cookies)] for name, path in pages.items()}


def _event(now: datetime) -> dict[str, str]:
    """Taken in and done with, a minute apart."""
    return {
        "event_id": "'evt_old_' || n",
        "type": "'refund.created'",
        "object_id": "'re_' || n",
        "about": "'{}'",
        "livemode": "FALSE",
        "received_at": dialect.moment(f"'{now:%Y-%m-%d %H:%M:%S}Z'", "-n"),
        "state": "'done'",
        "attempts": "1",
        "error": "''",
    }


def _order(now: datetime) -> dict[str, str]:
    """Paid, a minute apart, by people whose accounts are gone."""
    at = dialect.moment(f"'{now:%Y-%m-%d %H:%M:%S}Z'", "-n")
    offer = dialect.KEY[connection.vendor].format(f"'{Offer.objects.get().pk.hex}'")
    return {
        "uuid": dialect.NEW_KEY[connection.vendor],
        "number": "'GROWN' || n",
        "email": "'reader' || n || '@example.org'",
        "language": "'nl'",
        "offer_id": offer,
        "is_gift": "FALSE",
        "total": "14900",
        "currency": "'eur'",
        "vat_mode": "'kor'",
        "vat_rate": "0",
        "terms_version": "''",
        "placed_at": at,
        "contract": "'placed'",
        "state": "'paid'",
        "paid_amount": "14900",
        "refunded_amount": "0",
        "paid_at": at,
        "country_evidence": "'{}'",
        "troubles": "'[]'",
        "barred_reason": "''",
        "sync_no": "1",
    }
