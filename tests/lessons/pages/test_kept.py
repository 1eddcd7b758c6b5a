"""What is kept of a page: shared words, and nothing of any reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage

from lessons.pages import kept
from lessons.pages.kept import Kept
from tests.factories import lessons_of, make_course, publish_all
from tests.lessons.pages.opening import address, make_reading

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.test import RequestFactory
    from pytest_django.fixtures import Settings


def test_the_least_used_goes_first() -> None:
    made: list[str] = []

    def make(name: str) -> str:
        made.append(name)
        return name

    strings = Kept(size=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert strings.get(name, lambda name=name: make(name)) == name  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]


def test_nothing_is_kept_while_developing(settings: Settings) -> None:
    settings.DEBUG = True
    words = iter(["old", "new"])
    strings = Kept(size=2)
    assert [strings.get("page", lambda: next(words)) for _ in range(2)] == ["old", "new"]


@pytest.mark.django_db
def test_the_next_request_after_a_publication_sees_the_new_text() -> None:
    course = make_course()
    _reader, browser = make_reading(course)
    lesson = lessons_of(course)[0]
    before = browser.get(address("lesson", lesson.uuid)).content.decode()
    lesson.blocks = [{**lesson.blocks[0], "body": "Nieuwe woorden."}]
    lesson.title = "Nieuwe titel"
    lesson.save()
    publish_all(course)
    after = browser.get(address("lesson", lesson.uuid)).content.decode()
    assert "Nieuwe woorden." not in before
    assert "Nieuwe woorden." in after
    assert "Nieuwe titel" in after


@pytest.mark.django_db
def test_a_reader_of_english_gets_the_frame_in_english_and_the_next_one_in_dutch() -> None:
    course = make_course()
    lesson = lessons_of(course)[0]
    for language in ("en", "nl", "en"):
        _reader, browser = make_reading(course)
        browser.cookies["django_language"] = language
        html = browser.get(address("lesson", lesson.uuid)).content.decode()
        assert f'<html lang="{language}">' in html
        assert "\x00" not in html


def request_saying(rf: RequestFactory, *sentences: str) -> HttpRequest:
    request = rf.get("/")
    request.session = {}  # type: ignore[assignment]
    request.user = AnonymousUser()
    storage = FallbackStorage(request)
    request._messages = storage  # type: ignore[attr-defined]
    for sentence in sentences:
        storage.add(messages.INFO, sentence)
    return request


def test_what_is_said_to_one_reader_is_not_kept_for_the_next(rf: RequestFactory) -> None:
    pages = [
        kept.page(request_saying(rf, *said), "lessons/help.html", dict, key=("test",), filled={})
        for said in ((), ("Alleen voor jou.",), ())
    ]
    assert [b"Alleen voor jou." in page.content for page in pages] == [False, True, False]
