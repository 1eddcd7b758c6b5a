"""Broker and cache hold nothing of a person: not while somebody reads, not after an erasure.

On real ones: a Redis of the test's own, which also writes down each command it was ever given, and
a queue of the test's own on the RabbitMQ that answers. The worker is the real command.
"""

from __future__ import annotations

import base64
import inspect
import json
import os
import re
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kombu.pools
import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu import Connection, Exchange, Queue

from courseapp import env, timetable
from courseapp.accounts.models import Handover, User
from courseapp.celery import app
from courseapp.mydata import handing_over, scrubbing
from courseapp.post import doorbell, outbox
from courseapp.post.models import Heartbeat, Letter
from courseapp.vault.models import Erasure
from lessons.reading import answers, proving
from lessons.reading.models import Answer, Proof
from tests.courseapp.accounts.coming_in import ask, enter, latest_code
from tests.courseapp.mydata import remains
from tests.databases import with_keys_committed
from tests.lessons.drip.machines import Redis
from tests.lessons.reading.writing import make_desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import Settings

    from tests.lessons.reading.writing import Desk

ROOT = Path(__file__).resolve().parents[3]
EMAIL, NETWORK = "kanarie-adres@example.org", "203.0.113.77"
WRITTEN, NAME, DEVICE = "kanarie-geschreven", "kanarie-naam", "kanarie-toestel"
SUBJECT = "kanarie-onderwerp"
CANARIES = [EMAIL, "kanarie-adres", WRITTEN, NAME, DEVICE, SUBJECT]
# A server that keeps each command in a file, as it came.
EVERY_COMMAND = (
    *("--save", "", "--appendonly", "yes", "--aof-use-rdb-preamble", "no"),
    *("--auto-aof-rewrite-percentage", "0", "--rdbcompression", "no"),
)
PACKED = re.compile(rb'"body": "([A-Za-z0-9+/=]+)"')
# The longest that something about a network or an account is counted, in seconds.
LONGEST_COUNT = 3600
WORK = """
import sys
from courseapp.celery import app
app.conf.update(task_default_queue=sys.argv[1], task_default_exchange_type="topic")
import django
django.setup()
from django.core.management import call_command
call_command("worker")
"""


def required(name: str) -> str:
    url = os.environ.get(name, "")
    if not url:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not set, and with CI=true nothing may be left out.")
        pytest.skip(f"{name} is not set.")
    return url


@contextmanager
def ringing_at(url: str, queue: str) -> Iterator[Heard]:
    """This process' bells go to that broker; each message of it, as long as this lasts."""
    own = {name: app.conf[name] for name in ("broker_url", "broker_transport_options")}
    own |= {"task_default_queue": app.conf.task_default_queue, "task_default_exchange_type": None}
    options = env.broker_options(url, Path())
    app.conf.update(
        broker_url=url, broker_transport_options=options,
        # An exchange with a name, so that a second queue can listen.
        task_default_queue=queue, task_default_exchange_type="topic",
    )  # fmt: skip
    _hang_up()
    tap = Queue(f"{queue}.tap", Exchange(queue, "topic"), routing_key="#")
    with Connection(url) as broker:
        tap(broker.default_channel).declare()
        try:
            with listening(url, tap.name) as heard:
                yield heard
        finally:
            for name in (tap.name, queue):
                broker.default_channel.queue_delete(name)
            broker.default_channel.exchange_delete(queue)
            app.conf.update(own)
            _hang_up()


@contextmanager
def listening(url: str, queue: str) -> Iterator[Heard]:
    """What comes into a queue, taken out of it at once: messages there do not last."""
    heard, stop = Heard(), threading.Event()

    def listen() -> None:
        with Connection(url) as broker:
            while not stop.wait(0.3):
                heard.extend(remains.in_queue(broker, queue))
            heard.extend(remains.in_queue(broker, queue))

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield heard
    finally:
        stop.set()
        thread.join()


class Heard(list[tuple[str, bytes]]):
    """Messages: which task each names, and all its bytes."""


def _hang_up() -> None:
    """Connections and queues that Celery keeps are those of the configuration it had."""
    kombu.pools.reset()
    app._pool = None
    app.__dict__.pop("amqp", None)


def place_of(alias: str) -> str:
    """The address of a test's database, as another process is told it."""
    about = connections[alias].settings_dict
    if connections[alias].vendor == "sqlite":
        return f"sqlite:///{about['NAME']}"
    return f"postgres://{about['USER']}@{about['HOST']}:{about['PORT']}/{about['NAME']}"


