"""Wordings of an article, and the keys that their passages keep."""

from __future__ import annotations

import pytest

from courseapp.accounts.models import AuditEntry
from lessons.content import article, derivation, revisions
from lessons.content.article import Parsed
from lessons.content.keys import fresh_keys
from lessons.content.models import Article, Passage, Revision
from tests.factories import NOW, make_reader

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
    keys = fresh_keys(fresh.passages, revisions.passages_of(stored))
    assert keys == {fresh.passages[1].key: "een-oude-sleutel"}


# --- One key among all articles -----------------------------------------------------------------


def test_the_same_sentence_in_two_articles_goes_by_two_keys() -> None:
    one, other = (Article.objects.create(slug=name, title=name) for name in ("een", "ander"))
    first = revisions.revise(of=one, source=FIRST, form="text", by=None, now=NOW)
    second = revisions.revise(of=other, source=FIRST, form="text", by=None, now=NOW)
    assert not {p.key for p in first.passages} & {p.key for p in second.passages}
    assert [p.key for p in second.passages] == [f"{p.key}-2" for p in first.passages]
    again = revisions.revise(of=other, source=SECOND, form="text", by=None, now=NOW)
    assert again.passages[0].key == second.passages[0].key
    assert again.passages[1].section == again.passages[0].key


def test_a_number_that_a_key_got_is_never_another_passage_s() -> None:
    one, other = (Article.objects.create(slug=name, title=name) for name in ("een", "ander"))
    revisions.revise(of=one, source=f"{MEAL}\n\n{BREAKFAST}", form="text", by=None, now=NOW)
    before = revisions.revise(of=other, source=BREAKFAST, form="text", by=None, now=NOW)
    after = revisions.revise(
        of=other, source=f"{MEAL}\n\n{BREAKFAST}\n\n{MEAL}", form="text", by=None, now=NOW
    )
    keys = [p.key for p in after.passages]
    assert keys[1] == before.passages[0].key
    assert len(set(keys)) == 3


# --- Kinds by hand ------------------------------------------------------------------------------

PLAIN = (
    "De stilte begon na het eten, toen de borden nog op tafel stonden.\n\n"
    "Wat er gebeurde toen de deur dichtviel, dat was niet meteen te zeggen.\n\n"
    "Pas de volgende ochtend lag er een briefje bij de kraan in de keuken."
)


def an_article(source: str = PLAIN) -> Revision:
    row = Article.objects.create(slug="artikel", title="Artikel")
    return revisions.revise(of=row, source=source, form="text", by=None, now=NOW).revision


def correct(revision: Revision, at: int, kind: str) -> str:
    key = revisions.passages_of(revision)[at].key
    return revisions.correct_kind(revision=revision, key=key, kind=kind, by=None, now=NOW)


def test_a_heading_made_by_hand_starts_a_section_and_what_was_recognised_stays_known() -> None:
    revision = an_article()
    assert correct(revision, 1, "heading") == "paragraph"
    first, heading, last = revisions.passages_of(revision)
    assert (heading.kind, heading.level, last.section) == ("heading", 2, heading.key)
    assert first.section == ""
    assert list(revision.passages.values_list("recognised", flat=True).order_by("position")) == [
        "", "paragraph", "",
    ]  # fmt: skip
    draft = derivation.derive(Parsed("Artikel", revisions.passages_of(revision), ()))
    titles = [lesson.title for module in draft.modules for lesson in module.lessons]
    assert any(title.startswith("Wat er gebeurde") for title in titles)


def test_correcting_back_forgets_the_correction() -> None:
    revision = an_article("# Titel\n\n### Onderkop\n\nEen alinea die hier onder staat.")
    before = revisions.passages_of(revision)
    at = next(at for at, one in enumerate(before) if one.kind == "heading" and one.level > 1)
    correct(revision, at, "paragraph")
    assert revisions.passages_of(revision)[at].level == 0
    correct(revision, at, "heading")
    assert revisions.passages_of(revision) == before
    assert revisions.kinds_of(revision) == {}


def test_a_correction_stays_while_the_passage_reads_the_same() -> None:
    revision = an_article()
    correct(revision, 1, "heading")
    correct(revision, 2, "quote")
    newer = revisions.revise(
        of=revision.article, source=f"{PLAIN} Met koffie erbij.", form="text", by=None, now=NOW
    )
    assert [one.kind for one in newer.passages] == ["paragraph", "heading", "paragraph"]
    assert newer.passages[2].section == newer.passages[1].key
    assert list(revisions.kinds_of(newer.revision).values()) == ["heading"]


def test_what_is_no_kind_and_what_is_no_passage_is_refused() -> None:
    revision = an_article()
    with pytest.raises(revisions.UnknownKind):
        correct(revision, 0, "gedicht")
    with pytest.raises(revisions.PassageNotFound):
        revisions.correct_kind(revision=revision, key="weg", kind="quote", by=None, now=NOW)


def test_a_correction_is_written_down_once() -> None:
    revision, staff = an_article(), make_reader(is_staff=True)
    for _ in range(2):
        key = revisions.passages_of(revision)[0].key
        revisions.correct_kind(revision=revision, key=key, kind="quote", by=staff, now=NOW)
    entry = AuditEntry.objects.get()
    assert entry.by == staff
    assert entry.after == {"passage": key, "kind": "quote"}


def test_what_was_left_out_is_kept_with_its_place() -> None:
    revision = an_article(f"{PLAIN}\n\n© 2024 De Kade")
    last = revisions.passages_of(revision)[-1]
    assert revision.left_out == [
        {"text": "© 2024 De Kade", "reason": "copyright line", "after": last.key}
    ]
