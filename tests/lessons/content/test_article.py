"""What the parser recognises, in small articles of our own with the shapes of real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lessons.content import article

if TYPE_CHECKING:
    from lessons.content.article import Parsed, Passage

pytestmark = pytest.mark.once

PASTED = """avond

Wie laat op de bank blijft zitten, hoort soms iets wat overdag stil is. Daarover gaat dit.

“Soms is een dichte deur alleen maar een deur die klemt.”

Waar het begint

Veel mensen leren vroeg om zelf te zorgen. Dat lukt vaak jaren goed.

Er zijn grofweg drie manieren:

  1. De grap – Je maakt het licht voordat iemand vraagt hoe het is.

Een grap houdt de avond gezellig.

  1. De agenda – Er is steeds iets dat eerst moet, en daarna nog iets.

Een agenda geeft een goede reden.

  1. De stilte – Je zegt weinig en knikt, tot de ander ophoudt met vragen.

Een stilte lijkt voor de ander op rust.

Samen hebben ze iets gemeen: ze kosten weinig en duren lang.

avond

Hoe merk je het?

Vaak zie je het pas achteraf, zoals bij deze signalen:

  • Je kijkt op je telefoon als het stil wordt.
  • Je zegt ja en hoopt dat het niet doorgaat.
  • Je bent opgelucht als een afspraak vervalt.

Het hoeft niet elke dag zo te zijn. Lees hier verder:

lege-stoel

Toen ze wegging

Neem het verhaal van Bram, 38 jaar. Hij kookte graag. Op een avond bleef haar bord leeg.

Hij zette het toch neer. Bram zei er niets over.

De meeste borden blijven gewoon in de kast.

👉 Wil je hier rustig mee verder? Kijk dan eens naar de training.

