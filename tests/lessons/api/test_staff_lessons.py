"""A lesson of the working copy by the API: whole, by version, and never over somebody else's."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from lessons.content import editing
from lessons.content.models import Lesson, LessonSave, UnsavedText
from tests.counting import counting
from tests.factories import lessons_of, make_block, make_course, make_reader
from tests.lessons.api.calling import Caller, tag_of, with_tag

if TYPE_CHECKING:
    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return make_reader(is_staff=True)


@pytest.fixture
def lesson() -> Lesson:
    lesson = make_course(modules=1, lessons=1).lessons.get()
    lesson.blocks = [make_block(body="woord " * 150), make_block(body="Kort.")]
    lesson.save()
    return lesson


def path_of(lesson: Lesson) -> str:
    return f"staff/lessons/{lesson.pk}/"


def text_of(lesson: Lesson, **changes: Any) -> dict[str, Any]:
    return {**editing.as_json(editing.state_of(lesson)), **changes}


def test_what_is_read_can_be_written_back_and_changes_nothing(staff: User, lesson: Lesson) -> None:
    caller = Caller(staff)
    status, told = caller.get(path_of(lesson))
    assert (status, told["version"], told["title"]) == (200, 1, lesson.title)
    assert told["blocks"] == lesson.blocks
    fields = ("title", "lead", "minutes", "required", "open_to_all", "blocks")
    same = {name: told[name] for name in fields}
    assert with_tag(caller, '"v1"').put(path_of(lesson), same) == (200, told)
    assert not LessonSave.objects.exists()


def test_a_write_makes_the_next_version_and_tells_it(staff: User, lesson: Lesson) -> None:
    caller = Caller(staff)
    assert tag_of(caller, path_of(lesson)) == '"v1"'
    text = text_of(lesson, title="Anders", minutes=9, required=False)
    status, told = with_tag(caller, '"v1"').put(path_of(lesson), text)
    assert (status, told["version"], told["title"], told["minutes"]) == (200, 2, "Anders", 9)
    assert tag_of(caller, path_of(lesson)) == '"v2"'


def test_who_has_the_lesson_already_is_told_so_in_no_words(staff: User, lesson: Lesson) -> None:
    client = Caller(staff)
    for known, status in (
        ('"v1"', 304),
        ('W/"v1"', 304),
        ('"v7", "v1"', 304),
        ("*", 304),
        ('"v2"', 200),
        ("nonsense", 200),
        ("", 200),
    ):
        headers = {**client.headers, "If-None-Match": known}
        response = client.client.get(f"/api/v1/{path_of(lesson)}", headers=headers)
        assert (response.status_code, response["ETag"]) == (status, '"v1"'), known
        assert bool(response.content) == (status == 200)


def test_a_write_names_the_version_it_starts_from(staff: User, lesson: Lesson) -> None:
    status, problem = Caller(staff).put(path_of(lesson), text_of(lesson, title="Anders"))
    assert (status, problem["code"]) == (428, "precondition_required")
    assert Lesson.objects.get().title == lesson.title


@pytest.mark.parametrize(
    "tag",
    ["", "*", "v1", '"v1', '"v1", "v2"', 'W/"v1"', '"v1"x', '"v1 "', "\x00", '"é\x01"', "W/*"],
)
def test_a_tag_that_is_not_one_strong_tag_is_refused(staff: User, lesson: Lesson, tag: str) -> None:
    status, problem = with_tag(Caller(staff), tag).put(path_of(lesson), text_of(lesson, title="A"))
    assert (status, problem["code"]) == (400, "invalid_precondition")
    assert Lesson.objects.get().title == lesson.title


@pytest.mark.parametrize("tag", ['"v2"', '"v0"', '"e1"', '"x"', '""', '"é"', f'"v{"9" * 5000}"'])
def test_another_version_is_412_and_the_text_is_kept(staff: User, lesson: Lesson, tag: str) -> None:
    caller = Caller(staff)
    status, problem = with_tag(caller, tag).put(path_of(lesson), text_of(lesson, title="Mijn"))
    assert (status, problem["code"]) == (412, "changed_meanwhile")
    assert (problem["version"], problem["lesson"]) == (1, str(lesson.pk))
    assert Lesson.objects.get().title == lesson.title
    kept = caller.get(f"{path_of(lesson)}unsaved/")[1]["results"]
    assert [(one["uuid"], one["text"]["title"]) for one in kept] == [(problem["unsaved"], "Mijn")]


def test_the_same_write_may_be_sent_twice(staff: User, lesson: Lesson) -> None:
    caller, text = with_tag(Caller(staff), '"v1"'), text_of(lesson, title="Anders")
    assert caller.put(path_of(lesson), text) == caller.put(path_of(lesson), text)
    assert Lesson.objects.get().version == 2
    assert not UnsavedText.objects.exists()


def test_who_insists_after_looking_gets_it(staff: User, lesson: Lesson) -> None:
    caller = Caller(staff)
    _status, problem = with_tag(caller, '"v9"').put(path_of(lesson), text_of(lesson, title="Mijn"))
    path = f"staff/unsaved/{problem['unsaved']}/insist/"
    assert caller.post(path)[0] == 428
    assert with_tag(caller, '"v8"').post(path)[0] == 412
    status, told = with_tag(caller, '"v1"').post(path)
    assert (status, told["title"], told["version"]) == (200, "Mijn", 2)
    assert with_tag(caller, '"v2"').post(path)[0] == 404


def test_an_unsaved_text_is_its_writer_s_alone(staff: User, lesson: Lesson) -> None:
    mine = with_tag(Caller(staff), '"v9"')
    _status, problem = mine.put(path_of(lesson), text_of(lesson, title="Mijn"))
    other = with_tag(Caller(make_reader(is_staff=True)), '"v1"')
    assert other.get(f"{path_of(lesson)}unsaved/")[1]["results"] == []
    for act in ("insist", "drop"):
        status, told = other.post(f"staff/unsaved/{problem['unsaved']}/{act}/")
        assert (status, told["code"]) == (404, "unsaved_not_found")
    assert mine.post(f"staff/unsaved/{problem['unsaved']}/drop/") == (
        200,
        {"lesson": str(lesson.pk)},
    )
    assert not UnsavedText.objects.exists()


def test_losing_most_of_the_text_takes_saying_which_blocks_went(
    staff: User, lesson: Lesson
) -> None:
    caller = with_tag(Caller(staff), '"v1"')
    short = text_of(lesson, blocks=lesson.blocks[1:])
    status, problem = caller.put(path_of(lesson), short)
    assert (status, problem["code"], problem["version"]) == (409, "much_shorter", 1)
    short["removed"] = [lesson.blocks[0]["id"]]
    assert caller.put(path_of(lesson), short)[0] == 200


@pytest.mark.slow
@pytest.mark.parametrize("field", ["title", "lead", "minutes", "required", "open_to_all", "blocks"])
def test_a_write_is_whole_or_refused(staff: User, lesson: Lesson, field: str) -> None:
    text = text_of(lesson)
    del text[field]
    status, problem = with_tag(Caller(staff), '"v1"').put(path_of(lesson), text)
    assert (status, problem["code"]) == (400, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == [field]


TEXT_ID = "5f0c7a52-8c1f-4b53-9a53-0d8f2f3f1c11"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"title": "   "},
        {"title": 7},
        {"title": "x" * 201},
        {"title": "a\u0007b"},
        {"lead": None},
        {"lead": "x" * 301},
        {"minutes": -1},
        {"minutes": 601},
        {"minutes": 10**400},
        {"minutes": "5"},
        {"minutes": True},
        {"minutes": 5.5},
        {"required": 1},
        {"open_to_all": "yes"},
        {"slug": "anders"},
        {"removed": "x"},
        {"removed": ["x"]},
        {"blocks": {}},
        {"blocks": None},
        {"blocks": "x"},
        {"blocks": [7]},
        {"blocks": [{}]},
        {"blocks": [{"type": "text"}]},
        {"blocks": [{"type": "video", "id": TEXT_ID}]},
        {"blocks": [{"type": "text", "id": "x"}]},
        {"blocks": [{"type": "text", "id": TEXT_ID, "colour": "red"}]},
        {"blocks": [{"type": "text", "id": TEXT_ID, "body": "x" * 20_001}]},
        {"blocks": [{"type": "text", "id": TEXT_ID, "passages": ["A B"]}]},
        {"blocks": [{"type": "text", "id": TEXT_ID, "passages": 7}]},
        {"blocks": [{"type": "text", "id": TEXT_ID}] * 2},
        {"blocks": [{"type": "text", "id": str(uuid.UUID(int=n))} for n in range(61)]},
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    staff: User, lesson: Lesson, changes: dict[str, Any]
) -> None:
    caller = with_tag(Caller(staff), '"v1"')
    status, problem = caller.put(path_of(lesson), text_of(lesson, **changes))
    assert status == 400
    assert problem["code"] in {"invalid_input", "invalid_block", "invalid_lesson", "invalid_json"}
    assert (Lesson.objects.get().version, UnsavedText.objects.count()) == (1, 0)


def test_a_block_nested_without_end_is_no_json_of_ours(staff: User, lesson: Lesson) -> None:
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    caller = with_tag(Caller(staff), '"v1"')
    status, problem = caller.put(path_of(lesson), text_of(lesson, blocks=deep))
    assert (status, problem["code"]) == (400, "invalid_json")


def test_a_lesson_may_be_longer_than_other_bodies_but_not_endless(
    staff: User, lesson: Lesson
) -> None:
    caller = with_tag(Caller(staff), '"v1"')
    long = [make_block(body="lang " * 3_000) for _ in range(8)]
    assert caller.put(path_of(lesson), text_of(lesson, blocks=lesson.blocks + long))[0] == 200
    endless = text_of(lesson, title="x" * 1_100_000)
    status, problem = caller.put(path_of(lesson), endless)
    assert (status, problem["code"]) == (413, "body_too_large")


def test_a_lesson_that_is_none_is_not_found(staff: User) -> None:
    lesson = lessons_of(make_course())[0]
    path = f"staff/lessons/{uuid.uuid4()}/"
    caller = with_tag(Caller(staff), '"v1"')
    answers = (caller.get(path), caller.put(path, text_of(lesson)), caller.get(f"{path}unsaved/"))
    for status, problem in answers:
        assert (status, problem["code"]) == (404, "lesson_not_found")


def test_reading_a_lesson_takes_one_statement_beyond_session_and_user(
    staff: User, lesson: Lesson
) -> None:
    caller = Caller(staff)
    with counting() as count:
        assert caller.get(path_of(lesson))[0] == 200
    assert int(count) <= 1 + 2, str(count)
