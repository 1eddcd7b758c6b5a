"""Writing, reading back, deleting and searching by the API, as an app of the reader's would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from courseapp.accounts.models import Consent
from courseapp.vault import keys
from lessons.api import telling_answers
from lessons.reading.models import Answer
from lessons.reading.replies import TEXT_MAX
from tests.databases import with_keys
from tests.factories import make_reader
from tests.lessons.api.calling import Caller
from tests.lessons.pages.opening import browser_of
from tests.lessons.reading.writing import SECRET, STATEMENTS, TEXT, Desk, decline, make_desk

pytestmark = with_keys


def make_calling(*, agreed: bool = True) -> tuple[Desk, Caller]:
    """A reader who came in just now in a browser; the API is called with its session."""
    desk = make_desk(agreed=agreed, now=timezone.now() - timedelta(hours=1))
    return desk, calling(desk.reader)


def calling(reader: Any) -> Caller:
    caller = Caller()
    caller.client = browser_of(reader)
    return caller


def at(desk: Desk, block: object, what: str = "") -> str:
    return f"lessons/{desk.lesson.uuid}/answers/{block}/{what}"


def write(desk: Desk, caller: Caller, text: str = TEXT, tag: str = "") -> tuple[int, Any]:
    return caller.put(at(desk, desk.reflection, "text/"), {"text": text, "tag": tag})


def tick(desk: Desk, caller: Caller, *recognised: int, occurrence: int = 1, tag: str = "") -> Any:
    body = {"recognised": list(recognised), "occurrence": occurrence, "tag": tag}
    return caller.put(at(desk, desk.check, "ticks/"), body)


def test_a_yes_is_given_and_taken_back_in_the_words_that_were_shown() -> None:
    desk, caller = make_calling(agreed=False)
    status, told = caller.get("answers/consent/")
    assert (status, told["given"]) == (200, None)
    assert write(desk, caller)[1]["code"] == "answers_not_kept"
    for language in ("en", "nl"):
        status, told = caller.put("answers/consent/", {"given": True, "language": language})
        assert (status, told["given"]) == (200, True)
    said = Consent.objects.get(user=desk.reader, purpose="answers")
    assert said.wording == told["wording"]["en"] == telling_answers.wording_in("en")
    assert write(desk, caller)[0] == 200
    assert caller.put("answers/consent/", {"given": False})[1]["given"] is False
    assert write(desk, caller, "Nog iets.")[1]["code"] == "answers_not_kept"
    assert caller.get("answers/")[1]["results"][0]["text"] == TEXT


@pytest.mark.parametrize("given", ["true", 1, None, "yes"])
def test_nothing_else_is_a_yes(given: object) -> None:
    desk, caller = make_calling(agreed=False)
    assert caller.put("answers/consent/", {"given": given})[0] == 400
    assert not Consent.objects.filter(user=desk.reader, purpose="answers").exists()


def test_a_text_is_kept_changed_read_and_deleted_by_a_blank_one() -> None:
    desk, caller = make_calling()
    status, told = write(desk, caller, "  Eerst.\r\n")
    assert (status, told["answer"]["text"]) == (200, "  Eerst.\n")
    assert told["answer"]["question"] == "Wat merk je vanavond?"
    status, again = write(desk, caller, "Dan.", told["answer"]["tag"])
    assert status == 200
    (read,) = caller.get(at(desk, desk.reflection))[1]["results"]
    assert read == again["answer"]
    assert write(desk, caller, "", read["tag"]) == (200, {"answer": None})
    assert caller.get(at(desk, desk.reflection))[1] == {"results": []}


def test_of_two_clients_the_second_is_told_and_nothing_is_written_over() -> None:
    desk, caller = make_calling()
    write(desk, caller, "Eén.")
    status, problem = write(desk, caller, f"Twee, met {SECRET}.")
    assert (status, problem["code"]) == (409, "answer_changed")
    assert SECRET not in str(problem)
    assert "Eén" not in str(problem)
    assert caller.get(at(desk, desk.reflection))[1]["results"][0]["text"] == "Eén."


def test_a_self_check_is_kept_and_taken_again() -> None:
    desk, caller = make_calling()
    status, first = tick(desk, caller, 1, 2)
    assert (status, first["recognised"], first["statements"]) == (200, [1, 2], STATEMENTS)
    tick(desk, caller, 3, occurrence=2)
    found = caller.get(at(desk, desk.check))[1]["results"]
    assert [(one["occurrence"], one["recognised"]) for one in found] == [(1, [1, 2]), (2, [3])]
    assert tick(desk, caller, 4)[1]["code"] == "answer_changed"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "x" * (TEXT_MAX + 1), "tag": ""}, "invalid_input"),
        ({"text": "x" * 1_000_000, "tag": ""}, "body_too_large"),
        ({"text": "a\x00b", "tag": ""}, "invalid_json"),
        ({"text": "a\x1bb", "tag": ""}, "answer_unshowable"),
        ({"text": 7, "tag": ""}, "invalid_input"),
        ({"text": "x"}, "invalid_input"),
        ({"text": "x", "tag": "", "who": "x"}, "invalid_input"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_code(body: dict[str, Any], code: str) -> None:
    desk, caller = make_calling()
    status, problem = caller.put(at(desk, desk.reflection, "text/"), body)
    assert (status in {400, 413}, problem["code"]) == (True, code)
    assert not Answer.objects.exists()


def test_the_longest_text_there_is_fits_in_whatever_form_json_has_for_it() -> None:
    desk, caller = make_calling()
    text = "\U0001f469" * TEXT_MAX
    status, told = write(desk, caller, text)
    assert status == 200
    assert told["answer"]["text"] == text


def test_all_is_listed_page_by_page_and_another_reader_sees_none_of_it() -> None:
    desk, caller = make_calling()
    write(desk, caller)
    for number in (1, 2, 3):
        tick(desk, caller, number, occurrence=number)
    status, told = caller.get("answers/?limit=3")
    assert (status, len(told["results"])) == (200, 3)
    assert told["next"]
    stranger = calling(make_reader())
    assert stranger.get("answers/")[1]["results"] == []
    assert stranger.get(at(desk, desk.reflection))[1] == {"results": []}
    assert stranger.post("search/", {"q": SECRET})[1]["answers"] == []
    kept = Answer.objects.get(kind="reflection").pk
    assert stranger.delete(f"answers/{kept}/")[0] == 404
    assert stranger.delete("answers/")[1] == {"deleted": 0}
    assert write(desk, stranger)[1]["code"] == "not_enrolled"
    assert Answer.objects.count() == 4


def test_one_is_deleted_then_all() -> None:
    desk, caller = make_calling()
    write(desk, caller)
    tick(desk, caller, 1)
    kept = Answer.objects.get(kind="reflection").pk
    assert caller.delete(f"answers/{kept}/") == (200, {"deleted": 1})
    assert caller.delete(f"answers/{kept}/")[1]["code"] == "answer_not_found"
    assert caller.delete("answers/") == (200, {"deleted": 1})
    assert not Answer.objects.exists()


def test_after_half_an_hour_it_asks_who_is_there_before_it_shows_all() -> None:
    desk, caller = make_calling()
    write(desk, caller)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31)):
        for told in (
            caller.get("answers/"),
            caller.post("search/", {"q": SECRET}),
            caller.delete("answers/"),
        ):
            assert (told[0], told[1]["code"]) == (403, "reauthentication_required")
    assert Answer.objects.count() == 1


def test_words_are_found_in_lessons_and_answers_and_come_into_no_address() -> None:
    desk, caller = make_calling()
    write(desk, caller)
    status, told = caller.post("search/", {"q": "zilvermeeuw"})
    assert (status, len(told["answers"]), told["lessons"]) == (200, 1, [])
    assert told["answers"][0]["excerpt"]["word"] == SECRET
    assert len(caller.post("search/", {"q": "muur"})[1]["lessons"]) == 1
    assert caller.get(f"search/?q={SECRET}")[0] == 405
    assert caller.post("search/", {"q": " "})[0] == 400


def test_what_does_not_open_says_so_and_no_more() -> None:
    desk, caller = make_calling()
    write(desk, caller)
    keys.destroy([desk.reader.uuid])
    (told,) = caller.get("answers/")[1]["results"]
    assert (told["opens"], told["text"], told["question"]) == (False, None, "")
    status, problem = write(desk, caller, "Uit een ander venster.")
    assert (status, problem["code"]) == (500, "unreadable")


def test_a_lesson_or_block_that_is_none_is_not_found() -> None:
    desk, caller = make_calling()
    body = {"text": "x", "tag": ""}
    assert caller.put(at(desk, uuid4(), "text/"), body)[1]["code"] == "no_place_to_write"
    assert caller.put(at(desk, desk.in_mind, "text/"), body)[1]["code"] == "no_place_to_write"
    gone = f"lessons/{uuid4()}/answers/{desk.reflection}/text/"
    assert caller.put(gone, body)[1]["code"] == "lesson_not_found"
    decline(desk.reader, now=timezone.now())
    assert caller.put(at(desk, uuid4(), "text/"), body)[1]["code"] == "answers_not_kept"
