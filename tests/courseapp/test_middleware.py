"""Around every request: what a person sees when there is nothing to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
