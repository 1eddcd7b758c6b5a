"""axe-core finds nothing on any of the staff's pages; none is wider than the screen.

The pages are taken from the addresses themselves, so that a new one is looked at without being
named here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from lessons.content import drafting, editing
from lessons.content.models import Revision
from tests.factories import NOW, lessons_of, make_reader
from tests.journeys.walking import carry_session
from tests.lessons.pages.opening import BACKEND

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
    }
    client = Client()
    client.force_login(owner, backend=BACKEND)
    found = [address for one in patterns() if (address := filled(one, known))]
    return [address for address in found if is_page(client, address)]


def is_page(client: Client, address: str) -> bool:
    """Whether a page is here: no act that wants a POST, no piece that a page loads later."""
    answer = client.get(address)
    return answer.status_code == 200 and b"<html" in answer.content


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    places: list[str],
    owner: User,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    live_server: LiveServer,
    scheme: str,
) -> None:
    page = open_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    carry_session(page, owner, live_server.url)
    found: list[str] = []
    assert len(places) > 15
    for place in places:
        page.goto(place)
        for details in page.locator("details").all():
            details.evaluate("node => node.open = true")
        found += [f"{place} {violation}" for violation in axe(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_is_wider_than_the_screen(
    places: list[str],
    owner: User,
    open_page: Callable[..., Page],
    live_server: LiveServer,
    width: int,
) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    carry_session(page, owner, live_server.url)
    over: list[str] = []
    for place in places:
        page.goto(place)
        more = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if more > 0:
            over.append(f"{place} by {more}")
    assert not over, "\n".join(over)
