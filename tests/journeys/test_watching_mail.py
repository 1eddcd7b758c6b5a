"""A course's mails over weeks, watched in a minute: the clock is moved on the mailbox's page.

In the way of `make run`, but that the test does the worker's work itself.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courseapp import clock
from courseapp.post import mailbox, pump
from lessons.drip.models import Place
from lessons.reading.models import Completed
from lessons.tasks import drip
from tests.journeys.selling import SLUG, order, pay, selling
from tests.journeys.walking import come_in_by_code, finish_lesson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from lessons.content.models import Course

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.developing"),
    pytest.mark.slow,
]
READER = "lezer@example.org"
MAILBOX = "/postvak/"
BEGIN = "/cursus/{}/begin/"


@pytest.fixture
def file(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A developer's machine: mails become files, and the clock can be set ahead."""
    settings.MAIL_DIR, settings.CLOCK_FILE = tmp_path / "mail", tmp_path / "clock"
    settings.EMAIL_BACKEND = "courseapp.post.mailbox.Backend"
    monkeypatch.setattr(timezone, "now", clock.reading(tmp_path / "clock"))
    return tmp_path / "clock"


@pytest.fixture
def shop(
    file: Path, course: Course, live_server: LiveServer, settings: Any, own_hosts: set[str]
) -> Iterator[None]:
    """Both courses, the training for sale, and a Stripe that goes by the same clock."""
    assert course
    ticking = partial(clock.seconds, file)
    with selling(site=live_server.url, settings=settings, hosts=own_hosts, clock=ticking):
        yield


def worker() -> list[str]:
    """What the worker does when its bell rings; the subjects of what it sent to the reader."""
    before = {mail.id for mail in mailbox.newest()}
    drip()
    pump.send_due(now=timezone.now())
    new = [mail for mail in mailbox.newest() if mail.id not in before and mail.to == READER]
    return [mail.subject for mail in reversed(new)]


def next_mail(page: Page) -> list[str]:
    """Press the button, let the worker work, and see on the page what came."""
    page.goto(MAILBOX)
    page.locator("button[value=next]").click()
    expect(page.locator("button[value=next]")).to_be_visible()
    came = worker()
    page.goto(MAILBOX)
    for place, subject in enumerate(reversed(came)):
        expect(page.locator("main .ways li b").nth(place)).to_have_text(subject)
    return came


def begin(page: Page) -> None:
    """As a newcomer who wants to hear of trainings, and says so a second time from the mail."""
    page.goto(BEGIN.format("bindingsangst-ontmaskerd"))
    page.check("main input[name=offers]")
    page.locator("main form .btn").click()
    come_in_by_code(page, READER)
    page.wait_for_url("**/mijn/les/**")
    came = worker()
    # Over several connections to the mail server, none waits for another.
    assert {"Bevestig je keuze", "Je kunt beginnen"} <= set(came)
    asked = next(mail for mail in mailbox.newest() if mail.subject == "Bevestig je keuze")
    page.goto(f"{MAILBOX}{asked.id}/")
    page.locator("main a[href*='/post/ja/']").click()
    page.locator("main form .btn").click()
    expect(page.locator("main [role=status]")).to_be_visible()


def finish_everything(page: Page) -> None:
    """All lessons opened at once, and each of them finished."""
    page.goto("/mijn/")
    page.locator("main a[href$='/planning/']").click()
    page.locator(".change summary").nth(2).click()
    page.locator(".change details").nth(2).locator("a.btn").click()
    page.locator("main form .btn").click()
    page.wait_for_url("**/planning/")
    while not Completed.objects.exists():
        page.goto("/mijn/")
        page.locator("main .row .btn").first.click()
        finish_lesson(page)


def buy(page: Page) -> None:
    order(page)
    pay(page, "ideal")
    expect(page.locator("main h1")).to_have_text("Dank je wel, het is betaald")


@pytest.mark.usefixtures("shop")
def test_lessons_a_nudge_thanks_and_an_offer_come_and_buying_ends_the_offers(
    browser_page: Page, file: Path
) -> None:
    page = browser_page
    begin(page)
    seen = [subject for _ in range(4) for subject in next_mail(page)]
    assert seen == [
        "Je volgende les staat klaar",
        "Er is een nieuwe les open",
        "Het mag gerust wachten",
        "De volgende les is open",
    ]
    expect(page.locator("main .note.care")).to_contain_text("De klok staat vooruit")

    finish_everything(page)
    assert next_mail(page) == ["Dank je wel"]
    assert next_mail(page) == ["Over de betaalde training"]
    free = Place.objects.get(sequence__slug="gratis-cursus")
    assert free.next_at is not None  # Two more offers would come.

    buy(page)
    assert set(worker()) == {"Bevestiging van je bestelling", "Je kunt beginnen"}
    page.goto(BEGIN.format(SLUG))
    page.locator("main form .btn").click()
    page.wait_for_url("**/mijn/les/**")
    assert next_mail(page) == ["Een rustig begin"]
    assert next_mail(page) == ["Geen haast"]
    assert next_mail(page) == []

    page.locator("button[value=day]").click()
    page.locator("button[value=back]").click()
    expect(page.locator("main .note.care")).to_have_count(0)
    assert not clock.ahead(file)
    assert worker() == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
@pytest.mark.usefixtures("file", "course")
def test_the_clock_is_moved_hour_by_hour_and_set_back(
    open_page: Callable[..., Page], scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    page.goto(MAILBOX)
    expect(page.locator("button[value=back]")).to_have_count(0)

    page.locator("button[value=hour]").click()
    page.locator("button[value=day]").click()
    expect(page.locator("main .note.care")).to_be_visible()
    page.locator("button[value=back]").click()

    expect(page.locator("main .note.care")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.usefixtures("course")
def test_the_page_fits_and_axe_finds_nothing(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    file: Path,
    scheme: str,
    width: int,
) -> None:
    clock.set_ahead(file, clock.FARTHEST)
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto(MAILBOX)

    # That it looks for new mail by itself is what the page is for.
    found = [each for each in axe(page) if not re.match("meta-refresh", each)]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    heights = page.locator("main form.row button").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    )
    assert len(heights) == 4
    assert min(heights) >= 44
