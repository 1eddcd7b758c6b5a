"""The folder that is a broker: nothing lost, nothing twice, whatever happens around it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from kombu import Connection

from courseapp import spool

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once
PUBLISHERS = 3
EACH = 1100

# A process of its own, as publishers are: requests of a web server.
PUBLISH = """
import sys
from kombu import Connection
import courseapp.celery
folder, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Connection("spool://localhost", transport_options={"folder": folder}) as broker:
    queue = broker.SimpleQueue("bench")
    for number in range(count):
        queue.put(f"{name}-{number}")
"""
READ = """
import sys, time
from pathlib import Path
from queue import Empty
from kombu import Connection
import courseapp.celery
folder, out, stop = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
options = {"folder": folder, "polling_interval": 0.001}
with Connection("spool://localhost", transport_options=options) as broker, out.open("w") as log:
    queue = broker.SimpleQueue("bench", no_ack=True)
    while True:
        last = stop.exists()
        try:
            while True:
                log.write(queue.get(block=False).payload + "\\n")
        except Empty:
            if last:
                break
"""


def _process(code: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], env=os.environ)


def _broker(folder: Path) -> Connection:
    return Connection("spool://localhost", transport_options={"folder": str(folder)})


@pytest.mark.slow
def test_no_message_of_many_publishers_is_lost_or_doubled_by_two_eager_readers(
    tmp_path: Path,
) -> None:
    folder, stop = tmp_path / "spool", tmp_path / "stop"
    logs = [tmp_path / "one", tmp_path / "two"]
    readers = [_process(READ, folder, log, stop) for log in logs]
    publishers = [_process(PUBLISH, folder, name, EACH) for name in range(PUBLISHERS)]
    try:
        assert [process.wait(timeout=120) for process in publishers] == [0] * PUBLISHERS
        stop.touch()
        assert [process.wait(timeout=120) for process in readers] == [0, 0]
    finally:
        for process in (*publishers, *readers):
            process.kill()
            process.wait()
    found = Counter(line for log in logs for line in log.read_text().splitlines())
    expected = {f"{name}-{number}" for name in range(PUBLISHERS) for number in range(EACH)}
    assert set(found) == expected
    assert set(found.values()) == {1}
    assert list(folder.iterdir()) == []


def test_messages_come_in_the_order_they_were_put(tmp_path: Path) -> None:
    with _broker(tmp_path) as broker:
        queue = broker.SimpleQueue("q")
        for number in range(50):
            queue.put(number)
        assert [queue.get(block=False).payload for _ in range(50)] == list(range(50))


def test_a_deleted_folder_is_made_again_and_reading_it_is_harmless(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    with _broker(folder) as broker:
        queue = broker.SimpleQueue("q")
        queue.put("lost with the folder")
        shutil.rmtree(folder)
        with pytest.raises(queue.Empty):
            queue.get(block=False)
        queue.put("after")
        assert queue.get(block=False).payload == "after"


def test_a_damaged_message_is_left_out_and_the_next_is_read(tmp_path: Path) -> None:
    with _broker(tmp_path) as broker:
        queue = broker.SimpleQueue("q")
        (tmp_path / f"{1:020d}-x.q.msg").write_bytes(b'{"body": ')
        queue.put("whole")
        assert queue.get(block=False).payload == "whole"


def test_queues_do_not_see_each_other_and_purging_empties_one(tmp_path: Path) -> None:
    with _broker(tmp_path) as broker:
        one, other = broker.SimpleQueue("one"), broker.SimpleQueue("other")
        one.put(1)
        other.put(2)
        assert (one.qsize(), other.qsize()) == (1, 1)
        assert one.clear() == 1
        assert other.get(block=False).payload == 2


def test_what_killed_processes_left_is_swept_and_what_is_under_way_is_not(tmp_path: Path) -> None:
    old, young = tmp_path / ".1-a.q.msg", tmp_path / ".2-b.q.msg"
    for file in (old, young):
        file.write_text("half")
    hours_ago = time.time() - 2 * spool.LEFT_BEHIND
    os.utime(old, (hours_ago, hours_ago))
    spool.sweep(tmp_path, now=time.time())
    assert [file.name for file in tmp_path.iterdir()] == [young.name]
