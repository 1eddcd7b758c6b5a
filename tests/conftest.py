"""What every test may use, and what none may do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import Settings

pytest_plugins = ["tests.browsing", "tests.flushing", "tests.hours", "tests.order", "tests.summary"]

# Under CI the same examples every time: a failure there is the change's, not the day's.
hypothesis_settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
# At home other examples each time. Two cores under load make any deadline a coin to toss.
hypothesis_settings.register_profile(
    "home", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "home")


def pytest_configure() -> None:
    """Pages speak Dutch also in a checkout that was never run.

    A process that asked for a sentence once keeps the language it found then, and Django's own
    models ask for one while they are set up: so it is told that the files changed.
    """
    from django.utils.translation.reloader import translation_file_changed  # noqa: PLC0415

    from courseapp import catalogues  # noqa: PLC0415 -- settings are ready only now.

    catalogues.compile_all()
    translation_file_changed(sender=None, file_path=catalogues.file_of("nl").with_suffix(".mo"))


@pytest.fixture(autouse=True, scope="session")
def no_outgoing_network() -> Iterator[None]:
    """A test that reaches beyond this machine fails at once, with the address it wanted."""
    with network.closed():
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Rate limits of one test do not count against the next."""
    yield
    from django.core.cache import caches  # noqa: PLC0415 -- settings are ready only now.

    from courseapp import writing  # noqa: PLC0415 -- likewise.

    for cache in caches.all():
        cache.clear()
    writing.forget()


@pytest.fixture(autouse=True)
def own_language_and_clock() -> Iterator[None]:
    """A page that was read in English, or in Perth, leaves its thread so; no test starts there."""
    yield
    from django.utils import timezone, translation  # noqa: PLC0415 -- likewise.

    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def media_root(settings: Settings, tmp_path: Path) -> Path:
    """An empty place for pictures, sound and film, for this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"
