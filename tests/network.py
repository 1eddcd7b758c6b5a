"""Keeping tests on this machine."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class OutgoingNetwork(AssertionError):
    """A test wanted to reach another machine."""


def is_here(host: object) -> bool:
    """Whether a host name or address is this machine's own."""
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


@contextmanager
def closed() -> Iterator[None]:
    """Refuse every connection and every name look-up that leaves this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    look_up = socket.getaddrinfo

    def guard(sock: socket.socket, address: Any) -> None:
        if sock.family in {socket.AF_INET, socket.AF_INET6} and not is_here(address[0]):
            raise OutgoingNetwork(f"A test wanted to connect to {address!r}.")

    def guarded_connect(sock: socket.socket, address: Any) -> None:
        guard(sock, address)
        connect(sock, address)

    def guarded_connect_ex(sock: socket.socket, address: Any) -> int:
        guard(sock, address)
        return connect_ex(sock, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_here(host.decode() if isinstance(host, bytes) else host):
            raise OutgoingNetwork(f"A test wanted to look up {host!r}.")
        return look_up(host, *args, **kwargs)

    with _patched(guarded_connect, guarded_connect_ex, guarded_look_up):
        yield


@contextmanager
def _patched(connect: Any, connect_ex: Any, look_up: Any) -> Iterator[None]:
    kept = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo
    _put(connect, connect_ex, look_up)
    try:
        yield
    finally:
        _put(*kept)


def _put(connect: Any, connect_ex: Any, look_up: Any) -> None:
    socket.socket.connect = connect  # type: ignore[method-assign]
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = look_up
