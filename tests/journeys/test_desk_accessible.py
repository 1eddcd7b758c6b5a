"""axe-core finds nothing on any of the staff's pages; none is wider than the screen.

The pages are taken from the addresses themselves, so that a new one is looked at without being
named here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from lessons.content import drafting, editing
from lessons.content.models import Revision
from lessons.drip import drafting as drip_drafting
from lessons.drip.models import Place
from tests.factories import NOW, lessons_of, make_reader
from tests.journeys.walking import carry_session, looked_at
from tests.lessons.desk.mailing import make_mail, make_mails
from tests.payments.helping.writing import make_written_to
from tests.payments.staff.selling import make_sold
from tests.signing import let_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from courseapp.accounts.models import User
    from lessons.content.models import Course

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SOURCE = "# Wachten\n\n## Stil\n\nHet is stil. Jij kijkt naar je telefoon en legt hem weg.\n"


@pytest.fixture
def owner() -> User:
    return make_reader(is_staff=True, is_owner=True)


@pytest.fixture
def places(course: Course, owner: User) -> list[str]:
    """Every staff page that shows something, filled with what there is to show."""
    lesson = lessons_of(course)[1]
    state = editing.state_of(lesson)
    editing.save(
        lesson=lesson.pk,
        version=lesson.version,
        state=editing.state_from_json({**editing.as_json(state), "title": "Anders"}),
        by=owner,
        now=NOW,
    )
    with pytest.raises(editing.ChangedMeanwhile) as refused:
        editing.save(lesson=lesson.pk, version=1, state=state, by=owner, now=NOW)
    article = course.articles.get()
    changed = Revision.objects.get(article=article).source.replace("De ", "Een ", 3)
    drafting.import_article(
        source=changed, form="markdown", course=course.slug, by=owner, now=NOW,
        article_slug=article.slug,
    )  # fmt: skip
    known = {
        "course": course.pk,
        "lesson": lesson.pk,
        "module": lesson.module_id,
        "article": article.pk,
        "edition": course.live_edition_id,
        "unsaved": refused.value.unsaved,
        "block": lesson.blocks[0]["id"],
        "name": "privacy",
        "page": "privacy",
        "language": "nl",
        "person": owner.pk,
        "user": owner.pk,
        "version": lesson.version,
        "number": 1,
        "revision": 1,
        **make_mailing(course, owner),
        **make_sold(course, owner),
        **make_written_to(course),
    }
    client = Client()
    let_in(client, owner)
    found = [address for one in patterns() if (address := filled(one, known))]
    return [address for address in found if is_page(client, address)]


def make_mailing(course: Course, owner: User) -> dict[str, object]:
    """A sequence with a version, and changes that readers do not get yet."""
    sequence = make_mails(
        make_mail(), make_mail("les", trigger="lesson", subject="Je volgende les"),
        course=course, live=True,
    )  # fmt: skip
    step = drip_drafting.step_of(sequence, "welkom")
    drip_drafting.save(
        sequence=sequence.pk,
        step=replace(step, subject="Over je relatie", days=1, at=time(19, 30)),
        seen=drip_drafting.digest(step),
        by=owner,
        now=NOW,
    )
    Place.objects.create(
        reader=make_reader(), sequence=sequence, started_at=NOW, planned_at=NOW, error="KeyError"
    )
    return {"sequence": sequence.pk, "key": "welkom"}


def is_page(client: Client, address: str) -> bool:
    """Whether a page is here: no act that wants a POST, no piece that a page loads later, no mail
    in a frame."""
    answer = client.get(address)
    is_framed = answer.headers.get("X-Frame-Options") == "SAMEORIGIN"
    return answer.status_code == 200 and b"<html" in answer.content and not is_framed


def patterns() -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []

    def walk(resolver: URLResolver, prefix: str) -> None:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                walk(one, prefix + str(one.pattern))
            elif isinstance(one, URLPattern) and (prefix + str(one.pattern)).startswith("beheer/"):
                found.append((f"/{prefix}{one.pattern}", list(one.pattern.converters)))

    walk(get_resolver(), "")
    return found


def filled(pattern: tuple[str, list[str]], known: dict[str, object]) -> str:
    """The address with what there is; empty when it names something unknown here."""
    address, names = pattern
    for name in names:
        start = address[: address.index(f":{name}>")].rindex("<")
        end = address.index(f":{name}>") + len(name) + 2
        if name not in known:
            return ""
        address = f"{address[:start]}{known[name]}{address[end:]}"
    return address


def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    places: list[str],
    owner: User,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    live_server: LiveServer,
) -> None:
    page = open_page(viewport={"width": 1280, "height": 900})
    carry_session(page, owner, live_server.url)
    found: list[str] = []
    assert len(places) > 15
    assert sum("/bestellingen/" in place for place in places) == 15  # Each of the pages of money.
    assert sum("/lezers/" in place for place in places) == 9
    assert sum("/beheer/mails/" in place for place in places) == 14  # Each of the pages of mails.
    for place in places:
        page.goto(place)
        found += [f"{place} {wrong}" for wrong in looked_at(page, axe)]
    assert not found, "\n".join(found)
