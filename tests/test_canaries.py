"""What not everybody may read is met by nobody else, wherever they look.

Everybody goes to every address there is, with every thing there is, by several methods and with
hostile parts, and follows the links they are given; what they were told is searched for the words
that ``canaries`` planted. Who may meet a word does: otherwise the search would be blind.
"""

from __future__ import annotations

import logging
from collections import deque
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from courseapp.accounts import again
from lessons.content.models import Article, Course, Edition, Lesson
from tests.canaries import MAY, WORD, plant
from tests.databases import mostly, with_keys
from tests.population import make_town
from tests.test_authorisation import NOTHING, PART, addresses, asked, undone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_django import DjangoDbBlocker, Settings

    from tests.canaries import Planted
    from tests.population import Town, Visitor

pytestmark = with_keys
VIEWERS = ("visitor", "stranger", "reader", "neighbour", "buyer", "app")
# Looking costs the staff most, and they may see nearly all: it shows that the words are there.
AT_THE_DESK = ("owner", "onlooker")
ASKING = "?q=kanarie&search=kanarie&cursor=x&page=2&page_size=100&format=json&lang=en&seen=x"
ODD = ("PUT", "DELETE", "OPTIONS", "PATCH")
# Where nothing is: what is told of that is searched too.
NOWHERE = ("/cursus/nergens/", "/nergens/", "/api/v1/nergens/", "/mijn/les/kanarie/", "/feed.xml")
DESK_ADDRESSES = ("/beheer/", "/api/v1/staff/")
LINKS_MOST = 400
BLOCKS_MOST = 5
# The share of words that one of the staff does not come upon.
UNMET = {
    # Where a picture of an earlier text stood.
    **{(role, where): 0.05 for role in AT_THE_DESK for where in ("open to all", "free", "paid")},
    # The practice's own pages are not in the API.
    ("onlooker", "page"): 1.0,
}


@pytest.fixture(scope="module")
def town(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Town, Planted]]:
    with django_db_blocker.unblock(), undone():
        people = make_town()
        yield people, plant(people)


