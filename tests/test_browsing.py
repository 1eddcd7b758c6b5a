"""The browser of the journeys: it works, and it notices what it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browsing import Troubles

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.once

SOUND = """<!doctype html><html lang="nl"><head><title>Proef</title></head>
<body><main><h1>Proef</h1><p>Tekst</p></main></body></html>"""


@pytest.mark.slow
def test_a_page_opens_on_a_phone_and_in_dutch(browser_page: Page) -> None:
    browser_page.goto("/")

    assert browser_page.viewport_size == {"width": 390, "height": 844}
    assert browser_page.evaluate("navigator.language") == "nl-NL"


@pytest.mark.slow
def test_axe_finds_nothing_on_a_sound_page(
    browser_page: Page, axe: Callable[[Page], list[str]]
) -> None:
    browser_page.set_content(SOUND)

    assert axe(browser_page) == []


@pytest.mark.slow
def test_axe_finds_a_picture_without_words_and_pale_letters(
    browser_page: Page, axe: Callable[[Page], list[str]]
) -> None:
    pale = '<p style="color:#aaa;background:#fff">Bleek</p><img src="data:,">'
    browser_page.set_content(SOUND.replace("<p>", pale + "<p>"))

    assert {found.split(":")[0] for found in axe(browser_page)} == {"color-contrast", "image-alt"}


@pytest.mark.slow
def test_another_host_and_a_broken_script_are_noticed(chromium: Browser) -> None:
    troubles = Troubles(hosts={"localhost:1"})
    page = chromium.new_page()
    troubles.watch(page)

    foreign = '<img alt="" src="http://elders.example/p.png"><script>broken()</script>'
    page.set_content(SOUND.replace("<p>", foreign + "<p>"))
    page.close()

    assert sorted(each.split(":")[0] for each in troubles.seen) == ["request", "script"]
    assert "http://elders.example/p.png" in "".join(troubles.seen)
