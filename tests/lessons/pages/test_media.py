"""Our own files at their addresses, and how a lesson shows them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.template.loader import render_to_string
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from courseapp import browser
from lessons.content import blocks, media
from lessons.pages import rendering
from lessons.reading import outline
from tests.counting import counting
from tests.factories import NOW
from tests.lessons.content.pictures import MP3, SOUNDS, block_of, make_media, photo
from tests.lessons.pages.opening import (
    address,
    browser_of,
    make_course_of_blocks,
    the,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from django.test.client import _MonkeyPatchedWSGIResponse as Response
    from selectolax.lexbor import LexborNode as Node

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
FILM = "https://youtu.be/dQw4w9WgXcQ"


def body(answer: Response) -> bytes:
    """All that is sent; the file is closed with the answer."""
    sent: bytes = b"".join(answer) if answer.streaming else answer.content
    answer.close()
    return sent


def ask(name: str, **headers: str) -> Response:
    return browser_of().get(f"/media/{name}", headers=headers)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("mp3", "audio/mpeg"),
        ("m4a", "audio/mp4"),
        ("aac", "audio/aac"),
        ("ogg", "audio/ogg"),
        ("mp4", "video/mp4"),
        ("webm", "video/webm"),
    ],
)
def test_a_file_comes_with_its_own_type_and_may_be_kept_for_good(ending: str, kind: str) -> None:
    row = make_media(SOUNDS[ending])
    with counting() as count:
        answer = ask(row.path)
        assert (answer.status_code, body(answer)) == (200, SOUNDS[ending])
    assert int(count) == 0, count
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Length"] == str(row.size)
    assert address("media", row.path) == f"/media/{row.path}"


def test_opened_by_itself_a_file_is_cut_off_from_our_pages() -> None:
    row = make_media(MP3)
    part, known = {"range": "bytes=0-1"}, {"if_none_match": f'"{row.path}"'}
    past = {"range": "bytes=999999999-"}
    for status, headers in ((200, {}), (206, part), (304, known), (416, past)):
        answer = ask(row.path, **headers)
        body(answer)
        assert answer.status_code == status
        assert answer[browser.POLICY] == browser.written(browser.BROUGHT)
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert browser.BROUGHT["sandbox"] == ""  # No scripts, no forms, an origin of its own.
    assert browser.BROUGHT["default-src"] == browser.NONE


def test_every_size_of_a_picture_is_there_also_for_a_browser_with_a_session() -> None:
    row = make_media()
    stem = row.path.removesuffix(".webp")
    browser = browser_of()
    browser.cookies[django_settings.SESSION_COOKIE_NAME] = "iets"
    for name in (row.path, f"{stem}-480.webp", f"{stem}-960.webp"):
        answer = browser.get(f"/media/{name}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert "immutable" in answer["Cache-Control"]
        assert body(answer)[8:12] == b"WEBP"
    assert ask(f"{stem}-1600.webp").status_code == 404


def test_what_a_browser_has_is_not_sent_again() -> None:
    row = make_media(MP3)
    first = ask(row.path)
    body(first)
    again = ask(row.path, if_none_match=first["ETag"])
    assert (again.status_code, body(again)) == (304, b"")
    assert again["X-Content-Type-Options"] == "nosniff"
    assert body(ask(row.path, if_none_match='"anders"')) == MP3
    head = browser_of().head(f"/media/{row.path}")
    assert (head.status_code, head["Content-Length"], body(head)) == (200, str(len(MP3)), b"")


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-1", 206, MP3[:2]),
        ("bytes=100-199", 206, MP3[100:200]),
        ("bytes=1000-", 206, MP3[1000:]),
        ("bytes=-300", 206, MP3[-300:]),
        ("bytes=0-999999999", 206, MP3),
        ("bytes=5-5", 200, MP3),
        ("bytes=0-1,5-6", 200, MP3),
        ("bytes=een-twee", 200, MP3),
        ("bananas=0-1", 200, MP3),
        ("bytes=999999999-", 416, b""),
        ("bytes=9-2", 416, b""),
    ],
)
def test_a_part_of_a_film_can_be_asked_for(asked: str, status: int, part: bytes) -> None:
    row = make_media(MP3)
    answer = ask(row.path, range=asked)
    assert (answer.status_code, body(answer)) == (status, part)
    if status == 206:
        assert answer["Content-Range"].endswith(f"/{len(MP3)}")
        assert answer["Content-Length"] == str(len(part))


def test_nothing_but_our_own_files_is_there(media_root: Path) -> None:
    make_media()
    (media_root / "brief.txt").write_text("Geheim")
    (media_root.parent / "db.sqlite3").write_text("Geheim")
    for name in (
        "brief.txt", "../db.sqlite3", "..%2Fdb.sqlite3", "%2e%2e/db.sqlite3", "", "a/b", "\x00",
        f"{uuid.uuid4()}.mp3", f"{uuid.uuid4()}-10x10.webp", "x" * 5000,
    ):  # fmt: skip
        assert ask(name).status_code in {404, 400}, name
    assert browser_of().post(f"/media/{uuid.uuid4()}.mp3").status_code == 405


def test_a_removed_file_is_gone_and_a_folder_in_its_place_no_crash(media_root: Path) -> None:
    row = make_media(MP3)
    media.remove(media=row.pk, by=None, now=NOW)
    assert ask(row.path).status_code == 404
    (media_root / row.path).mkdir()
    assert ask(row.path).status_code == 404


# --- In a lesson -----------------------------------------------------------------------------


def shown(*shown_blocks: dict[str, Any]) -> list[Node]:
    course, lesson = make_course_of_blocks(shown_blocks)
    page = tree(browser_of().get(address("open_lesson", course.slug, lesson.slug)))
    return [the(page, f"#b-{block['id']}") for block in shown_blocks]


def test_a_picture_has_its_size_and_all_its_versions() -> None:
    row = make_media()
    image = the(shown(block_of(f"/media/{row.path}"))[0], "img").attributes
    assert (image["width"], image["height"], image["alt"]) == ("1200", "800", "Een stoel")
    assert image["loading"] == "lazy"
    assert image["src"] == f"/media/{row.path}"
    assert (image["srcset"] or "").count("w,") == 2
    assert "722px" in (image["sizes"] or "")
    assert "tall" in (the(shown(tall_block())[0], "img").attributes["class"] or "")


def tall_block() -> dict[str, Any]:
    return block_of(f"/media/{make_media(photo(300, 700)).path}")


def test_sound_and_film_load_nothing_before_they_are_played() -> None:
    sound, film = (make_media(SOUNDS[ending]) for ending in ("mp3", "mp4"))
    nodes = shown(
        block_of(f"/media/{sound.path}", "audio"), block_of(f"/media/{film.path}", "video")
    )
    for node, tag, row in zip(nodes, ("audio", "video"), (sound, film), strict=True):
        player = the(node, tag).attributes
        assert (player["src"], player["preload"]) == (f"/media/{row.path}", "none")
        assert "controls" in player
        assert player["aria-label"] == "Een stoel"


def test_a_film_elsewhere_is_a_link_and_words_and_asks_nothing() -> None:
    node = shown(block_of(FILM, "embed"))[0]
    link = the(node, "a").attributes
    assert link["href"] == "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    assert set((link["rel"] or "").split()) == {"noopener", "noreferrer"}
    assert "YouTube" in node.text()
    assert "hidden" in the(node, "button").attributes
    for tag in ("iframe", "img", "script", "video", "object", "embed", "link"):
        assert node.css_first(tag) is None


def test_an_embed_of_an_unknown_site_shows_nothing_of_it() -> None:
    block = blocks.from_json(block_of("https://example.org/film", "embed"))
    node = HTMLParser(render_to_string("lessons/blocks/media.html", {"block": block}))
    assert "example.org" not in (node.html or "")
    assert node.css_first("a, iframe, [data-player]") is None


def test_the_body_of_a_lesson_asks_the_database_nothing(media_root: Path) -> None:
    row = make_media()
    course, lesson = make_course_of_blocks(
        [block_of(f"/media/{row.path}"), block_of(FILM, "embed"), block_of("/media/x.mp3", "audio")]
    )
    view = outline.of_open_lesson(course=course.slug, slug=lesson.slug, now=NOW)
    with counting() as count:
        html = rendering.body(view, frozenset())
    assert "srcset" in html
    assert int(count) == 0, count
