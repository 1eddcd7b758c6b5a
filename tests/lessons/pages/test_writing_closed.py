"""A text that does not open: said calmly, wherever it would have stood; never shown in part."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation

from courseapp.vault import keys
from courseapp.vault.models import DataKey
from lessons.reading.models import Answer
from tests.databases import with_keys
from tests.lessons.pages.opening import address, the, tree
from tests.lessons.pages.test_writing import lesson, make_writing, send
from tests.lessons.reading.writing import SECRET, TEXT, Desk

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = with_keys


def damage(desk: Desk) -> None:
    row = Answer.objects.get(kind="reflection")
    row.sealed = bytes(row.sealed)[:-3] + b"xyz"
    row.save()


def lose_the_key(desk: Desk) -> None:
    keys.destroy([desk.reader.uuid])


def unwrap_with_nothing(desk: Desk) -> None:
    DataKey.objects.filter(owner=desk.reader.uuid).update(wrapped_by="long-gone")


@pytest.mark.parametrize("harm", [damage, lose_the_key, unwrap_with_nothing])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_does_not_open_says_so_calmly_on_lesson_journal_and_file(
    harm: Any, language: str
) -> None:
    desk, browser = make_writing()
    browser.cookies["django_language"] = language
    send(desk, browser, text=TEXT)
    sealed = bytes(Answer.objects.get().sealed)
    harm(desk)
    for page in ("lesson", "journal", "journal_download"):
        response = browser.get(address(page, *([desk.lesson.uuid] if page == "lesson" else [])))
        assert response.status_code == HTTPStatus.OK
        html = response.content.decode()
        assert SECRET not in html
        assert sealed[:20].hex() not in html
        assert "\ufffd" not in html
        with translation.override(language):
            assert str(keys.Unreadable("")) in html
    block = the(lesson(desk, browser), f"#b-{desk.reflection}")
    assert block.css("textarea") == []
    assert the(block, ".shut a").attributes["href"] == address("journal")


def test_when_the_keys_are_away_the_lesson_is_there_and_says_so(settings: Settings) -> None:
    desk, browser = make_writing()
    send(desk, browser, text=TEXT)
    settings.VAULT_KEYS = []
    page = lesson(desk, browser)
    assert page.css_first("h1") is not None
    assert "Het is stil in huis." in page.html  # type: ignore[operator]
    assert len(page.css(".shut")) >= 1
    response = send(desk, browser, text="Nog iets.", tag="")
    assert response.status_code in {HTTPStatus.SERVICE_UNAVAILABLE, 500}
    assert the(tree(response), "textarea").text() == "Nog iets."
