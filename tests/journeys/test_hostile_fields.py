"""Hostile texts in every form and in every column that people write: on no page does one run.

Unlike ``test_hostile_texts`` and ``test_hostile_ways``, which walk known ways, here the forms are
found on the pages and the columns in the models: whoever adds one finds it covered, or named here.
"""

from __future__ import annotations

import json
import mimetypes
from http import HTTPStatus
from io import BytesIO
from itertools import cycle
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from lessons.reading import proving
from payments.models import Declaration, Order
from tests import hostile
from tests.authorisation import BODIES
from tests.browsing import Troubles
from tests.courseapp.accounts.coming_in import ask
from tests.databases import BOTH
from tests.factories import NOW
from tests.journeys import filling, spoiling
from tests.journeys.filling import Shown
from tests.journeys.looking import look
from tests.lessons.desk import test_site_pages
from tests.lessons.pages.opening import browser_of
from tests.population import Visitor, make_town
from tests.test_authorisation import addresses, places, undone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Dialog, Route
    from pytest_django import DjangoDbBlocker, Settings

    from tests.population import Town

pytestmark = [
    pytest.mark.django_db(databases=BOTH),
    pytest.mark.slow, pytest.mark.browser,
]  # fmt: skip
SITE = "http://localhost"
LINE = "%3Cscript%3Etop.__xss=1%3C/script%3E"
JSON = ("application/json", "application/problem+json")
KEPT = ("Content-Security-Policy", "Content-Type", "X-Content-Type-Options")
ROLES = ("visitor", "buyer", "owner")
# Fields of text that no page here offers, and why.
NOT_OFFERED = {
    "AgainForm.code": "while a code by mail is awaited; the field of EnterCodeForm",
    "EnterAddressCodeForm.code": "after a new address was asked for; the field of EnterCodeForm",
    "SecondStepForm.code": "half-way through coming in; the field of EnterCodeForm",
    "SecondStepInput.code": "comes as JSON, and goes back as JSON",
    "SecondStepAgainInput.code": "likewise",
    "EnterCodeInput.code": "likewise",
    "AppInput.code": "likewise",
    "NewInput.name": "likewise",
}


@pytest.fixture(scope="module")
def town(
    chromium: Browser, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Town]:
    """Everybody, and something of everything; after Chromium, with which comes an event loop, and
    with that a connection of its own."""
    with django_db_blocker.unblock(), undone():
        yield make_town()


@pytest.fixture(autouse=True)
def in_peace(settings: Settings) -> None:
    """Nobody asks too often."""
    settings.ACCOUNT_RATE_LIMITS = False


class Showing:
    """Chromium, to which pages are shown as they were answered: their bytes, under their policy."""

    def __init__(self, context: BrowserContext) -> None:
        self.troubles = Troubles(hosts={urlsplit(SITE).netloc})
        self.now: Shown | None = None
        context.route("**/*", self._answer)
        self.page = context.new_page()
        self.troubles.watch(self.page)
        self.page.on("dialog", self._dismiss)

    def wrong_with(self, pages: Iterable[Shown]) -> list[str]:
        """Those on which a text ran, or a browser had to refuse something."""
        return [trouble for one in pages if (trouble := self._trouble_with(one))]

    def _trouble_with(self, one: Shown) -> str:
        self.now = one
        self.troubles.seen.clear()
        self.page.goto(f"{SITE}/shown/")
        has_texts, ran = look(self.page)
        assert has_texts == ("__xss" in one.html), str(one)
        return f"{one}: {ran} ran; {self.troubles.seen}" if ran or self.troubles.seen else ""

    def _dismiss(self, dialog: Dialog) -> None:
        self.troubles.seen.append("dialogue")
        dialog.dismiss()

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        file = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if self.now and path == "/shown/":
            headers = {name: self.now.headers[name] for name in KEPT if name in self.now.headers}
            route.fulfill(body=self.now.html, headers=headers)
        elif isinstance(file, str):
            kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
            route.fulfill(path=file, headers={"Content-Type": kind})
        else:
            route.fulfill(status=HTTPStatus.NO_CONTENT)


