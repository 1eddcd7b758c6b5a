"""Which addresses lead to a film at another site, and what plays there."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.content import blocks
from lessons.content.embeds import Embed, embed_of

pytestmark = pytest.mark.once
FILM = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


@pytest.mark.parametrize(
    "address",
    [
        FILM,
        "http://youtube.com/watch?v=dQw4w9WgXcQ&list=PL1&index=2",
        "https://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?si=abc",
        "youtu.be/dQw4w9WgXcQ",
        "  https://WWW.YouTube.com/shorts/dQw4w9WgXcQ  ",
        "https://www.youtube.com/live/dQw4w9WgXcQ?feature=share",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
    ],
)
def test_a_film_at_youtube_plays_from_its_host_without_cookies(address: str) -> None:
    player = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1&rel=0"
    assert embed_of(address) == Embed("YouTube", FILM, player)


def test_a_moment_to_begin_at_is_kept() -> None:
    found = embed_of("https://youtu.be/dQw4w9WgXcQ?t=90")
    assert found is not None
    assert found.page.endswith("&t=90s")
    assert found.player.endswith("&start=90")


@pytest.mark.parametrize(
    ("address", "page", "player"),
    [
        ("https://vimeo.com/76979871", "76979871", "76979871?dnt=1&autoplay=1"),
        ("vimeo.com/channels/staffpicks/76979871", "76979871", "76979871?dnt=1&autoplay=1"),
        ("https://vimeo.com/76979871/a1b2c3d4e5", "76979871/a1b2c3d4e5",
         "76979871?dnt=1&autoplay=1&h=a1b2c3d4e5"),
        ("https://player.vimeo.com/video/76979871?h=a1b2c3d4e5", "76979871/a1b2c3d4e5",
         "76979871?dnt=1&autoplay=1&h=a1b2c3d4e5"),
        ("https://vimeo.com/76979871?h=<script>", "76979871", "76979871?dnt=1&autoplay=1"),
    ],
)  # fmt: skip
def test_a_film_at_vimeo_plays_without_being_followed(address: str, page: str, player: str) -> None:
    assert embed_of(address) == Embed(
        "Vimeo", f"https://vimeo.com/{page}", f"https://player.vimeo.com/video/{player}"
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/media/film.mp4",
        "https://example.org/watch?v=dQw4w9WgXcQ",
        "https://youtube.com.example.org/watch?v=dQw4w9WgXcQ",
        "https://youtube.com@example.org/watch?v=dQw4w9WgXcQ",
        "https://someone@youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com:444/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=te-kort",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ%22onload",
        "https://www.youtube.com/@kanaal",
        "https://vimeo.com/showcase/123",
        "https://vimeo.com/\u0661\u0662\u0663",
        "javascript:alert(1)//youtu.be/dQw4w9WgXcQ",
        "javascript://youtu.be/dQw4w9WgXcQ",
        "https://[youtu.be/dQw4w9WgXcQ",
        f"https://www.youtube.com/watch?{'&'.join(['a=1'] * 99)}",
    ],
)
def test_any_other_address_is_none(address: str) -> None:
    assert embed_of(address) is None


@given(st.text() | st.from_regex(r"https://(youtu\.be|vimeo\.com|www\.youtube\.com)/.*"))
def test_whatever_is_written_there_only_the_two_players_come_out(address: str) -> None:
    found = embed_of(address)
    if found is not None:
        assert found.player.startswith(
            ("https://www.youtube-nocookie.com/embed/", "https://player.vimeo.com/video/")
        )
        assert not set(found.player + found.page) & set("\"'<> \n")
        assert embed_of(found.page) == found


@pytest.mark.parametrize(
    ("kind", "src", "done"),
    [
        ("embed", FILM, True),
        ("embed", "https://example.org/film", False),
        ("embed", "/media/film.mp4", False),
        ("image", "/media/plaat.webp", True),
        ("image", "https://example.org/plaat.jpg", False),
        ("video", "//example.org/film.mp4", False),
    ],
)
def test_a_block_that_leads_nowhere_is_not_finished(kind: str, src: str, done: bool) -> None:
    data = {"id": str(uuid.uuid4()), "type": "media", "kind": kind, "src": src, "alt": "Iets"}
    assert blocks.unfinished(blocks.from_json(data)) == (() if done else ("src",))
