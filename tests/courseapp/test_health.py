from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.utils import timezone

from courseapp.post import heartbeat
from tests.databases import with_keys

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

ASK = """
import django
django.setup()
from django.test import RequestFactory
from courseapp import health
answer = health.healthz(RequestFactory().get("/healthz"))
print(answer.status_code, answer.content.decode())
"""


@with_keys
def test_all_is_well_when_the_beat_was_here_lately(client: Client) -> None:
    now = timezone.now()
    heartbeat.note(now=now)
    response = client.get("/healthz")
    assert response.status_code == HTTPStatus.OK
    told = json.loads(response.content)
    assert told.pop("beat_at").startswith(f"{now:%Y-%m-%dT%H:%M}")
    assert told == {"status": "ok", "database": "ok", "keys": "ok", "broker": "ok", "beat": "ok"}


@with_keys
def test_a_late_beat_is_told_and_does_not_take_the_site_down(client: Client) -> None:
    assert json.loads(client.get("/healthz").content)["beat"] == "never"
    heartbeat.note(now=timezone.now() - timedelta(minutes=6))
    response = client.get("/healthz")
    told = json.loads(response.content)
    assert (response.status_code, told["status"], told["beat"]) == (200, "degraded", "late")


@with_keys
def test_a_spool_that_is_deleted_is_no_trouble(client: Client) -> None:
    shutil.rmtree(settings.SPOOL_DIR, ignore_errors=True)
    assert json.loads(client.get("/healthz").content)["broker"] == "ok"


def ask(**environment: str) -> tuple[int, dict[str, str], float]:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "courseapp.settings"} | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    status, _space, body = done.stdout.partition(" ")
    return int(status), json.loads(body), time.monotonic() - started


@pytest.mark.slow
@pytest.mark.once
def test_without_a_database_the_answer_is_503(tmp_path: Path) -> None:
    status, told, _seconds = ask(DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/db.sqlite3")
    assert (status, told) == (503, {"status": "down", "database": "down"})


@pytest.mark.slow
@pytest.mark.once
def test_a_broker_that_hangs_is_told_in_time_without_its_password(tmp_path: Path) -> None:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}
    command = [sys.executable, "-m", "django", "migrate", "-v0"]
    subprocess.run(command, env=os.environ | database, check=True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        url = f"redis://:geheim@127.0.0.1:{port}/0"
        status, told, seconds = ask(BROKER_URL=url, **database)
    assert (status, told["status"], told["broker"]) == (200, "degraded", "down")
    assert seconds < 6
    assert "geheim" not in json.dumps(told)