@contextmanager
def working(settings: Settings, queue: str, *, broker: str, cache_at: str) -> Iterator[None]:
    """The worker with its clock, on the databases of this test."""
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "courseapp.settings",
        "VAR_DIR": str(settings.MAIL_DIR.parent),
        "DATABASE_URL": place_of("default"),
        "KEYS_DATABASE_URL": place_of("keys"),
        "VAULT_KEYS": ",".join(settings.VAULT_KEYS),
        "BROKER_URL": broker,
        "CACHE_URL": cache_at,
    }
    process = subprocess.Popen([sys.executable, "-c", WORK, queue], cwd=ROOT, env=variables)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        finally:
            process.kill()


def until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.fixture
def site(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """With limits that count, as in production, and a bell that is waited for."""
    settings.WRITES_PER_MINUTE = (240, 900)
    settings.MAIL_DIR, settings.HANDOVER_DIR = tmp_path / "mail", tmp_path / "handovers"
    settings.SPOOL_DIR = tmp_path / "spool"
    monkeypatch.setattr(doorbell, "PATIENCE", 20)
    monkeypatch.setattr(doorbell._Bell, "silent_until", 0.0)
    return settings


def live_here(desk: Desk) -> tuple[Client, str]:
    """Somebody new does all there is to do; the browser, and the code that let it in."""
    browser = Client(HTTP_USER_AGENT=DEVICE, REMOTE_ADDR=NETWORK)
    ask(Client(HTTP_USER_AGENT=DEVICE, REMOTE_ADDR=NETWORK), EMAIL)  # Never finished.
    ask(browser, EMAIL)
    enter(browser, "000000")
    code = latest_code(EMAIL)
    enter(browser, code)
    browser.post(reverse("enrol", args=[desk.course.slug]), {"offers": "on"})
    browser.post(reverse("keep_answers"), {"keep": "yes"})
    for name, block in (("reflection", desk.reflection), ("exercise", desk.exercise)):
        at = reverse("write", args=[desk.lesson.uuid, block])
        browser.post(at, {"tag": "", "text": f"{WRITTEN} {name}"})
    ticks = {"tag": "", "occurrence": "1", "recognised": ["0", "2"]}
    browser.post(reverse("tick", args=[desk.lesson.uuid, desk.check]), ticks)
    browser.get(reverse("search"), {"q": WRITTEN})
    browser.post(reverse("finish", args=[desk.lesson.uuid]))
    browser.post(reverse("proof", args=[desk.course.pk]), {"name": NAME})
    person = User.objects.get(email=EMAIL)
    outbox.put(
        stream=Letter.Stream.RECEIPT, key="kanarie", to=EMAIL, subject=SUBJECT,
        text=f"{WRITTEN}\n", html="", now=timezone.now(),
    )  # fmt: skip
    handing_over.ask(person=person, now=timezone.now())
    browser.post(reverse("my_data_file"))
    mine = Answer.objects.filter(enrolment__reader=person)
    assert {one.kind for one in mine} == {"reflection", "exercise", "selfcheck"}
    assert WRITTEN in str(answers.opened(person, mine.filter(kind="reflection"))[0].content)
    assert Proof.objects.get().name == proving.of(reader=person, course=desk.course.pk).name == NAME  # type: ignore[union-attr]
    return browser, code


def is_erased() -> bool:
    return not User.objects.filter(email=EMAIL).exists()


def a_day_passes() -> None:
    """What is awaited no longer, and the erasure, are of yesterday."""
    yesterday = timezone.now() - timedelta(hours=23)
    Erasure.objects.update(at=yesterday)
    Session.objects.update(expire_date=yesterday)


def is_scrubbed() -> bool:
    """Asked for once more, as the clock does: somebody may have been in the way."""
    doorbell.ring("courseapp.scrub")
    time.sleep(1)
    return Heartbeat.objects.filter(name=scrubbing.NAME).exists()


def leave_and_be_forgotten(browser: Client, settings: Settings) -> None:
    """While the worker works: all is made and sent, then she goes, and a night passes."""
    person = User.objects.get(email=EMAIL)
    until(lambda: not Letter.objects.filter(to=EMAIL).exclude(next_at=None).exists())
    assert SUBJECT in "".join(one.read_text() for one in settings.MAIL_DIR.glob("*.eml"))
    until(lambda: Handover.objects.get(person=person).made_at)
    for task, _every, expires in timetable.TIMETABLE:
        app.send_task(task, expires=expires)
    browser.post(reverse("my_data_leave"), {"days": "0"})
    until(is_erased)
    a_day_passes()
    until(is_scrubbed)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    """A Redis of our own, whose folder holds every command it was given."""
    required("TEST_REDIS_URL")
    (tmp_path / "redis").mkdir()
    redis = Redis(tmp_path / "redis", *EVERY_COMMAND)
    yield redis
    redis.stop()


@with_keys_committed
@pytest.mark.slow
@pytest.mark.broker
def test_redis_as_broker_and_cache_never_holds_a_word(
    site: Settings, server: Redis, tmp_path: Path
) -> None:
    cache_at = server.url.removesuffix("0") + "1"
    site.CACHES = env.caches(cache_at, tmp_path)
    desk, queue = make_desk(), f"remains-{uuid.uuid4().hex}"
    with ringing_at(server.url, queue) as messages:
        browser, code = live_here(desk)
        secrets = [*CANARIES, code, browser.cookies["sessionid"].value]
        living = list(remains.in_redis(server.url))
        assert queue.encode() in [content for _place, content in living], "bells"
        assert remains.looked_for(secrets, living) == {}
        with working(site, queue, broker=server.url, cache_at=cache_at):
            leave_and_be_forgotten(browser, site)
        counters_end(server)
        stay = list(remains.in_redis(server.url))

    assert_only_bells(messages)
    assert remains.found(secrets, stay) == {}
    told = [(str(file), file.read_bytes()) for file in server.folder.rglob("*") if file.is_file()]
    assert remains.looked_for([*secrets, queue], told).keys() == {queue}, "ever, in any command"
    packed = PACKED.findall(b"".join(content for _file, content in told))
    bodies = [("a message", base64.b64decode(one)) for one in packed]
    assert len(bodies) > len(timetable.TIMETABLE)
    assert remains.looked_for(secrets, [*messages, *bodies]) == {}


def counters_end(server: Redis) -> None:
    """What is counted of a network stands there until it is not counted any more."""
    counted = 0
    with server._client() as client:
        client.select(1)
        for key in client.scan_iter():
            assert 0 < client.ttl(key) <= LONGEST_COUNT, key
            counted += 1
    assert counted


@with_keys_committed
@pytest.mark.slow
@pytest.mark.broker
def test_no_message_of_rabbitmq_holds_a_word(site: Settings) -> None:
    broker_url = required("TEST_AMQP_URL")
    desk, queue = make_desk(), f"remains-{uuid.uuid4().hex}"
    with ringing_at(broker_url, queue) as messages:
        browser, code = live_here(desk)
        secrets = [*CANARIES, code, str(browser.cookies["sessionid"].value)]
        with working(site, queue, broker=broker_url, cache_at=""):
            leave_and_be_forgotten(browser, site)
        with Connection(broker_url) as broker:
            waiting = list(remains.in_queue(broker, queue))
    assert_only_bells(messages)
    assert remains.looked_for([*secrets, NETWORK], [*messages, *waiting]) == {}
    assert remains.found(secrets) == {}


def assert_only_bells(messages: Heard) -> None:
    """Each names a task; it brings along nothing."""
    rung = {place.rpartition(" ")[2] for place, _content in messages}
    assert rung >= {task for task, _every, _expires in timetable.TIMETABLE} | {"post.pump"}
    for place, content in messages:
        arguments, named, _more = json.JSONDecoder().raw_decode(content.decode())[0]
        assert (arguments, named) == ([], {}), place


@with_keys_committed
@pytest.mark.broker
def test_the_search_of_a_queue_and_of_redis_finds_what_is_there(server: Redis) -> None:
    """Control: a task that takes an address along is found, and so is each kind of value."""
    with ringing_at(server.url, "remains") as messages:
        app.send_task("post.pump", args=[EMAIL])
    assert remains.looked_for([EMAIL], messages)
    with server._client() as client:
        client.select(3)
        client.set("a", f"{NAME}-1 " * 90)
        client.rpush("b", f"{NAME}-2")
        client.sadd("c", f"{NAME}-3")
        client.zadd("d", {f"{NAME}-4": 1})
        client.hset("e", f"{NAME}-5", "x")
        client.set(f"{NAME}-6", "x")
    words = [f"{NAME}-{number}" for number in range(1, 7)]
    assert set(remains.looked_for(words, remains.in_redis(server.url))) == set(words)


def test_no_task_of_ours_takes_anything_along() -> None:
    """So no message can hold anything: what there is to do stands in the database."""
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert set(ours) >= {task for task, _every, _expires in timetable.TIMETABLE}
    assert {name: list(inspect.signature(task.run).parameters) for name, task in ours.items()} == {
        name: [] for name in ours
    }
    entries: Any = app.conf.beat_schedule.values()
    assert not [one for one in entries if one.get("args") or one.get("kwargs")]
