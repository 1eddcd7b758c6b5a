"""Asking another site: what its answers mean, where is not asked, and how long it may take."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from lessons.content import public_addresses
from lessons.content.asking_outside import Answer, Outcome, ask
from lessons.content.going_outside import RULES, Rules
from tests.lessons.content import elsewhere
from tests.lessons.content.elsewhere import HERE, moved, rules, site, status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from lessons.content.public_addresses import Address
    from tests.lessons.content.elsewhere import Site

pytestmark = pytest.mark.once
INSIDE = ipaddress.ip_address("10.0.0.8")
OUTSIDE = ipaddress.ip_address("93.184.215.14")


@pytest.fixture
def there() -> Iterator[Site]:
    with site() as here:
        yield here


def names(**found: Sequence[Address]) -> Callable[[str, int, float], Sequence[Address]]:
    """A look-up that knows these hosts below ``.example``."""
    return lambda host, _port, _seconds: found[host.removesuffix(".example")]


def never(host: str, _port: int, _seconds: float) -> Sequence[Address]:
    raise AssertionError(f"{host} was looked up.")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (200, "fine"), (204, "fine"),
        (404, "gone"), (410, "gone"),
        (500, "failing"), (502, "failing"), (503, "failing"),
        (400, "answers"), (401, "answers"), (403, "answers"), (405, "answers"), (418, "answers"),
        (429, "answers"), (451, "answers"), (304, "answers"), (999, "answers"),
    ],
)  # fmt: skip
def test_a_status_says_whether_the_page_is_there(there: Site, code: int, outcome: str) -> None:
    there.pages["/"] = status(code)
    assert ask(there.url(), rules=rules(there)) == Answer(Outcome(outcome), str(code))


def test_a_page_that_is_there_is_asked_for_its_head_alone(there: Site) -> None:
    there.pages["/les?a=1"] = status(200)
    ask(there.url("/les?a=1#verder"), rules=rules(there))
    assert there.asked() == [("HEAD", "/les?a=1")]


@pytest.mark.parametrize("code", [403, 404, 405, 500, 501])
def test_who_refuses_the_question_for_a_head_is_asked_as_a_browser_would(
    there: Site, code: int
) -> None:
    there.pages |= {"HEAD /": status(code), "GET /": status(200)}
    assert ask(there.url(), rules=rules(there)).outcome == "fine"
    assert there.asked() == [("HEAD", "/"), ("GET", "/")]


def test_who_is_asked_too_much_is_not_asked_again(there: Site) -> None:
    there.pages["/"] = status(429)
    ask(there.url(), rules=rules(there))
    assert there.asked() == [("HEAD", "/")]


def test_the_question_says_who_asks_and_carries_nothing_else(
    there: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    there.pages["/"] = moved("/verder").replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b\r\n\r\n")
    there.pages["/verder"] = status(200)
    assert ask(there.url(), rules=rules(there)).outcome == "fine"
    for heard in there.heard:
        assert heard.headers == {
            "Host": f"page.example:{there.port}",
            "User-Agent": "LinkCheck/1 (+http://localhost:8000)",
            "Accept": "text/html,*/*;q=0.8",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }


def test_letters_of_other_scripts_go_as_the_web_writes_them(there: Site) -> None:
    asked: list[str] = []

    def look_up(host: str, _port: int, _seconds: float) -> Sequence[Address]:
        asked.append(host)
        return [HERE]

    there.pages["/caf%C3%A9%20nu?q=%C3%A9&r=a%20b"] = status(200)
    url = there.url("/café nu?q=é&r=a%20b", host="Bücher.example.")
    assert ask(url, rules=rules(there, look_up=look_up)).outcome == "fine"
    assert asked == ["xn--bcher-kva.example"]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_page_that_moved_is_followed(there: Site, code: int) -> None:
    there.pages |= {"/": moved("/nu", code), "/nu": moved("weg", code)}
    assert ask(there.url(), rules=rules(there)) == Answer(Outcome.GONE, "404")
    assert ("GET", "/weg") in there.asked()


def test_three_redirects_are_followed_and_no_more(there: Site) -> None:
    there.pages |= {f"/{n}": moved(f"/{n + 1}") for n in range(4)}
    there.pages |= {"/3": status(200)}
    assert ask(there.url("/0"), rules=rules(there)).outcome == "fine"
    there.pages |= {"/3": moved("/4"), "/4": status(200)}
    assert ask(there.url("/0"), rules=rules(there)) == Answer(Outcome.ANSWERS, "redirects")
    assert ("HEAD", "/4") not in there.asked()


def test_a_circle_of_redirects_ends_and_proves_nothing(there: Site) -> None:
    there.pages["/"] = moved("/")
    assert ask(there.url(), rules=rules(there)) == Answer(Outcome.ANSWERS, "redirects")
    assert len(there.heard) == 4


def test_a_redirect_in_letters_of_another_script_is_read(there: Site) -> None:
    there.pages |= {"/": moved("/é"), "/%C3%A9": status(200)}
    assert ask(there.url(), rules=rules(there)).outcome == "fine"


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("http://binnen.example:{port}/", "address"),
        ("//binnen.example:{port}/", "address"),
        ("http://10.0.0.8:{port}/", "address"),
        ("http://page.example:22/", "port"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://page.example:{port}/", "scheme"),
        ("http://a:b@page.example:{port}/", "userinfo"),
        ("http://2130706433:{port}/", "malformed"),
        ("http://[", "malformed"),
    ],
)
def test_a_redirect_goes_no_further_than_a_link(there: Site, to: str, said: str) -> None:
    there.pages["/"] = moved(to.format(port=there.port))
    known = names(page=[HERE], binnen=[INSIDE])
    assert ask(there.url(), rules=rules(there, look_up=known)) == Answer(Outcome.NOT_ASKED, said)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.8", "169.254.169.254", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"],  # noqa: S104
)
def test_an_address_that_is_not_everybodys_is_not_asked(host: str) -> None:
    assert ask(f"http://{host}/", rules=RULES) == Answer(Outcome.NOT_ASKED, "address")


def test_the_guard_is_what_keeps_the_question_in(there: Site) -> None:
    """With it nothing arrives; with it opened, the same question does."""
    there.pages["/"] = status(200)
    shut = rules(there, is_public=public_addresses.is_public)
    assert ask(there.url(host="127.0.0.1"), rules=shut).outcome == "not_asked"
    assert ask(there.url(), rules=shut).outcome == "not_asked"
    assert there.heard == []
    assert ask(there.url(host="127.0.0.1"), rules=rules(there)).outcome == "fine"


@pytest.mark.parametrize("found", [[OUTSIDE, INSIDE], [INSIDE, OUTSIDE], [INSIDE]])
def test_a_name_with_one_address_inside_is_not_asked(found: Sequence[Address]) -> None:
    closed = Rules(look_up=names(page=found))
    assert ask("https://page.example/", rules=closed) == Answer(Outcome.NOT_ASKED, "address")


def test_the_name_of_this_machine_is_not_asked() -> None:
    assert ask("http://localhost/").outcome == "not_asked"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://page.example:22/", "port"),
        ("http://page.example:8000/", "port"),
        ("https://page.example:0/", "port"),
        ("http://page.example:99999/", "malformed"),
        ("file:///etc/passwd", "scheme"),
        ("file://page.example/etc/passwd", "scheme"),
        ("ftp://page.example/", "scheme"),
        ("https://iemand:geheim@page.example/", "userinfo"),
        ("https://page.example@10.0.0.8/", "userinfo"),
        ("https://page.example\\@10.0.0.8/", "userinfo"),
        ("http://2130706433/", "malformed"),
        ("http://0x7f000001/", "malformed"),
        ("http://0x7f.1/", "malformed"),
        ("http://0177.0.0.1/", "malformed"),
        ("http://127.1/", "malformed"),
        ("http://①②⑦.⓪.⓪.①/", "malformed"),
        ("http://[fe80::1%25eth0]/", "malformed"),
        ("http://page%2eexample/", "malformed"),
        ("http://intranet/", "malformed"),
        ("http://.example/", "malformed"),
        ("http:///", "malformed"),
        ("http://a b.example/", "malformed"),
        ("https://page.example/" + "x" * 2000, "too_long"),
        ("niets", "scheme"),
        ("", "scheme"),
    ],
)
def test_what_is_no_plain_address_of_a_page_is_not_even_looked_up(url: str, said: str) -> None:
    assert ask(url, rules=Rules(look_up=never)) == Answer(Outcome.NOT_ASKED, said)


def test_a_line_break_in_an_address_adds_no_heads(there: Site) -> None:
    there.pages["/X:1"] = status(200)
    ask(there.url("/\r\nX:1\r\n"), rules=rules(there))
    assert all(set(one.headers) <= {
        "Host", "User-Agent", "Accept", "Accept-Encoding", "Connection",
    } for one in there.heard)  # fmt: skip
    assert there.asked() == [("HEAD", "/X:1")]


def test_the_connection_goes_to_the_address_that_was_looked_at(there: Site) -> None:
    """Whoever answers otherwise the second time gets no second time."""
    answers = [[HERE], [INSIDE], [INSIDE]]
    there.pages |= {"HEAD /": status(405), "GET /": status(200)}
    turning = rules(there, look_up=lambda *_: answers.pop(0))
    assert ask(there.url(), rules=turning).outcome == "fine"
    assert answers == [[INSIDE], [INSIDE]]
    assert len(there.heard) == 2


def test_each_redirect_is_looked_up_anew(there: Site) -> None:
    answers = [[HERE], [INSIDE]]
    there.pages |= {"/": moved("/nu"), "/nu": status(200)}
    turning = rules(there, look_up=lambda *_: answers.pop(0))
    assert ask(there.url(), rules=turning) == Answer(Outcome.NOT_ASKED, "address")
    assert there.asked() == [("HEAD", "/")]


@pytest.mark.parametrize("does", [elsewhere.silence, elsewhere.trickle, elsewhere.patience])
def test_who_keeps_us_waiting_is_left(there: Site, does: Callable[[object], None]) -> None:
    there.pages["/"] = does
    hurried = rules(there, wait=0.2, all=0.4)
    assert ask(there.url(), rules=hurried) == Answer(Outcome.FAILING, "timeout")


def test_a_page_without_end_is_not_read(there: Site) -> None:
    there.pages |= {"HEAD /": status(405), "GET /": elsewhere.flood}
    assert ask(there.url(), rules=rules(there)).outcome == "fine"


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 twee\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200,
    ],
)
def test_what_is_no_answer_of_a_web_site_is_a_failure(there: Site, sent: bytes) -> None:
    there.pages["/"] = sent
    assert ask(there.url(), rules=rules(there)) == Answer(Outcome.FAILING, "answer")


def test_who_hangs_up_or_is_not_there_is_a_failure(there: Site) -> None:
    there.pages["/"] = lambda line: line.close()
    assert ask(there.url(), rules=rules(there)) == Answer(Outcome.FAILING, "connection")
    with site() as left:
        url, was = left.url(), rules(left)
    assert ask(url, rules=was) == Answer(Outcome.FAILING, "connection")
    assert ask(there.url(), rules=rules(there, look_up=lambda *_: [])).outcome == "failing"


def test_a_host_is_tried_at_its_other_addresses(there: Site) -> None:
    there.pages["/"] = status(200)
    two = [ipaddress.ip_address("::1"), HERE]  # The site listens at the second alone.
    assert ask(there.url(), rules=rules(there, look_up=lambda *_: two)).outcome == "fine"


def test_a_host_that_is_nowhere_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert ask("https://weg.example/") == Answer(Outcome.FAILING, "dns")


def test_a_certificate_is_held_against_the_name_that_was_linked_to(tmp_path: Path) -> None:
    file = elsewhere.certificate_for("page.example", tmp_path)

    def trusting() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=file)

    with site(certificate=file) as here:
        here.pages["/"] = status(200)
        url = here.url(scheme="https")
        assert ask(url, rules=rules(here, tls=trusting)).outcome == "fine"
        assert here.heard[0].headers["Host"] == f"page.example:{here.port}"
        # Nobody vouches for it; it is another's; it is no name at all.
        assert ask(url, rules=rules(here)) == Answer(Outcome.FAILING, "tls")
        for host in ("ander.example", "127.0.0.1"):
            other = here.url(scheme="https", host=host)
            assert ask(other, rules=rules(here, tls=trusting)) == Answer(Outcome.FAILING, "tls")
        assert len(here.heard) == 1


def test_a_handshake_that_never_ends_is_left(there: Site) -> None:
    there.pages["/"] = elsewhere.silence
    hurried = rules(there, wait=0.2, all=0.4)
    assert ask(there.url(scheme="https"), rules=hurried) == Answer(Outcome.FAILING, "timeout")
