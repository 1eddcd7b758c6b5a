"""Fetching an article: what comes in, and from where it never does."""

from __future__ import annotations

import gzip
import ipaddress
import re
import ssl
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from lessons.content import fetching, going_outside, public_addresses
from lessons.content.fetching import (
    RULES,
    AddressNotAllowed,
    FetchingIsOff,
    NoTextThere,
    NothingFetched,
    fetch,
)
from tests.lessons.content import elsewhere, fetched
from tests.lessons.content.elsewhere import HERE, moved, page, site
from tests.lessons.content.fetched import ARTICLE, HOSTS, IN_PIECES, https, nothing, refused
from tests.lessons.content.test_article_formats import make_word
from tests.lessons.content.test_public_addresses import INSIDE, INSIDE_6

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lessons.content.going_outside import Rules
    from lessons.content.public_addresses import Address
    from tests.lessons.content.elsewhere import Site

pytestmark = pytest.mark.once
HOME = ipaddress.ip_address("10.0.0.8")
OUTSIDE = ipaddress.ip_address("93.184.215.14")


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


def never(host: str, _port: int, _seconds: float) -> Sequence[Address]:
    raise AssertionError(f"{host} was looked up.")


def answering(found: Sequence[Address]) -> Callable[..., Sequence[Address]]:
    return lambda *_: found


def why(url: str, rules: Rules, hosts: Sequence[str] = HOSTS) -> str:
    with pytest.raises(AddressNotAllowed) as refused:
        fetch(url, hosts=hosts, rules=rules)
    assert "%(" not in str(refused.value)
    return refused.value.why


# --- What comes in ------------------------------------------------------------------------------


def test_a_page_is_fetched_whole_with_the_question_alone(there: Site, opened: Rules) -> None:
    found = fetch(f"  {https(there)}#begin\n", hosts=HOSTS, rules=opened)
    assert (found.source, found.form, found.host) == (ARTICLE, "html", "page.example")
    assert there.asked() == [("GET", "/")]
    assert there.names == ["page.example"]
    assert there.heard[0].headers == {
        "Host": f"page.example:{there.port}",
        "User-Agent": "ArticleImport/1 (+http://localhost:8000)",
        "Accept": "text/html,text/markdown,text/plain",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


@pytest.mark.parametrize(
    ("kind", "data", "form"),
    [
        ("text/html", ARTICLE.encode(), "html"),
        ("TEXT/HTML; charset=UTF-8", "<p>één</p>".encode(), "html"),
        ("text/html", "<p>één</p>".encode("cp1252"), "html"),
        ("text/plain", "Één zin.".encode("utf-16"), "text"),
        ("text/markdown", b"Een zin.", "markdown"),
    ],
)
def test_text_is_read_as_a_file_of_it_would_be(
    there: Site, opened: Rules, kind: str, data: bytes, form: str
) -> None:
    there.pages["/"] = page(data, kind)
    found = fetch(https(there), hosts=HOSTS, rules=opened)
    assert found.form == form
    assert "é" in found.source.lower() or data.isascii()


def test_a_page_in_pieces_is_put_together(there: Site, opened: Rules) -> None:
    half = len(ARTICLE) // 2
    pieces = "".join(f"{len(one):x}\r\n{one}\r\n" for one in (ARTICLE[:half], ARTICLE[half:], ""))
    there.pages["/"] = IN_PIECES + pieces.encode()
    assert fetch(https(there), hosts=HOSTS, rules=opened).source == ARTICLE


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("application/pdf", b"%PDF-1.7"),
        ("application/json", b"{}"),
        ("image/svg+xml", b"<svg/>"),
        ("text/css", b"p {}"),
        ("", b"tekst"),
        ("text/html, text/plain", b"tekst"),
        # What is something else behind the name of a text.
        ("text/html", make_word(("Een kop", "Heading 1"))),
        ("text/plain", gzip.compress(b"tekst", mtime=0)),
        ("text/plain", b"%PDF-1.7"),
        ("text/html", b"een zin\0 met een gat"),
        ("text/html", b" \n"),
    ],
)
def test_what_is_no_text_is_refused(there: Site, opened: Rules, kind: str, data: bytes) -> None:
    there.pages["/"] = page(data, kind)
    refused(there, opened, NoTextThere)


def test_a_page_that_does_not_say_what_it_is_is_refused(there: Site, opened: Rules) -> None:
    there.pages["/"] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntekst"
    refused(there, opened, NoTextThere)


