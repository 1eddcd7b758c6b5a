"""What a derived draft looks like, and what holds for the draft of any article."""

from __future__ import annotations

import html
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lessons.content import article, blocks, derivation, richtext
from lessons.content.blocks import Cards, Offer, Quote, Reflection, SelfCheck, Story, Text
from lessons.content.derivation import questions
from tests.lessons.content.test_article import PASTED
from tests.lessons.content.test_article_accounting import LINES, SOURCES

if TYPE_CHECKING:
    from lessons.content.blocks import Block
    from lessons.content.derivation import DraftCourse, DraftLesson

pytestmark = pytest.mark.once

SENTENCE = "De klok in de gang liep een kwartier voor en niemand zette hem gelijk die winter. "
LONG = (SENTENCE * 5).strip()  # 80 words: enough for a lesson of its own.


def derive(source: str, form: article.Form = "text") -> DraftCourse:
    return derivation.derive(article.parse(source, form))


def lessons(draft: DraftCourse) -> list[DraftLesson]:
    return [lesson for module in draft.modules for lesson in module.lessons]


def all_blocks(draft: DraftCourse) -> list[Block]:
    return [block for lesson in lessons(draft) for block in lesson.blocks]


def only(draft: DraftCourse, kind: type[Block]) -> Block:
    (block,) = [block for block in all_blocks(draft) if isinstance(block, kind)]
    return block


def sections(*words: int) -> str:
    """An article with a section of so many words for each figure."""
    rows = ["Een klok in de gang", LONG]
    for number, size in enumerate(words, start=1):
        body = " ".join(f"woord{at}" for at in range(size))
        rows += [f"Sectie nummer {number}", f"{body}." if size else ""]
    return "\n\n".join(row for row in rows if row)


def test_a_lesson_comes_from_each_section() -> None:
    draft = derive(sections(80, 90, 100))
    assert [lesson.title for lesson in lessons(draft)] == [
        "Een klok in de gang", "Sectie nummer 1", "Sectie nummer 2", "Sectie nummer 3",
    ]  # fmt: skip


def test_the_intro_of_an_untitled_article_is_a_lesson_under_its_title() -> None:
    draft = derive(f"avond\n\n{LONG}\n\nEen kop\n\n{LONG}\n")
    assert [lesson.title for lesson in lessons(draft)] == ["Avond", "Een kop"]


def test_a_section_of_60_words_stands_alone_and_one_of_59_joins_the_next() -> None:
    assert len(lessons(derive(sections(60, 80)))) == 3
    joined = lessons(derive(sections(59, 80)))
    assert [lesson.title for lesson in joined] == ["Een klok in de gang", "Sectie nummer 2"]


def test_a_last_section_that_is_too_short_joins_the_one_before() -> None:
    draft = derive(sections(80, 20))
    assert [lesson.title for lesson in lessons(draft)] == ["Een klok in de gang", "Sectie nummer 1"]
    last = lessons(draft)[1].blocks[0]
    assert isinstance(last, Text)
    assert "### Sectie nummer 2" in last.body


def test_a_long_section_is_split_between_paragraphs() -> None:
    source = "\n\n".join(["Een klok in de gang", *[LONG] * 24])
    draft = derive(source)
    assert [lesson.title for lesson in lessons(draft)] == [
        "Een klok in de gang (1)", "Een klok in de gang (2)", "Een klok in de gang (3)",
    ]  # fmt: skip
    assert lessons(draft)[0].slug == "een-klok-in-de-gang-1"
    assert {lesson.minutes for lesson in lessons(draft)} == {4}


def test_sub_headings_stay_in_the_lesson_of_their_section() -> None:
    source = f"# Titel\n\n{LONG}\n\n## Kop\n\n{LONG}\n\n### Onderkop\n\n{LONG}\n"
    draft = derive(source, "markdown")
    assert [lesson.title for lesson in lessons(draft)] == ["Titel", "Kop"]


def test_each_item_shares_its_card_with_the_remark_that_follows_it() -> None:
    cards = only(derive(PASTED), Cards)
    assert isinstance(cards, Cards)
    assert [card.title for card in cards.cards] == ["De grap", "De agenda", "De stilte"]
    assert [card.body.rpartition("\n\n")[2] for card in cards.cards] == [
        "Een grap houdt de avond gezellig.",
        "Een agenda geeft een goede reden.",
        "Een stilte lijkt voor de ander op rust.",
    ]
    assert cards.body == "Er zijn grofweg drie manieren:"
    assert "Samen hebben ze" not in blocks.text_of(cards)


