"""A name server of one thread on the loopback, that knows what a test tells it."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Zone = dict[tuple[str, str], list[str]]
# In a zone instead of records: the server breaks, or says nothing at all.
BROKEN, SILENT = "broken", "silent"


@contextmanager
def server(zone: Mapping[tuple[str, str], list[str]]) -> Iterator[tuple[str, int]]:
    """Answer questions of this zone; gives the address to ask."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.1)
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(sock, zone, over))
        thread.start()
        try:
            yield sock.getsockname()
        finally:
            over.set()
            thread.join()


def _serve(
    sock: socket.socket, zone: Mapping[tuple[str, str], list[str]], over: threading.Event
) -> None:
    while not over.is_set():
        try:
            wire, asker = sock.recvfrom(4096)
        except TimeoutError:
            continue
        answer = _answer(dns.message.from_wire(wire), zone)
        if answer is not None:
            sock.sendto(answer.to_wire(max_size=65535), asker)


def _answer(
    asked: dns.message.Message, zone: Mapping[tuple[str, str], list[str]]
) -> dns.message.Message | None:
    question = asked.question[0]
    name = question.name.to_text(omit_final_dot=True).lower() or "."
    kind = dns.rdatatype.to_text(question.rdtype)
    answer = dns.message.make_response(asked, recursion_available=True)
    answer.flags |= dns.flags.AA
    seen = zone.get((name, "CNAME"))
    if seen:
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "CNAME", f"{seen[0]}."))
        question = dns.rrset.RRset(dns.name.from_text(seen[0]), question.rdclass, question.rdtype)
        name = seen[0]
    rows = zone.get((name, kind), [])
    if rows == [SILENT]:
        return None
    if rows == [BROKEN]:
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif rows:
        told = map(_pieces, rows) if kind == "TXT" else rows
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *told))
    elif not any(known == name for known, _kind in zone):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer


def _pieces(text: str) -> str:
    """A text as a TXT record holds it: in strings of at most 255 bytes."""
    return " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text) or 1, 200))