@pytest.fixture
def run_of(chromium: Browser) -> Iterator[Callable[[Iterable[Shown]], list[str]]]:
    """Shows pages, and tells those with which something is wrong."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield Showing(context).wrong_with
    context.close()


def at_the_door(town: Town) -> Visitor:
    """Somebody who asked for a code, and has not entered it yet."""
    person, browser = town.visitors["stranger"].person, Client()
    assert person is not None
    ask(browser, person.email)
    return Visitor("asking", None, {name: one.value for name, one in browser.cookies.items()})


def test_no_form_shows_a_text_that_runs_and_every_field_of_text_was_given_some(
    town: Town,
    run_of: Callable[[Iterable[Shown]], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[Shown] = []
    with undone(), filling.watching_forms(monkeypatch) as given:
        for visitor in (at_the_door(town), *map(town.visitors.__getitem__, ROLES)):
            found += filling.answers(town, visitor)
    assert sorted(filling.text_fields() - given) == sorted(NOT_OFFERED)
    assert len(found) > 80
    assert run_of(found) == []


def make_more(town: Town) -> None:
    """Rows of the tables that the town has none of."""
    reader, owner = town.visitors["reader"].person, town.visitors["owner"].person
    UserSession.objects.create(
        user=reader, ip="192.0.2.1", session_key="x", user_agent="Telefoon", data={}
    )
    Declaration.objects.create(order=Order.objects.all()[0], kind="adult", text="Ja", at=NOW)
    test_site_pages.write(browser_of(owner), title="Wie wij zijn")
    test_site_pages.publish(browser_of(owner), note="Nieuw")


def test_no_text_in_any_column_runs_on_any_page(
    town: Town, run_of: Callable[[Iterable[Shown]], list[str]]
) -> None:
    with undone():
        make_more(town)
        spoilt = spoiling.spoil_columns()
        spoiling.spoil_addresses()
        assert sorted(spoiling.written_columns() - spoilt) == []
        found = [
            one
            for role in ROLES
            for one in filling.pages(town, town.visitors[role])
            if "__xss" in one.html
        ]
    assert {"Proof.name", "UserSession.user_agent", "StaffGrant.reason", "Edition.note"} <= spoilt
    assert len(found) > 100
    assert run_of(found) == []


def test_the_name_on_a_proof_is_text_on_its_page_and_on_its_paper(
    town: Town, run_of: Callable[[Iterable[Shown]], list[str]]
) -> None:
    """Each of the texts, as somebody types it; the paper holds nothing that a reader of it runs."""
    visitor, things = town.visitors["reader"], town.things["reader"]
    own, paper = (reverse(name, args=[things["course"]]) for name in ("proof", "proof_file"))
    check = reverse("proof_check", args=[things["proof"]])
    found: list[Shown] = []
    with undone():
        browser = filling.browser_of(visitor)
        for place, group in zip(
            cycle((own, check)), hostile.packed(proving.LONGEST_NAME), strict=False
        ):
            name = " ".join(group)[: proving.LONGEST_NAME].strip()
            assert browser.post(own, {"name": name}).status_code == HTTPStatus.FOUND
            answer = browser.get(place)
            html = answer.content.decode()
            found.append(Shown("reader", place, (name,), answer.headers, html))
        said = PdfReader(BytesIO(browser.get(paper).content))
    assert len(found) > 100
    assert run_of(found) == []
    squeezed = "".join(said.pages[0].extract_text().split())
    assert "".join(name.split()) in squeezed
    assert not [name for name in ("/OpenAction", "/AA", "/AcroForm") if name in said.root_object]
    assert not any("/AA" in page for page in said.pages)


def test_what_the_api_is_told_comes_back_as_data(town: Town) -> None:
    """No browser takes an answer of it for a page, whatever was sent."""
    asked = 0
    for address in addresses():
        if not address.route.startswith(("/api/v1/", "/_allauth/")):
            continue
        body = dict.fromkeys(json.loads(BODIES.get(address.name, "{}")), filling.WHOLE)
        body |= dict.fromkeys(("title", "name", "note", "reason", "email", "q"), filling.WHOLE)
        for place in places(address, town).values():
            for send in ("post", "put", "patch"):
                with undone():
                    browser = filling.browser_of(town.visitors["owner"])
                    call = getattr(browser, send)
                    answer = call(f"{place}?q={LINE}", json.dumps(body), "application/json")
                kind = answer.headers.get("Content-Type", "")
                assert not answer.content or kind.startswith(JSON), place
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                asked += 1
    assert asked > 300
