"""The same call eight times at one moment: one row, eight good answers."""

from __future__ import annotations

from typing import Any

import pytest

from lessons.content import editing
from lessons.content.models import Lesson, UnsavedText
from lessons.reading.models import Enrolment, Finished, Opened, Position
from tests.factories import lessons_of, make_course, make_enrolment, make_lesson, make_reader
from tests.lessons.api.calling import Caller, begin, token_of, with_tag
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def callers(token: str) -> list[Caller]:
    made = [Caller() for _ in range(8)]
    for caller in made:
        caller.headers = {"X-Session-Token": token}
    return made


def test_eight_enrolments_are_one_with_one_201() -> None:
    course, reader = make_course(), make_reader()
    made = callers(token_of(reader))
    answers: Any = at_once(lambda number: made[number].post("enrolments/", begin(course.slug)))
    assert sorted(answer[0] for answer in answers) == [200] * 7 + [201]
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize(("said", "fact"), [("finished", Finished), ("opened", Opened)])
def test_eight_times_said_is_one_fact(said: str, fact: type[Finished | Opened]) -> None:
    course, reader = make_course(), make_reader()
    make_enrolment(reader, course)
    made = callers(token_of(reader))
    path = f"lessons/{lessons_of(course)[0].pk}/{said}/"
    answers: Any = at_once(lambda number: made[number].post(path))
    assert [answer[0] for answer in answers] == [200] * 8
    assert fact.objects.count() == 1


def test_eight_positions_are_one() -> None:
    course, reader = make_course(), make_reader()
    make_enrolment(reader, course)
    lesson = lessons_of(course)[0]
    made = callers(token_of(reader))
    body = {"block": lesson.blocks[0]["id"]}
    answers: Any = at_once(lambda number: made[number].put(f"lessons/{lesson.pk}/position/", body))
    assert [answer[0] for answer in answers] == [200] * 8
    assert Position.objects.count() == 1


def writes_at_once(path: str, texts: list[dict[str, object]]) -> list[tuple[int, Any]]:
    """The answers to two who write at one moment, each on what both read as version 1."""
    staff = [make_reader(is_staff=True) for _ in texts]
    made = [with_tag(Caller(person), '"v1"') for person in staff]
    answers: Any = at_once(lambda number: made[number].put(path, texts[number]), times=len(texts))
    return [answer for answer in answers if isinstance(answer, tuple)]


def two_texts() -> tuple[Lesson, list[dict[str, object]]]:
    lesson = lessons_of(make_course())[0]
    whole = editing.as_json(editing.state_of(lesson))
    return lesson, [{**whole, "title": "Van Anna"}, {**whole, "title": "Van Bert"}]


def test_of_two_writes_at_once_one_is_saved_and_the_other_kept() -> None:
    lesson, texts = two_texts()
    answers = writes_at_once(f"staff/lessons/{lesson.pk}/", texts)
    assert sorted(status for status, _told in answers) == [200, 412]
    lesson.refresh_from_db()
    kept = UnsavedText.objects.get()
    assert {lesson.title, kept.state["title"]} == {"Van Anna", "Van Bert"}
    assert lesson.version == 2


def test_with_the_guard_off_both_would_be_told_that_theirs_was_saved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The positive control: what the test above sees is the guard's doing."""
    lesson, texts = two_texts()
    monkeypatch.setattr(editing, "_refusal", lambda *_: None)
    answers = writes_at_once(f"staff/lessons/{lesson.pk}/", texts)
    assert [status for status, _told in answers] == [200, 200]
    assert not UnsavedText.objects.exists()


def test_of_two_publications_on_one_edition_one_is_412() -> None:
    course = make_course()
    for module in course.modules.all():
        make_lesson(module)
    made = [with_tag(Caller(make_reader(is_staff=True)), '"e1"') for _ in range(2)]
    paths = [f"staff/modules/{module.pk}/publish/" for module in course.modules.all()]
    answers: Any = at_once(lambda number: made[number].post(paths[number]), times=2)
    assert sorted(answer[0] for answer in answers) == [201, 412]
    assert course.editions.count() == 2
