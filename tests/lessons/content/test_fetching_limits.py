"""Fetching an article: how much of it, and for how long."""

from __future__ import annotations

import gzip
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lessons.content.article.formats import SIZE_MAX, ArticleTooLarge
from lessons.content.fetching import RULES, fetch
from tests.lessons.content import elsewhere, fetched
from tests.lessons.content.elsewhere import moved, page, site, trickle
from tests.lessons.content.fetched import ARTICLE, HOSTS, IN_PIECES, https, nothing, refused

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lessons.content.going_outside import Rules
    from tests.lessons.content.elsewhere import Site

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return elsewhere.certificate_for("page.example", tmp_path_factory.mktemp("tls"))


@pytest.fixture
def there(certificate: Path) -> Iterator[Site]:
    with fetched.article_site(certificate) as here:
        yield here


@pytest.fixture
def opened(there: Site, certificate: Path) -> Rules:
    return fetched.opened(there, certificate)


def test_an_article_of_the_largest_size_is_taken_and_a_byte_more_is_not(
    there: Site, opened: Rules
) -> None:
    words = b"woord " * (SIZE_MAX // 6)
    words += b"x" * (SIZE_MAX - len(words))
    there.pages["/"] = page(words, "text/plain")
    assert len(fetch(https(there), hosts=HOSTS, rules=opened).source) == SIZE_MAX
    there.pages["/"] = page(words + b"x", "text/plain")
    refused(there, opened, ArticleTooLarge)


def flooding(*heads: str) -> Callable[[socket.socket], None]:
    """A page without end, in pieces or not."""

    def flood(line: socket.socket) -> None:
        said = ["HTTP/1.1 200 OK", "Content-Type: text/plain", *heads, "", ""]
        line.sendall("\r\n".join(said).encode())
        piece = b"woord " * 10_000
        if heads:
            piece = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
        with suppress(OSError):
            while True:
                line.sendall(piece)

    return flood


@pytest.mark.parametrize("heads", [(), ("Transfer-Encoding: chunked",)])
def test_a_page_without_end_is_left_at_the_limit(
    there: Site, opened: Rules, heads: tuple[str, ...]
) -> None:
    there.pages["/"] = flooding(*heads)
    refused(there, opened, ArticleTooLarge)


def test_a_page_that_says_it_is_too_large_is_not_waited_for(there: Site, opened: Rules) -> None:
    def boast(line: socket.socket) -> None:
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {SIZE_MAX + 1}\r\n\r\n"
        )
        line.sendall(head.encode())
        elsewhere.silence(line)

    there.pages["/"] = boast
    refused(there, opened, ArticleTooLarge)


@pytest.mark.parametrize(
    "sent",
    [
        page(ARTICLE.encode()).replace(b"Content-Length: ", b"Content-Length: 9"),
        IN_PIECES + b"5\r\n<p>De",
        IN_PIECES + b"vijf\r\n<p>De",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"",
    ],
)
def test_what_broke_off_is_not_taken_for_the_article(
    there: Site, opened: Rules, sent: bytes
) -> None:
    there.pages["/"] = lambda line: line.sendall(sent)
    assert nothing(there, opened) in {"answer", "connection"}


@pytest.mark.parametrize(
    "head",
    [
        "Content-Encoding: gzip", "Content-Encoding: br", "Content-Encoding: identity, gzip",
        "Transfer-Encoding: gzip, chunked", "Content-Encoding: gzip\r\nContent-Encoding: identity",
    ],
)  # fmt: skip
def test_what_comes_compressed_is_not_unpacked(there: Site, opened: Rules, head: str) -> None:
    bomb = gzip.compress(b"\0" * SIZE_MAX * 4)
    there.pages["/"] = page(bomb, "text/html", head)
    assert nothing(there, opened) == "compressed"


def drip(line: socket.socket) -> None:
    """A page without end, a letter at a time."""
    trickle(line, b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")


def drip_redirects(line: socket.socket) -> None:
    time.sleep(0.15)
    line.sendall(moved("/"))


@pytest.mark.parametrize(
    "does",
    [elsewhere.silence, elsewhere.trickle, elsewhere.patience, drip, drip_redirects],
)
def test_who_keeps_us_waiting_is_left_in_time(
    there: Site, opened: Rules, does: Callable[[socket.socket], None]
) -> None:
    there.pages["/"] = does
    begun = time.monotonic()
    assert nothing(there, replace(opened, wait=0.3, all=0.4)) == "timeout"
    assert time.monotonic() - begun < 3


def test_a_handshake_that_never_ends_is_left(opened: Rules) -> None:
    with site() as mute:
        mute.pages["/"] = elsewhere.silence
        rules = replace(opened, ports=frozenset({mute.port}), wait=0.2, all=0.4)
        assert nothing(mute, rules) == "timeout"


def test_the_site_waits_ten_seconds_at_most() -> None:
    assert RULES.all == 10
    assert RULES.wait <= RULES.all
    assert (set(RULES.schemes), set(RULES.ports)) == ({"https"}, {443})
