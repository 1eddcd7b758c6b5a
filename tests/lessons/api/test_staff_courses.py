"""Courses by the staff's API: the working copy, what readers see, who did what, how it fares."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from tests.counting import counting
from tests.factories import (
    lessons_of,
    make_course,
    make_enrolment,
    make_lesson,
    make_module,
    make_reader,
    publish_all,
)
from tests.lessons.api.calling import Caller, tag_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Caller:
    return Caller(make_reader(is_staff=True))


def test_the_list_holds_drafts_too(staff: Caller) -> None:
    make_course(title="B")
    make_course(title="A", live=False, modules=1)
    status, page = staff.get("staff/courses/")
    told = [
        (one["title"], one["edition"], one["modules"], one["lessons"]) for one in page["results"]
    ]
    assert (status, told) == (200, [("A", None, 1, 2), ("B", 1, 2, 4)])


def test_what_was_taken_out_counts_no_more(staff: Caller) -> None:
    course = make_course()
    module = course.modules.all()[0]
    module.retired_at = timezone.now()
    module.save()
    told = staff.get("staff/courses/")[1]["results"][0]
    assert (told["modules"], told["lessons"]) == (1, 2)


def test_the_working_copy_is_told_in_its_order(staff: Caller) -> None:
    course = make_course(pace={"every_days": 2, "at": "07:00"})
    make_lesson(course.modules.all()[0], title="Nog niet gepubliceerd")
    status, told = staff.get(f"staff/courses/{course.pk}/")
    assert (status, told["edition"], told["pace"]) == (200, 1, {"every_days": 2, "at": "07:00"})
    lessons = [one["uuid"] for module in told["modules"] for one in module["lessons"]]
    assert lessons == [str(one.pk) for one in lessons_of(course)]
    assert told["modules"][0]["lessons"][-1]["title"] == "Nog niet gepubliceerd"


def test_what_readers_see_has_a_tag_that_each_publication_changes(staff: Caller) -> None:
    course = make_course(live=False)
    path = f"staff/courses/{course.pk}/live/"
    assert staff.get(path) == (200, {"course": str(course.pk), "edition": None})
    assert tag_of(staff, path) == '"e0"'
    publish_all(course)
    assert staff.get(path)[1]["edition"]["number"] == 1
    assert tag_of(staff, path) == '"e1"'
    headers = {**staff.headers, "If-None-Match": '"e1"'}
    assert staff.client.get(f"/api/v1/{path}", headers=headers).status_code == 304


def test_acts_are_told_newest_first(staff: Caller) -> None:
    course = make_course(live=False)
    module = course.modules.all()[0]
    staff.post(f"staff/modules/{module.pk}/publish/", {"note": "Eerste"})
    make_lesson(module)
    staff.post(f"staff/modules/{module.pk}/publish/")
    acts = staff.get(f"staff/courses/{course.pk}/acts/")[1]["results"]
    assert [(one["act"], one["after"]["edition"]) for one in acts] == [
        ("edition.published", 2),
        ("edition.published", 1),
    ]


@pytest.mark.parametrize(("readers", "told"), [(4, None), (10, 10)])
def test_insight_tells_no_group_under_five(staff: Caller, readers: int, told: int | None) -> None:
    course = make_course()
    for _ in range(readers):
        make_enrolment(make_reader(), course, now=timezone.now())
    status, insight = staff.get(f"staff/courses/{course.pk}/insight/?period=30")
    assert (status, insight["period"], insight["enrolled"]["readers"]) == (200, "30", told)
    listed = staff.get("staff/insight/")[1]
    assert (listed["period"], listed["results"][0]["enrolled"]["readers"]) == ("90", told)


@pytest.mark.parametrize("period", ["7", "", "x", "9" * 5000, "%00", "all "])
def test_a_period_is_one_of_four(staff: Caller, period: str) -> None:
    for path in (f"staff/courses/{make_course().pk}/insight/", "staff/insight/"):
        status, problem = staff.get(f"{path}?period={period}")
        assert (status, problem["errors"][0]["field"]) == (400, "period")


@pytest.mark.parametrize(
    "path", ["", "live/", "stale/", "coverage/", "acts/", "changes/", "editions/", "insight/"]
)
def test_a_course_that_is_none_is_not_found(staff: Caller, path: str) -> None:
    status, problem = staff.get(f"staff/courses/{uuid.uuid4()}/{path}")
    assert (status, problem["code"]) == (404, "course_not_found")


@pytest.mark.parametrize(
    "path", ["", "live/", "stale/", "coverage/", "acts/", "changes/", "editions/", "insight/"]
)
def test_each_takes_the_same_statements_however_long_the_course(staff: Caller, path: str) -> None:
    counts = set()
    course: Any = make_course(modules=1, lessons=1)
    for _ in range(2):
        with counting() as count:
            assert staff.get(f"staff/courses/{course.pk}/{path}")[0] == 200
        counts.add(int(count))
        for _ in range(3):
            make_module(course, lessons=3)
        publish_all(course)
        staff.get(f"staff/courses/{course.pk}/live/")  # The edition is in memory.
    assert len(counts) == 1 or path in {"live/", "insight/"}, counts
    assert max(counts) <= 14