@pytest.fixture(autouse=True)
def in_peace(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.ACCOUNT_RATE_LIMITS = False
    # However long all this takes, everybody showed just now who they are.
    monkeypatch.setattr(again, "_within", lambda _record, _minutes: True)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def things() -> list[dict[str, list[str]]]:
    """Every thing that addresses name, course by course, whoever may see it."""
    articles = [str(one.pk) for one in Article.objects.all()]
    found = [{"article": articles, "slug": [one.slug for one in Article.objects.all()]}]
    for course in Course.objects.all():
        lessons = list(Lesson.objects.filter(course=course))
        found += _written_at(lessons)
        found.append(
            {
                "course": [str(course.pk)],
                "slug": [course.slug],
                "lesson": [str(one.pk) for one in lessons],
                "lesson_slug": [one.slug for one in lessons],
                "module": [str(one.pk) for one in course.modules.all()],
                "edition": [str(one.pk) for one in Edition.objects.filter(course=course)],
                "other": [str(course.live_edition_id or NOTHING["uuid"])],
                "number": ["1", "2"],
                "sequence": [str(one.pk) for one in course.sequences.all()],
                "key": ["mail-0", "mail-1", "mail-2", "mail-3", "aanbod"],
                "version": ["1"],
                "article": articles,
            }
        )
    return found


def _written_at(lessons: list[Lesson]) -> Iterator[dict[str, list[str]]]:
    """Each lesson with some blocks of its own, and one of another's."""
    for place, one in enumerate(lessons):
        blocks = [*one.blocks[:BLOCKS_MOST], *lessons[place - 1].blocks[:1]]
        yield {"lesson": [str(one.pk)], "block": [str(block["id"]) for block in blocks]}


def places(town: Town) -> tuple[list[str], list[str]]:
    """Every address with what people have of their own, and with everything else there is."""
    common: dict[str, None] = dict.fromkeys(NOWHERE)
    further: dict[str, None] = {}
    every = things()
    for address in addresses():
        filled = [address.filled(own) for own in [*town.things.values(), None]]
        common |= dict.fromkeys(place for place in filled if place)
        names = [name for _, name in PART.findall(address.route)]
        for known in every:
            if names and set(names) <= set(known):
                for chosen in product(*(known[name] for name in names)):
                    further[_filled(address.route, dict(zip(names, chosen, strict=True)))] = None
    return list(common), [place for place in further if place not in common]


def _filled(route: str, parts: Mapping[str, str]) -> str:
    return PART.sub(lambda part: parts[part[2]], route)


def said(response: Any) -> str:
    told = "" if response.streaming else response.content.decode(errors="replace")
    return f"{told} {list(response.headers.items())}"


def met(town: Town, visitor: Visitor, *, desk: bool = False) -> dict[str, str]:
    """Every canary this visitor meets, and where."""
    found: dict[str, str] = {}
    waiting: deque[tuple[str, str]] = deque()
    common, further = places(town)
    own = set(common)
    # The staff's doors, by every method and for each thing, are test_authorisation's business.
    ours = [place for place in [*common, *further] if not place.startswith(DESK_ADDRESSES)]
    waiting.extend(
        ("GET", place)
        for place in ([*common, *further] if desk else dict.fromkeys([*common, *ours]))
    )
    if not desk:
        waiting.extend(("POST", place) for place in ours)
        waiting.extend((method, place) for place in ours if place in own for method in ODD)
        waiting.extend(("GET", place + ASKING) for place in ours if place in own)
    seen = {place for _, place in waiting}
    links = 0
    while waiting:
        method, place = waiting.popleft()
        response = asked(visitor, method, place)
        text = said(response)
        # An address may be repeated, in a link or a refusal: whoever typed it knew it.
        words = set(WORD.findall(text)) - set(WORD.findall(place)) - set(found)
        found |= dict.fromkeys(words, f"{method} {place}")
        if (
            method == "GET"
            and links < LINKS_MOST
            and "text/html" in response.headers.get("Content-Type", "")
        ):
            fresh = [link for link in _links(text) if link not in seen]
            seen.update(fresh)
            links += len(fresh)
            waiting.extend(("GET", link) for link in fresh)
    return found


def _links(page: str) -> list[str]:
    """Where a page leads within the site: links, forms by GET, what htmx loads, pictures."""
    tree = HTMLParser(page)
    found = [
        node.attributes.get(name) or ""
        for name in ("href", "src", "action", "hx-get")
        for node in tree.css(f"[{name}]")
    ]
    return [one.partition("#")[0] for one in found if one.startswith("/") and "/static/" not in one]


def test_there_are_many_of_every_kind(town: tuple[Town, Planted]) -> None:
    _people, planted = town
    assert len(planted.where) >= 300
    assert {where: len(planted.of(where)) for where in MAY if len(planted.of(where)) < 2} == {}
    for where in ("free", "paid", "later", "draft", "retired", "open to all"):
        assert len(planted.of(where)) >= 25, where


@pytest.mark.parametrize("role", mostly(VIEWERS, ("visitor", "reader")))
def test_nobody_meets_what_is_not_theirs(town: tuple[Town, Planted], role: str) -> None:
    people, planted = town
    found = met(people, people.visitors[role])
    wrong = {
        f"{planted.where[word]} {planted.fields[word]}: {found[word]}"
        for word in planted.barred(role) & set(found)
    }
    assert wrong == set()
    # And the search is not blind: what is theirs they did meet.
    theirs = {
        word
        for where, may in MAY.items()
        if role in may and where in {"open to all", "free", "paid"}
        for word in planted.of(where, shown=True)
    }
    assert len(theirs) >= 25
    assert {planted.fields[word] for word in theirs - set(found)} == set()


@pytest.mark.slow
@pytest.mark.parametrize("role", mostly(AT_THE_DESK, ("owner",)))
def test_the_staff_do_meet_them(town: tuple[Town, Planted], role: str) -> None:
    """Drafts, what was retired, what is sold: what others were kept from is really there."""
    people, planted = town
    found = set(met(people, people.visitors[role], desk=True))
    assert planted.barred(role) & found == set()
    unmet = {where: planted.of(where) - found for where, may in MAY.items() if role in may}
    share = {where: len(words) / len(planted.of(where)) for where, words in unmet.items() if words}
    assert {
        where: left for where, left in share.items() if left > UNMET.get((role, where), 0)
    } == {}
