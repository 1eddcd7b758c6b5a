"""Going to another site, carefully, for others chose the address.

Who writes a lesson, or fetches an article, says where this goes, so it must not become a door to
the network that the server stands in. A name is looked up once, each address it has must be a
public one, and the connection goes to the very address that was looked at: a second look-up could
answer otherwise. Each redirect has to be held against the same rules by whoever follows it. What is
sent is the question alone: no cookies, no proxy of the environment.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import re
import socket
import ssl
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

import certifi

from lessons.content import public_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lessons.content.public_addresses import Address

# Seconds for a look-up, a connection, a handshake, a silence; and for all, redirects included.
WAIT = 5.0
ALL = 15.0
REDIRECTS = 3
ADDRESSES = 3  # How many of a host's addresses are tried.
LONGEST = 2000  # Characters of an address.
PORTS = {"http": 80, "https": 443}
MOVED = {301, 302, 303, 307, 308}
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# What ends in a number is no name: "2130706433" and "0x7f.1" are ways to write 127.0.0.1.
NAME = re.compile(rf"(?:{LABEL}\.)+(?!(?:[0-9]+|0x[0-9a-f]*)$){LABEL}")


class NotAllowed(Exception):
    """An address that must not be asked; the first argument is a word that says why."""


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """TLS with the same roots on every machine, also where the system has none."""
    return ssl.create_default_context(cafile=certifi.where())


@dataclass(frozen=True)
class Rules:
    """Where may be asked, and how. The site knows its own alone; only a test builds others."""

    schemes: frozenset[str] = frozenset(PORTS)
    ports: frozenset[int] = frozenset(PORTS.values())
    is_public: Callable[[Address], bool] = public_addresses.is_public
    look_up: Callable[[str, int, float], Sequence[Address]] = public_addresses.look_up
    tls: Callable[[], ssl.SSLContext] = trusted
    wait: float = WAIT
    all: float = ALL


RULES = Rules()


class Clock:
    """How long may still be waited; asking when there is no time left raises ``TimeoutError``."""

    def __init__(self, rules: Rules) -> None:
        self._wait, self._end = rules.wait, time.monotonic() + rules.all

    def left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(self._wait, left)


@dataclass(frozen=True)
class Target:
    secure: bool
    host: str
    port: int
    page: str

    @property
    def name(self) -> str:
        """The host as a head says it: an IPv6 address in brackets, a port that is not usual."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = PORTS["https" if self.secure else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def target(url: str, rules: Rules) -> Target:
    """What to ask of whom. Raises ``NotAllowed``."""
    if len(url) > LONGEST:
        raise NotAllowed("too_long")
    try:
        parts = urlsplit(url)
        if parts.scheme not in rules.schemes:
            raise NotAllowed("scheme")
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        raise NotAllowed("malformed") from None
    if "@" in parts.netloc:
        raise NotAllowed("userinfo")
    port = PORTS[parts.scheme] if port is None else port
    if port not in rules.ports:
        raise NotAllowed("port")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    page = f"{path}?{query}" if query else path
    return Target(secure=parts.scheme == "https", host=host, port=port, page=page)


def _host(written: str) -> str:
    """A host in the letters that names are looked up in. Raises ``ValueError``."""
    if "%" in written:
        raise ValueError(written)
    try:
        return str(ipaddress.ip_address(written))
    except ValueError:
        name = written.rstrip(".").encode("idna").decode("ascii").lower()
    if not NAME.fullmatch(name):
        raise ValueError(written)
    return name


def addresses(there: Target, clock: Clock, rules: Rules) -> Sequence[Address]:
    """Where the host is. Raises ``NotAllowed`` when any of it is no place to go to."""
    try:
        found: Sequence[Address] = [ipaddress.ip_address(there.host)]
    except ValueError:
        found = rules.look_up(there.host, there.port, clock.left())
    if not all(map(rules.is_public, found)):
        raise NotAllowed("address")
    return list(dict.fromkeys(found))[:ADDRESSES]


@contextmanager
def answered(
    there: Target,
    found: Sequence[Address],
    method: str,
    clock: Clock,
    rules: Rules,
    *,
    heads: Mapping[str, str],
) -> Iterator[http.client.HTTPResponse]:
    """The answer of one of these addresses, its page not read. Raises ``OSError`` and
    ``HTTPException``."""
    asking = http.client.HTTPConnection(there.host, there.port)
    asking.auto_open = 0  # It would look the name up by itself.
    with closing(_connected(there, found, clock, rules)) as sock:
        asking.sock = _Line(sock, clock)
        always = {"Host": there.name, "Accept-Encoding": "identity", "Connection": "close"}
        asking.request(method, there.page, headers={**always, **heads})
        yield asking.getresponse()


def moved_to(answer: http.client.HTTPResponse, url: str) -> str:
    """The address that the answer to ``url`` leads on to, or "". Raises ``NotAllowed``."""
    sent = answer.headers.get("Location") or ""
    if answer.status not in MOVED or not sent:
        return ""
    try:
        return urljoin(url, _location(sent))
    except ValueError:
        raise NotAllowed("malformed") from None


def _location(sent: str) -> str:
    """A head is Latin-1 by the book, and UTF-8 where somebody did not read it."""
    try:
        return sent.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return sent


def word_for(error: Exception) -> str:
    """Why there is no answer, in a word."""
    words: tuple[tuple[type[Exception], str], ...] = (
        (TimeoutError, "timeout"),
        (ssl.SSLError, "tls"),
        (socket.gaierror, "dns"),
        (OSError, "connection"),
    )
    return next((word for kind, word in words if isinstance(error, kind)), "answer")


def _connected(
    there: Target, found: Sequence[Address], clock: Clock, rules: Rules
) -> socket.socket:
    """A connection to one of these addresses and nothing else. Raises ``OSError``."""
    failure = OSError("The host has no address.")
    for address in found:
        try:
            sock = socket.create_connection((str(address), there.port), timeout=clock.left())
        except OSError as error:
            failure = error
            continue
        return _secured(sock, there, clock, rules) if there.secure else sock
    raise failure


def _secured(sock: socket.socket, there: Target, clock: Clock, rules: Rules) -> socket.socket:
    try:
        sock.settimeout(clock.left())  # For the handshake as a whole.
        return rules.tls().wrap_socket(sock, server_hostname=there.host)
    except BaseException:
        sock.close()
        raise


class _Line:
    """What ``http.client`` needs of a socket, with a clock that a trickle of bytes cannot hold."""

    def __init__(self, sock: socket.socket, clock: Clock) -> None:
        self._sock, self._clock = sock, clock

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._clock.left())
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Heard(self._sock, self._clock))

    def close(self) -> None:
        """It hangs up at the end of the head; the page comes after, and ``answered`` hangs up."""


class _Heard(io.RawIOBase):
    def __init__(self, sock: socket.socket, clock: Clock) -> None:
        self._sock, self._clock = sock, clock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        self._sock.settimeout(self._clock.left())
        return self._sock.recv_into(buffer)
