"""Which addresses of the internet belong to everybody, and looking them up."""

from __future__ import annotations

import ipaddress
import socket
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Of IANA's special purposes, those that Pythons disagree on: protocols (Teredo among them), the
# relays of 6to4, documentation.
SPECIAL = (
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv4Network("192.88.99.0/24"),
    ipaddress.IPv6Network("2001::/23"),
    ipaddress.IPv6Network("3fff::/20"),
)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open internet, and so does the one it may stand for."""
    if any(address in network for network in SPECIAL):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in NAT64:
        inner = ipaddress.IPv4Address(address.packed[-4:])
    if inner is not None:
        return is_public(inner)
    return address.is_global and address in GLOBAL_UNICAST


def look_up(host: str, port: int, seconds: float) -> Sequence[Address]:
    """All addresses of a host. Raises ``OSError``.

    In a thread of its own, since a look-up knows no time limit; one that hangs is left behind.
    """
    found: SimpleQueue[list[Address] | OSError] = SimpleQueue()

    def ask_resolver() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([ipaddress.ip_address(row[4][0]) for row in rows])
        except OSError as error:
            found.put(error)

    Thread(target=ask_resolver, daemon=True).start()
    try:
        answer = found.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer
