"""A moment to publish at: what people say, what is meant, and that it happens then."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from courseapp.accounts.models import AuditEntry
from lessons.content.models import Module
from lessons.staff import release, scheduling
from lessons.staff.release import ModuleNotFound
from tests.factories import NOW, live, make_course, make_lesson, make_reader

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(days=3)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("day", "hour", "at", "twice"),
    [
        ("2026-11-29", "07:00", utc(2026, 11, 29, 6), False),
        ("2027-07-01", "07:00", utc(2027, 7, 1, 5), False),
        # The night the clock goes forward: the hours around the one that is missing.
        ("2027-03-28", "01:59", utc(2027, 3, 28, 0, 59), False),
        ("2027-03-28", "03:00", utc(2027, 3, 28, 1), False),
        # The night it goes back: the hour that comes twice, the first time.
        ("2027-10-31", "01:59", utc(2027, 10, 30, 23, 59), False),
        ("2027-10-31", "02:30", utc(2027, 10, 31, 0, 30), True),
        ("2027-10-31", "03:00", utc(2027, 10, 31, 2), False),
    ],
)
def test_an_hour_is_read_on_the_clock_of_amsterdam(
    day: str, hour: str, at: datetime, twice: bool
) -> None:
    found = scheduling.moment(day=day, hour=hour, now=NOW)
    assert (found.at, found.twice) == (at, twice)


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        ("2027-03-28", "02:30"),
        ("2026-11-22", "21:15"),
        ("2026-11-01", "07:00"),
        ("2028-11-24", "07:00"),
        ("9999-12-31", "23:59"),
        ("0001-01-01", "00:00"),
        ("", ""),
        ("2026-13-01", "07:00"),
        ("morgen", "vroeg"),
        ("2026-11-29", "07:00+02:00"),
        ("2026-11-29\x00", "07:00"),
    ],
)
def test_a_moment_that_cannot_be_meant_is_refused(day: str, hour: str) -> None:
    with pytest.raises(scheduling.InvalidMoment):
        scheduling.moment(day=day, hour=hour, now=NOW)


def test_planning_is_written_down_and_an_earlier_plan_is_replaced() -> None:
    course, anna = make_course(modules=2), make_reader(is_staff=True)
    modules = list(course.modules.values_list("pk", flat=True))
    Module.objects.filter(pk=modules[0]).update(publish_error="Ging niet.")
    scheduling.plan(modules=modules, at=SOON, by=anna, now=NOW)
    scheduling.plan(modules=modules[:1], at=SOON + timedelta(days=1), by=anna, now=NOW)
    rows = {row.pk: row for row in course.modules.all()}
    assert [rows[one].publish_at for one in modules] == [SOON + timedelta(days=1), SOON]
    assert {(row.publish_by, row.publish_error) for row in rows.values()} == {(anna, "")}
    entries = AuditEntry.objects.filter(act="publication.planned").order_by("pk")
    assert [entry.before and entry.before["at"] for entry in entries] == [None, SOON.isoformat()]
    assert {(entry.by, entry.within) for entry in entries} == {(anna, str(course.pk))}


def test_calling_off_leaves_nothing_planned_and_is_written_down() -> None:
    course = make_course(modules=1)
    modules = [course.modules.get().pk]
    scheduling.plan(modules=modules, at=SOON, by=None, now=NOW)
    scheduling.cancel(modules=modules, by=None, now=NOW)
    assert course.modules.get().publish_at is None
    assert AuditEntry.objects.latest("pk").act == "publication.cancelled"
    with pytest.raises(scheduling.NothingPlanned):
        scheduling.cancel(modules=modules, by=None, now=NOW)
    assert release.publish_due(now=SOON) == 0


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(seconds=1), NOW + timedelta(days=900)])
def test_a_plan_lies_ahead_and_within_two_years(at: datetime) -> None:
    course = make_course(modules=1)
    with pytest.raises(scheduling.InvalidMoment):
        scheduling.plan(modules=[course.modules.get().pk], at=at, by=None, now=NOW)
    assert not AuditEntry.objects.filter(act="publication.planned").exists()


def test_a_plan_is_for_modules_of_one_course_that_are_there() -> None:
    one, other = make_course(modules=1).modules.get(), make_course(modules=1).modules.get()
    for wanted, refusal in (
        ([], scheduling.NothingChosen),
        ([uuid.uuid4()], ModuleNotFound),
        ([one.pk, uuid.uuid4()], ModuleNotFound),
        ([one.pk, other.pk], ModuleNotFound),
    ):
        with pytest.raises(refusal):
            scheduling.plan(modules=wanted, at=SOON, by=None, now=NOW)


@pytest.mark.parametrize(
    ("day", "hour", "at"),
    [
        ("2027-03-28", "03:30", utc(2027, 3, 28, 1, 30)),
        ("2027-10-31", "02:30", utc(2027, 10, 31, 0, 30)),
        ("2027-10-31", "03:30", utc(2027, 10, 31, 2, 30)),
    ],
)
def test_it_happens_once_at_its_moment_on_the_nights_the_clock_changes(
    day: str, hour: str, at: datetime
) -> None:
    course = make_course(modules=1)
    make_lesson(course.modules.get())
    moment = scheduling.moment(day=day, hour=hour, now=NOW)
    scheduling.plan(modules=[course.modules.get().pk], at=moment.at, by=None, now=NOW)
    ticks = [at + timedelta(minutes=minute) for minute in (-61, -60, -1, 0, 1, 59, 60, 61)]
    assert [release.publish_due(now=tick) for tick in ticks] == [0, 0, 0, 1, 0, 0, 0, 0]
    assert live(course).published_at == at


def test_what_was_planned_together_is_one_edition_and_comes_from_who_planned_it() -> None:
    course, anna = make_course(modules=2), make_reader(is_staff=True)
    for module in course.modules.all():
        make_lesson(module)
    modules = list(course.modules.values_list("pk", flat=True))
    scheduling.plan(modules=modules, at=SOON, by=anna, now=NOW)
    assert release.publish_due(now=SOON) == 1
    edition = live(course)
    assert (edition.number, edition.published_by) == (2, anna)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.act, entry.by, entry.after) == ("edition.published", None, {"edition": 2})
    assert not course.modules.exclude(publish_at=None, publish_by=None).exists()