@pytest.mark.parametrize("code", [201, 204, 206, 300, 304, 401, 403, 404, 410, 429, 500, 503, 999])
def test_only_a_whole_page_is_taken(there: Site, opened: Rules, code: int) -> None:
    there.pages["/"] = page(ARTICLE.encode()).replace(b"200 OK", f"{code} Said".encode())
    assert nothing(there, opened) == ("gone" if code in {404, 410} else "refused")


# --- From where it never comes -------------------------------------------------------------------


def test_without_named_sites_nothing_is_fetched(there: Site, opened: Rules) -> None:
    with pytest.raises(FetchingIsOff):
        fetch(https(there), hosts=[], rules=replace(opened, look_up=never))
    assert there.heard == []


@pytest.mark.parametrize(
    "host",
    [
        "ander.example", "www.page.example", "page.example.ander.example", "mypage.example",
        "localhost.localdomain", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "93.184.215.14",
    ],
)  # fmt: skip
def test_a_site_that_is_not_named_is_not_even_looked_up(host: str) -> None:
    assert why(f"https://{host}/", replace(RULES, look_up=never)) == "host"


def test_the_refusal_says_which_sites_are_named() -> None:
    with pytest.raises(AddressNotAllowed) as refused:
        fetch("https://ander.example/", hosts=["een.example", "twee.example"])
    assert "ander.example" in str(refused.value)
    assert "een.example, twee.example" in str(refused.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://page.example/", "scheme"),
        ("ftp://page.example/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://page.example/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("page.example/artikel", "scheme"),
        ("//page.example/", "scheme"),
        ("", "scheme"),
        ("https://page.example:80/", "port"),
        ("https://page.example:8443/", "port"),
        ("https://page.example:22/", "port"),
        ("https://page.example:0/", "port"),
        ("https://page.example:99999/", "malformed"),
        ("https://iemand:geheim@page.example/", "userinfo"),
        ("https://page.example@127.0.0.1/", "userinfo"),
        ("https://page.example\\@127.0.0.1/", "userinfo"),
        ("https://127.0.0.1\\.page.example/", "malformed"),
        ("https://page.example%2f.ander.example/", "malformed"),
        ("https://page%2eexample/", "malformed"),
        ("https://2130706433/", "malformed"),
        ("https://017700000001/", "malformed"),
        ("https://0x7f000001/", "malformed"),
        ("https://0x7f.0.0.1/", "malformed"),
        ("https://0x7f.1/", "malformed"),
        ("https://0177.0.0.1/", "malformed"),
        ("https://127.1/", "malformed"),
        ("https://127.0.0.1./", "malformed"),
        ("https://①②⑦.⓪.⓪.①/", "malformed"),
        ("https://127。0。0。1/", "malformed"),
        ("https://[fe80::1%25eth0]/", "malformed"),
        ("https://[::ffff:7f00:1/", "malformed"),
        ("https://localhost/", "malformed"),
        ("https://page..example/", "malformed"),
        ("https:///", "malformed"),
        ("https://page.example/" + "x" * 2000, "too_long"),
    ],
)
def test_an_odd_address_is_not_even_looked_up(url: str, said: str) -> None:
    assert why(url, replace(RULES, look_up=never), ["page.example", "127.0.0.1"]) == said


def test_plain_http_goes_out_only_where_a_test_says_so(opened: Rules) -> None:
    with site() as plain:
        plain.pages["/"] = page(ARTICLE.encode())
        both = replace(opened, ports=frozenset({plain.port}))
        assert why(plain.url(), both) == "scheme"
        assert plain.heard == []
        both = replace(both, schemes=frozenset({"http", "https"}))
        assert fetch(plain.url(), hosts=HOSTS, rules=both).source == ARTICLE


def test_capitals_and_a_dot_at_the_end_are_the_same_site(there: Site, opened: Rules) -> None:
    url = https(there, host="PAGE.Example.")
    assert fetch(url, hosts=HOSTS, rules=opened).host == "page.example"
    assert there.names == ["page.example"]


@given(INSIDE | INSIDE_6)
def test_a_named_site_with_one_address_inside_is_not_connected_to(address: Address) -> None:
    """Any other connection would be refused by the guard around all tests, with another error."""
    for found in ([address], [OUTSIDE, address], [address, OUTSIDE]):
        rules = replace(RULES, look_up=answering(found))
        assert why("https://page.example/", rules) == "address"


def test_the_guard_is_what_keeps_the_request_in(there: Site, opened: Rules) -> None:
    """With it nothing arrives; with it opened, the same request does."""
    shut = replace(opened, is_public=public_addresses.is_public)
    assert why(https(there), shut) == "address"
    assert (there.heard, there.names) == ([], [])
    assert fetch(https(there), hosts=HOSTS, rules=opened).source == ARTICLE


