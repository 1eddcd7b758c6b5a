"""A clock that can be set ahead: what it moves, what it leaves, and where it is not."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from courseapp import clock
from courseapp.accounts import tasks as account_tasks
from courseapp.accounts.models import User
from courseapp.post import tasks as post_tasks
from courseapp.post.models import Letter
from lessons import tasks as lesson_tasks
from lessons.content.models import LessonSave
from tests import bare
from tests.courseapp.post.writing import make_letter
from tests.factories import lessons_of, make_course, make_reader

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)
# As long as a busy machine may take from one line to the next.
MOMENT = timedelta(minutes=5)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clock"


@pytest.fixture
def installed(file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site goes by the clock in this file, for one test."""
    monkeypatch.setattr(timezone, "now", clock.reading(file))
    return file


def test_without_a_file_it_is_now(installed: Path) -> None:
    assert clock.ahead(installed) == timedelta(0)
    assert abs(timezone.now() - clock.real()) < MOMENT


def test_set_ahead_the_site_is_there_and_the_machine_is_not(installed: Path) -> None:
    clock.set_ahead(installed, 16 * DAY)

    assert abs(timezone.now() - datetime.now(tz=UTC) - 16 * DAY) < MOMENT
    assert abs(clock.real().timestamp() - time.time()) < MOMENT.total_seconds()
    assert abs(clock.seconds(installed) - time.time() - 16 * 86_400) < MOMENT.total_seconds()


def test_each_change_is_seen_at_once_though_what_was_read_is_remembered(file: Path) -> None:
    for days in range(1, 30):
        clock.set_ahead(file, days * DAY)
        assert clock.ahead(file) == days * DAY
        assert clock.ahead(file) == days * DAY
    file.unlink()
    assert clock.ahead(file) == timedelta(0)


def test_it_never_goes_back_before_now_nor_further_than_there_is_something_to_see(
    file: Path,
) -> None:
    assert clock.set_ahead(file, -DAY) == timedelta(0) == clock.ahead(file)
    assert clock.set_ahead(file, 9_999 * DAY) == clock.FARTHEST == clock.ahead(file)


@pytest.mark.parametrize("words", ["", "morgen", "NaN", "inf", "-864000", "é"])
def test_a_file_that_holds_no_such_time_moves_nothing(file: Path, words: str) -> None:
    file.write_text(words, encoding="utf-8")

    assert clock.ahead(file) == timedelta(0)


def test_nothing_half_written_is_left_beside_it(file: Path) -> None:
    clock.set_ahead(file, DAY)

    assert [each.name for each in file.parent.iterdir()] == [file.name]


@pytest.mark.django_db
def test_looking_a_year_ahead_throws_nothing_away_that_is_young(installed: Path) -> None:
    letter = make_letter(now=clock.real())
    Letter.objects.update(next_at=None, sent_at=clock.real())
    newcomer = make_reader(confirmed_at=None, date_joined=clock.real())
    course = make_course(modules=1, lessons=1)
    (lesson,) = lessons_of(course)
    save = LessonSave.objects.create(lesson=lesson, version=1, state={}, at=clock.real())
    clock.set_ahead(installed, 365 * DAY)

    for tidy in (post_tasks.forget_old, account_tasks.prune, lesson_tasks.forget_old):
        tidy()

    for row in (letter, newcomer, save):
        row.refresh_from_db()
    long_ago = clock.real() - 100 * DAY
    Letter.objects.update(created_at=long_ago)
    User.objects.update(date_joined=long_ago)
    LessonSave.objects.update(at=long_ago)
    for tidy in (post_tasks.forget_old, account_tasks.prune, lesson_tasks.forget_old):
        tidy()
    assert [model.objects.count() for model in (Letter, User, LessonSave)] == [0, 0, 0]


def said(code: str, folder: Path, **environment: str) -> str:
    """What a process of a developer's says: its own settings, and the clock a day ahead."""
    clock.set_ahead(folder / "clock", DAY)
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        cwd=django_settings.BASE_DIR,
        env=bare.environment(
            DJANGO_SETTINGS_MODULE="courseapp.settings", VAR_DIR=str(folder), **environment
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# In whole days; an hour for what passes between the two questions.
AHEAD = (
    "from django.utils import timezone; import datetime; "
    "real = datetime.datetime.now(datetime.UTC); "
    "print((timezone.now() - real + datetime.timedelta(hours=1)).days)"
)
# What Django gives a row without a date is of the same day.
DEFAULTS = (
    "from courseapp.accounts.models import User; from allauth.usersessions.models import "
    "UserSession as S; from django.utils import timezone; "
    "print(User._meta.get_field('date_joined').default is timezone.now, "
    "S._meta.get_field('created_at').default is timezone.now)"
)
REAL_MAIL = {"SMTP_URL": "smtp://mail.example.org"}
REAL_MONEY = {"STRIPE_SECRET_KEY": "sk_test_123", "STRIPE_WEBHOOK_SECRETS": "whsec_1"}
PROVIDER = {"MAIL_PROVIDER": "brevo", "MAIL_PROVIDER_SETTINGS": "API_KEY=x"}
PRODUCTION = {
    **REAL_MAIL,
    **REAL_MONEY,
    "PRODUCTION": "1",
    "SECRET_KEY": "x7" * 40,
    "SITE_URL": "https://example.org",
    "ALLOWED_HOSTS": "example.org",
}


@pytest.mark.slow
@pytest.mark.once
def test_a_process_on_a_developers_machine_goes_by_it_and_so_do_the_dates_of_rows(
    tmp_path: Path,
) -> None:
    assert said(AHEAD, tmp_path) == "1"
    assert said(DEFAULTS, tmp_path) == "True True"


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize(
    "environment",
    [{"DEBUG": "0"}, REAL_MAIL, PROVIDER, REAL_MONEY, PRODUCTION, {**PRODUCTION, "DEBUG": "1"}],
    ids=["no-mailbox", "real-mail", "provider", "real-money", "production", "mistaken"],
)
def test_beside_anything_real_there_is_no_such_clock(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    assert said(AHEAD, tmp_path, **environment) == "0"


@pytest.mark.slow
@pytest.mark.once
def test_migrations_do_not_take_it_for_another_default(tmp_path: Path) -> None:
    code = "from django.core.management import call_command as call; "
    assert "No changes" in said(
        f"{code}call('makemigrations', check_changes=True, dry_run=True)", tmp_path
    )
