"""The practice's own pages: saved without loss, published in one step, brought back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation

from courseapp.accounts.models import AuditEntry, User
from lessons.content import site_pages, site_texts, site_words
from lessons.content.models import PageText, PageVersion
from lessons.content.site_texts import IDENTITY, Identity, InvalidPage, Plain
from tests.counting import counting
from tests.factories import NOW, make_reader
from tests.racing import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lessons.content.site_pages import State

pytestmark = pytest.mark.django_db
PLACE = {"name": "about", "language": "nl"}


@pytest.fixture(autouse=True)
def in_dutch() -> Iterator[None]:
    """Whatever language the test before this one spoke."""
    with translation.override("nl"):
        yield


def titled(title: str, name: str = "about", language: str = "nl") -> Plain:
    words = site_words.of(name, language)
    assert isinstance(words, Plain)
    return replace(words, title=title)


def save(title: str, *, version: int, by: User | None = None) -> State:
    return site_pages.save(**PLACE, version=version, words=titled(title), by=by, now=NOW)


def publish(*, version: int, note: str = "", by: User | None = None) -> State:
    return site_pages.publish(**PLACE, version=version, note=note, by=by, now=NOW)


def restore(number: int, *, live: int) -> State:
    return site_pages.restore(**PLACE, number=number, live=live, by=None, now=NOW)


def title_readers_see(language: str = "nl") -> str:
    words = site_pages.live("about", language=language)["about"]
    assert isinstance(words, Plain)
    return words.title


def acts() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("act", flat=True))


def test_untouched_it_says_what_it_came_with_in_both_languages() -> None:
    assert title_readers_see("nl") == "Over Ik kies jou"
    assert title_readers_see("en") == "About Ik kies jou"
    assert not PageText.objects.exists()


def test_what_is_saved_is_seen_once_it_is_published_and_in_that_language_alone() -> None:
    staff = make_reader(is_staff=True)
    saved = save("Wie wij zijn", version=0, by=staff)
    assert (saved.version, saved.is_changed, title_readers_see()) == (1, True, "Over Ik kies jou")
    state = publish(version=1, note="  Beter  zo ", by=staff)
    assert (state.live_number, state.is_changed) == (1, False)
    assert title_readers_see() == "Wie wij zijn"
    assert title_readers_see("en") == "About Ik kies jou"
    version = PageVersion.objects.get()
    assert (version.note, version.published_by, version.published_at) == ("Beter zo", staff, NOW)
    assert acts() == ["page.saved", "page.published"]


def test_saving_the_same_changes_nothing() -> None:
    assert save("Over Ik kies jou", version=0).version == 0
    save("Anders", version=0)
    assert save("Anders", version=0).version == 1
    assert acts() == ["page.saved"]


def test_the_second_of_two_is_told_and_nothing_is_written_over() -> None:
    save("Van Anna", version=0)
    with pytest.raises(site_pages.ChangedMeanwhile):
        save("Van Bert", version=0)
    assert site_pages.state(**PLACE).draft == titled("Van Anna")


def test_one_publishes_what_one_has_seen() -> None:
    save("Eén", version=0)
    save("Twee", version=1)
    with pytest.raises(site_pages.ChangedMeanwhile):
        publish(version=1)
    assert title_readers_see() == "Over Ik kies jou"


def test_there_has_to_be_something_to_publish_and_it_has_to_be_whole() -> None:
    with pytest.raises(site_pages.NothingToPublish):
        publish(version=0)
    save("", version=0)
    with pytest.raises(site_pages.UnfinishedPage, match="Kop"):
        publish(version=1)
    save("Over Ik kies jou", version=1)
    with pytest.raises(site_pages.NothingToPublish):
        publish(version=2)


@pytest.mark.parametrize("note", ["a" * 301, "nul\x00"])
def test_a_note_that_does_not_fit_is_refused(note: str) -> None:
    save("Nieuw", version=0)
    with pytest.raises(InvalidPage):
        publish(version=1, note=note)


def test_an_old_version_comes_back_as_a_new_one() -> None:
    for number, title in enumerate(["Eén", "Twee"]):
        save(title, version=number)
        publish(version=number + 1)
    with pytest.raises(site_pages.ChangedMeanwhile):
        restore(1, live=1)
    state = restore(1, live=2)
    assert (state.live_number, title_readers_see(), state.is_changed) == (3, "Eén", False)
    assert restore(0, live=3).live_number == 4
    assert title_readers_see() == "Over Ik kies jou"
    with pytest.raises(site_pages.NothingToPublish):
        restore(0, live=4)
    numbers = [version.number for version in site_pages.history(**PLACE)]
    assert numbers == [4, 3, 2, 1]


def test_bringing_back_leaves_what_was_not_published() -> None:
    save("Eén", version=0)
    publish(version=1)
    save("Nog bezig", version=1)
    state = restore(0, live=1)
    assert (state.draft, title_readers_see()) == (titled("Nog bezig"), "Over Ik kies jou")


def test_changes_can_be_let_go() -> None:
    save("Eén", version=0)
    publish(version=1)
    save("Twee", version=1)
    with pytest.raises(site_pages.ChangedMeanwhile):
        site_pages.drop_changes(**PLACE, version=1, by=None, now=NOW)
    state = site_pages.drop_changes(**PLACE, version=2, by=None, now=NOW)
    assert (state.draft, state.is_changed) == (titled("Eén"), False)


@pytest.mark.parametrize("number", [1, 99, 10**30])
def test_a_version_that_is_not_there_is_refused(number: int) -> None:
    with pytest.raises(site_pages.PageVersionNotFound):
        site_pages.words_of(**PLACE, number=number)


@pytest.mark.parametrize(
    ("name", "language"),
    [("nergens", "nl"), ("about", "de"), ("about", ""), (IDENTITY, "nl"), ("home\x00", "nl")],
)
def test_a_page_that_is_not_there_is_refused(name: str, language: str) -> None:
    for ask in (site_pages.state, site_pages.history):
        with pytest.raises(site_pages.PageNotFound):
            ask(name=name, language=language)
    with pytest.raises(site_pages.PageNotFound):
        site_pages.save(
            name=name, language=language, version=0, words=titled("Nieuw"), by=None, now=NOW
        )


@pytest.mark.parametrize(
    "content", [{}, [], "tekst", None, 7, {"title": ["geen"]}, {"title": "", "body": "Tekst"}]
)
def test_what_cannot_be_shown_gives_way_to_what_the_site_came_with(content: Any) -> None:
    save("Nieuw", version=0)
    publish(version=1)
    PageVersion.objects.update(content=content if content is not None else "")
    PageText.objects.update(draft=content if content is not None else "")
    assert title_readers_see() == "Over Ik kies jou"
    assert site_pages.state(**PLACE).live == site_words.of("about", "nl")


def test_reading_asks_one_query_however_many_pages_and_versions() -> None:
    for number in range(3):
        save(f"Titel {number}", version=number)
        publish(version=number + 1)
    for _ in range(2):
        with counting() as reading:
            site_pages.live("about", "home", IDENTITY, language="nl")
        assert int(reading) == 1, reading


def test_the_overview_asks_one_query_and_names_every_page() -> None:
    save("Nieuw", version=0)
    publish(version=1)
    with counting() as asked:
        states = site_pages.overview()
    assert int(asked) == 1, asked
    assert len(states) == 11
    assert (states[-1].name, states[-1].language) == (IDENTITY, "")
    assert [state.name for state in states if state.live_number] == ["about"]


def test_the_language_of_who_works_here_does_not_decide_what_a_page_says() -> None:
    with translation.override("en"):
        assert site_pages.state(**PLACE).draft == titled("Over Ik kies jou")


def test_the_details_go_the_same_way() -> None:
    words = Identity(name="De praktijk")
    place = {"name": IDENTITY, "language": ""}
    site_pages.save(**place, version=0, words=words, by=None, now=NOW)
    site_pages.publish(**place, version=1, note="", by=None, now=NOW)
    assert site_pages.live(IDENTITY, language="nl")[IDENTITY] == words
    state = site_pages.restore(**place, number=0, live=1, by=None, now=NOW)
    assert state.live == Identity()
    assert site_texts.unfinished(Identity()) == ()


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_save_first_at_once_one_is_written_and_seven_are_told() -> None:
    answers = at_once(lambda number: save(f"Titel {number}", version=0))
    refused = [one for one in answers if isinstance(one, site_pages.ChangedMeanwhile)]
    assert len(refused) == 7
    assert site_pages.state(**PLACE).version == 1


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_guard_eight_are_written_over_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(site_pages, "_refuse_other_version", lambda _row, _version: None)
    answers = at_once(lambda number: save(f"Titel {number}", version=0))
    assert not [one for one in answers if isinstance(one, Exception)]
    assert site_pages.state(**PLACE).version == 8
