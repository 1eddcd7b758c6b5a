"""What a page may hold: one definition, and a sentence for what does not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lessons.content import richtext, site_texts, site_words
from lessons.content.blocks import Card
from lessons.content.site_texts import IDENTITY, KINDS, Home, Identity, InvalidPage, Plain

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.once

LANGUAGES = ("nl", "en")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@pytest.fixture(autouse=True)
def in_dutch() -> Iterator[None]:
    """Whatever language the test before this one spoke."""
    with translation.override("nl"):
        yield


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", KINDS)
def test_the_words_the_site_comes_with_are_whole_and_read_back_equal(
    name: str, language: str
) -> None:
    words = site_words.of(name, language)
    assert site_texts.unfinished(words) == ()
    assert site_texts.from_json(KINDS[name], site_texts.as_json(words)) == words


@pytest.mark.parametrize("name", site_texts.NAMES)
def test_each_language_has_words_of_its_own(name: str) -> None:
    dutch, english = (site_texts.as_json(site_words.of(name, one)) for one in LANGUAGES)
    assert [field for field in dutch if dutch[field] == english[field]] in ([], ["title"])


@pytest.mark.parametrize("name", ["about", "contact", "privacy", "terms"])
def test_running_text_becomes_headings_and_paragraphs(name: str) -> None:
    words = site_words.of(name, "nl")
    assert isinstance(words, Plain)
    html = richtext.to_html(words.body)
    assert html.startswith("<h3>")
    assert "#" not in html


@given(st.sampled_from(sorted(KINDS)), JSON)
def test_whatever_is_stored_is_read_or_refused_with_sentences(name: str, data: Any) -> None:
    problems: dict[str, str] = {}
    try:
        site_texts.from_json(KINDS[name], data)
    except InvalidPage as error:
        problems = error.problems
    assert all(problems.values())


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from([*Home.__dataclass_fields__]), JSON))
def test_any_value_of_any_field_is_read_or_refused(data: dict[str, Any]) -> None:
    try:
        words = site_texts.from_json(Home, data)
    except InvalidPage:
        return
    assert site_texts.from_json(Home, site_texts.as_json(words)) == words


@pytest.mark.parametrize(
    ("value", "part"),
    [("a" * 301, "300"), ("nul\x00byte", "tekens"), (["geen"], "past niet"), (7, "past niet")],
)
def test_what_does_not_fit_is_told_by_field(value: object, part: str) -> None:
    with pytest.raises(InvalidPage) as refused:
        site_texts.from_json(Plain, {"title": value, "body": "Tekst."})
    assert list(refused.value.problems) == ["title"]
    assert part in refused.value.problems["title"]


def test_the_front_page_has_three_steps() -> None:
    words = site_words.of("home", "nl")
    assert isinstance(words, Home)
    two = replace(words, steps=words.steps[:2])
    assert site_texts.unfinished(two) == (site_texts.label(Home, "steps"),)
    four = site_texts.as_json(words) | {"steps": [{"title": "t", "body": "b"}] * 4}
    with pytest.raises(InvalidPage):
        site_texts.from_json(Home, four)


def test_an_empty_half_of_a_step_is_unfinished() -> None:
    words = site_words.of("home", "nl")
    assert isinstance(words, Home)
    half = replace(words, steps=(Card(title="Stap", body=""), *words.steps[1:]))
    assert site_texts.unfinished(half)


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("register", " 12 34 56.78", "12345678"),
        ("vat", "nl 1234.56.789.b01", "NL123456789B01"),
        ("email", "post@example.org", "post@example.org"),
        ("phone", "+31 (0)20 123 4567", "+31 (0)20 123 4567"),
        ("vat", "", ""),
    ],
)
def test_details_are_kept_in_their_own_form(field: str, written: str, kept: str) -> None:
    words = site_texts.from_json(KINDS[IDENTITY], {field: written})
    assert getattr(words, field) == kept


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("register", "1234567"),
        ("register", "123456789"),
        ("register", "１２３４５６７８"),
        ("vat", "NL123456789"),
        ("vat", "BE0123456789"),
        ("email", "post"),
        ("email", "a@b@c"),
        ("phone", "bel maar"),
        ("phone", "12345"),
        ("phone", "+31 20 123 4567 890 123 456"),
    ],
)
def test_details_of_another_form_are_refused(field: str, written: str) -> None:
    with pytest.raises(InvalidPage) as refused:
        site_texts.from_json(Identity, {field: written})
    assert list(refused.value.problems) == [field]


def test_a_number_is_dialled_without_what_is_for_the_eye() -> None:
    assert Identity(phone="+31 (0)20 123-4567").tel == "+31201234567"
    assert Identity(phone="020 123 4567").tel == "0201234567"


def test_a_change_shows_the_edges_of_what_stayed() -> None:
    long = "Een zin die blijft staan. " * 40
    old, new = (Plain(title="Kop", body=f"{long}{word} {long}") for word in ("oud", "nieuw"))
    (change,) = site_texts.changes(old, new)
    assert ("delete", "oud") in change.pieces
    assert len("".join(text for _op, text in change.short)) < len(long)
    assert site_texts.changes(old, old) == []
