"""Devices by the names people know them by."""

from __future__ import annotations

import pytest

from courseapp.accounts.templatetags.devices import device

pytestmark = pytest.mark.once

APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) {APPLE} Safari/604.1",
            "Safari, iPhone",
        ),
        (f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36", "Chrome, Android"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/141.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Linux",
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/19.0 Safari/605",
            "Safari, Mac",
        ),
    ],
)
def test_a_device_has_the_name_its_owner_knows(user_agent: str, name: str) -> None:
    assert device(user_agent) == name


@pytest.mark.parametrize("user_agent", ["", "curl/8.5.0"])
def test_what_is_no_browser_is_another_program(user_agent: str) -> None:
    assert device(user_agent) == "Een ander programma"
