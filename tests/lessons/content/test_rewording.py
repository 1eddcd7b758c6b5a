"""An article's words inside a block: found, replaced and taken out, in each form a draft knows."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lessons.content import article, blocks, derivation, rewording
from lessons.content.derivation import writing
from lessons.content.richtext import escape
from tests.lessons.content.test_article_accounting import LINES

pytestmark = pytest.mark.once


def block(kind: str = "text", **fields: Any) -> blocks.Block:
    return blocks.from_json({"id": str(uuid.UUID(int=1)), "type": kind, **fields})


def test_a_paragraph_is_replaced_and_its_neighbours_stay() -> None:
    changed = rewording.replaced(block(body="Een.\n\nTwee.\n\nDrie."), "Twee.", "Nieuw.")
    assert changed == block(body="Een.\n\nNieuw.\n\nDrie.")


def test_words_are_found_in_their_escaped_form_and_new_ones_are_escaped() -> None:
    changed = rewording.replaced(block(body=r"Vijf \*sterren\*."), "Vijf *sterren*.", "# Vier")
    assert changed == block(body=r"\# Vier")


@pytest.mark.parametrize("lead", ["- ", "  - ", "### ", "1. ", "> "])
def test_after_the_mark_of_a_line_words_stay_on_one_line(lead: str) -> None:
    changed = rewording.replaced(block(body=f"Zin.\n\n{lead}Oud"), "Oud", "Nieuw\ndaar")
    assert changed == block(body=f"Zin.\n\n{lead}Nieuw daar")


@pytest.mark.parametrize("body", ["Ze wacht.", "wachten", "Wachters"])
def test_part_of_a_longer_word_is_not_the_word(body: str) -> None:
    assert rewording.replaced(block(body=body), "Wacht", "Loop") is None


def test_own_words_are_left_alone() -> None:
    assert rewording.replaced(block(body="Heel anders."), "Het licht brandt.", "x") is None
    assert rewording.taken_out(block(body="Heel anders."), "Het licht brandt.") is None


def test_a_statement_is_replaced_as_a_whole_line() -> None:
    check = block("selfcheck", title="Herken je dit?", statements=["Ik wacht.", "Ik loop."])
    changed = rewording.replaced(check, "Ik wacht.", "Ik wacht lang.")
    assert isinstance(changed, blocks.SelfCheck)
    assert changed.statements == ("Ik wacht lang.", "Ik loop.")
    gone = rewording.taken_out(check, "Ik loop.")
    assert isinstance(gone, blocks.SelfCheck)
    assert gone.statements == ("Ik wacht.",)


def test_a_card_changes_its_name_and_its_words_and_keeps_what_follows_them() -> None:
    cards = block("cards", cards=[{"title": "De grap", "body": "houdt het licht.\n\nMaar moe."}])
    old, new = "De grap – houdt het licht.", "De lach – houdt het luchtig."
    changed = rewording.replaced(cards, old, new)
    assert isinstance(changed, blocks.Cards)
    assert changed.cards == (blocks.Card("De lach", "houdt het luchtig.\n\nMaar moe."),)


def test_a_quote_keeps_the_speaker_that_a_person_wrote() -> None:
    quote = block("quote", body="Wie wacht, hoort de klok.", source="Mijn oma")
    changed = rewording.replaced(
        quote, "“Wie wacht, hoort de klok.” – Oma", "“Wie wacht, telt.” – Oma"
    )
    assert changed == block("quote", body="Wie wacht, telt.", source="Mijn oma")


def test_the_question_about_a_heading_asks_about_the_new_one() -> None:
    old, new = "Waarom het wacht", "Waarom het loopt"
    asked = block("reflection", prompt=writing.question_about(old))
    assert rewording.replaced(asked, old, new) == block(
        "reflection", prompt=writing.question_about(new)
    )


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("Een.\n\nWeg.\n\nTwee.", "Een.\n\nTwee."),
        ("Weg.\n\nTwee.", "Twee."),
        ("Een.\n\nWeg.", "Een."),
        ("Een. Weg. Twee.", "Een. Twee."),
        ("- a\n- Weg.\n- b", "- a\n- b"),
        ("Zin:\n\n- Weg.\n- b", "Zin:\n\n- b"),
        ("- a\n- Weg.\n\nZin.", "- a\n\nZin."),
        ("### Weg.\n\nZin.", "Zin."),
        ("Weg.", ""),
    ],
)
def test_words_that_go_leave_no_hole(body: str, left: str) -> None:
    changed = rewording.taken_out(block(body=body), "Weg.")
    assert changed == block(body=left)
    assert rewording.is_empty(block(body=left)) is (left == "")


def test_a_block_of_which_only_the_title_is_left_is_empty() -> None:
    assert rewording.is_empty(block("story", title="Het verhaal van Bram"))
    assert not rewording.is_empty(block("media", src="/media/x.jpg", alt="Een lege stoel"))


def test_words_that_would_not_fit_are_not_put_in() -> None:
    check = block("selfcheck", title="Kop", statements=["Ik wacht.", "Ik loop."])
    assert rewording.replaced(check, "Ik wacht.", "x" * 400) is None


@settings(max_examples=150)
@given(st.lists(LINES, min_size=2, max_size=8), LINES, st.data())
def test_what_a_draft_wrote_can_be_found_again_in_it(
    lines: list[str], new: str, data: st.DataObject
) -> None:
    """Of each passage that a block of running text shows; the words around it stay."""
    source = "\n\n".join(f"Zin {at} gaat over {line}." for at, line in enumerate(lines))
    parsed = article.parse(source, "text")
    assume(parsed.passages)
    draft = derivation.derive(parsed)
    texts = [
        block
        for module in draft.modules
        for lesson in module.lessons
        for block in lesson.blocks
        if isinstance(block, blocks.Text) and block.body
    ]
    assume(texts)
    text = data.draw(st.sampled_from(texts))
    known = {one.key: one for one in parsed.passages}
    for key in text.passages:
        passage = known[key]
        if passage.kind != "paragraph" or escape(writing.clean(passage.text)) not in text.body:
            continue
        fresh = f"Nieuw is {new} hier."
        changed = rewording.replaced(text, passage.text, fresh)
        assert isinstance(changed, blocks.Text)
        back = rewording.replaced(changed, fresh, passage.text)
        assert back is not None
