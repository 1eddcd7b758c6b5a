"""Hostile texts by the ways people send them: forms, the editor, notes, mails, files. None runs.

Where ``test_hostile_texts`` writes into columns, here each comes in as a browser or a mail brings
it. What leaves the site, a mail and a person's own file, is opened without any policy around it.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone, translation

from courseapp.mydata import bundle
from courseapp.post import filling, mailbox, pump
from courseapp.post.models import Letter
from lessons.content.models import Lesson, MediaFile
from lessons.content.site_texts import NAMES
from tests import hostile
from tests.databases import BOTH
from tests.factories import (
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)
from tests.journeys.looking import look, look_at, showing
from tests.journeys.walking import carry_session
from tests.lessons.content.pictures import MP3, sent
from tests.lessons.desk.lesson_form import a_lesson, address, opened
from tests.lessons.desk.mailing import make_mail, make_mails
from tests.lessons.desk.test_site_pages import filled
from tests.lessons.drip.conftest import tick
from tests.lessons.pages.opening import browser_of
from tests.lessons.reading.writing import make_desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django import Settings
    from pytest_django.live_server_helper import LiveServer

    from courseapp.accounts.models import User

pytestmark = [pytest.mark.django_db(databases=BOTH, transaction=True), pytest.mark.slow]
ALL = "\n\n".join(hostile.texts())
# In fewer characters than a line has, a way out of each place where one may stand.
LINE = (
    '"><script>top.__xss=1</script> </title><script>top.__xss=1</script>'
    " '><img src=x onerror=top.__xss=1> --></textarea></script><svg/onload=top.__xss=1>"
)
# An address as the standards allow it: what stands between the quotes may be nearly anything.
EMAIL = '"><img/src=x/onerror=top.__xss=1>"@example.org'
WIDE = {"width": 1280, "height": 900}


@pytest.fixture
def owner() -> User:
    return make_reader(is_staff=True, is_owner=True)


@pytest.fixture
def page_of(
    open_page: Callable[..., Page], live_server: LiveServer
) -> Callable[[User | None], Page]:
    def page(person: User | None) -> Page:
        made = open_page(viewport=WIDE)
        if person:
            carry_session(made, person, live_server.url)
        return made

    return page


@pytest.fixture
def unguarded(chromium: Browser) -> Callable[[str], tuple[bool, int]]:
    """Open HTML with nothing around it: whether it shows the texts, and how many of them ran."""

    def opened_bare(html: str) -> tuple[bool, int]:
        page = chromium.new_page()
        page.set_content(html)
        found = look(page)
        page.close()
        return found

    return opened_bare


def write(browser: Client, place: str) -> None:
    """Fill the form that stands there with hostile texts, in every field, and go on to publish."""
    form = filled(browser.get(place))
    names = [name for name in form if name not in {"csrfmiddlewaretoken", "version"}]
    for name in names:
        texts = ("body", "kept", "who_closing")
        form[name] = ALL if name.endswith(texts) else LINE
        form["who"] = "\n".join(" ".join(each) for each in hostile.packed(300)[:40])
    answer = browser.post(place, {**form, "publish": "1"})
    assert answer.status_code == 302, answer.content.decode()
    publish = answer["Location"]
    assert publish.endswith("/publiceren/")
    note = filled(browser.get(publish)) | {"note": LINE}
    assert browser.post(publish, note).status_code == 302


def test_no_text_of_the_practices_own_pages_runs(
    owner: User, page_of: Callable[[User | None], Page]
) -> None:
    """Home, about, contact, privacy, terms and the identity: for readers, and for who writes."""
    browser = browser_of(owner)
    for name in NAMES:
        write(browser, f"/beheer/paginas/{name}/nl/")
    details = "/beheer/paginas/gegevens/"
    fields = {"name": LINE, "address": LINE, "email": EMAIL, "register": "12345678"}
    fields |= {"vat": "NL123456789B01", "phone": "020 123 4567", "publish": "1"}
    assert browser.post(details, filled(browser.get(details)) | fields).status_code == 302
    form = filled(browser.get(f"{details}publiceren/")) | {"note": LINE}
    assert browser.post(f"{details}publiceren/", form).status_code == 302
    public = ["/", "/over/", "/contact/", "/privacy/", "/voorwaarden/"]
    desk = ["/beheer/paginas/home/nl/", "/beheer/paginas/about/nl/", details]
    desk += [f"{place}geschiedenis/" for place in desk] + [f"{place}versie/1/" for place in desk]
    desk += [f"{place}versie/0/" for place in desk[:3]]
    desk += [f"/beheer/paginas/{name}/nl/voorbeeld/" for name in ("home", "contact")]
    shown = showing(browser_of(), public)
    assert shown == public
    assert look_at(page_of(None), shown) == []
    found = showing(browser, desk)
    assert len(found) == len(desk)
    assert look_at(page_of(owner), found) == []


def test_html_that_the_editor_sends_becomes_text_or_harmless(
    owner: User, page_of: Callable[[User | None], Page]
) -> None:
    """Posted as the editor posts it, raw and within what it knows; then edited again."""
    lesson = a_lesson(*[make_block() for _ in range(3)], open_to_all=True)
    browser, texts = browser_of(owner), hostile.texts()
    ways = ("{}", "<p>{}</p>", "<ul><li><p>{}</p></li></ul>")
    form = opened(browser, lesson)
    for row, way in zip(lesson.blocks, ways, strict=True):
        form.pop(f"b.{row['id']}.body", None)
        form[f"b.{row['id']}.body.html"] = ["".join(way.format(text) for text in texts)]
    assert browser.post(address(lesson), form).status_code == 302
    kept = Lesson.objects.get(pk=lesson.pk)
    assert all(row["body"] != "Het is stil in huis." and row["body"] for row in kept.blocks)
    publish_all(lesson.course)
    page = page_of(owner)
    places = [f"/beheer/les/{lesson.pk}/", f"/beheer/les/{lesson.pk}/voorbeeld/"]
    places += [f"/cursus/{lesson.course.slug}/{lesson.slug}/"]
    assert look_at(page, places) == []
    page.goto(places[0])
    for number in range(3):
        page.locator(".blk .opens").nth(number).click()
        page.locator(".blk.open .ProseMirror").last.wait_for()
        assert look(page) == (True, 0)


def test_what_a_reader_writes_runs_neither_on_their_pages_nor_in_their_own_file(
    page_of: Callable[[User | None], Page], unguarded: Callable[[str], tuple[bool, int]]
) -> None:
    """In the lesson, in the notes by lesson and by day, in a search, when two windows differ, and
    in the file that a person takes along."""
    now = timezone.now()
    desk = make_desk(now=now, title=LINE)
    desk.wrote(ALL, now=now)
    desk.write(ALL[::-1] + ALL[:4000], block=desk.exercise, now=now)
    desk.tick(1, 2, now=now)
    lesson = f"/mijn/les/{desk.lesson.uuid}/"
    page = page_of(desk.reader)
    assert look_at(page, [lesson, "/mijn/schrift/", "/mijn/schrift/?op=datum"]) == []
    for words in ("script", LINE):
        page.goto("/mijn/zoeken/")
        page.fill("main input[name=q]", words)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert look(page) == (True, 0)
    page.goto(lesson)
    tag = page.locator(".b-reflection form.write input[name=tag]").first.input_value()
    desk.wrote(ALL[: len(ALL) // 2], tag=tag, now=timezone.now())
    with page.expect_navigation():
        page.evaluate("document.querySelector('.b-reflection form.write').submit()")
    assert page.locator("blockquote.own-words").count() == 1
    assert look(page) == (True, 0)
    assert unguarded(file_of(desk.reader)) == (True, 0)


def file_of(reader: User) -> str:
    """The page in the file that a person takes along."""
    with translation.override("nl"):
        file = zipfile.ZipFile(io.BytesIO(bundle.made(reader, now=timezone.now())))
    return file.read(next(name for name in file.namelist() if name.endswith(".html"))).decode()


def test_no_mail_runs_where_it_is_read(
    settings: Settings,
    tmp_path: Path,
    page_of: Callable[[User | None], Page],
    unguarded: Callable[[str], tuple[bool, int]],
) -> None:
    """In a mail program that guards nothing, in the browser, and in the developer's mailbox."""
    settings.EMAIL_BACKEND = "courseapp.post.mailbox.Backend"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.ROOT_URLCONF = "tests.developing"
    now = timezone.now()
    course = make_course(modules=1, lessons=0, live=False, title=LINE)
    for _ in range(2):
        make_lesson(course.modules.get(), title=LINE)
    publish_all(course)
    # What a mail fills in is filled in here too: by itself, within a link, in emphasis.
    body = "{{next}} [{{next}}](https://example.org) **{{next}}** {{plan}}\n\n"
    body += ALL.replace("{{", "{ {")  # Other words between double braces no mail takes.
    made = make_mail(subject=LINE[:90], preview=LINE[:110], body=body, label=LINE[:40])
    make_mails(made, course=course, live=True)
    make_enrolment(make_reader(), course, now=now)
    tick(now)
    pump.send_due(now=now)
    (mail,) = mailbox.newest()
    letter = Letter.objects.get(key__startswith="drip:")
    assert unguarded(mail.html) == (True, 0)
    assert unguarded(filling.words_of(letter).html) == (True, 0)
    view = next(part for part in mail.text.split() if "/post/lezen/" in part)
    view = view[view.index("/post/lezen/") :].rstrip(".,)")
    places = ["/postvak/", f"/postvak/{mail.id}/", view]
    assert look_at(page_of(None), places) == []


