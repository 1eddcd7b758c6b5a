"""Wordings of an article, and the keys that their passages keep."""

from __future__ import annotations

import pytest

from lessons.content import article, revisions
from lessons.content.models import Article, Passage, Revision
from tests.factories import NOW

pytestmark = pytest.mark.django_db

MEAL = "De eerste alinea gaat over de stilte in het huis na het eten."
BREAKFAST = "De eerste alinea gaat over de stilte in het huis na het ontbijt."
FIRST = f"Kop\n\n{MEAL}\n\nEn zo eindigt het hier."
SECOND = f"Kop\n\n{BREAKFAST}\n\nEn zo eindigt het hier."
THIRD = f"{SECOND}\n\n{MEAL}"


def keys_after(*sources: str, keys: dict[str, str] | None = None) -> list[str]:
    """The keys of the last of these wordings of one article; ``keys`` come with the last."""
    Revision.objects.all().delete()  # A key that another article has would be given to neither.
    row = Article.objects.create(slug=f"artikel-{Article.objects.count()}", title="Artikel")
    for source in sources[:-1]:
        revisions.revise(of=row, source=source, form="text", by=None, now=NOW)
    last = revisions.revise(of=row, source=sources[-1], form="text", by=None, now=NOW, keys=keys)
    return [passage.key for passage in last.passages]


def test_keys_that_come_with_a_text_hold_whatever_was_there_before() -> None:
    """A passage was rewritten, and its old words came back elsewhere: its key stayed with it, so
    a fresh reading would give that very key to the other."""
    kept = keys_after(FIRST, SECOND, THIRD)
    fresh = [passage.key for passage in article.parse(THIRD, "text").passages]
    keys = {new: old for new, old in zip(fresh, kept, strict=True) if new != old}
    assert kept[1] == fresh[3]
    for before in ([], [FIRST], [FIRST, SECOND], ["Iets heel anders."]):
        assert keys_after(*before, THIRD, keys=keys) == kept


def test_what_reading_learned_since_does_not_hinder_handing_an_article_over() -> None:
    row = Article.objects.create(slug="artikel", title="Artikel")
    stored = revisions.revise(of=row, source=THIRD, form="text", by=None, now=NOW).revision
    Passage.objects.filter(revision=stored, position=1).delete()
    Passage.objects.filter(revision=stored, position=2).update(key="een-oude-sleutel")
    fresh = article.parse(THIRD, "text")
    keys = revisions.fresh_keys(fresh, revisions.passages_of(stored))
    assert keys == {fresh.passages[1].key: "een-oude-sleutel"}
