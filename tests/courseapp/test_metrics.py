"""/metrics: shut without its token, true over several processes, and about nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from courseapp import meters
from courseapp.post import heartbeat, pump
from courseapp.post.models import Letter
from payments.models import StripeEvent
from tests.counting import counting
from tests.courseapp.post.writing import make_letter
from tests.databases import with_keys
from tests.factories import make_course, make_enrolment, make_reader
from tests.lessons.pages.opening import browser_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = with_keys
TOKEN = "een-lang-en-willekeurig-woord-van-dertig"
OPENS = {"Authorization": f"Bearer {TOKEN}"}
CANARY = "kanarie-7318"


@pytest.fixture
def on(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


def told(client: Client | None = None) -> str:
    return (client or Client()).get("/metrics", headers=OPENS).content.decode()


def figure(text: str, name: str, **labels: str) -> float:
    """Zero where nothing of the kind was counted."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"},
     {"Authorization": TOKEN}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": "Bearer é"}],
)  # fmt: skip
@pytest.mark.usefixtures("on")
def test_without_the_token_there_is_nothing(headers: dict[str, str]) -> None:
    assert Client().get("/metrics", headers=headers).status_code == 404


def test_as_it_comes_it_is_off(settings: Settings) -> None:
    assert settings.METRICS_TOKEN == ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.usefixtures("on")
def test_requests_are_counted_by_page_method_and_kind_of_answer() -> None:
    before = told()
    client = Client()
    for _ in range(3):
        client.get("/hulp/")
    client.get("/nergens/")
    client.generic("GEKKIGHEID", "/hulp/")
    after = told()

    def more(**labels: str) -> float:
        name = "courseapp_requests_total"
        return figure(after, name, **labels) - figure(before, name, **labels)

    assert more(page="help", method="GET", status="2xx") == 3
    assert more(page="none", method="GET", status="4xx") == 1
    assert more(page="help", method="other") == 1
    seconds = "courseapp_request_seconds_count"
    counted = figure(after, seconds, page="help", method="GET")
    assert counted - figure(before, seconds, page="help", method="GET") == 3


@pytest.mark.usefixtures("on")
def test_no_word_about_anybody_gets_in() -> None:
    reader = make_reader(email=f"{CANARY}@example.org")
    course = make_course(slug=f"cursus-{CANARY}")
    make_enrolment(reader, course)
    client = browser_of(reader)
    client.get(f"/cursus/{course.slug}/", {"q": CANARY})
    client.get(f"/{CANARY}/")
    client.generic(CANARY.upper(), "/hulp/", headers={"User-Agent": CANARY})
    text = told()

    assert "courseapp_requests_total" in text
    assert CANARY not in text.lower()
    assert str(reader.uuid) not in text


def test_measuring_asks_the_database_nothing(settings: Settings) -> None:
    reader = make_reader()
    make_enrolment(reader, make_course())
    queries = []
    for token in ("", TOKEN):
        settings.METRICS_TOKEN = token
        client = browser_of(reader)
        client.get("/mijn/")  # What is kept in memory is kept by now.
        with counting() as counted:
            assert client.get("/mijn/").status_code == 200
        queries.append(int(counted))

    assert queries[0] == queries[1] > 0


@pytest.mark.usefixtures("on")
def test_what_waits_is_told_with_how_long() -> None:
    now = timezone.now()
    heartbeat.note(now=now - timedelta(seconds=40))
    for late in (90, 600):
        make_letter(now=now - timedelta(seconds=late))
    StripeEvent.objects.create(
        event_id="evt_1", type="x", livemode=False, received_at=now - timedelta(hours=1),
        next_at=now + timedelta(hours=1),
    )  # fmt: skip
    text = told()

    assert figure(text, "courseapp_database_up") == 1
    assert figure(text, "courseapp_letters_due", stream="lesson") == 2
    assert figure(text, "courseapp_letters_lag_seconds", stream="lesson") == pytest.approx(600, 0.1)
    assert figure(text, "courseapp_letters_due", stream="code") == 0
    # One that fails and is put off is late all the same.
    assert figure(text, "courseapp_queue_lag_seconds", queue="stripe_events") == (
        pytest.approx(3600, 0.1)
    )
    assert figure(text, "courseapp_queue_due", queue="stripe_events") == 1
    assert figure(text, "courseapp_beat_age_seconds") == pytest.approx(40, 0.5)


@pytest.mark.usefixtures("on")
def test_letters_are_counted_by_what_became_of_them() -> None:
    now = timezone.now()
    make_letter(stream=Letter.Stream.RECEIPT, now=now)
    labels = {"stream": "receipt", "outcome": "sent"}
    before = figure(told(), "courseapp_letters_total", **labels)
    pump.send_due(now=now)

    assert figure(told(), "courseapp_letters_total", **labels) == before + 1


@pytest.mark.usefixtures("on")
def test_the_figures_of_the_database_cost_as_much_with_much_in_it() -> None:
    def cost() -> int:
        with counting() as counted:
            told()
        return int(counted)

    few = cost()
    now = timezone.now()
    StripeEvent.objects.bulk_create(
        StripeEvent(event_id=f"evt_{n}", type="x", livemode=False, received_at=now, next_at=now)
        for n in range(300)
    )

    assert cost() == few < 25


COUNTING = """
import os, django
django.setup()
from courseapp import meters
for _ in range(5):
    meters.letter(stream="lesson", outcome="sent")
if os.fork() == 0:
    meters.letter(stream="lesson", outcome="sent")
    os._exit(0)
os.wait()
"""
ASKING = """
import django, json
django.setup()
from courseapp import meters
print(json.dumps(meters.counted().decode()))
"""


def run(code: str, folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ, "DJANGO_SETTINGS_MODULE": "courseapp.settings", "METRICS_TOKEN": TOKEN,
            "METRICS_DIR": str(folder),
        },
        cwd=site.BASE_DIR, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


@pytest.mark.slow
@pytest.mark.once
def test_processes_and_their_children_count_together(tmp_path: Path) -> None:
    """Also those that are gone, which a process that counted in its memory would have lost."""
    folder = tmp_path / "metrics"
    for _ in range(2):
        run(COUNTING, folder)
    text = json.loads(run(ASKING, folder))

    assert figure(text, "courseapp_letters_total", stream="lesson", outcome="sent") == 12


@pytest.mark.once
def test_what_was_counted_before_an_update_is_removed(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "counter_machine-7.db").write_bytes(b"")
    (tmp_path / "else.txt").write_text("")
    settings.METRICS_DIR = tmp_path

    assert meters.begin_anew() == 1
    assert [file.name for file in tmp_path.iterdir()] == ["else.txt"]
