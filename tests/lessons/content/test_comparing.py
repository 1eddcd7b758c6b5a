"""Two versions of an article beside each other."""

from __future__ import annotations

import pytest

from lessons.content import articles, comparing, shelf
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ROWS = [f"Alinea {n} gaat over de stilte in huis na het eten." for n in range(6)]


def compared(*rows: str) -> comparing.Comparison:
    article = articles.add(source="\n\n".join(ROWS), form="text", by=None, now=NOW)
    articles.renew(article=article.pk, source="\n\n".join(rows), form="text", by=None, now=NOW)
    new = shelf.newest(article)
    old = shelf.before(new)
    assert old is not None
    return comparing.compare(old=old, new=new)


def test_what_stayed_is_one_stretch_and_what_changed_another() -> None:
    changed = ROWS[2].replace("stilte", "herrie")
    told = compared(*ROWS[:2], changed, *ROWS[3:])
    assert [(one.changed, len(one.passages)) for one in told.stretches] == [
        (False, 2), (True, 1), (False, 3),
    ]  # fmt: skip
    assert ("delete", "stilte") in told.stretches[1].passages[0].diff
    assert (told.changed, told.added, told.gone) == (1, 0, 0)


def test_what_is_gone_stands_where_it_stood_and_what_is_new_where_it_stands() -> None:
    told = compared(ROWS[0], *ROWS[2:], "Iets heel anders komt er nog bij.")
    rows = [one for stretch in told.stretches for one in stretch.passages]
    assert [one.change for one in rows] == ["same", "gone", *["same"] * 4, "added"]
    assert (told.changed, told.added, told.gone) == (0, 1, 1)


def test_a_first_passage_that_is_gone_stands_first() -> None:
    told = compared(*ROWS[1:])
    assert told.stretches[0].passages[0].diff == [("delete", ROWS[0])]
