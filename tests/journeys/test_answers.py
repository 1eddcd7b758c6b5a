"""Writing in a lesson: kept while one writes, found again elsewhere, lost in no way, unseen."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect

from courseapp.post.models import Letter
from lessons.reading import enrolling
from lessons.reading.models import Answer
from tests.databases import BOTH
from tests.factories import lessons_of, make_reader
from tests.files import bytes_of
from tests.journeys.walking import begin_from_home, carry_session, open_before
from tests.lessons.reading.writing import agree

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Dialog, Locator, Page
    from pytest_django.live_server_helper import LiveServer

    from courseapp.accounts.models import User
    from lessons.content.models import Course

pytestmark = pytest.mark.django_db(databases=BOTH, transaction=True)
SECRET = "zilvermeeuw"
WORDS = f"Vanavond hoor ik de {SECRET} boven de kade."
SCRIPT = "**/answers*.js"
EXERCISE, CHECK = ".b-exercise form.write", ".b-selfcheck form.write"
STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"


def lesson_with(course: Course, kind: str) -> str:
    """The address of the first lesson with such a block to write at."""
    for lesson in lessons_of(course):
        if any(one["type"] == kind and not one.get("in_mind") for one in lesson.blocks):
            return f"/mijn/les/{lesson.uuid}/"
    raise AssertionError(kind)


def make_writer(course: Course) -> User:
    """A reader who has begun the course and wants answers kept."""
    reader = make_reader()
    now = timezone.now() - timedelta(days=60)  # By now every lesson is open.
    enrolling.enrol(reader=reader, course=course.slug, wording="Ja", place="test", now=now)
    agree(reader, now=now)
    return reader


@pytest.fixture
def writing(
    course: Course, open_page: Callable[..., Page], live_server: LiveServer
) -> Callable[..., Page]:
    """Open a page signed in as the writer of this test: each call is another device."""
    writer = make_writer(course)

    def open_one(**options: Any) -> Page:
        page = open_page(**options)
        carry_session(page, writer, live_server.url)
        return page

    return open_one


def saved(place: Locator) -> None:
    expect(place.locator(".state.saved")).to_be_visible()


def tick(check: Locator, *numbers: int) -> None:
    for number in numbers:
        check.locator("input[type=checkbox]").nth(number).check()


def kept_texts() -> int:
    return Answer.objects.exclude(kind="selfcheck").count()


def test_a_newcomer_is_asked_once_writes_and_finds_it_again_on_another_device(
    course: Course, open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = open_page()
    begin_from_home(page, "noor@example.org")
    page.goto(lesson_with(course, "exercise"))
    ask = page.locator("form.ask")
    expect(ask).to_have_count(1)
    assert axe(page) == []
    ask.locator("button[value=yes]").click()
    expect(page.locator("form.ask")).to_have_count(0)
    place = page.locator(EXERCISE).first
    place.locator("textarea").fill(WORDS)
    saved(place)
    assert axe(page) == []
    assert SECRET not in page.evaluate(STORED)

    page.reload()
    expect(page.locator("form.ask")).to_have_count(0)
    device = open_page(color_scheme="dark")
    cookies = [one for one in page.context.cookies() if "session" in one["name"].lower()]
    device.context.add_cookies(cookies)  # type: ignore[arg-type]
    device.goto(lesson_with(course, "exercise"))
    expect(device.locator(EXERCISE).first.locator("textarea")).to_have_value(WORDS)
    device.goto("/mijn/schrift/")
    expect(device.locator(".own-words")).to_have_text(WORDS)
    assert device.title().startswith("Mijn schrift")


def test_what_was_written_before_the_script_came_is_saved_too(
    course: Course, writing: Callable[..., Page]
) -> None:
    page = writing()
    let_come = open_before(page, SCRIPT, lesson_with(course, "exercise"))
    place = page.locator(EXERCISE).first
    place.locator("textarea").fill(WORDS)
    assert kept_texts() == 0
    let_come()
    saved(place)
    assert kept_texts() == 1

    let_come = open_before(page, SCRIPT, lesson_with(course, "selfcheck"))
    check = page.locator(CHECK).first
    tick(check, 0, 2)
    let_come()
    saved(check)
    assert Answer.objects.filter(kind="selfcheck").count() == 1


@pytest.mark.slow
def test_what_was_written_is_found_without_coming_into_the_address(
    course: Course, writing: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = writing()
    page.goto(lesson_with(course, "exercise"))
    page.locator(EXERCISE).first.locator("textarea").fill(WORDS)
    saved(page.locator(EXERCISE).first)
    page.goto("/mijn/zoeken/")
    page.locator("#q").fill(SECRET)
    page.locator("form.search button").click()
    expect(page.locator("mark")).to_have_text(SECRET)
    assert SECRET not in page.url
    assert axe(page) == []


@pytest.mark.slow
def test_a_check_taken_again_stands_beside_the_earlier_one(
    course: Course, writing: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = writing()
    page.goto(lesson_with(course, "selfcheck"))
    check = page.locator(CHECK)
    tick(check, 0, 1, 2, 3)
    expect(check.locator(".count")).to_have_text("Je herkent 4 van de 6.")
    saved(check)
    page.locator(".b-selfcheck .kept a[href^='?']").click()
    expect(page.locator(f"{CHECK} input:checked")).to_have_count(0)
    tick(page.locator(CHECK), 1, 2)
    expect(page.locator(f"{CHECK} .count")).to_have_text("Toen 4, nu 2 van de 6.")
    saved(page.locator(CHECK))
    assert axe(page) == []
    page.goto("/mijn/schrift/")
    expect(page.locator(".takings thead th")).to_have_count(3)
    assert axe(page) == []


@pytest.mark.slow
def test_without_scripts_a_button_keeps_and_the_journal_has_it(
    course: Course, writing: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = writing(java_script_enabled=False)
    page.goto(lesson_with(course, "exercise"))
    place = page.locator(EXERCISE).first
    place.locator("textarea").fill(WORDS)
    place.locator("button").first.click()
    saved(page.locator(EXERCISE).first)
    page.goto("/mijn/schrift/")
    expect(page.locator(".own-words")).to_have_text(WORDS)
    page.locator(".note-entry summary").first.click()
    page.locator(".note-entry details button").first.click()
    expect(page.locator(".own-words")).to_have_count(0)
    assert kept_texts() == 0


@pytest.mark.slow
def test_a_dropped_connection_loses_nothing_and_leaving_asks_first(
    course: Course, writing: Callable[..., Page]
) -> None:
    page = writing()
    page.goto(lesson_with(course, "exercise"))
    place = page.locator(EXERCISE).first
    page.context.set_offline(True)
    place.locator("textarea").fill(WORDS)
    state = place.locator(".state")
    expect(state).to_have_text(str(state.get_attribute("data-again")))
    assert kept_texts() == 0
    assert SECRET not in page.evaluate(STORED)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.locator("textarea").first.press("End")  # The browser asks only who touched the page.
    page.evaluate("location.href = '/mijn/'")
    expect(place.locator("textarea")).to_have_value(WORDS)
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    saved(place)
    assert kept_texts() == 1
    page.reload()
    expect(page.locator(EXERCISE).first.locator("textarea")).to_have_value(WORDS)


@pytest.mark.slow
def test_an_answer_of_the_server_that_got_lost_makes_no_quarrel_with_oneself(
    course: Course, writing: Callable[..., Page]
) -> None:
    page = writing()
    page.goto(lesson_with(course, "exercise"))
    place = page.locator(EXERCISE).first
    lost: list[int] = []

    def lose_one(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)  # The server kept it; the page never hears.
        route.abort()

    page.route("**/schrift/*/", lose_one)
    place.locator("textarea").fill(WORDS)
    expect(place.locator(".state")).not_to_have_class(re.compile("saved"))
    place.locator("textarea").press_sequentially(" En dan stil.")
    saved(place)
    expect(place.locator("[data-beside]")).to_be_hidden()
    assert lost == [200]
    page.reload()
    expect(page.locator(EXERCISE).first.locator("textarea")).to_have_value(
        re.compile("En dan stil")
    )


@pytest.mark.slow
def test_two_windows_show_each_other_s_text_and_put_both_together(
    course: Course, writing: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    one, two = writing(), writing()
    for page in (one, two):
        page.goto(lesson_with(course, "exercise"))
    place = one.locator(EXERCISE).first
    place.locator("textarea").fill("Venster een.")
    saved(place)
    place = two.locator(EXERCISE).first
    place.locator("textarea").fill("Venster twee.")
    other = place.locator("[data-beside]")
    expect(other.locator("blockquote")).to_have_text("Venster een.")
    expect(place.locator("textarea")).to_have_value("Venster twee.")
    assert axe(two) == []
    other.locator("[data-both]").click()
    saved(place)
    one.reload()
    expect(one.locator(EXERCISE).first.locator("textarea")).to_have_value(
        "Venster een.\n\nVenster twee."
    )


@pytest.mark.slow
def test_ticks_of_two_windows_come_together(course: Course, writing: Callable[..., Page]) -> None:
    one, two = writing(), writing()
    for page in (one, two):
        page.goto(lesson_with(course, "selfcheck"))
    for page, number in ((one, 0), (two, 3)):
        check = page.locator(CHECK)
        check.locator("input[type=checkbox]").nth(number).check()
        saved(check)
    expect(two.locator(f"{CHECK} input:checked")).to_have_count(2)
    one.reload()
    expect(one.locator(f"{CHECK} input:checked")).to_have_count(2)


@pytest.mark.slow
def test_a_text_that_is_too_long_stays_on_the_screen_with_a_sentence(
    course: Course, writing: Callable[..., Page]
) -> None:
    page = writing()
    page.goto(lesson_with(course, "exercise"))
    place = page.locator(EXERCISE).first
    place.locator("textarea").evaluate(
        "node => { node.value = 'lang '.repeat(200000);"
        " node.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    expect(place.locator("[data-error]")).to_contain_text("20.000")
    assert page.evaluate("document.querySelector('.b-exercise textarea').value.length") == 1_000_000
    place.locator("textarea").fill(WORDS)
    saved(place)
    expect(place.locator("[data-error]")).to_be_hidden()


@pytest.mark.slow
def test_withdrawing_stops_at_once_in_a_window_that_is_open_and_takes_one_press(
    course: Course, writing: Callable[..., Page]
) -> None:
    page, other = writing(), writing()
    page.goto(lesson_with(course, "exercise"))
    place = page.locator(EXERCISE).first
    place.locator("textarea").fill(WORDS)
    saved(place)
    other.goto("/mijn/schrift/")
    other.locator("form[action$='/stoppen/'] button[name=delete]").click()
    expect(other.locator(".own-words")).to_have_count(0)
    assert not Answer.objects.exists()
    place.locator("textarea").fill(f"{WORDS} Nog iets.")
    expect(place.locator("[data-error]")).to_be_visible()
    expect(place.locator("textarea")).to_have_value(f"{WORDS} Nog iets.")
    assert not Answer.objects.exists()


@pytest.mark.slow
def test_leaving_quickly_asks_nothing(course: Course, writing: Callable[..., Page]) -> None:
    page = writing()
    page.goto(lesson_with(course, "exercise"))
    page.route("**/schrift/*/", lambda route: route.abort())
    asked: list[str] = []

    def go(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", go)
    place = page.locator(EXERCISE).first
    place.locator("textarea").fill(WORDS)
    page.locator("[data-leave]").evaluate("link => { link.href = '/hulp/' }")
    page.locator("[data-leave]").click()
    page.wait_for_url("**/hulp/")
    assert asked == []


@pytest.mark.slow
def test_what_was_written_is_in_no_log_mail_cache_storage_staff_page_or_database_file(
    course: Course, writing: Callable[..., Page], open_page: Callable[..., Page],
    live_server: LiveServer, caplog: pytest.LogCaptureFixture, media_root: Path,
) -> None:  # fmt: skip
    page = writing()
    for kind, place in (("exercise", EXERCISE), ("reflection", ".b-reflection form.write")):
        page.goto(lesson_with(course, kind))
        written = page.locator(place).first
        written.locator("textarea").fill(WORDS)
        saved(written)
    page.goto("/mijn/schrift/")
    page.goto("/mijn/zoeken/")
    assert SECRET not in page.evaluate(STORED)
    assert page.evaluate("caches.keys()") == []
    assert SECRET not in caplog.text
    assert not Letter.objects.filter(text__contains=SECRET).exists()
    staff = open_page()
    carry_session(staff, make_reader(is_staff=True, is_owner=True), live_server.url)
    for place in (
        "/beheer/",
        f"/beheer/cursussen/{course.uuid}/",
        "/beheer/inzicht/",
        "/mijn/schrift/",
    ):
        staff.goto(place)
        assert SECRET not in staff.content()
    assert kept_texts() == 2
    if connection.vendor == "sqlite":
        folder = Path(str(connection.settings_dict["NAME"])).parent
        files = [file for file in folder.glob("test_*") if file.is_file()]
        assert any(file.stat().st_size for file in files)
        assert [file for file in files if SECRET.encode() in bytes_of(file)] == []
