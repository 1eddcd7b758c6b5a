"""*Pagina's*: written, compared, published and brought back, by form and without scripts."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from courseapp.accounts.models import AuditEntry
from lessons.content import site_pages
from lessons.content.models import PageText, PageVersion
from lessons.content.site_texts import IDENTITY
from lessons.desk.site_pages import attention
from tests.counting import counting
from tests.factories import NOW, make_reader
from tests.lessons.pages.opening import address, browser_of, links, the, tree

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
ABOUT = ("about", "nl")


def staff() -> Client:
    return browser_of(make_reader(is_staff=True))


def owner() -> Client:
    return browser_of(make_reader(is_staff=True, is_owner=True))


def page(act: str = "", *more: object, place: tuple[str, ...] = ABOUT) -> str:
    return address(f"desk:site_page{act and '_'}{act}", *place, *more)


def filled(response: Response, form: str = "main form") -> dict[str, Any]:
    """What the form would send as it stands."""
    found: dict[str, Any] = {}
    for node in the(tree(response), form).css("input, textarea"):
        name = node.attributes.get("name")
        if name and node.attributes.get("type") != "checkbox":
            value = node.text() if node.tag == "textarea" else node.attributes.get("value")
            found[name] = (value or "").removeprefix("\n")
    return found


def write(browser: Client, url: str = "", **fields: str) -> Response:
    url = url or page()
    return browser.post(url, filled(browser.get(url)) | fields)


def publish(browser: Client, url: str = "", **fields: str) -> Response:
    url = url or page("publish")
    return browser.post(url, filled(browser.get(url)) | fields)


def test_the_list_names_every_page_in_both_languages_and_how_it_stands() -> None:
    browser = staff()
    write(browser, title="Wie wij zijn")
    with counting() as asked:
        response = browser.get(address("desk:site_pages"))
    assert int(asked) <= 3, asked
    for name in ("home", "about", "contact", "privacy", "terms"):
        assert {page(place=(name, "nl")), page(place=(name, "en"))} <= links(response)
    assert page("publish") in links(response)
    assert address("desk:identity") not in links(response)


def test_from_form_to_live_and_back_again() -> None:
    browser = staff()
    response = write(browser, title="Wie wij zijn", publish="1")
    assert response["Location"] == page("publish")
    comparison = browser.get(page("publish")).content.decode()
    assert "<del>Over</del><ins>Wie</ins>" in comparison
    assert "Wie wij zijn" not in browser_of().get(address("about")).content.decode()
    publish(browser, note="Zo heet het")
    assert the(tree(browser_of().get(address("about"))), "h1").text() == "Wie wij zijn"
    history = browser.get(page("history"))
    assert "Zo heet het" in history.content.decode()
    assert {page("version", 1), page("version", 0)} <= links(history)
    sent = filled(browser.get(page("version", 0)))
    assert browser.post(page("version", 0), sent)["Location"] == page("history")
    assert the(tree(browser_of().get(address("about"))), "h1").text() == "Over Ik kies jou"
    written = AuditEntry.objects.order_by("pk").values_list("act", flat=True)
    assert list(written) == ["page.saved", "page.published", "page.published"]


@pytest.mark.parametrize("name", ["home", "about", "contact", "privacy", "terms"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_sending_the_form_as_it_stands_changes_nothing(name: str, language: str) -> None:
    assert write(staff(), page(place=(name, language))).status_code == HTTPStatus.FOUND
    assert not site_pages.state(name=name, language=language).is_changed
    assert not AuditEntry.objects.exists()


def test_windows_line_ends_are_no_change() -> None:
    browser = staff()
    sent = filled(browser.get(page(place=("privacy", "nl"))))
    sent["body"] = sent["body"].replace("\n", "\r\n")
    browser.post(page(place=("privacy", "nl")), sent)
    assert not PageText.objects.filter(version__gt=0).exists()


def test_lines_and_steps_of_the_front_page_reach_readers() -> None:
    browser, place = staff(), ("home", "nl")
    fields = {"who": "Eén.\n\n  Twee. \n", "steps-2-title": "Derde", "steps-2-body": "**Zo.**"}
    write(browser, page(place=place), **fields)
    publish(browser, page("publish", place=place))
    home = tree(browser_of().get("/"))
    assert [node.text() for node in home.css(".recognise li")] == ["Eén.", "Twee."]
    assert the(home, ".threesteps li:last-child strong").text() == "Zo."


def test_a_second_person_sees_both_texts_and_decides() -> None:
    anna, bert = staff(), staff()
    of_bert = filled(bert.get(page())) | {"title": "Van Bert"}
    write(anna, title="Van Anna")
    response = bert.post(page(), of_bert)
    assert response.status_code == HTTPStatus.PRECONDITION_FAILED
    html = response.content.decode()
    assert "<del>Anna</del><ins>Bert</ins>" in html
    assert filled(response)["title"] == "Van Bert"
    assert "Van Anna" in str(PageText.objects.get().draft)
    assert bert.post(page(), filled(response)).status_code == HTTPStatus.FOUND
    assert "Van Bert" in str(PageText.objects.get().draft)


def test_what_does_not_fit_stays_in_the_form_with_a_sentence_beside_it() -> None:
    browser = staff()
    response = write(browser, title="a" * 301, lead="nul\x00")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert filled(response)["title"] == "a" * 301
    assert the(tree(response), "#p-title").text().startswith("Dit is te lang")
    assert "f-title" in {
        node.attributes.get("id") for node in tree(response).css("[aria-invalid=true]")
    }
    assert not PageText.objects.exists()


def test_a_form_that_arrives_in_half_is_refused() -> None:
    browser = staff()
    whole = filled(browser.get(page()))
    for name in whole:
        if name != "csrfmiddlewaretoken":
            sent = {key: value for key, value in whole.items() if key != name}
            assert browser.post(page(), sent).status_code == HTTPStatus.BAD_REQUEST
    for version in ("", "x", "9" * 5000, "1.5", "\x00"):
        sent = whole | {"version": version, "title": "Nieuw"}
        assert browser.post(page(), sent).status_code == HTTPStatus.BAD_REQUEST
    assert not PageText.objects.exists()


@pytest.mark.parametrize("version", ["-1", "7", "1" * 40])
def test_a_version_nobody_made_is_somebody_else_s(version: str) -> None:
    response = write(staff(), title="Nieuw", version=version)
    assert response.status_code == HTTPStatus.PRECONDITION_FAILED
    assert not site_pages.state(name="about", language="nl").is_changed


def test_five_megabytes_and_thousands_of_fields_are_refused() -> None:
    browser = staff()
    sent = filled(browser.get(page()))
    for more in ({"body": "a" * 5_000_000}, {f"veld{number}": "" for number in range(7000)}):
        assert browser.post(page(), sent | more).status_code in {400, 413}
    assert not PageText.objects.exists()


@pytest.mark.parametrize("place", [("nergens", "nl"), ("about", "de"), (IDENTITY, "nl")])
def test_pages_that_are_not_there_are_not_found(place: tuple[str, str]) -> None:
    browser = staff()
    for url in (
        page(place=place),
        page("publish", place=place),
        page("history", place=place),
        page("preview", place=place),
        page("version", 1, place=place),
    ):
        assert browser.get(url).status_code == HTTPStatus.NOT_FOUND
    for act in ("publish", "drop"):
        sent = {"version": "1"}
        assert browser.post(page(act, place=place), sent).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("number", [7, 10**25])
def test_a_version_that_is_not_there_is_not_found(number: int) -> None:
    browser = staff()
    assert browser.get(page("version", number)).status_code == HTTPStatus.NOT_FOUND
    sent = {"live": "0"}
    assert browser.post(page("version", number), sent).status_code == HTTPStatus.NOT_FOUND


def test_without_its_number_nothing_is_published_dropped_or_brought_back() -> None:
    browser = staff()
    write(browser, title="Nieuw")
    for url in (page("publish"), page("drop"), page("version", 0)):
        assert browser.post(url, {}).status_code == HTTPStatus.BAD_REQUEST
    assert not PageVersion.objects.exists()


def test_what_readers_need_is_asked_for_before_publishing() -> None:
    browser = staff()
    write(browser, title="", body="")
    response = browser.get(page("publish"))
    assert "Publiceren kan pas als dit is ingevuld: Kop, Tekst." in response.content.decode()
    assert browser.post(page("publish"), {"version": "1"}).status_code == HTTPStatus.CONFLICT


def test_changes_are_let_go_by_a_button() -> None:
    browser = staff()
    write(browser, title="Nieuw")
    sent = filled(browser.get(page("publish")), "details form")
    assert browser.post(page("drop"), sent)["Location"] == page()
    assert not site_pages.state(name="about", language="nl").is_changed


@pytest.mark.parametrize("name", ["home", "about", "contact", "privacy", "terms"])
def test_a_preview_is_the_reader_s_page_with_the_working_copy_and_changes_nothing(
    name: str,
) -> None:
    browser, place = staff(), (name, "en")
    write(browser, page(place=place), title="Only a draft")
    response = browser.get(page("preview", place=place))
    html = tree(response)
    assert the(html, "h1").text() == "Only a draft"
    assert the(html, "html").attributes["lang"] == "en"
    assert the(html, ".foot")
    assert "no-store" in response["Cache-Control"]
    assert "Only a draft" not in browser_of().get(address(name)).content.decode()


def test_written_markup_is_text() -> None:
    browser = staff()
    write(browser, title="<script>x</script>", body="<b onclick=y>[a](javascript:alert(1))</b>")
    publish(browser)
    for response in (browser_of().get(address("about")), browser.get(page("history"))):
        html = response.content.decode()
        assert "<script>x" not in html
        assert "<b onclick" not in html
        assert 'href="javascript' not in html


def test_forged_forms_are_refused() -> None:
    browser = browser_of(make_reader(is_staff=True), checks_forms=True)
    for url in (page(), page("publish"), page("drop"), page("version", 0)):
        assert browser.post(url, {}).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("act", ["", "publish", "history"])
def test_pages_ask_the_same_however_much_was_published(act: str) -> None:
    browser = staff()
    counts = []
    for number in range(3):
        write(browser, title=f"Titel {number}")
        publish(browser)
        with counting() as asked:
            browser.get(page(act))
        counts.append(int(asked))
    assert len(set(counts)) == 1
    assert counts[0] <= 4


def test_the_details_are_the_owner_s_and_stand_on_the_contact_page() -> None:
    browser = owner()
    url, details = address("desk:identity"), address("desk:identity_publish")
    assert staff().get(url).status_code == HTTPStatus.FORBIDDEN
    response = write(browser, url, register="123", vat="x")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert {"p-register", "p-vat"} <= {
        node.attributes.get("id") for node in tree(response).css(".error")
    }
    sent = {"name": "De praktijk", "register": "1234 5678", "vat": "nl123456789b01",
            "address": "Straat 1, 1234 AB Stad", "phone": "+31 (0)20 123 45 67"}  # fmt: skip
    write(browser, url, **sent)
    publish(browser, details)
    contact = browser_of().get(address("contact"))
    assert "tel:+31201234567" in links(contact)
    for name in ("home", "about", "contact", "privacy", "terms"):
        foot = the(tree(browser_of().get(address(name))), ".foot").text()
        assert "12345678" in foot
        assert "NL123456789B01" in foot
    assert address("desk:identity") in links(browser.get(address("desk:site_pages")))
    assert browser.get(address("desk:identity_history")).status_code == HTTPStatus.OK
    assert browser.get(address("desk:identity_version", 1)).status_code == HTTPStatus.OK


def test_today_names_what_is_not_published_and_to_owners_what_is_not_known(
    settings: Settings,
) -> None:
    settings.PRACTICE = {}
    person = make_reader(is_staff=True)
    assert list(attention(person, NOW)) == []
    write(browser_of(person), title="Nieuw")
    with counting() as asked:
        (row,) = attention(person, NOW)
    assert int(asked) == 1, asked
    assert row.url == page("publish")
    boss = make_reader(is_staff=True, is_owner=True)
    urls = [one.url for one in attention(boss, NOW)]
    assert urls == [page("publish"), address("desk:identity")]
