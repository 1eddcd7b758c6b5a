"""Around every request: one host, no trace, and a page also where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.factories import make_reader
from tests.lessons.pages.opening import browser_of, links

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("debug", [True, False])
def test_an_address_nobody_made_leads_back_while_developing_too(
    settings: Settings, debug: bool
) -> None:
    settings.DEBUG = debug
    response = browser_of().get("/nergens/")
    assert response.status_code == 404
    assert "/" in links(response)
    assert b"URLconf" not in response.content


def test_a_made_up_port_does_not_lead_to_another_site(settings: Settings) -> None:
    settings.DEBUG = True
    response = browser_of().get("/", headers={"Host": "127.0.0.1:@elders.example"})
    assert response.status_code == 400


def test_whatever_a_browser_with_a_session_is_shown_nothing_keeps() -> None:
    client = browser_of(make_reader())
    for path in ("/", "/account/instellingen/", "/account/apparaten/", f"/mijn/les/{uuid4()}/"):
        assert client.get(path)["Cache-Control"] == "private, no-store", path
