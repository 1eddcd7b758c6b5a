"""Contact, privacy and help: what is known of the practice, and nothing made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.counting import counting
from tests.lessons.pages.opening import address, browser_of, links, the, tree

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
NOTHING = dict.fromkeys(("name", "email", "phone", "address", "register", "vat"), "")


def test_what_is_not_known_of_the_practice_is_not_shown(settings: Settings) -> None:
    settings.PRACTICE = NOTHING
    for page in ("contact", "privacy"):
        assert not [one for one in links(browser_of().get(address(page))) if "mailto:" in one]


def test_what_is_known_stands_on_contact_and_privacy(settings: Settings) -> None:
    settings.PRACTICE = {**NOTHING, "name": "De praktijk", "email": "post@example.org"}
    for page in ("contact", "privacy"):
        response = browser_of().get(address(page))
        assert "mailto:post@example.org" in links(response)
        assert "De praktijk" in response.content.decode()


def test_every_number_can_be_called_by_touching_it() -> None:
    numbers = {"tel:112", "tel:113", "tel:08000113", "tel:08002000"}
    for page in ("help", "contact", "privacy"):
        assert numbers <= links(browser_of().get(address(page)))


def test_a_page_that_is_not_there_leads_to_the_front_page() -> None:
    response = browser_of().get("/nergens/")
    assert response.status_code == 404
    assert "/" in links(response)
    assert tree(response).css_first("h1") is not None


@pytest.mark.parametrize("page", ["about", "contact", "privacy", "terms"])
def test_a_page_of_our_own_asks_one_query_and_says_all_it_has_to(page: str) -> None:
    with counting() as asked:
        response = browser_of().get(address(page))
    assert int(asked) == 1, asked
    html = tree(response)
    assert len(html.css("main h2")) > 2
    assert (the(html, "meta[name=description]").attributes["content"] or "").strip()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_about_and_terms_are_found_from_every_page_in_both_languages(language: str) -> None:
    browser = browser_of()
    browser.cookies["django_language"] = language
    assert {address("about"), address("terms")} <= links(browser.get(address("help")))
    for page in ("about", "terms"):
        assert browser.get(address(page)).status_code == 200


def test_kvk_number_and_vat_id_stand_below_when_they_are_known(settings: Settings) -> None:
    settings.PRACTICE = NOTHING
    assert not tree(browser_of().get(address("terms"))).css(".trader")
    settings.PRACTICE = NOTHING | {"register": "12345678", "vat": "NL123456789B01"}
    said = the(tree(browser_of().get(address("terms"))), ".trader").text()
    assert "12345678" in said
    assert "NL123456789B01" in said
