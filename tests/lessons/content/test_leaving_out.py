"""Leaving out by hand, and bringing back what reading left out."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseapp.accounts.models import AuditEntry
from lessons.content import article, articles, drafting, recognised, revisions, shelf, transfer
from lessons.content.article import Parsed
from lessons.content.folder.reading import read_folder
from lessons.content.folder.writing import write_folder
from lessons.content.models import Article, Course
from tests.factories import NOW, make_reader
from tests.lessons.content.test_article_accounting import SOURCES, in_order
from tests.lessons.content.test_folder import files_in
from tests.lessons.content.test_transfer import forget_all

if TYPE_CHECKING:
    from pathlib import Path

    from lessons.content.models import Revision

SOURCE = """De stilte in huis

De stilte begon na het eten, toen de borden nog op tafel stonden.

Foto: Kim de Boer / Unsplash

Foto: een lege stoel / Unsplash

Pas de volgende ochtend lag er een briefje bij de kraan in de keuken.

• Een lijst begint hier met een punt.
• En gaat hier verder.

© 2024 De Kade"""
QUIET = "De stilte begon"
CAPTION = "Foto: een lege stoel / Unsplash"


def an_article(source: str = SOURCE) -> Revision:
    row = Article.objects.create(slug="artikel", title="Artikel")
    return revisions.revise(of=row, source=source, form="text", by=None, now=NOW).revision


def key_of(revision: Revision, start: str) -> str:
    return revision.passages.get(text__startswith=start).key


def leave_out(revision: Revision, start: str) -> str:
    key = key_of(revision, start)
    revisions.correct_kind(revision=revision, key=key, kind="left_out", by=None, now=NOW)
    return key


def bring_back(revision: Revision, text: str = CAPTION) -> str:
    number = [one["text"] for one in revision.left_out].index(text)
    return revisions.bring_back(revision=revision, number=number, by=None, now=NOW)


def texts(revision: Revision) -> list[str]:
    return [one.text for one in revisions.passages_of(revision)]


def reasons(revision: Revision) -> dict[str, str]:
    lines = shelf.lines(revision)
    return {line.text: line.reason for line in lines if line.passage is None}


def shown_whole(revision: Revision) -> str:
    """Everything that the page of the article shows, in its order."""
    parts = []
    for line in shelf.lines(revision):
        parts += [mark.text for mark in line.marks]
        parts.append(line.passage.text if line.passage else line.text)
    return "".join("".join(parts).split())


# --- Nothing is lost ----------------------------------------------------------------------------


@given(SOURCES, st.randoms(use_true_random=False))
def test_each_character_lies_in_one_passage_or_is_left_out_whatever_people_choose(
    source: str, dice: random.Random
) -> None:
    parsed = article.parse(source, "text")
    chosen = {n for n in range(len(parsed.left_out)) if dice.random() < 0.5}
    every = recognised.with_left_out(parsed, chosen)
    kinds = {one.key: dice.choice(recognised.CHOICES) for one in every if dice.random() < 0.5}
    passages, was = recognised.corrected(every, kinds)
    assert len({one.key for one in passages}) == len(passages)
    assert set(was) <= {one.key for one in passages}
    rest = [out for n, out in enumerate(parsed.left_out) if n not in chosen]
    stay, by_hand = recognised.parted(passages)
    kept = [one.text for one in stay] + [out.text for out in (*by_hand, *rest)]
    assert sorted("".join("".join(kept).split())) == sorted(in_order(parsed))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_the_page_of_an_article_shows_every_character_in_its_place_after_any_acts(
    seed: int,
) -> None:
    dice = random.Random(seed)  # noqa: S311 -- a choice in a test.
    revision = an_article(f"{SOURCE}\n\n{CAPTION}\n\nNog een zin.\n\n{CAPTION}")
    whole = shown_whole(revision)
    for _ in range(25):
        line = dice.choice(shelf.lines(revision))
        if line.number is not None:
            revisions.bring_back(revision=revision, number=line.number, by=None, now=NOW)
        elif line.key:
            kind = dice.choice(recognised.CHOICES)
            revisions.correct_kind(revision=revision, key=line.key, kind=kind, by=None, now=NOW)
        assert shown_whole(revision) == whole
        once = [line.key for line in shelf.lines(revision) if line.key]
        assert len(once) == len(set(once))
    again = revisions.revise(
        of=revision.article, source=f"{revision.source}\n\nEen slotzin.", form="text", by=None,
        now=NOW,
    ).revision  # fmt: skip
    assert shown_whole(again) == f"{whole}Eenslotzin."
    assert [one.text for one in revisions.passages_of(again)] == [*texts(revision), "Een slotzin."]


# --- Leaving out --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_left_out_by_hand_is_in_no_course_and_is_told_with_its_reason() -> None:
    revision = an_article()
    leave_out(revision, QUIET)
    assert not any(text.startswith(QUIET) for text in texts(revision))
    assert "by hand" in reasons(revision).values()
    draft = drafting.draft_of(revision.article)
    named = {
        key
        for module in draft.modules
        for one in module.lessons
        for block in one.blocks
        for key in block.passages
    }
    assert named == {one.key for one in revisions.passages_of(revision)}


@pytest.mark.django_db
def test_what_is_left_out_by_hand_comes_back_as_it_was_recognised() -> None:
    revision = an_article()
    before = revisions.passages_of(revision)
    key = leave_out(revision, QUIET)
    revisions.correct_kind(revision=revision, key=key, kind="paragraph", by=None, now=NOW)
    assert revisions.passages_of(revision) == before
    assert revisions.kinds_of(revision) == {}


@pytest.mark.django_db
def test_a_new_version_leaves_out_what_was_left_out_while_it_reads_the_same() -> None:
    revision = an_article()
    leave_out(revision, QUIET)
    newer = f"{SOURCE}\n\nEen zin erbij."
    again = revisions.revise(of=revision.article, source=newer, form="text", by=None, now=NOW)
    assert not any(one.text.startswith(QUIET) for one in again.passages)
    reworded = newer.replace("na het eten", "na het ontbijt")
    again = revisions.revise(of=revision.article, source=reworded, form="text", by=None, now=NOW)
    assert any(one.text.startswith(QUIET) for one in again.passages)


@pytest.mark.django_db
def test_a_block_on_what_is_left_out_is_told_that_its_passage_is_gone() -> None:
    row = articles.add(source=SOURCE, form="text", by=None, now=NOW)
    drafting.derive_course(article=row, slug="stil", title="Stil", by=None, now=NOW)
    key = leave_out(row.revisions.get(), QUIET)
    assert {(one.passage, one.after) for one in shelf.stale_blocks(row)} == {(key, None)}


@pytest.mark.django_db
def test_readers_no_longer_see_what_is_left_out() -> None:
    revision = an_article()
    Article.objects.update(public=True, live_revision=revision)
    leave_out(revision, QUIET)
    shown = articles.public(slug="artikel").passages
    assert not any(one.text.startswith(QUIET) for one in shown)


# --- Bringing back ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_piece_that_was_left_out_comes_back_in_its_place_as_a_paragraph() -> None:
    revision = an_article()
    key = bring_back(revision)
    at = texts(revision).index(CAPTION)
    assert texts(revision)[at - 1].startswith(QUIET)
    assert texts(revision)[at + 1].startswith("Pas de volgende")
    assert revisions.passages_of(revision)[at].kind == "paragraph"
    assert CAPTION not in reasons(revision)
    assert bring_back(revision) == key


@pytest.mark.django_db
def test_what_came_back_is_left_out_again_for_the_reason_it_had() -> None:
    revision = an_article()
    before = (revisions.passages_of(revision), reasons(revision))
    bring_back(revision)
    leave_out(revision, CAPTION)
    assert (revisions.passages_of(revision), reasons(revision)) == before


@pytest.mark.django_db
def test_a_new_version_keeps_what_was_brought_back_its_key_and_its_kind() -> None:
    revision = an_article()
    key = bring_back(revision)
    revisions.correct_kind(revision=revision, key=key, kind="quote", by=None, now=NOW)
    newer = f"Een zin vooraf die lang genoeg is om te lezen.\n\n{SOURCE}"
    again = revisions.revise(of=revision.article, source=newer, form="text", by=None, now=NOW)
    back = next(one for one in again.passages if one.text == CAPTION)
    assert (back.key, back.kind) == (key, "quote")
    assert CAPTION not in reasons(again.revision)
    gone = SOURCE.replace(CAPTION, "")
    again = revisions.revise(of=revision.article, source=gone, form="text", by=None, now=NOW)
    assert CAPTION not in [one.text for one in again.passages]


@pytest.mark.django_db
def test_signs_stay_out_and_an_old_version_is_not_changed_any_more() -> None:
    revision = an_article()
    marks = [n for n, one in enumerate(revision.left_out) if one["reason"] == "list marker"]
    assert marks
    for number in (marks[0], 99):
        with pytest.raises(revisions.CannotComeBack):
            revisions.bring_back(revision=revision, number=number, by=None, now=NOW)
    revisions.revise(of=revision.article, source="Iets anders.", form="text", by=None, now=NOW)
    with pytest.raises(revisions.CannotComeBack):
        bring_back(revision)


@pytest.mark.django_db
def test_either_act_is_written_down_with_who_did_it() -> None:
    revision, staff = an_article(), make_reader(is_staff=True)
    revisions.bring_back(revision=revision, number=0, by=staff, now=NOW)
    key = key_of(revision, QUIET)
    revisions.correct_kind(revision=revision, key=key, kind="left_out", by=staff, now=NOW)
    rows = AuditEntry.objects.order_by("pk")
    assert [(row.by, (row.before or {})["kind"], (row.after or {})["kind"]) for row in rows] == [
        (staff, "left_out", "paragraph"),
        (staff, "paragraph", "left_out"),
    ]


# --- In folders ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_was_left_out_and_brought_back_travels_in_the_folder(tmp_path: Path) -> None:
    row = articles.add(source=SOURCE, form="text", by=None, now=NOW)
    revision = row.revisions.get()
    bring_back(revision)
    leave_out(revision, QUIET)
    course = drafting.derive_course(article=row, slug="stil", title="Stil", by=None, now=NOW)
    before = (revisions.pieces_of(revision), reasons(revision))
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "one")
    forget_all()
    taken = transfer.take_in(read_folder(tmp_path / "one"), by=None, now=NOW).course
    there = taken.articles.get().revisions.get()
    assert (revisions.pieces_of(there), reasons(there)) == before
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "two")
    assert files_in(tmp_path / "one") == files_in(tmp_path / "two")


@pytest.mark.django_db
def test_a_folder_taken_in_over_the_same_article_says_what_is_left_out(tmp_path: Path) -> None:
    row = articles.add(source=SOURCE, form="text", by=None, now=NOW)
    revision = row.revisions.get()
    course = drafting.derive_course(article=row, slug="stil", title="Stil", by=None, now=NOW)
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "plain")
    plain = revisions.pieces_of(revision)
    bring_back(revision)
    leave_out(revision, QUIET)
    changed = revisions.pieces_of(revision)
    write_folder(transfer.take_out(slug=course.slug), tmp_path / "changed")
    for folder, expected in (("plain", plain), ("changed", changed), ("plain", plain)):
        transfer.take_in(read_folder(tmp_path / folder), by=None, now=NOW)
        there = Course.objects.get().articles.get().revisions.get()
        assert revisions.pieces_of(there) == expected


def test_an_article_of_nothing_brings_nothing_back() -> None:
    assert recognised.brought_back([], Parsed("", (), ())) == set()
