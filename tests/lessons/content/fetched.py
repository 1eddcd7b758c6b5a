"""A site with an article, and the rules of fetching opened for that site alone."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lessons.content import public_addresses
from lessons.content.fetching import RULES, NothingFetched, fetch
from tests.lessons.content.elsewhere import HERE, page, site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from courseapp.errors import Refused
    from lessons.content.going_outside import Rules
    from tests.lessons.content.elsewhere import Site

HOSTS = ["page.example"]
IN_PIECES = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
ARTICLE = "<!doctype html><h1>Afstand</h1><p>Een alinea over de stilte in huis.</p>"


@contextmanager
def article_site(certificate: Path) -> Iterator[Site]:
    with site(certificate=certificate) as here:
        here.pages["/"] = page(ARTICLE.encode())
        yield here


def opened(there: Site, certificate: Path) -> Rules:
    """The rules as they are, but for this site's port, address and certificate."""
    return replace(
        RULES,
        ports=frozenset({there.port}),
        is_public=lambda address: address.is_loopback or public_addresses.is_public(address),
        look_up=lambda *_: [HERE],
        tls=lambda: ssl.create_default_context(cafile=certificate),
    )


def https(there: Site, path: str = "/", host: str = "page.example") -> str:
    return there.url(path, host=host, scheme="https")


def refused(there: Site, rules: Rules, kind: type[Refused], path: str = "/") -> None:
    with pytest.raises(kind):
        fetch(https(there, path), hosts=HOSTS, rules=rules)


def nothing(there: Site, rules: Rules, path: str = "/") -> str:
    """Why nothing was fetched, and that nothing was."""
    with pytest.raises(NothingFetched) as raised:
        fetch(https(there, path), hosts=HOSTS, rules=rules)
    return raised.value.why
