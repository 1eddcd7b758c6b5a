"""Another site, on this machine: what it answers is said path by path, to the byte."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lessons.content.going_outside import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from lessons.content.public_addresses import Address

HERE = ipaddress.ip_address("127.0.0.1")
BYTES = 100_000


@dataclass
class Heard:
    """One question as it came in."""

    method: str
    page: str
    headers: dict[str, str]


@dataclass
class Site:
    """``pages``: path, or method and path, to a whole answer, or to what is done with the line."""

    port: int
    pages: dict[str, bytes | Callable[[socket.socket], None]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # Asked for in TLS, before any question.

    def url(self, page: str = "/", *, host: str = "page.example", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{page}"

    def asked(self) -> list[tuple[str, str]]:
        return [(one.method, one.page) for one in self.heard]


def status(code: int, *heads: str) -> bytes:
    """A whole answer of this status, without a page."""
    lines = [f"HTTP/1.1 {code} Said", "Content-Length: 0", *heads, "", ""]
    return "\r\n".join(lines).encode()


def moved(to: str, code: int = 302) -> bytes:
    return status(code, f"Location: {to}")


def page(data: bytes, kind: str = "text/html; charset=utf-8", *heads: str) -> bytes:
    """A whole answer with a page."""
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(data)}", f"Content-Type: {kind}", *heads]
    return "\r\n".join([*lines, "", ""]).encode() + data


def silence(line: socket.socket) -> None:
    """Say nothing until the other side hangs up."""
    line.recv(1)


def trickle(line: socket.socket, begun: bytes = b"HTTP/1.1 200 OK\r\nX: ") -> None:
    """Heads without end, a letter at a time; or what else was begun."""
    line.sendall(begun)
    with suppress(OSError):
        line.settimeout(0.02)
        while True:
            line.sendall(b"x")
            with suppress(TimeoutError):
                if not line.recv(1):
                    return


def flood(line: socket.socket) -> None:
    """A page without end."""
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    with suppress(OSError):
        while True:
            line.sendall(b"x" * BYTES)


def patience(line: socket.socket) -> None:
    """ "Go on" for ever, and never an answer."""
    with suppress(OSError):
        while True:
            line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@contextmanager
def site(*, certificate: Path | None = None) -> Iterator[Site]:
    """A site on a port of its own, with TLS when there is a certificate."""
    secure = None
    if certificate:
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(certificate)
    with socket.create_server((str(HERE), 0)) as server:
        here = Site(port=server.getsockname()[1])
        if secure:
            secure.sni_callback = lambda _line, name, _tls: here.names.append(name or "")
        threading.Thread(target=_serve, args=(server, here, secure), daemon=True).start()
        try:
            yield here
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, here: Site, secure: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            line, _address = server.accept()
            threading.Thread(target=_answer, args=(line, here, secure), daemon=True).start()


def _answer(line: socket.socket, here: Site, secure: ssl.SSLContext | None) -> None:
    with suppress(OSError), line:
        if secure is None:
            _speak(line, here)
            return
        with secure.wrap_socket(line, server_side=True) as safe:
            _speak(safe, here)


def _speak(line: socket.socket, here: Site) -> None:
    heads = b""
    while b"\r\n\r\n" not in heads:
        got = line.recv(BYTES)
        if not got:
            return
        heads += got
    first, *rest = heads.decode().split("\r\n\r\n")[0].split("\r\n")
    method, page, _version = first.split(" ")
    here.heard.append(Heard(method, page, dict(row.split(": ", 1) for row in rest)))
    does = here.pages.get(f"{method} {page}") or here.pages.get(page) or status(404)
    if callable(does):
        does(line)
    else:
        line.sendall(does)


def rules(
    here: Site,
    *,
    look_up: Callable[[str, int, float], Sequence[Address]] = lambda *_: [HERE],
    is_public: Callable[[Address], bool] = lambda address: address.is_loopback,
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    wait: float = 5,
    all: float = 10,  # noqa: A002 -- as Rules calls it.
) -> Rules:
    """The rules, opened for this site alone."""
    return Rules(
        ports=frozenset({here.port}),
        is_public=is_public,
        look_up=look_up,
        tls=tls,
        wait=wait,
        all=all,
    )


def certificate_for(name: str, folder: Path) -> Path:
    """A certificate that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
