"""The staff's pages for pictures, sound and film."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from lessons.content import media
from lessons.content.models import MediaFile
from tests.counting import counting
from tests.factories import make_course, make_lesson, make_reader, publish_all
from tests.lessons.content.pictures import MP3, block_of, make_media, photo, sent
from tests.lessons.pages.opening import address, browser_of, links, the, tree

if TYPE_CHECKING:
    from typing import Any

    from django.test.client import _MonkeyPatchedWSGIResponse as Response

    from courseapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
JSON = {"accept": "application/json"}


@pytest.fixture
def person() -> User:
    return make_reader(is_staff=True)


@pytest.fixture
def browser(person: User) -> Client:
    return browser_of(person)


def add(browser: Client, data: bytes = b"", **fields: Any) -> Response:
    headers = fields.pop("headers", {})
    file = {"file": sent(data or photo(), fields.pop("name", "foto.jpg"))}
    return browser.post(address("desk:media_add"), {**file, **fields}, headers=headers)


def use_in_lesson(row: MediaFile) -> Any:
    course = make_course(modules=1, lessons=0, live=False, title="Over water")
    blocks = [block_of(f"/media/{row.path}", row.kind)]
    lesson = make_lesson(course.modules.get(), title="De zee", blocks=blocks)
    publish_all(course)
    return lesson


def test_a_form_adds_a_file_and_leads_back(browser: Client, person: User) -> None:
    answer = add(browser, next="/beheer/cursussen/")
    assert (answer.status_code, answer["Location"]) == (302, "/beheer/cursussen/")
    row = MediaFile.objects.get()
    assert (row.added_by, row.name) == (person, "foto.jpg")
    assert "foto.jpg" in browser.get("/beheer/media/").content.decode()


@pytest.mark.parametrize("onward", ["", "https://example.org/", "//example.org", "javascript:1"])
def test_a_form_leads_nowhere_but_back_to_us(browser: Client, onward: str) -> None:
    assert add(browser, next=onward)["Location"] == "/beheer/media/"


def test_a_script_is_told_the_address(browser: Client) -> None:
    answer = add(browser, kind="image", headers=JSON)
    row = MediaFile.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "address": f"/media/{row.path}",
        "kind": "image",
        "width": 1200,
        "height": 800,
        "name": "foto.jpg",
    }
    there = browser.head(answer.json()["address"])
    assert (there.status_code, there["Content-Type"]) == (200, "image/webp")


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"<svg/>", "", 415, "unknown_media"),
        (photo()[:5000], "", 400, "not_a_picture"),
        (MP3, "image", 400, "other_media"),
    ],
)
def test_a_refusal_is_a_sentence_for_a_script_and_for_a_form(
    browser: Client, data: bytes, kind: str, status: int, code: str
) -> None:
    answer = add(browser, data, kind=kind, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "private, no-store"
    add(browser, data, kind=kind)
    said = the(tree(browser.get("/beheer/media/")), ".messages .error").text()
    assert said == answer.json()["detail"]
    assert MediaFile.objects.count() == 0


def test_a_form_without_a_file_or_with_words_for_one_is_refused(browser: Client) -> None:
    for fields in ({}, {"file": "woorden"}, {"kind": "\x00", "next": "\x00"}):
        answer = browser.post(address("desk:media_add"), fields, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "no_file")
    odd = browser.post(address("desk:media_add"), b"kapot", content_type="multipart/form-data")
    assert odd.status_code == 400
    assert browser.get(address("desk:media_add")).status_code == 405


def test_a_body_that_is_too_large_is_refused_unread(browser: Client) -> None:
    for length, status in ((str(media.RECORDING_MAX * 2), 413), ("veel", 400)):
        answer = browser.generic(
            "POST", address("desk:media_add"), b"", "multipart/form-data; boundary=x",
            headers=JSON, CONTENT_LENGTH=length,
        )  # fmt: skip
        assert answer.status_code == status


def test_a_form_from_elsewhere_is_refused_before_its_file_is_kept(person: User) -> None:
    answer = add(browser_of(person, checks_forms=True))
    assert answer.status_code == 403
    assert MediaFile.objects.count() == 0


def test_the_list_says_where_each_file_is_used(browser: Client) -> None:
    used, unused = make_media(), make_media(photo(50, 50), name="los.jpg")
    lesson = use_in_lesson(used)
    answer = browser.get("/beheer/media/")
    html = answer.content.decode()
    assert "De zee" in html
    assert "Over water" in html
    assert {address("desk:lesson", lesson.pk), address("desk:media_remove", unused.pk)} <= links(
        answer
    )
    assert address("desk:media_remove", used.pk) not in links(answer)


def test_the_list_takes_as_many_statements_for_many_as_for_one(browser: Client) -> None:
    counts = []
    for number in range(4):
        use_in_lesson(make_media(photo(60 + number, 60)))
        with counting() as count:
            assert browser.get("/beheer/media/").status_code == 200
        counts.append(int(count))
    assert len(set(counts)) == 1
    assert counts[0] <= 6, count


@pytest.mark.parametrize("page", ["0", "99", "veel", "\x00", "9" * 400])
def test_any_page_of_the_list_is_a_page(browser: Client, page: str) -> None:
    assert browser.get("/beheer/media/", {"page": page}).status_code == 200


def test_removing_asks_first_and_names_what_uses_it(browser: Client) -> None:
    row, loose = make_media(), make_media(photo(50, 50), name="los.jpg")
    use_in_lesson(row)
    page = browser.get(address("desk:media_remove", row.pk))
    assert tree(page).css_first("main form") is None
    assert "De zee" in page.content.decode()
    assert browser.post(address("desk:media_remove", row.pk)).status_code == 409
    assert tree(browser.get(address("desk:media_remove", loose.pk))).css_first("main form")
    answer = browser.post(address("desk:media_remove", loose.pk), follow=True)
    assert "los.jpg" in the(tree(answer), ".messages").text()
    assert list(MediaFile.objects.all()) == [row]
    for gone in (loose.pk, uuid.uuid4()):
        assert browser.get(address("desk:media_remove", gone)).status_code == 404
        assert browser.post(address("desk:media_remove", gone)).status_code == 404


def test_the_newest_of_a_kind_are_there_to_choose_from(browser: Client) -> None:
    picture, sound = make_media(), make_media(MP3, name="stem.mp3")
    for kind, row in (("image", picture), ("audio", sound), ("\x00", picture)):
        with counting() as count:
            page = tree(browser.get(address("desk:media_recent"), {"kind": kind}))
        found = [node.attributes["data-media-choose"] for node in page.css("button")]
        assert found == [f"/media/{row.path}"]
        assert int(count) <= 3, count


@pytest.mark.parametrize(
    ("kind", "src", "selector"),
    [
        ("image", "{image}", "img"),
        ("image", "/static/icon.svg", "img"),
        ("image", "/media/weg.webp", ".error"),
        ("image", "{audio}", ".error"),
        ("image", "https://example.org/a.png", ".error"),
        ("audio", "{audio}", "audio"),
        ("audio", "{image}", ".error"),
        ("video", "{image}", ".error"),
        ("embed", "https://youtu.be/dQw4w9WgXcQ", "a"),
        ("embed", "https://example.org/film", ".error"),
        ("embed", "\x00", ".error"),
        ("\x00", "{image}", ".error"),
    ],
)
def test_an_address_is_shown_as_its_block_would_show_it(
    browser: Client, kind: str, src: str, selector: str
) -> None:
    files = {"image": make_media(), "audio": make_media(MP3)}
    value = src.format(**{name: f"/media/{row.path}" for name, row in files.items()})
    page = tree(browser.get(address("desk:media_shown"), {"kind": kind, "address": value}))
    assert page.css_first(selector) is not None
    assert (page.css_first(".error") is not None) == (selector == ".error")
    assert page.css_first("iframe") is None


def field(kind: str, value: str, block: object) -> HTMLParser:
    context = {"name": "src-1", "value": value, "kind": kind, "block": block}
    request = RequestFactory().get("/")
    return HTMLParser(render_to_string("desk/media/field.html", context, request))


@pytest.mark.parametrize("kind", ["image", "audio", "video", "embed"])
def test_the_field_has_one_input_with_the_address(kind: str) -> None:
    identity = uuid.uuid4()
    for block in (identity, {"id": identity}):
        page = field(kind, '/media/"<b>', block)
        named = page.css("[name]")
        assert [node.attributes["name"] for node in named] == ["src-1"]
        assert named[0].attributes["value"] == '/media/"<b>'
        labels = {node.attributes["for"] for node in page.css("label")}
        assert labels <= {node.attributes["id"] for node in page.css("input")}
        assert f"media-{identity}" in labels


def test_without_scripts_the_newest_files_are_offered_and_asked_for_once() -> None:
    row = make_media()
    request = RequestFactory().get("/")
    context = {"name": "src", "value": "", "kind": "image", "block": "a"}
    with counting() as count:
        for _ in range(3):
            html = render_to_string("desk/media/field.html", context, request)
    assert f'<option value="/media/{row.path}">' in html
    assert int(count) == 1, count
