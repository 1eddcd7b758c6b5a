"""The guard that keeps tests on this machine."""

from __future__ import annotations

import socket
import urllib.request

import pytest

from tests.network import OutgoingNetwork

pytestmark = pytest.mark.once


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as sock, pytest.raises(OutgoingNetwork, match=r"192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 80))


def test_a_look_up_of_another_machine_is_refused() -> None:
    with pytest.raises(OutgoingNetwork, match=r"example\.org"):
        urllib.request.urlopen("http://example.org/", timeout=2)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("localhost", port), timeout=2) as client:
            assert client.getpeername()[1] == port
