"""The one command that runs the whole site."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import bare

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
    return number


def environment(folder: Path, port: int) -> dict[str, str]:
    """A developer's: nothing set but where and on which port."""
    return bare.environment(VAR_DIR=str(folder), PORT=str(port), PYTHONUNBUFFERED="1")


@pytest.fixture
def site(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=environment(tmp_path, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def heard_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(line)
        if text in line:
            return "".join(heard)
    raise AssertionError(f"{text!r} was never said; but:\n{''.join(heard)}")


def refusal(folder: Path, port: int) -> str:
    """What a start that is refused says."""
    done = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=environment(folder, port),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def descendants(of: int) -> list[int]:
    """The processes below one, however deep."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    below = {of}
    for _depth in range(5):
        below |= {child for child, parent in parents.items() if parent in below}
    return sorted(below - {of})


def lose_worker_and_spool(site: subprocess.Popen[str], folder: Path) -> None:
    """Kill the worker, and with it the clock, and delete the folder of bells."""
    os.kill(worker_of(site), signal.SIGKILL)
    shutil.rmtree(folder / "spool")
    heard_until(site, "worker ended (by SIGKILL); starting it again")


def worker_of(site: subprocess.Popen[str]) -> int:
    """The worker's number; on a busy machine it may be on its way up again."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for number in descendants(site.pid):
            words = command_of(number)
            # Celery gives itself a title where it can.
            if "worker" in words or "".join(words).startswith("[celeryd:"):
                return number
        time.sleep(0.2)
    raise AssertionError("there is no worker")


def command_of(number: int) -> list[str]:
    try:
        return Path(f"/proc/{number}/cmdline").read_text(encoding="utf-8").split("\0")
    except OSError:  # It ended meanwhile.
        return []


def beat_after(folder: Path, moment: float) -> bool:
    """Whether the clock is heard after this moment: a tick came through a new folder."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with closing(sqlite3.connect(folder / "db.sqlite3")) as table:
            row = table.execute("SELECT at FROM post_heartbeat").fetchone()
        at = datetime.fromisoformat(row[0]).replace(tzinfo=UTC) if row else None
        if at is not None and at.timestamp() > moment:
            return True
        time.sleep(0.5)
    return False


@pytest.mark.slow
def test_the_site_comes_up_stays_alone_outlives_its_worker_and_leaves_nothing_behind(
    site: subprocess.Popen[str], tmp_path: Path, port: int
) -> None:
    told = heard_until(site, "/healthz")
    assert "password:" in told
    assert f"http://localhost:{port}/" in told

    with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=10) as answer:
        assert json.load(answer)["database"] == "ok"
    with urllib.request.urlopen(f"http://localhost:{port}/", timeout=10) as answer:
        assert "Ik kies jou" in answer.read().decode()

    assert "already runs" in refusal(tmp_path, port)
    assert f"Port {port} is taken" in refusal(tmp_path / "other", port)

    assert beat_after(tmp_path, 0)
    lose_worker_and_spool(site, tmp_path)
    assert beat_after(tmp_path, time.time())

    family = descendants(site.pid)
    assert len(family) >= 3, "the web server, one of its workers at least, and the worker"
    site.send_signal(signal.SIGINT)
    assert site.wait(timeout=20) == 0
    time.sleep(0.2)
    assert [number for number in family if Path(f"/proc/{number}").exists()] == []
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=2)


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 70000])
def test_a_port_that_is_none_is_refused(tmp_path: Path, number: int) -> None:
    assert f"{number} is no port" in refusal(tmp_path, number)


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={**environment(tmp_path, 8000), "PORT": "abc"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.strip().endswith("PORT is 'abc'; it is a whole number.")
    assert "Traceback" not in done.stderr
