"""Both languages are complete: nothing on a page is left in the other one's words."""

from __future__ import annotations

import io

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo

from courseapp import catalogues

pytestmark = pytest.mark.once


@pytest.mark.slow
@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_sentence_of_code_and_templates_is_translated(language: str) -> None:
    kept = {(each.id, each.context) for each in catalogues.read(language) if each.id}
    wanted = {(each.id, each.context) for each in catalogues.collect() if each.id}

    assert sorted(map(str, wanted - kept)) == [], "run: make messages"


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_translation_is_missing_or_guessed(language: str) -> None:
    assert [each.id for each in catalogues.missing(catalogues.read(language))] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_translation_is_left_of_a_sentence_that_is_gone(language: str) -> None:
    kept = {(each.id, each.context) for each in catalogues.read(language) if each.id}
    wanted = {(each.id, each.context) for each in catalogues.collect() if each.id}

    assert sorted(map(str, kept - wanted)) == [], "run: make messages"


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translations_fill_in_the_same_values(language: str) -> None:
    wrong = catalogues.mismatched(catalogues.read(language))

    assert [(each.id, each.string) for each in wrong] == []


def test_a_lost_placeholder_is_noticed() -> None:
    catalogue = Catalog(locale="nl")
    catalogue.add("%(count)s lessons of {course}", "%(count)s lessen")
    catalogue.add(("one day", "%(count)s days"), ("één dag", "%(count)s dagen"))

    assert [each.id for each in catalogues.mismatched(catalogue)] == [
        "%(count)s lessons of {course}"
    ]


def test_a_missing_plural_form_is_noticed() -> None:
    catalogue = Catalog(locale="nl")
    catalogue.add(("a lesson", "%(count)s lessons"), ("een les", ""))

    assert len(catalogues.missing(catalogue)) == 1


def test_a_guessed_translation_counts_as_missing() -> None:
    message = Message("Begin", "Start", flags={"fuzzy"})
    catalogue = Catalog(locale="nl")
    catalogue["Begin"] = message

    assert catalogues.missing(catalogue) == [message]


def said(catalogue: Catalog) -> dict[str, list[str]]:
    """Sentence to translation; a plural is two of each."""
    return {str(_listed(each.id)): _listed(each.string) for each in catalogue if each.id}


def _listed(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text)  # type: ignore[call-overload]


def test_compiling_gives_what_the_source_says() -> None:
    catalogues.compile_all()

    for language in catalogues.LANGUAGES:
        compiled = catalogues.file_of(language).with_suffix(".mo").read_bytes()
        assert said(read_mo(io.BytesIO(compiled))) == said(catalogues.read(language))


def test_compiling_again_does_nothing() -> None:
    catalogues.compile_all()

    assert catalogues.compile_all() == []
