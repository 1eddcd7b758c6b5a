"""Which addresses are everybody's: all the ways to write one that is not."""

from __future__ import annotations

import ipaddress
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.content import public_addresses

if TYPE_CHECKING:
    from lessons.content.public_addresses import Address

pytestmark = pytest.mark.once
# IANA's registers of special purposes, written out here a second time, with what is for many.
NOT_PUBLIC = [
    ipaddress.IPv4Network(written)
    for written in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
NOT_PUBLIC_6 = [
    ipaddress.IPv6Network(written)
    for written in (
        "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
]  # fmt: skip
INSIDE = st.sampled_from(NOT_PUBLIC).flatmap(lambda one: st.ip_addresses(network=one))
INSIDE_6 = st.sampled_from(NOT_PUBLIC_6).flatmap(lambda one: st.ip_addresses(network=one))
# How an address of the older protocol is written in the newer one: mapped, NAT64, 6to4.
MAPPED, NAT64, SIX_TO_FOUR = 0xFFFF << 32, 0x64_FF9B << 96, 0x2002 << 112


def clothed(address: Address) -> list[Address]:
    inner = int(address)
    found = (MAPPED | inner, NAT64 | inner, SIX_TO_FOUR | (inner << 80) | 1)
    return [ipaddress.IPv6Address(one) for one in found]


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8", "93.184.215.14", "172.15.0.1", "172.32.0.1", "2a00:1450:400e::1",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
    ],
)  # fmt: skip
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert public_addresses.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        # This machine, this network, its neighbours, its metadata.
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3",  # noqa: S104 -- nothing is bound.
         "10.0.0.8", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1",
        # To many at once, and reserved.
        "192.0.0.8", "192.88.99.1", "3fff::1", "2002:c000:8::1", "2001:1::1",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "2001:db8::1", "100::1",
        # One of those in the clothes of the other protocol.
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "2002:7f00:1::1", "2002:a00:1::1",
        "2001:0:7f00:1::1",
    ],
)  # fmt: skip
def test_any_other_is_not(address: str) -> None:
    assert not public_addresses.is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4) | INSIDE)
def test_an_address_is_public_unless_a_register_says_otherwise(address: Address) -> None:
    special = any(address in network for network in NOT_PUBLIC)
    assert public_addresses.is_public(address) is not special
    for dressed in clothed(address):
        assert public_addresses.is_public(dressed) is not special


@given(INSIDE_6)
def test_no_special_address_of_the_newer_protocol_is_public(address: Address) -> None:
    assert not public_addresses.is_public(address)


def test_a_host_is_looked_up_with_all_its_addresses() -> None:
    found = {str(one) for one in public_addresses.look_up("localhost", 80, 5)}
    assert "127.0.0.1" in found
    assert found <= {"127.0.0.1", "::1"}


def test_a_look_up_does_not_take_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait() and [])
    with pytest.raises(TimeoutError):
        public_addresses.look_up("localhost", 80, 0.05)
    answered.set()


def test_a_host_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(socket.gaierror):
        public_addresses.look_up("nergens.example", 80, 5)