© 2023 Een kleine praktijk
"""


def parse(source: str, form: article.Form = "text") -> Parsed:
    return article.parse(source, form)


def texts(parsed: Parsed, kind: str) -> list[str]:
    return [passage.text for passage in parsed.passages if passage.kind == kind]


def left_out(parsed: Parsed) -> dict[str, str]:
    return {one.text: one.reason for one in parsed.left_out}


def find(parsed: Parsed, start: str) -> Passage:
    return next(passage for passage in parsed.passages if passage.text.startswith(start))


def test_a_short_line_between_blank_lines_is_a_heading() -> None:
    assert texts(parse(PASTED), "heading") == [
        "Waar het begint",
        "Hoe merk je het?",
        "Toen ze wegging",
    ]


def test_a_passage_stands_under_the_heading_above_it() -> None:
    parsed = parse(PASTED)
    heading = find(parsed, "Hoe merk je het?")
    assert find(parsed, "Je zegt ja").section == heading.key
    assert find(parsed, "Wie laat").section == ""


def test_a_paragraph_within_quotation_marks_is_a_quote() -> None:
    assert texts(parse(PASTED), "quote") == [
        "“Soms is een dichte deur alleen maar een deur die klemt.”"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "‘Wie wacht, hoort ’s nachts zijn eigen klok.’",
        '"Wie wacht, hoort zijn eigen klok."',
        "«Wie wacht, hoort zijn eigen klok.»",
        "„Wie wacht, hoort zijn eigen klok.”",
        "“Wie wacht, hoort zijn eigen klok.” – Oma Truus",
        "“Wie wacht, hoort zijn eigen klok.”\n– Oma Truus",
        "“Wie wacht, hoort zijn eigen klok.”\n\n– Oma Truus",
        "> Wie wacht, hoort zijn eigen klok.",
    ],
)
def test_quotes_come_in_many_marks(line: str) -> None:
    parsed = parse(f"Een gewone zin vooraf.\n\n{line}\n\nEen gewone zin erna.")
    assert [passage.kind for passage in parsed.passages] == ["paragraph", "quote", "paragraph"]


def test_speech_within_a_paragraph_is_no_quote() -> None:
    parsed = parse("“Kom je?” vroeg ze. Hij keek naar buiten. “Straks.”")
    assert [passage.kind for passage in parsed.passages] == ["paragraph"]


def test_statements_under_a_question_about_recognising_are_a_self_check() -> None:
    assert texts(parse(PASTED), "statement") == [
        "Je kijkt op je telefoon als het stil wordt.",
        "Je zegt ja en hoopt dat het niet doorgaat.",
        "Je bent opgelucht als een afspraak vervalt.",
    ]


def test_statements_may_be_in_the_first_person() -> None:
    lines = "- Ik tel de dagen.\n- Ik lees oude berichten.\n- Ik slaap met mijn telefoon."
    assert len(texts(parse(f"Herken je dit?\n\n{lines}"), "statement")) == 3


def test_a_list_of_what_you_will_learn_is_no_self_check() -> None:
    lines = "- Je leert kijken.\n- Je ontdekt wat je wilt.\n- Je krijgt een werkboek."
    parsed = parse(f"Wat levert het op?\n\n{lines}\n\nTot dan.")
    assert len(texts(parsed, "item")) == 3


def test_a_case_is_a_story_and_goes_on_about_its_person() -> None:
    stories = texts(parse(PASTED), "story")
    assert [story[:20] for story in stories] == ["Neem het verhaal van", "Hij zette het toch n"]


@pytest.mark.parametrize(
    "opening",
    [
        "Stel je Noor voor, 29 jaar. Ze woont boven een bakker.",
        "Het verhaal van Pim begint op een dinsdag.",
        "Neem bijvoorbeeld Els, die elke week belt.",
        "Lisa en Mark, beiden 35, wonen om beurten in het huis.",
        "Joris (52) rijdt op vrijdag een rondje om.",
        "Een vrouw uit mijn praktijk zette haar ring op de wasbak.",
        "Neem het verhaal van een man van begin veertig, verzonnen maar herkenbaar.",
    ],
)
def test_cases_open_in_many_ways(opening: str) -> None:
    assert [passage.kind for passage in parse(opening).passages] == ["story"]


def test_a_child_to_imagine_is_no_case() -> None:
    parsed = parse("Stel je een kind voor dat steeds opnieuw om hulp vraagt. Het leert iets.")
    assert [passage.kind for passage in parsed.passages] == ["paragraph"]


def test_a_pointing_hand_marks_a_call_to_action() -> None:
    parsed = parse(PASTED)
    assert texts(parsed, "call_to_action") == [
        "Wil je hier rustig mee verder? Kijk dan eens naar de training."
    ]
    assert left_out(parsed)["👉"] == "call to action mark"


@pytest.mark.parametrize(
    "line",
    [
        "Schrijf je nu in",
        "Wil je hulp? Boek een gesprek.",
        "Meld je aan voor de cursus",
        "Start de training",
        "Bestel het werkboek",
    ],
)
def test_a_line_that_reads_like_a_button_is_a_call_to_action(line: str) -> None:
    parsed = parse(f"Een gewone zin vooraf.\n\n{line}\n\nEen gewone zin erna.")
    assert texts(parsed, "call_to_action") == [line]


def test_an_arrow_alone_on_a_line_points_to_a_call_to_action() -> None:
    parsed = parse("Een gewone zin vooraf.\n\n→ Bekijk hier de training\n\nEen zin erna.")
    assert texts(parsed, "call_to_action") == ["Bekijk hier de training"]


def test_lists_within_lists_keep_their_depth() -> None:
    parsed = parse("Vooraf dit.\n\n- koffie\n    - zwart\n    - met melk\n- thee\n\nEn klaar.")
    items = [(p.text, p.level) for p in parsed.passages if p.kind == "item"]
    assert items == [("koffie", 1), ("zwart", 2), ("met melk", 2), ("thee", 1)]


def test_lines_broken_at_a_fixed_width_are_one_paragraph() -> None:
    source = (
        "Het was al laat toen de bus eindelijk kwam en\n"
        "iedereen die nog wachtte instapte zonder iets\n"
        "te zeggen tegen de chauffeur.\n"
    )
    assert len(parse(source).passages) == 1


def test_long_lines_without_blank_lines_are_paragraphs_under_headings() -> None:
    long = "Dit is een regel die doorloopt tot ver voorbij de rand van elk venster, " * 2
    parsed = parse(f"EERSTE KOP\n{long.strip()}.\n{long.strip()}.\nTweede kop\n{long.strip()}.\n")
    assert [p.kind for p in parsed.passages] == [
        "heading", "paragraph", "paragraph", "heading", "paragraph",
    ]  # fmt: skip


def test_numbered_lines_above_paragraphs_are_headings() -> None:
    body = "Hier staat een alinea die lang genoeg is om op zichzelf te staan, met een punt."
    lines = ["Twee tips", "Vooraf dit.", "1. Begin klein", body, "2. Stop op tijd", body]
    parsed = parse("\n\n".join(lines))
    assert texts(parsed, "heading") == ["Twee tips", "Begin klein", "Stop op tijd"]


def test_rows_parted_by_tabs_are_items() -> None:
    parsed = parse("Vooraf dit.\n\nDag\tWat\nmaandag\tbellen\ndinsdag\tniets\n")
    assert texts(parsed, "item") == ["Dag\tWat", "maandag\tbellen", "dinsdag\tniets"]


def test_an_article_without_headings_has_a_title_of_its_first_words() -> None:
    parsed = parse("Het was laat toen hij belde en niemand opnam. Ik sliep al.\n\nHij belde weer.")
    assert parsed.title == "Het was laat toen hij belde en niemand…"
    assert {p.kind for p in parsed.passages} == {"paragraph"}


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_line_ends_of_any_system_give_the_same_passages(ends: str) -> None:
    assert parse(PASTED.replace("\n", ends)) == parse(PASTED)


def test_invisible_characters_hide_nothing() -> None:
    parsed = parse("\ufeff\u200bavond\n\nEen zin.\n\n\u200eavond\n\n\u200f• punt een\n• punt twee")
    assert texts(parsed, "item") == ["punt een", "punt twee"]
    assert sum(one.reason == "picture caption" for one in parsed.left_out) == 2


def test_arabic_is_read_like_any_other_text() -> None:
    parsed = parse("كيف تعرف ذلك؟\n\nهذا نص قصير عن المساء.\n")
    assert [p.kind for p in parsed.passages] == ["heading", "paragraph"]


def test_a_nul_character_is_refused() -> None:
    with pytest.raises(article.NulCharacter):
        parse("een\0twee")
