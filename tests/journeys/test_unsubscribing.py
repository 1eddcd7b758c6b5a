"""What the links in a mail that really came do: stop, choose, pause, read here, without signing in.

The mail is taken from the mailbox it was sent to; the words in its links are those it carries.
"""

from __future__ import annotations

import re
from datetime import time as clock
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courseapp.post import mailbox, pump
from lessons.drip import choices, offers
from lessons.drip.models import Mail
from tests.journeys.walking import come_in_by_code
from tests.lessons.drip.conftest import tick
from tests.lessons.drip.writing import make_following, make_step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator, Page
    from pytest_django.fixtures import Settings

    from lessons.reading.models import Enrolment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noon")]
NINE = clock(9)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])


@pytest.fixture(autouse=True)
def own_mailbox(settings: Settings, tmp_path: Path) -> None:
    """What is sent lies in files of this test, as it does under `make run`."""
    settings.EMAIL_BACKEND = "courseapp.post.mailbox.Backend"
    settings.MAIL_DIR = tmp_path / "mail"


@pytest.fixture
def enrolment() -> Enrolment:
    """A reader who had the welcome; another mail comes the day after."""
    made = make_following(
        make_step("welkom", subject="Welkom", link="course", label="Begin"),
        make_step("morgen", subject="Een dag later", days=1, at=clock(12)),
        now=timezone.now(),
    )
    send(made)
    return made


def send(enrolment: Enrolment, *, days: int = 0) -> list[str]:
    """What the worker does so many days on; returns what lies in the reader's mailbox."""
    now = timezone.now() + timedelta(days=days, minutes=1)
    tick(now)
    pump.send_due(now=now)
    return [mail.subject for mail in mailbox.newest() if mail.to == enrolment.reader.email]


def ways(enrolment: Enrolment) -> list[str]:
    """The ways that the newest mail to this reader offers, without the host."""
    mail = next(one for one in mailbox.newest() if one.to == enrolment.reader.email)
    return [urlsplit(link).path for link in re.findall(r"https?://[^\s)>]+", mail.text)]


def way(enrolment: Enrolment, part: str) -> str:
    return next(one for one in ways(enrolment) if part in one)


def one_click(enrolment: Enrolment) -> str:
    """The address that mail programs press without opening a page."""
    mail = next(one for one in mailbox.newest() if one.to == enrolment.reader.email)
    headers = dict(mail.headers)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.search(r"<(https?://[^>]+)>", headers["List-Unsubscribe"])
    assert found is not None
    return urlsplit(found[1]).path


def wants_lessons(enrolment: Enrolment) -> bool:
    return choices.of(reader=enrolment.reader).courses[0].lessons


def test_without_stopping_the_next_mail_comes(enrolment: Enrolment) -> None:
    assert send(enrolment, days=2) == ["Een dag later", "Welkom"]


