from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from courseapp.accounts import entering
from courseapp.accounts import tasks as daily
from courseapp.accounts.models import User
from courseapp.post import heartbeat, pump, tasks
from courseapp.post.models import Letter
from tests.courseapp.post.writing import make_letter

pytestmark = pytest.mark.django_db


def test_the_pump_sends_more_than_a_batch_in_one_go() -> None:
    for _ in range(pump.BATCH + 1):
        make_letter(now=timezone.now())
    tasks.send_letters()
    assert not Letter.objects.filter(sent_at=None).exists()


def test_a_tick_notes_the_beat_and_forgets_codes_that_ran_out() -> None:
    past = timezone.now() - timedelta(minutes=11)
    make_letter(
        stream=Letter.Stream.CODE, text="1", now=past, expires_at=past + timedelta(minutes=10)
    )
    tasks.tick()
    assert heartbeat.last() is not None
    assert Letter.objects.get().text == ""


def test_once_a_day_old_askers_and_ended_sessions_go() -> None:
    long_ago = timezone.now() - timedelta(days=8)
    entering.account_for(email="anna@example.org", language="nl", now=long_ago)
    Session.objects.create(session_key="x" * 32, session_data="", expire_date=long_ago)
    daily.prune()
    assert not User.objects.exists()
    assert not Session.objects.exists()
