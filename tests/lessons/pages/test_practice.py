"""Contact, privacy and help: what is known of the practice, and nothing made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lessons.pages.opening import address, browser_of, links, tree

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
NOTHING = dict.fromkeys(("name", "email", "phone", "address", "register"), "")


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