def test_a_table_becomes_cards_that_name_its_columns() -> None:
    table = (
        "| Soort | Buiten | Binnen |\n|-|-|-|\n| Grap | licht | moe |\n| Stilte | kalm | vol |\n"
    )
    cards = only(derive(f"# Kop\n\n{LONG}\n\n{table}", "markdown"), Cards)
    assert isinstance(cards, Cards)
    assert cards.cards[1] == blocks.Card("Stilte", "- Buiten: kalm\n- Binnen: vol")


def test_statements_become_a_self_check_with_its_intro() -> None:
    check = only(derive(PASTED), SelfCheck)
    assert isinstance(check, SelfCheck)
    assert check.title == "Hoe merk je het?"
    assert len(check.statements) == 3
    assert check.body == "Vaak zie je het pas achteraf, zoals bij deze signalen:"


def test_a_case_becomes_a_story_told_of_its_person() -> None:
    case = "Neem het verhaal van Bram, 38 jaar. Hij kookte graag."
    story = only(derive(f"{LONG}\n\n{case}\n\nBram at alleen.\n\n{LONG}"), Story)
    assert isinstance(story, Story)
    assert (story.title, story.invented) == ("Het verhaal van Bram", True)
    assert story.body == f"{case}\n\nBram at alleen."


def test_a_sub_heading_right_above_a_story_is_its_title() -> None:
    story = only(derive(PASTED), Story)
    assert isinstance(story, Story)
    assert story.title == "Toen ze wegging"


def test_a_quote_loses_its_marks_and_gains_its_speaker() -> None:
    quote = only(derive(f"{LONG}\n\n“Wie wacht, hoort de klok.” – Oma Truus\n\n{LONG}"), Quote)
    assert quote.as_json()["body"] == "Wie wacht, hoort de klok."
    assert quote.as_json()["source"] == "Oma Truus"


def test_a_call_to_action_becomes_an_offer_at_the_end() -> None:
    draft = derive(PASTED)
    assert isinstance(all_blocks(draft)[-1], Offer)
    assert all_blocks(draft)[-1].as_json()["title"] == "Wil je hier rustig mee verder?"


def test_every_lesson_proposes_one_reflection() -> None:
    for lesson in lessons(derive(sections(80, 90, 20, 2000))):
        assert sum(isinstance(block, Reflection) for block in lesson.blocks) == 1


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Hoe merk je het?", "Hoe merk je het? Wat zie je daarvan bij jezelf?"),
        ("Wat is twijfel?", "Wat is twijfel? Wat is jouw antwoord?"),
        ("Waarom de klok stilstaat", "Waarom de klok stilstaat: wat herken je daarvan?"),
        ("De klok: tijd die niemand telt", "Wat herken je bij jezelf in ‘tijd die niemand telt’?"),
        ("De klok ontrafeld: de conclusie", "Wat neem je mee uit wat je net las?"),
        ("Inleiding", "Wat hoop je hier te vinden?"),
        ("", questions.WITHOUT_HEADING),
        ("x" * 400, questions.WITHOUT_HEADING),
    ],
)
def test_the_reflection_asks_about_the_heading(heading: str, question: str) -> None:
    assert questions.question(heading) == question


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(1, [1]), (2, [2]), (5, [5]), (6, [3, 3]), (7, [4, 3]), (11, [4, 3, 4]), (16, [4, 4, 4, 4])],
)
def test_modules_hold_three_to_five_lessons(count: int, sizes: list[int]) -> None:
    draft = derive(sections(*[80] * (count - 1)))
    assert sorted(len(module.lessons) for module in draft.modules) == sorted(sizes)


def test_a_module_is_named_by_the_short_part_of_its_first_heading() -> None:
    draft = derive(f"De klok: tijd die niemand telt\n\n{LONG}\n\nNog een kop\n\n{LONG}")
    assert [module.title for module in draft.modules] == ["De klok"]


