"""A reader takes everything along, wants to be forgotten, changes her mind, and goes for good."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courseapp.accounts.models import User
from courseapp.mydata import letting_go
from courseapp.post.models import Letter
from lessons.reading.models import Enrolment
from tests.databases import BOTH
from tests.journeys.walking import begin_from_home, come_in_by_code, finish_lesson

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page


pytestmark = pytest.mark.django_db(transaction=True, databases=BOTH)
EMAIL = "noor@example.org"
MY_DATA, LEAVE = "/account/gegevens/", "/account/gegevens/wissen/"


@pytest.mark.usefixtures("course")
def test_everything_is_taken_along_in_a_file(
    browser_page: Page, axe: Callable[[Page], list[str]]
) -> None:
    page = browser_page
    begin_from_home(page, EMAIL)
    finish_lesson(page)

    page.goto("/account/instellingen/")
    page.locator(f"main a[href='{MY_DATA}']").click()
    assert axe(page) == []
    with page.expect_download() as coming:
        page.locator(f"form[action='{MY_DATA}bestand/'] button").click()

    told, readable = _inside(Path(coming.value.path()).read_bytes())
    assert told["account"]["email"] == EMAIL
    assert len(told["lessons"]["courses"][0]["finished"]) == 1
    assert EMAIL in readable


@pytest.mark.slow
@pytest.mark.usefixtures("course")
def test_going_coming_back_by_the_mail_and_going_for_good(
    browser_page: Page, axe: Callable[[Page], list[str]]
) -> None:
    page = browser_page
    begin_from_home(page, EMAIL)
    reader = User.objects.get(email=EMAIL)

    page.goto(MY_DATA)
    page.locator(f"main a[href='{LEAVE}']").click()
    assert axe(page) == []
    expect(page.locator("main")).to_contain_text("zonder je adres")
    _close(page, "7")
    expect(page.locator("main h1")).to_have_text("Je account is gesloten")
    assert axe(page) == []
    page.goto("/mijn/")
    expect(page).to_have_url(re.compile("/inloggen/"))

    page.goto(_way_back())
    page.locator("main form button").click()
    assert axe(page) == []
    page.locator("main a.btn").click()
    come_in_by_code(page, EMAIL)
    expect(page.locator("a[href='/account/instellingen/']")).to_be_visible()
    assert Enrolment.objects.filter(reader=reader).exists()

    page.goto(LEAVE)
    _close(page, "0")
    expect(page.locator("main")).to_contain_text("Binnen een kwartier")
    letting_go.finish_due(now=timezone.now() + timedelta(minutes=11))
    _is_gone(reader)


def _close(page: Page, days: str) -> None:
    page.select_option("main select[name=days]", days)
    page.locator("main form .btn:not(.btn-quiet)").click()


def _is_gone(reader: User) -> None:
    reader.refresh_from_db()
    assert "erased" in reader.email
    assert not Enrolment.objects.exists()
    assert not Letter.objects.filter(to=EMAIL).exists()


def _inside(content: bytes) -> tuple[dict[str, Any], str]:
    """The data and the page in the file."""
    with zipfile.ZipFile(io.BytesIO(content)) as folder:
        names = {name.rpartition(".")[2]: name for name in folder.namelist()}
        return json.loads(folder.read(names["json"])), folder.read(names["html"]).decode()


def _way_back() -> str:
    """The address in the last mail."""
    text = Letter.objects.filter(key__startswith="leaving:").latest("pk").text
    found = re.search(r"(/account/gegevens/blijven/\S+)", text)
    assert found
    return found.group(1)
