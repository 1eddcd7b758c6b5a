"""Who the practice is: said by the owner, else by the settings, and never made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from lessons.content import identity, site_pages
from lessons.content.site_texts import IDENTITY, Identity
from tests.counting import counting
from tests.factories import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
NOTHING = dict.fromkeys(("name", "email", "phone", "address", "register", "vat"), "")
ALL = Identity(
    name="De praktijk",
    address="Straat 1, 1234 AB Stad",
    register="12345678",
    vat="NL123456789B01",
    email="post@example.org",
    phone="020 123 4567",
)


@pytest.fixture(autouse=True)
def in_dutch() -> Iterator[None]:
    """Whatever language the test before this one spoke."""
    with translation.override("nl"):
        yield


def say(words: Identity) -> None:
    state = site_pages.state(name=IDENTITY, language="")
    saved = site_pages.save(
        name=IDENTITY, language="", version=state.version, words=words, by=None, now=NOW
    )
    site_pages.publish(name=IDENTITY, language="", version=saved.version, note="", by=None, now=NOW)


def test_what_nobody_said_is_empty_and_nothing_can_be_sold(settings: Settings) -> None:
    settings.PRACTICE = NOTHING
    assert identity.current() == Identity()
    assert identity.missing() == ("name", "address", "register", "vat", "email", "phone")
    with pytest.raises(identity.IdentityIncomplete, match="KvK-nummer, Btw-id") as refused:
        identity.require_complete()
    assert (refused.value.code, refused.value.status) == ("identity_incomplete", 409)


def test_what_the_owner_leaves_empty_the_settings_say(settings: Settings) -> None:
    settings.PRACTICE = NOTHING | {"name": "Uit de omgeving", "email": "ander@example.org"}
    say(Identity(name="Van de eigenaar"))
    known = identity.current()
    assert (known.name, known.email) == ("Van de eigenaar", "ander@example.org")
    assert identity.installed(Identity(name="x")) == [("E-mailadres", "ander@example.org")]


def test_with_everything_filled_in_things_can_be_sold(settings: Settings) -> None:
    settings.PRACTICE = NOTHING
    say(ALL)
    assert identity.missing() == ()
    assert identity.require_complete() == ALL


def test_what_is_only_saved_does_not_count(settings: Settings) -> None:
    settings.PRACTICE = NOTHING
    site_pages.save(name=IDENTITY, language="", version=0, words=ALL, by=None, now=NOW)
    assert len(identity.missing()) == 6


def test_a_setting_of_another_form_counts_as_missing(settings: Settings) -> None:
    settings.PRACTICE = NOTHING | {"register": "KvK 1234", "vat": "NL1"}
    say(Identity(name="De praktijk"))
    assert {"register", "vat"} <= set(identity.missing())


def test_settings_without_a_field_are_settings_that_leave_it_empty(settings: Settings) -> None:
    settings.PRACTICE = {}
    assert identity.current() == Identity()


def test_asking_takes_one_query() -> None:
    with counting() as asked:
        identity.current()
    assert int(asked) == 1, asked
