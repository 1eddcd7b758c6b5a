"""Journeys go through the shipped course, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from lessons.content.models import Course

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def course(live_server: LiveServer, capsys: pytest.CaptureFixture[str]) -> Course:
    """The free course, taken in and published as `make run` does it."""
    call_command("load_courses")
    capsys.readouterr()
    return Course.objects.get(slug="bindingsangst-ontmaskerd")
