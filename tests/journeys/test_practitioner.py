"""The practitioner's whole way: from an article to a course that readers see, and back."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from lessons.content.folder.reading import read_folder
from lessons.content.models import Course, Lesson, Module
from lessons.management.commands.load_courses import SHIPPED
from lessons.staff import release
from tests.factories import lessons_of, make_reader
from tests.journeys.walking import carry_session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("media_root"),
]
NEW = "Zo las je het nog niet."
SAVED = re.compile(r"Bewaard om \d\d:\d\d")


@pytest.fixture
def source() -> str:
    """The article that comes along, as somebody pastes it."""
    return read_folder(SHIPPED / "bindingsangst-ontmaskerd").articles[0].source


@pytest.fixture
def page(open_page: Callable[..., Page], live_server: LiveServer) -> Page:
    page = open_page(viewport={"width": 1280, "height": 900})
    carry_session(page, make_reader(is_staff=True), live_server.url)
    page.goto("/beheer/")
    return page


def paste(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.locator("main form[enctype] .btn").click()


def rename(page: Page, lesson: Lesson, title: str) -> None:
    page.goto(f"/beheer/les/{lesson.pk}/")
    page.fill("#f-title", title)
    expect(page.locator("#state")).to_have_text(SAVED)


def write(page: Page, words: str) -> None:
    """Open the first text of this lesson and type at its end."""
    block = page.locator(".blk.k-text").first
    block.locator(".opens").click()
    block.locator(".ProseMirror").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)
    expect(page.locator("#state")).to_have_text(SAVED)


def add_picture(page: Page, folder: Path) -> None:
    """A picture at the end of this lesson, with words for who cannot see it."""
    picture = BytesIO()
    Image.new("RGB", (1200, 800), "#1c5b58").save(picture, "PNG")
    file = folder / "deur.png"
    file.write_bytes(picture.getvalue())
    page.locator("#blocks > .add button", has_text="Media").click()
    block = page.locator(".blk.k-media")
    with page.expect_response("**/media/toevoegen/"):
        block.locator("input[type=file]").set_input_files(file)
    block.locator("input[name$='.alt']").fill("Een deur op een kier")
    expect(page.locator("#state")).to_have_text(SAVED)


def publish_now(page: Page, course: Course) -> None:
    page.goto(f"/beheer/cursussen/{course.pk}/publiceren/")
    page.locator("section.act .row .btn").click()
    expect(page.locator(".messages")).to_be_visible()


def take_in(page: Page, source: str) -> None:
    """The article, and one passage of it corrected by hand."""
    page.locator(".doors a[href='/beheer/artikelen/nieuw/']").click()
    paste(page, source)
    passage = page.locator("li.pas.k-paragraph").nth(1)
    words = passage.locator(".words").inner_text()
    with page.expect_response("**/soort/"):
        passage.locator("select").select_option("quote")
    expect(page.locator("li.pas.k-quote", has_text=words[:40])).to_be_visible()


def make_course_of_it(page: Page) -> Course:
    page.locator("a[href$='/cursus/']").first.click()
    page.fill("#title", "Nabij en ver")
    page.fill("#slug", "nabij-en-ver")
    page.locator("form.panel .btn").click()
    expect(page.locator("h1")).to_have_text("Nabij en ver")
    return Course.objects.get(slug="nabij-en-ver")


def edit_three_lessons(page: Page, course: Course, folder: Path) -> None:
    first, second, third = lessons_of(course)[:3]
    rename(page, second, "De tweede les")
    rename(page, third, "De derde les")
    rename(page, first, "De eerste les")
    write(page, " En dit staat er nu bij.")
    add_picture(page, folder)
    saved = Lesson.objects.get(pk=first.pk)
    assert "En dit staat er nu bij." in str(saved.blocks)
    assert saved.blocks[-1]["alt"] == "Een deur op een kier"


def look_as_a_reader_halfway(page: Page) -> None:
    page.locator("header .acts a", has_text="Voorbeeld").click()
    page.select_option("#preview-as", "midway")
    page.locator(".preview-bar button").click()
    expect(page.locator("main h1")).to_have_text("De eerste les")
    expect(page.locator("main img[alt='Een deur op een kier']")).to_be_visible()
    expect(page.locator("#ending .done")).to_be_visible()


def plan_and_wait(page: Page, course: Course) -> None:
    """Planned for the day after tomorrow, and published when that moment comes."""
    moment = timezone.localtime() + timedelta(days=2)
    page.goto(f"/beheer/cursussen/{course.pk}/publiceren/")
    page.locator("details.later summary").click()
    page.fill("#date", f"{moment:%Y-%m-%d}")
    page.fill("#time", "07:00")
    page.locator("details.later form .btn").click()
    page.locator("main form .btn").click()
    expect(page.locator(".panel", has_text="om 07:00")).to_be_visible()
    assert Module.objects.filter(course=course, publish_at=None).count() == 0
    release.publish_due(now=timezone.now() + timedelta(days=3))
    page.goto("/cursus/nabij-en-ver/")
    expect(page.locator("h1")).to_have_text("Nabij en ver")


def revise_and_accept(page: Page, course: Course, source: str) -> None:
    """A new version of the article touches two blocks; both take its words over."""
    article = course.articles.get()
    texts = [one.text for one in article.revisions.get().passages.filter(kind="paragraph")]
    told = [text for text in texts if text in source]
    changed = source
    for text in (told[4], told[-3]):
        changed = changed.replace(text, f"{text} {NEW}")
    page.goto(f"/beheer/artikelen/{article.pk}/nieuwe-versie/")
    paste(page, changed)
    page.goto(f"/beheer/cursussen/{course.pk}/artikel/")
    expect(page.locator("section.stale")).to_have_count(2)
    for left in (1, 0):
        page.locator("section.stale form[action$='/overnemen/'] .btn").first.click()
        expect(page.locator("section.stale")).to_have_count(left)


def restore_the_one_before(page: Page, course: Course) -> None:
    page.goto(f"/beheer/cursussen/{course.pk}/geschiedenis/")
    page.locator("a[href*='/geschiedenis/1/']").first.click()
    page.locator("form.act .btn").click()
    expect(page.locator(".messages")).to_be_visible()


def test_from_an_article_to_readers_and_back(page: Page, source: str, tmp_path: Path) -> None:
    take_in(page, source)
    course = make_course_of_it(page)
    edit_three_lessons(page, course, tmp_path)
    look_as_a_reader_halfway(page)
    plan_and_wait(page, course)
    revise_and_accept(page, course, source)
    publish_now(page, course)
    assert live_words(course).count(NEW) == 2
    restore_the_one_before(page, course)
    assert NEW not in live_words(course)
    assert "En dit staat er nu bij." in live_words(course)
    numbers = course.editions.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3]


def live_words(course: Course) -> str:
    """Everything that readers of this course read now."""
    course.refresh_from_db()
    assert course.live_edition is not None
    return "".join(str(one.content) for one in course.live_edition.modules.all())
