"""Reading a lesson by the API, and saying what one did with it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from lessons.reading.models import Finished, Opened, Position
from tests.counting import counting
from tests.factories import (
    lessons_of,
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)
from tests.lessons.api.calling import Caller

if TYPE_CHECKING:
    from lessons.content.models import Lesson

pytestmark = pytest.mark.django_db
BESIDE = 2  # The session and the user.


def enrolled(lessons: int = 2, **fields: Any) -> tuple[Caller, list[Lesson]]:
    """A reader who has just begun a course, and its lessons."""
    course, reader = make_course(modules=1, lessons=lessons, **fields), make_reader()
    make_enrolment(reader, course, now=timezone.now())
    return Caller(reader), lessons_of(course)


def test_a_lesson_has_its_blocks_with_rich_text_as_html_too() -> None:
    course, reader = make_course(modules=1, lessons=0, live=False), make_reader()
    cards = make_block("cards", cards=[{"title": "Muur", "body": "Een *muur*."}])
    text = make_block(body="Eerst **stil**.")
    lesson = make_lesson(course.modules.get(), blocks=[text, cards])
    publish_all(course)
    make_enrolment(reader, course)
    status, told = Caller(reader).get(f"lessons/{lesson.uuid}/")
    assert status == 200
    assert told["blocks"] == [
        {
            "id": text["id"],
            "type": "text",
            "body": "Eerst **stil**.",
            "body_html": "<p>Eerst <strong>stil</strong>.</p>",
        },
        {
            "id": cards["id"],
            "type": "cards",
            "title": "",
            "cards": [
                {
                    "title": "Muur",
                    "body": "Een *muur*.",
                    "body_html": "<p>Een <em>muur</em>.</p>",
                }
            ],
            "body": "",
            "body_html": "",
        },
    ]


def test_a_lesson_tells_its_place_and_what_is_beside_it() -> None:
    caller, (one, two, three) = enrolled(lessons=3)
    caller.post(f"lessons/{one.uuid}/finished/")
    _status, told = caller.get(f"lessons/{two.uuid}/")
    assert (told["number"], told["finished"], told["position"]) == (2, False, None)
    assert (told["previous"]["uuid"], told["previous"]["state"]) == (str(one.uuid), "finished")
    assert (told["next"]["uuid"], told["next"]["state"]) == (str(three.uuid), "open")
    assert caller.get(f"lessons/{one.uuid}/")[1]["previous"] is None


def test_the_position_comes_back_with_the_lesson_and_the_outline() -> None:
    caller, (one, _two) = enrolled()
    block = one.blocks[0]["id"]
    kept = caller.put(f"lessons/{one.uuid}/position/", {"block": block})
    assert kept == (200, {"lesson": str(one.uuid), "block": block})
    assert caller.put(f"lessons/{one.uuid}/position/", {"block": block}) == kept
    assert caller.get(f"lessons/{one.uuid}/")[1]["position"] == block
    outline = caller.get(f"courses/{one.course.slug}/outline/")[1]
    assert outline["resume"] == {"lesson": str(one.uuid), "block": block}
    assert Position.objects.count() == 1


@pytest.mark.parametrize("block", [None, "5f0c7a52-8c1f-4b53-9a53-0d8f2f3f1c11"])
def test_the_top_and_a_block_that_is_not_there_are_kept_as_null(block: str | None) -> None:
    caller, (one, _two) = enrolled()
    kept = caller.put(f"lessons/{one.uuid}/position/", {"block": block})
    assert kept == (200, {"lesson": str(one.uuid), "block": None})


@pytest.mark.parametrize("block", ["", "x", 7, True, {}, "{0}-0000-0000-0000-000000000000"])
def test_a_block_that_is_no_id_is_refused(block: object) -> None:
    caller, (one, _two) = enrolled()
    status, problem = caller.put(f"lessons/{one.uuid}/position/", {"block": block})
    assert (status, problem["code"]) == (400, "invalid_input")
    assert problem["errors"][0]["field"] == "block"
    assert not Position.objects.exists()


@pytest.mark.parametrize(("said", "fact"), [("finished", Finished), ("opened", Opened)])
def test_saying_it_twice_is_one_fact_and_the_same_answer(
    said: str, fact: type[Finished | Opened]
) -> None:
    caller, (one, _two) = enrolled()
    first = caller.post(f"lessons/{one.uuid}/{said}/")
    assert first[0] == 200
    assert caller.post(f"lessons/{one.uuid}/{said}/") == first
    assert fact.objects.count() == 1


def test_the_last_lesson_completes_the_course() -> None:
    caller, lessons = enrolled()
    ends = [caller.post(f"lessons/{lesson.uuid}/finished/")[1] for lesson in lessons]
    assert [end["completed_at"] is None for end in ends] == [True, False]
    outline = caller.get(f"courses/{lessons[0].course.slug}/outline/")[1]
    assert (outline["percent"], outline["finished"], outline["required"]) == (100, 2, 2)
    assert outline["completed_at"] == ends[1]["completed_at"]


def test_a_lesson_that_opens_later_says_when() -> None:
    caller, (_one, two) = enrolled(pace={"every_days": 2, "at": "07:00"})
    for path in ("", "opened/", "finished/"):
        call = caller.post if path else caller.get
        status, problem = call(f"lessons/{two.uuid}/{path}")
        assert (status, problem["code"]) == (403, "opens_later")
        opens_at = datetime.fromisoformat(problem["opens_at"])
        assert timedelta(0) < opens_at - timezone.now() < timedelta(days=3)
        assert problem["opens_at"].endswith("Z")
    assert not Finished.objects.exists()


def test_who_is_not_enrolled_is_refused_with_the_course_to_begin() -> None:
    course = make_course()
    lesson = lessons_of(course)[0]
    for caller in (Caller(make_reader()), Caller()):
        status, problem = caller.get(f"lessons/{lesson.uuid}/")
        assert (status, problem["code"], problem["course"]) == (403, "not_enrolled", course.slug)
    status, problem = Caller(make_reader()).post(f"lessons/{lesson.uuid}/finished/")
    assert (status, problem["code"]) == (403, "not_enrolled")


def test_a_lesson_open_to_all_is_read_by_visitors_but_finished_only_by_the_enrolled() -> None:
    course = make_course(modules=1, lessons=1, live=False)
    lesson = lessons_of(course)[0]
    lesson.open_to_all = True
    lesson.save()
    publish_all(course)
    assert Caller().get(f"lessons/{lesson.uuid}/")[0] == 200
    assert Caller().post(f"lessons/{lesson.uuid}/finished/")[0] == 401
    assert Caller(make_reader()).post(f"lessons/{lesson.uuid}/finished/")[0] == 403


def test_a_retired_lesson_is_gone_and_points_onward() -> None:
    caller, (one, two) = enrolled()
    one.retired_at = timezone.now()
    one.save()
    publish_all(one.course)
    status, problem = caller.get(f"lessons/{one.uuid}/")
    assert (status, problem["code"], problem["next"]) == (410, "retired", str(two.uuid))


@pytest.mark.parametrize("path", ["", "opened/", "finished/"])
def test_an_unknown_lesson_is_not_found(path: str) -> None:
    caller = Caller(make_reader())
    call = caller.post if path else caller.get
    status, problem = call(f"lessons/{uuid.uuid4()}/{path}")
    assert (status, problem["code"]) == (404, "lesson_not_found")


@pytest.mark.parametrize("signed_in_by", ["token", "session"])
def test_reading_takes_three_statements_and_finishing_four_beyond_session_and_user(
    signed_in_by: str,
) -> None:
    course, reader = make_course(modules=2, lessons=20), make_reader()
    make_enrolment(reader, course)
    caller = Caller(reader)
    if signed_in_by == "session":
        caller.headers = {}
        caller.client.force_login(reader)
    lesson = lessons_of(course)[0]
    Caller().get(f"courses/{course.slug}/")  # The edition is in memory, as it is after a start.
    with counting() as first:
        assert caller.get(f"lessons/{lesson.uuid}/")[0] == 200
    assert int(first) <= 3 + BESIDE, str(first)
    with counting() as again:
        assert caller.get(f"lessons/{lesson.uuid}/")[0] == 200
    assert int(again) <= 2 + BESIDE, str(again)
    with counting() as finish:
        assert caller.post(f"lessons/{lesson.uuid}/finished/")[0] == 200
    assert int(finish) <= 4 + BESIDE, str(finish)
    with counting() as position:
        body = {"block": lesson.blocks[0]["id"]}
        assert caller.put(f"lessons/{lesson.uuid}/position/", body)[0] == 200
    assert int(position) <= 5 + BESIDE, str(position)
