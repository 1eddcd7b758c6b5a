"""A reader's dates by the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.drip.models import Place
from lessons.reading.models import Pause, Rhythm
from tests.counting import counting
from tests.factories import make_course, make_reader
from tests.lessons.api.calling import Caller, begin
from tests.lessons.drip.writing import PACE, each_lesson, make_sequence

pytestmark = pytest.mark.django_db
LESSONS = 4


def begun() -> tuple[Caller, str]:
    """Somebody who began a course by the API, and the address of its plan."""
    course = make_course(modules=1, lessons=LESSONS, pace=PACE)
    make_sequence(course, each_lesson())
    caller = Caller(make_reader())
    assert caller.post("enrolments/", begin(course.slug))[0] == 201
    return caller, f"courses/{course.slug}/plan/"


def test_who_begins_is_planned_for_at_once() -> None:
    caller, plan = begun()

    status, told = caller.get(plan)

    assert status == 200
    assert [line["lesson"]["number"] for line in told["coming"]] == [2, 3, 4]
    assert all(line["mail_at"] == line["at"] for line in told["coming"])
    assert (told["hour"], told["course_hour"], told["paused_until"]) == (None, "19:30", None)


def test_a_pause_of_a_week_and_going_on() -> None:
    caller, plan = begun()
    before = caller.get(plan)[1]["coming"]

    status, paused = caller.post(f"{plan}pause/", {})

    assert status == 200
    assert paused["paused_until"]
    assert [line["at"] for line in paused["coming"]] != [line["at"] for line in before]
    assert caller.post(f"{plan}resume/")[1]["coming"] == before
    assert caller.post(f"{plan}resume/")[1]["coming"] == before


def test_a_pause_until_a_day() -> None:
    caller, plan = begun()
    until = (timezone.now() + timedelta(days=30)).date().isoformat()

    assert caller.post(f"{plan}pause/", {"until": until})[1]["paused_until"] == until


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("2020-01-01", "pause_in_the_past"),
        ("9999-01-01", "pause_too_long"),
        ("2026-02-30", "invalid_input"),
        ("20270101", "invalid_input"),
        (7, "invalid_input"),
    ],
)
def test_a_day_that_does_not_do_is_refused(until: object, code: str) -> None:
    caller, plan = begun()

    status, problem = caller.post(f"{plan}pause/", {"until": until})

    assert (status, problem["code"]) == (400, code)
    assert not Pause.objects.exists()


def test_everything_at_once() -> None:
    caller, plan = begun()

    status, told = caller.post(f"{plan}open-all/")

    assert (status, told["coming"]) == (200, [])
    assert told["opened_all_at"]


def test_the_hour_and_the_clock_change_apart() -> None:
    caller, plan = begun()

    assert caller.patch(plan, {"hour": "07:15"})[1]["hour"] == "07:15"
    told = caller.patch(plan, {"time_zone": "America/New_York"})[1]
    assert (told["hour"], told["time_zone"]) == ("07:15", "America/New_York")
    assert caller.patch(plan, {"hour": None})[1]["hour"] is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"hour": "24:00"}, "invalid_input"),
        ({"hour": "7:15"}, "invalid_input"),
        ({"hour": 7}, "invalid_input"),
        ({"time_zone": "Mars"}, "unknown_zone"),
        ({"time_zone": None}, "invalid_input"),
        ({"zone": "UTC"}, "invalid_input"),
    ],
)
def test_no_hour_and_no_clock_is_refused(said: object, code: str) -> None:
    caller, plan = begun()

    status, problem = caller.patch(plan, said)

    assert (status, problem["code"]) == (400, code)
    assert not Rhythm.objects.exists()


def test_the_sender_looks_again_after_each_act() -> None:
    caller, plan = begun()
    for act, path, body in (
        (caller.post, f"{plan}pause/", {}),
        (caller.post, f"{plan}resume/", None),
        (caller.patch, plan, {"hour": "08:00"}),
        (caller.post, f"{plan}open-all/", None),
    ):
        Place.objects.update(next_at=None)
        assert act(path, body)[0] == 200
        assert Place.objects.get().next_at is not None


def test_only_who_began_has_a_plan() -> None:
    _caller, plan = begun()
    stranger = Caller(make_reader())

    assert Caller().get(plan)[0] == 401
    for status, problem in (
        stranger.get(plan),
        stranger.post(f"{plan}pause/", {}),
        stranger.post(f"{plan}resume/"),
        stranger.post(f"{plan}open-all/"),
        stranger.patch(plan, {}),
    ):
        assert (status, problem["code"]) == (403, "not_enrolled")
    assert stranger.get("courses/nergens/plan/")[1]["code"] == "course_not_found"


def test_statements_of_a_plan() -> None:
    caller, plan = begun()
    caller.get(plan)
    with counting() as count:
        caller.get(plan)
    assert int(count) <= 19, count
