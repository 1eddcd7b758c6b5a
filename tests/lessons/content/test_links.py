"""Where links lead: within the site as far as it is known, elsewhere only by their form."""

from __future__ import annotations

import uuid

import pytest

from lessons.content import links
from lessons.content.models import MediaFile
from tests.counting import counting
from tests.factories import NOW, make_course, make_module

pytestmark = pytest.mark.django_db
BLOCK = uuid.UUID(int=5)
KNOWN = links.Known(
    courses=frozenset({"a", "b"}),
    live=frozenset({"a"}),
    articles=frozenset({"tekst"}),
    files=frozenset({"2026/foto een.webp"}),
    open_lessons=frozenset({"a/les"}),
)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.thuisarts.nl/angst?x=1#y", "mailto:iemand@example.org", "tel:0800-2000",
        "tel:113", f"#b-{BLOCK}", "/", "/hulp/", "/cursus/a/", "/cursus/a/les/", "/artikel/tekst/",
        "/media/2026/foto%20een.webp", "/cursus/a/begin/", "/hulp/#nummers",
    ],
)  # fmt: skip
def test_a_link_that_leads_somewhere_is_left_alone(address: str) -> None:
    assert links.fault(address, known=KNOWN, blocks=[BLOCK]) is None


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("http://example.org/", "link_insecure"),
        ("", "link_malformed"),
        ("//example.org/x", "link_malformed"),
        ("https://", "link_malformed"),
        ("https://voorbeeld", "link_malformed"),
        ("https://www. voorbeeld.nl", "link_malformed"),
        ("https://[", "link_malformed"),
        ("mailto:iemand", "link_malformed"),
        ("tel:bel ons", "link_malformed"),
        ("javascript:alert(1)", "link_malformed"),
        ("ftp://example.org", "link_malformed"),
        ("#", "link_nowhere"),
        ("#boven", "link_nowhere"),
        ("www.example.org", "link_nowhere"),
        ("les-2", "link_nowhere"),
        ("../les-2/", "link_nowhere"),
        ("/cursus/b/", "link_nowhere"),
        ("/cursus/zoiets/", "link_nowhere"),
        ("/cursus/a/andere-les/", "link_nowhere"),
        ("/artikel/weg/", "link_nowhere"),
        ("/media/weg.webp", "link_nowhere"),
        ("/bestaat/niet/", "link_nowhere"),
        ("/%00", "link_nowhere"),
    ],
)
def test_a_link_that_leads_nowhere_is_named(address: str, fault: str) -> None:
    assert links.fault(address, known=KNOWN, blocks=[BLOCK]) == fault


def test_links_are_found_as_they_are_written_whole_or_not() -> None:
    text = "Lees [dit](/hulp/), [dat]( www.x.nl ) en <https://example.org>. [Geen link] (nee)."
    assert links.in_text(text) == ["/hulp/", "www.x.nl", "https://example.org"]


def test_what_there_is_comes_in_one_query() -> None:
    live = make_course(modules=1, lessons=1)
    live.lessons.update(open_to_all=True)
    draft = make_course(live=False)
    make_module(draft)
    MediaFile.objects.create(
        kind="image", name="foto", path="a.webp", size=1, digest="x", added_at=NOW
    )
    with counting() as count:
        found = links.known(files={"a.webp", "b.webp"})
    assert int(count) == 1, count
    assert found.courses >= {live.slug, draft.slug}
    assert (set(found.live), set(found.files)) == ({live.slug}, {"a.webp"})
    assert set(found.open_lessons) == {f"{live.slug}/{live.lessons.get().slug}"}