CALLED = '"><img src=x onerror=top.__xss=1>.mp3'
HOSTILE_FILES = {
    "plaatje.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='top.__xss=1'/>",
    "plaatje.jpg": b"<?xml version='1.0'?>\n<svg><script>top.__xss=1</script></svg>",
    "pagina.html": b"<!doctype html><script>top.__xss=1</script>",
    "pagina.png": b"<html><body onload=top.__xss=1>",
    "beide.gif": b"GIF89a/*<html><script>top.__xss=1</script>*/=1",
    "beide.jpg": b"\xff\xd8\xff\xe0<script>top.__xss=1</script>",
    "blad.pdf": b"%PDF-1.4 <script>top.__xss=1</script>",
    "stijl.css": b"@import 'javascript:top.__xss=1';",
    "code.js": b"top.__xss=1",
    "bundel.xml": b"<x xmlns:h='http://www.w3.org/1999/xhtml'><h:script>top.__xss=1</h:script></x>",
}


def add(browser: Client, name: str, data: bytes) -> int:
    """Send a file as the page of files does; the status of the answer."""
    file = {"file": sent(data, name)}
    headers = {"accept": "application/json"}
    return browser.post("/beheer/media/toevoegen/", file, headers=headers).status_code


@pytest.mark.usefixtures("media_root")
def test_a_file_with_code_in_it_is_refused_or_opens_without_running(
    owner: User, chromium: Browser, live_server: LiveServer
) -> None:
    """What is SVG, HTML or nothing we know is not taken. What begins as sound and goes on as HTML
    is taken, and is sound: also for a browser that opens it by itself."""
    browser = browser_of(owner)
    for name, data in HOSTILE_FILES.items():
        assert add(browser, name, data) in {400, 415}, name
    assert not MediaFile.objects.exists()
    html = b"<html><script>top.__xss=1</script><img src=x onerror=top.__xss=1>"
    for name, data in (("geluid.mp3", b"ID3" + html), (CALLED, MP3)):
        assert add(browser, name, data) == 201
    row = MediaFile.objects.get(name="geluid.mp3")
    # Not watched: a browser's own player asks for what our policy does not give it.
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    answer = page.goto(f"/media/{row.path}")
    assert answer is not None
    assert answer.headers["content-type"] == "audio/mpeg"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert html not in page.content().encode()
    carry_session(page, owner, live_server.url)
    assert look_at(page, ["/beheer/media/"]) == []
    context.close()
