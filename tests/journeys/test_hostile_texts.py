"""Texts that want to run, in every place where people write: none does, in a real browser.

Pages escape and clean what they show; behind that stands the policy. Each is shown to hold without
the other: no page here makes a browser refuse anything, and a page with the raw texts runs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils.html import escape

from courseapp import browser
from lessons.content import drafting
from tests import hostile
from tests.factories import (
    NOW,
    lessons_of,
    make_course,
    make_enrolment,
    make_reader,
    publish_all,
)
from tests.journeys.looking import look, look_at, showing
from tests.journeys.spoiling import spoil_columns, spoilt_course
from tests.journeys.test_desk_accessible import filled, make_mailing, patterns
from tests.journeys.walking import carry_session
from tests.lessons.pages.opening import browser_of
from tests.lessons.reading.writing import agree
from tests.payments.helping.writing import make_written_to
from tests.payments.staff.selling import make_sold

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page, Route
    from pytest_django.live_server_helper import LiveServer

    from lessons.content.models import Course, Lesson

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TOGETHER = 4


def raw_page(page: Page, place: str, headers: dict[str, str]) -> None:
    """Open a page with all texts in it as they are, as if nobody had escaped them."""
    # A way out of a script or a comment would hide what follows, so few stand together: each few
    # in a frame, which has the policy of its page.
    texts = hostile.texts()
    parts = [
        "".join(f"<div>{text}</div></script></style></textarea></title>-->" for text in few)
        for few in (texts[at : at + TOGETHER] for at in range(0, len(texts), TOGETHER))
    ]
    frames = "".join(f'<iframe srcdoc="{escape(part)}"></iframe>' for part in parts)
    body = f"<!doctype html><html lang=nl><title>Proef</title><body>{frames}</body></html>"

    def raw(route: Route) -> None:
        route.fulfill(body=body, headers={"Content-Type": "text/html", **headers})

    page.route(place, raw)
    page.goto(place)
    assert len(page.frames) > len(parts)


def test_the_texts_do_run_where_nothing_guards_a_page(
    chromium: Browser, live_server: LiveServer
) -> None:
    assert len(hostile.texts()) >= 200
    page = chromium.new_page()
    asked: list[str] = []

    def dismiss(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    raw_page(page, f"{live_server.url}/raw/", {})
    page.wait_for_function("window.__xss >= 60")
    assert asked
    page.close()


def test_the_policy_alone_stops_them(chromium: Browser, live_server: LiveServer) -> None:
    """The same page, byte for byte, with our policy: the browser refuses each."""
    page = chromium.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.on("dialog", lambda dialog: refused.append("dialogue"))
    policy = {browser.POLICY: browser.written(browser.PAGE)}
    raw_page(page, f"{live_server.url}/raw/", policy)
    seen = -1
    while seen < len(refused):  # Until there is nothing more to refuse.
        seen = len(refused)
        page.wait_for_timeout(500)
    assert look(page) == (True, 0)
    assert "dialogue" not in refused
    assert sum("Content Security Policy" in text for text in refused) > 100
    page.close()


@pytest.fixture
def hostile_course() -> tuple[Course, list[Lesson]]:
    course, lessons = spoilt_course()
    publish_all(course)
    return course, lessons


def test_no_text_of_a_lesson_runs(
    hostile_course: tuple[Course, list[Lesson]],
    open_page: Callable[..., Page],
    live_server: LiveServer,
) -> None:
    """As a visitor, as a reader who may write in them, as staff who look at them and edit them."""
    course, lessons = hostile_course
    reader, staff = make_reader(), make_reader(is_staff=True)
    make_enrolment(reader, course)
    agree(reader)
    first = lessons[0]
    sheet = next(one["id"] for one in first.blocks if one["type"] == "exercise")
    public = [reverse("course", args=[course.slug]), "/", f"/cursus/{course.slug}/begin/"]
    public += [reverse("open_lesson", args=[course.slug, first.slug])]
    own = ["/mijn/", f"/mijn/cursus/{course.pk}/", f"/mijn/cursus/{course.pk}/planning/"]
    own += [f"/mijn/les/{one.pk}/" for one in lessons]
    own += [f"/les/{first.pk}/werkblad/{sheet}/"]
    desk = [f"/beheer/les/{one.pk}/" for one in lessons]
    desk += [f"/beheer/les/{first.pk}/voorbeeld/", f"/beheer/cursussen/{course.pk}/"]
    wrong: list[str] = []
    for person, places in ((None, public), (reader, own), (staff, desk)):
        page = open_page(viewport={"width": 1280, "height": 900})
        if person:
            carry_session(page, person, live_server.url)
        wrong += look_at(page, places)
    page = open_page()
    page.goto(public[-1])
    with page.expect_navigation():
        page.evaluate("document.querySelector('.b-selfcheck form').submit()")
    assert look(page) == (True, 0)
    assert wrong == []


def test_no_text_in_any_column_runs_on_a_page_of_the_staff(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    """Titles, mails, names, reasons, articles: each column of each model that somebody writes."""
    course = make_course(modules=1)
    owner = make_reader(is_staff=True, is_owner=True)
    drafting.import_article(
        source="# Wachten\n\n" + "\n\n".join(hostile.texts()),
        form="markdown",
        course=course.slug,
        by=owner,
        now=NOW,
        public=True,
    )
    lesson = lessons_of(course)[0]
    known = {
        "course": course.pk,
        "lesson": lesson.pk,
        "module": lesson.module_id,
        "article": course.articles.get().pk,
        "edition": course.live_edition_id,
        "user": owner.pk,
        "name": "about",
        "language": "nl",
        **make_mailing(course, owner),
        **make_sold(course, owner),
        **make_written_to(course),
    }
    places = [place for one in patterns() if (place := filled(one, known))]
    spoilt = spoil_columns()
    assert spoilt >= {
        "Article.title", "Passage.text", "Course.title", "Module.title", "Lesson.title",
        "Edition.note", "Sequence.title", "Sequence.draft", "Product.title",
        "Refund.reason", "StaffGrant.reason", "Withdrawal.name", "AuditEntry.name",
    }  # fmt: skip
    places = showing(browser_of(owner), places)
    assert len(places) > 40
    page = open_page(viewport={"width": 1280, "height": 900})
    carry_session(page, owner, live_server.url)
    assert look_at(page, places) == []
