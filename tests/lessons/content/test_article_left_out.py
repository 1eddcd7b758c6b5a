"""What copied text holds beside its article, and the reason each is left out with."""

from __future__ import annotations

import pytest

from tests.lessons.content.test_article import PASTED, find, left_out, parse

pytestmark = pytest.mark.once


def test_pictures_tails_and_copyright_are_left_out_with_a_reason() -> None:
    parsed = parse(PASTED)
    reasons = left_out(parsed)
    assert reasons["avond"] == "picture caption"
    assert reasons["lege-stoel"] == "picture caption"
    assert reasons["Lees hier verder:"] == "link to read on"
    assert reasons["© 2023 Een kleine praktijk"] == "copyright line"
    assert [one.text for one in parsed.left_out].count("avond") == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Lees ook: Hoe weet je of het liefde is?", "link to read on"),
        ("Lees meer over twijfel »", "link to read on"),
        ("Geschreven door Kim de Boer", "byline or date"),
        ("14 februari 2024", "byline or date"),
        ("Leestijd: 6 minuten", "byline or date"),
        ("Facebook Twitter LinkedIn WhatsApp", "navigation"),
        ("Foto: Kim de Boer / Unsplash", "picture caption"),
        ("IMG_2041.jpg", "picture caption"),
        ("Privacyverklaring | Algemene voorwaarden", "page footer"),
        ("* * *", "no words"),
    ],
)
def test_what_a_page_leaves_in_copied_text_is_left_out(line: str, reason: str) -> None:
    parsed = parse(f"Een gewone zin vooraf.\n\n{line}\n\nEen gewone zin erna.")
    assert [(one.text, one.reason) for one in parsed.left_out] == [(line, reason)]


def test_the_paragraph_before_a_tail_stays() -> None:
    assert find(parse(PASTED), "Het hoeft niet").text == "Het hoeft niet elke dag zo te zijn."


def test_what_was_left_out_knows_the_passage_before_it() -> None:
    parsed = parse(PASTED)
    tail = next(one for one in parsed.left_out if one.text == "Lees hier verder:")
    assert tail.after == find(parsed, "Het hoeft niet").key


def test_a_menu_above_an_article_is_navigation() -> None:
    parsed = parse("Home\nOver ons\nContact\n\nBang in het donker\n\nEen zin over het donker.")
    assert [p.text for p in parsed.passages] == ["Bang in het donker", "Een zin over het donker."]
    assert left_out(parsed)["Over ons"] == "navigation"


def test_the_title_said_again_is_left_out() -> None:
    parsed = parse("Een lege stoel\n\nEen zin.\n\nEen lege stoel\n\nNog een zin.")
    assert parsed.title == "Een lege stoel"
    assert [one.reason for one in parsed.left_out] == ["repeated title"]


def test_a_single_lower_case_word_within_text_is_kept() -> None:
    parsed = parse("Een zin.\nnee\nNog een zin.")
    assert "nee" in [passage.text for passage in parsed.passages]


def test_a_table_of_contents_is_left_out() -> None:
    body = "Een zin die lang genoeg is om onder een kop te staan, met een punt."
    source = f"# De klok\n\n- Eerst\n- Daarna\n\n## Eerst\n\n{body}\n\n## Daarna\n\n{body}\n"
    parsed = parse(source, "markdown")
    assert [one.text for one in parsed.left_out] == ["Eerst", "Daarna"]
    assert {one.reason for one in parsed.left_out} == {"table of contents"}