@pytest.mark.slow
@SCRIPTS
def test_a_stop_from_the_mail_holds_before_the_next_one(
    open_page: Callable[..., Page], enrolment: Enrolment, scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    page.goto(one_click(enrolment))
    expect(page.locator("main form .btn")).to_be_visible()
    assert wants_lessons(enrolment)
    page.locator("main form .btn").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    assert not wants_lessons(enrolment)
    assert send(enrolment, days=2) == ["Welkom"]

    page.locator("main a.go").click()
    page.locator("main input[type=checkbox]").first.check()
    page.locator("main form .btn").first.click()
    expect(page.locator("main .note[role=status]")).to_be_visible()
    assert wants_lessons(enrolment)


@pytest.mark.slow
def test_a_mail_program_stops_by_itself_and_twice_is_once(
    open_page: Callable[..., Page], enrolment: Enrolment
) -> None:
    page = open_page()
    for _ in range(2):
        answer = page.request.post(
            one_click(enrolment), form={"List-Unsubscribe": "One-Click"}, max_redirects=0
        )
        assert answer.status == 200
    assert not wants_lessons(enrolment)
    assert send(enrolment, days=2) == ["Welkom"]


@pytest.mark.slow
@SCRIPTS
def test_no_mails_at_all_is_one_button(
    open_page: Callable[..., Page], enrolment: Enrolment, scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    page.goto(one_click(enrolment))
    page.locator("main .ways a").last.click()
    page.locator("main button[name=none]").click()
    expect(page.locator("main .note[role=status]")).to_be_visible()
    for box in page.locator("main input[type=checkbox]").all():
        expect(box).not_to_be_checked()
    assert send(enrolment, days=2) == ["Welkom"]


# --- Only some of them ----------------------------------------------------------------------------


def stop_from_the_mail(page: Page, enrolment: Enrolment) -> None:
    """By the link that the newest mail carries for reading it in a browser, and its one button."""
    page.goto(one_click(enrolment))
    page.locator("main form .btn").click()
    expect(page.locator("main [role=status]")).to_be_visible()


@pytest.mark.slow
@SCRIPTS
def test_from_a_reminder_only_reminders_stop(open_page: Callable[..., Page], scripts: bool) -> None:
    reader = make_following(
        make_step("stil", subject="Het mag wachten", kind="nudge", trigger="idle", days=1, at=NINE),
        make_step("later", subject="Tot later", days=30, at=NINE),
        now=timezone.now(),
    )
    assert send(reader, days=2) == ["Het mag wachten"]
    page = open_page(java_script_enabled=scripts)
    stop_from_the_mail(page, reader)

    assert send(reader, days=20) == ["Het mag wachten"]
    assert send(reader, days=31) == ["Tot later", "Het mag wachten"]
    page.locator("main a.go").click()
    lessons, reminders, _offers = boxes(page)
    expect(lessons).to_be_checked()
    expect(reminders).not_to_be_checked()


def boxes(page: Page) -> list[Locator]:
    """Of the page of choices: lessons, reminders, trainings."""
    each = page.locator("main input[type=checkbox]")
    expect(each).to_have_count(3)
    return each.all()


def follow_with_offers() -> Enrolment:
    """A reader of a course that will tell of a training, after a day and after twenty."""
    return make_following(
        make_step("eerste", subject="Over een training", kind="offer", days=1, at=NINE),
        make_step("tweede", subject="Nog eens", kind="offer", days=20, at=NINE),
        make_step("les", subject="Je les", days=21, at=NINE),
        now=timezone.now(),
    )


def second_yes(enrolment: Enrolment) -> str:
    """Tick the box; the way to the second yes, from the mail that really came."""
    offers.ask(reader=enrolment.reader, place="begin", now=timezone.now())
    assert send(enrolment) == ["Bevestig je keuze"]
    return way(enrolment, "/post/ja/")


@pytest.mark.slow
@SCRIPTS
def test_from_an_offer_only_offers_stop(open_page: Callable[..., Page], scripts: bool) -> None:
    reader = follow_with_offers()
    page = open_page(java_script_enabled=scripts)
    page.goto(second_yes(reader))
    page.locator("main form .btn").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    came = send(reader, days=2)
    assert came == ["Over een training", "Bevestig je keuze"]
    stop_from_the_mail(page, reader)

    assert send(reader, days=20) == came
    assert send(reader, days=22) == ["Je les", *came]
    page.locator("main a.go").click()
    lessons, reminders, about_trainings = boxes(page)
    expect(lessons).to_be_checked()
    expect(reminders).to_be_checked()
    expect(about_trainings).not_to_be_checked()


@pytest.mark.slow
def test_who_never_gave_the_second_yes_gets_no_offer(browser_page: Page) -> None:
    """Opening the page of the second yes, as programs do that look into mails, is none."""
    reader = follow_with_offers()
    browser_page.goto(second_yes(reader))
    expect(browser_page.locator("main form .btn")).to_be_visible()

    for days in (2, 15, 20):
        assert send(reader, days=days) == ["Bevestig je keuze"]
    assert send(reader, days=22) == ["Je les", "Bevestig je keuze"]


@pytest.mark.slow
@SCRIPTS
def test_a_pause_from_the_mail_asks_who_it_is_and_then_holds_the_next_one(
    open_page: Callable[..., Page], enrolment: Enrolment, scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    page.goto(way(enrolment, "/planning/"))
    come_in_by_code(page, enrolment.reader.email)
    page.wait_for_url("**/planning/")
    page.locator(".change summary").first.click()
    page.locator("button[name=week]").click()
    expect(page.locator(".messages .success")).to_be_visible()
    assert "Een dag later" not in send(enrolment, days=2)
    assert Mail.objects.count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_before_and_after_stopping(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    enrolment: Enrolment,
    scheme: str,
) -> None:
    page = open_page(color_scheme=scheme)
    page.goto(one_click(enrolment))
    found = axe(page)
    page.locator("main form .btn").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    found += axe(page)
    page.locator("main a.go").click()
    page.locator("main button[name=none]").click()
    expect(page.locator("main .note[role=status]")).to_be_visible()
    found += axe(page)
    page.goto(way(enrolment, "/post/lezen/"))
    expect(page.get_by_role("main")).to_be_visible()
    assert found + axe(page) == []
