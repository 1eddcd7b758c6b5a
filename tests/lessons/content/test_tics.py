"""Turns of phrase that give a text away."""

from __future__ import annotations

import pytest

from lessons.content import tics

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Stel je voor dat hij belt.", "Stel je voor"),
        ("Je twijfelt, en dat is oké.", "En dat is oké"),
        ("Weet dit: je bent niet alleen.", "Je bent niet alleen"),
        ("Een oude wond gaat open.", "wond"),
        ("Een jeugdtrauma speelt mee.", "trauma"),
        ("Zij is een narcist.", "narcist"),
        ("Dat triggert je.", "trigger"),
        ("Een toxische relatie.", "toxisch"),
    ],
)
def test_what_must_never_occur_is_seen(text: str, name: str) -> None:
    assert list(tics.found(text, tics.NEVER)) == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Het is niet je hoofd maar je hart.", "niet X maar Y"),
        ("Warm, veilig en dichtbij.", "drieslag"),
        ("Of het nu regent of waait.", "of het nu … of"),
        ("Het geheim van rust? Wachten.", "vraag met antwoord"),
        ("Rust – dat is het.", "gedachtestreepje"),
        ("Eén ding helpt: wachten.", "onthullende dubbele punt"),
        ("Omarm je twijfel.", "omarmen"),
        ("Dit nodigt je uit.", "uitnodigen"),
    ],
)
def test_what_to_look_at_twice_is_seen(text: str, name: str) -> None:
    assert list(tics.found(text, tics.LOOK_AT)) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Ze keek verwonderd op.",
        "Hij is vanavond alleen thuis.",
        "Kom je op tijd?",
        "Ik stel je morgen aan haar voor.",
    ],
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert tics.found(text, tics.NEVER) == {}
    assert tics.found(text, tics.LOOK_AT) == {}