def test_an_address_that_is_named_by_mistake_is_not_gone_to() -> None:
    for host in ("127.0.0.1", "169.254.169.254", "10.0.0.8", "100.64.0.1"):
        assert why(f"https://{host}/", replace(RULES, look_up=never), [host]) == "address"


def test_who_answers_otherwise_the_second_time_is_not_asked_twice(
    there: Site, opened: Rules
) -> None:
    answers = [[HERE], [HOME], [HOME]]
    turning = replace(opened, look_up=lambda *_: answers.pop(0))
    assert fetch(https(there), hosts=HOSTS, rules=turning).source == ARTICLE
    assert answers == [[HOME], [HOME]]


def test_each_redirect_is_looked_up_anew(there: Site, opened: Rules) -> None:
    answers = [[HERE], [HOME]]
    there.pages |= {"/": moved("/nu"), "/nu": page(ARTICLE.encode())}
    turning = replace(opened, look_up=lambda *_: answers.pop(0))
    assert why(https(there), turning) == "address"
    assert there.asked() == [("GET", "/")]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("https://127.0.0.1:{port}/geheim", "host"),
        ("https://[::1]:{port}/geheim", "host"),
        ("https://ander.example:{port}/geheim", "host"),
        ("//ander.example:{port}/geheim", "host"),
        ("https://binnen.example:{port}/geheim", "address"),
        ("http://page.example:{port}/geheim", "scheme"),
        ("https://page.example/geheim", "port"),
        ("https://page.example:22/geheim", "port"),
        ("https://a:b@page.example:{port}/geheim", "userinfo"),
        ("https://2130706433:{port}/geheim", "malformed"),
        ("https://[", "malformed"),
        ("file:///etc/passwd", "scheme"),
    ],
)
def test_a_redirect_goes_no_further_than_an_address(
    there: Site, opened: Rules, to: str, said: str
) -> None:
    there.pages |= {"/": moved(to.format(port=there.port)), "/geheim": page(ARTICLE.encode())}
    known = {"page.example": [HERE], "binnen.example": [HOME]}
    rules = replace(opened, look_up=lambda host, *_: known[host])
    assert why(https(there), rules, ["page.example", "binnen.example"]) == said
    assert there.asked() == [("GET", "/")]


def test_three_redirects_are_followed_and_no_more(there: Site, opened: Rules) -> None:
    there.pages |= {f"/{n}": moved(f"/{n + 1}") for n in range(4)}
    there.pages |= {"/3": page(ARTICLE.encode()), "/4": page(ARTICLE.encode())}
    assert fetch(https(there, "/0"), hosts=HOSTS, rules=opened).source == ARTICLE
    there.pages |= {"/3": moved("/4")}
    assert nothing(there, opened, "/0") == "redirects"
    assert ("GET", "/4") not in there.asked()


def test_a_redirect_to_another_named_site_proves_who_it_is(
    there: Site, opened: Rules, certificate: Path, tmp_path: Path
) -> None:
    other = elsewhere.certificate_for("ander.example", tmp_path)

    def trusting() -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=certificate)
        context.load_verify_locations(cafile=other)
        return context

    with site(certificate=other) as second:
        second.pages["/"] = page(ARTICLE.encode())
        there.pages["/"] = moved(https(second, host="ander.example"))
        ports = frozenset({there.port, second.port})
        rules = replace(opened, ports=ports, tls=trusting)
        hosts = ["page.example", "ander.example"]
        assert fetch(https(there), hosts=hosts, rules=rules).host == "ander.example"
        # The same site under a name that its certificate does not hold.
        there.pages["/"] = moved(https(second))
        assert nothing(there, rules) == "tls"
        assert len(second.heard) == 1


def test_nobody_is_believed_without_a_certificate_that_holds(there: Site, opened: Rules) -> None:
    assert nothing(there, replace(opened, tls=RULES.tls)) == "tls"
    url = https(there, host="ander.example")
    with pytest.raises(NothingFetched):
        fetch(url, hosts=["ander.example"], rules=opened)
    assert there.heard == []


# --- The sentences --------------------------------------------------------------------------------


def test_each_reason_has_a_sentence_that_says_what_to_do() -> None:
    """For every word that going outside knows."""
    source = Path(going_outside.__file__).read_text(encoding="utf-8")
    words = set(re.findall(r'NotAllowed\("(\w+)"\)', source))
    assert words | {"host"} == set(fetching.WHY_NOT)
    assert {"timeout", "tls", "dns", "connection", "answer"} <= set(fetching.WHY_NOTHING)
