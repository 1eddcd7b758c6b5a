"""A reader's dates and mails in a real browser, with and without scripts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courseapp.post.models import Letter
from lessons.drip import choices, offers, tokens
from lessons.reading.models import Unlock
from tests.journeys.walking import carry_session
from tests.lessons.drip.writing import decided, each_lesson, make_following, make_step, place_of
from tests.lessons.pages.opening import address
from tests.lessons.pages.test_planning import unfolded

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from lessons.reading.models import Enrolment

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
DAYS = "main > .days > li"
# The moments at which lessons open.
OPENING = f"{DAYS}:has(.title) time"


def following() -> Enrolment:
    """A reader who began just now a course that writes mails of every kind."""
    return make_following(
        make_step("welkom", subject="Welkom"),
        each_lesson(),
        make_step("stil", kind="nudge", trigger="idle", days=4, at=clock(10)),
        make_step("dank", kind="thanks", trigger="completed"),
        now=timezone.now(),
        title="Een cursus met een tamelijk lange naam",
    )


def own_page(open_page: Callable[..., Page], enrolment: Enrolment, url: str, **how: object) -> Page:
    page = open_page(**how)
    carry_session(page, enrolment.reader, url)
    return page


def first_day(page: Page) -> date:
    """The day of the first lesson to come."""
    told = page.locator(OPENING).first.get_attribute("datetime")
    assert told is not None
    return date.fromisoformat(told[:10])


@pytest.mark.slow
@SCRIPTS
def test_a_week_off_on_again_another_hour_and_everything_at_once(
    open_page: Callable[..., Page], live_server: LiveServer, scripts: bool
) -> None:
    enrolment = following()
    page = own_page(open_page, enrolment, live_server.url, java_script_enabled=scripts)
    page.goto(address("outline", enrolment.course_id))
    page.locator(f"a[href='{address('planning', enrolment.course_id)}']").click()
    before = first_day(page)

    page.locator(".change summary").nth(0).click()
    page.locator("button[name=week]").click()
    expect(page.locator(".messages .success")).to_be_visible()
    assert first_day(page) == before + timedelta(days=7)

    page.locator(".note form button").click()
    expect(page.locator(".note form")).to_have_count(0)
    assert first_day(page) == before

    page.locator(".change summary").nth(1).click()
    page.fill("#id_hour", "07:15")
    page.locator(".change details").nth(1).locator("button").click()
    expect(page.locator(DAYS).filter(has_text="07:15").first).to_be_visible()

    page.locator(".change summary").nth(2).click()
    page.locator(".change details").nth(2).locator("a.btn").click()
    expect(page.locator(".facts li")).to_have_count(3)
    page.locator("main form .btn").click()
    page.wait_for_url("**/planning/")
    assert not Unlock.objects.filter(opens_at__gt=timezone.now()).exists()


@pytest.mark.slow
@SCRIPTS
def test_from_a_mail_one_stops_and_chooses_without_signing_in(
    open_page: Callable[..., Page], scripts: bool
) -> None:
    enrolment = following()
    page = open_page(java_script_enabled=scripts)
    page.goto(address("mail_stop", tokens.stop(place_of(enrolment), "lesson")))
    page.locator("main form .btn").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    assert not choices.of(reader=enrolment.reader).courses[0].lessons

    page.locator("main a.go").click()
    boxes = page.locator("main input[type=checkbox]")
    expect(boxes.nth(0)).not_to_be_checked()
    boxes.nth(0).check()
    boxes.nth(2).check()
    page.locator("main form .btn").first.click()
    expect(page.locator("main .note[role=status]")).to_be_visible()
    assert choices.of(reader=enrolment.reader).courses[0].lessons
    assert not offers.agreed(reader=enrolment.reader)

    (second,) = re.findall(r"http\S+(/post/ja/\S+)", Letter.objects.latest("pk").text)
    page.goto(second)
    page.locator("main form .btn").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    assert offers.agreed(reader=enrolment.reader)


@pytest.mark.slow
@SCRIPTS
def test_the_plan_is_downloaded_as_a_file_that_calendars_read(
    open_page: Callable[..., Page], live_server: LiveServer, scripts: bool
) -> None:
    enrolment = following()
    page = own_page(open_page, enrolment, live_server.url, java_script_enabled=scripts)
    page.goto(address("planning", enrolment.course_id))
    days = [time.get_attribute("datetime") for time in page.locator(OPENING).all()]
    with page.expect_download() as coming:
        page.locator("main a[href$='.ics']").click()

    assert coming.value.suggested_filename == "planning.ics"
    rows = unfolded(Path(coming.value.path()).read_bytes())
    starts = [value for name, value in rows if name == "DTSTART"]
    found = [datetime.strptime(one, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for one in starts]
    assert len(found) == 4
    assert found == [datetime.fromisoformat(str(day)) for day in days]


@pytest.mark.slow
def test_a_mail_read_in_a_browser_leads_on(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    enrolment = following()
    mail, _letter = decided(enrolment, now=timezone.now())
    page = own_page(open_page, enrolment, live_server.url)
    page.goto(address("mail_view", tokens.view(str(mail.letter))))
    assert page.title() == "Een bericht · Ik kies jou"
    assert page.evaluate("getComputedStyle(document.querySelector('h1.name')).fontSize") == "19px"

    link = page.locator("a[href*='/planning/']")
    # The mail names the site by its own address, which is not the test's.
    link.evaluate("(node, path) => { node.href = path }", address("planning", enrolment.course_id))
    link.click()
    expect(page.locator(DAYS).first).to_be_visible()


def pages_of(enrolment: Enrolment) -> list[str]:
    """Every page of planning and mails."""
    offers.ask(reader=enrolment.reader, place="begin", now=timezone.now())
    (second,) = re.findall(r"http\S+(/post/ja/\S+)", Letter.objects.latest("pk").text)
    return [
        address("planning", enrolment.course_id),
        address("planning_open_all", enrolment.course_id),
        address("mail_choices"),
        address("mail_choices_link", tokens.choose(enrolment.reader_id)),
        *(address("mail_stop", tokens.stop(place_of(enrolment), kind)) for kind in ("lesson",)),
        second,
    ]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    live_server: LiveServer,
    scheme: str,
) -> None:
    enrolment = following()
    page = own_page(open_page, enrolment, live_server.url, color_scheme=scheme)
    found: dict[str, list[str]] = {}
    for place in pages_of(enrolment):
        page.goto(place)
        for details in page.locator("details").all():
            details.evaluate("node => node.open = true")
        if violations := axe(page):
            found[place] = violations
    assert found == {}


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_is_wider_than_the_screen_and_all_one_touches_is_large_enough(
    open_page: Callable[..., Page], live_server: LiveServer, width: int
) -> None:
    enrolment = following()
    size = {"width": width, "height": 800}
    page = own_page(open_page, enrolment, live_server.url, viewport=size)
    for place in pages_of(enrolment):
        page.goto(place)
        for details in page.locator("details").all():
            details.evaluate("node => node.open = true")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, place
        small = page.evaluate(
            """() => [...document.querySelectorAll(
                'main .btn, main summary, main label.check, main a.go, main input[type=date]'
            )].filter(node => node.offsetParent && node.getBoundingClientRect().height < 43.5)
              .map(node => node.outerHTML.slice(0, 80))"""
        )
        assert small == [], place