def test_a_module_that_begins_with_the_article_itself_does_not_carry_its_title() -> None:
    draft = derive(sections(80, 90))
    assert [module.title for module in draft.modules] == ["Deel 1"]
    long = derive("\n\n".join(["Een klok in de gang", *[LONG] * 120]))
    assert [module.title for module in long.modules] == ["Deel 1", "Deel 2", "Deel 3"]
    many = derive(sections(*[80] * 7))
    assert [module.title for module in many.modules] == ["Deel 1", "Sectie nummer 4"]


@pytest.mark.parametrize(("words", "minutes"), [(60, 1), (180, 1), (181, 2), (360, 2), (361, 3)])
def test_a_lesson_takes_a_minute_for_each_180_words_begun_those_of_lists_too(
    words: int, minutes: int
) -> None:
    assert lessons(derive(sections(80, words)))[2].minutes == minutes
    listed = "\n".join(f"- {' '.join(f'woord{n}x{at}' for at in range(20))}" for n in range(20))
    source = f"# Titel\n\n{LONG}\n\n## Kop\n\n{listed}\n"
    assert lessons(derive(source, "markdown"))[1].minutes == 3


def test_an_article_of_which_nothing_is_left_gives_no_modules() -> None:
    assert derive("© 2024 De Kade").modules == ()


@pytest.mark.slow
@settings(max_examples=150)
@given(SOURCES, st.sampled_from(["text", "markdown", "html"]))
@example("woord " * 40_000, "text")
@example("x" * 300_000, "text")
@example("\n\n".join(["- * # > [a](b) <c> & 1. \x07"] * 300), "text")
@example("\n\n".join(f"“Citaat nummer {n}.”" for n in range(300)), "text")
def test_every_draft_is_valid_uses_every_passage_and_is_always_the_same(
    source: str, form: article.Form
) -> None:
    parsed = article.parse(source, form)
    draft = derivation.derive(parsed)
    assert derivation.derive(parsed) == draft
    used = {key for block in all_blocks(draft) for key in block.passages}
    assert used == {passage.key for passage in parsed.passages}
    ids = [block.id for block in all_blocks(draft)]
    slugs = [lesson.slug for lesson in lessons(draft)]
    assert len(set(ids)) == len(ids)
    assert len(set(slugs)) == len(slugs)
    for lesson in lessons(draft):
        stored = blocks.many_as_json(lesson.blocks)
        assert blocks.many_from_json(stored) == lesson.blocks
        assert lesson.minutes >= 1
        assert lesson.title.strip()


@given(st.one_of(LINES, st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))))
@example("1. geen lijst * geen _nadruk_ [geen](link) <b>geen</b> &amp; # > - + ::: `code`")
@example("::: text")
@example("# geen kop")
def test_escaped_text_shows_exactly_its_own_characters(text: str) -> None:
    shown = richtext.to_html(richtext.escape(" ".join(text.split())))
    assert not set(shown.replace("<p>", "").replace("</p>", "")) & {"<", ">"}
    assert html.unescape(shown[3:-4]).split() == text.split()


def make_book(pages: int) -> str:
    """An article of so many pages: three headings and 500 words on each."""
    rows = []
    for page in range(pages):
        for section in range(3):
            words = [f"w{page}x{section}x{at}" for at in range(160)]
            rows.append(f"Kop {page} en {section}")
            rows += [" ".join(words[at : at + 40]) + "." for at in range(0, 160, 40)]
    return "\n\n".join(rows)


@pytest.mark.slow
def test_a_hundred_pages_are_derived_in_linear_time() -> None:
    """Within how many seconds is what the bench measures."""

    def seconds(pages: int) -> float:
        source = make_book(pages)
        runs = []
        for _ in range(3):
            start = time.process_time()
            derive(source)
            runs.append(time.process_time() - start)
        return min(runs)

    ten, hundred = seconds(10), seconds(100)
    assert hundred < 20 * ten


def test_the_printed_form_holds_exactly_what_was_promised() -> None:
    parsed = article.parse(PASTED, "text")
    data = derivation.as_json(parsed, derivation.derive(parsed))
    assert set(data) == {"passages", "left_out", "lessons"}
    assert set(data["passages"][0]) == {"key", "kind", "section", "text"}
    assert set(data["left_out"][0]) == {"text", "reason"}
    assert set(data["lessons"][0]) == {"title", "minutes", "blocks"}
    assert set(data["lessons"][0]["blocks"][0]) == {"type", "passages"}
