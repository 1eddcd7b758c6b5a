"""A reader in the middle of a course that writes to them, and the browsers of who helps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from lessons.drip.models import Mail, Place
from tests.factories import make_course, make_enrolment, make_reader
from tests.lessons.drip.conftest import make_sequence, tick
from tests.lessons.drip.test_plan import make_step
from tests.lessons.pages.opening import address, browser_of, the, tree

if TYPE_CHECKING:
    from django.test import Client

    from courseapp.accounts.models import User
    from lessons.drip.models import Sequence
    from lessons.reading.models import Enrolment

HERE = "/beheer/lezers/"
EMAIL = "noor@example.org"


@pytest.fixture
def staff(db: None) -> User:
    return make_reader(email="joost@example.org", is_staff=True)


@pytest.fixture
def owner(db: None) -> User:
    return make_reader(email="marieke@example.org", is_staff=True, is_owner=True)


@pytest.fixture
def browser(staff: User) -> Client:
    """Of a member of staff who owns nothing."""
    return browser_of(staff)


@pytest.fixture
def of_owner(owner: User) -> Client:
    return browser_of(owner)


@pytest.fixture
def reader(db: None) -> User:
    return make_reader(email=EMAIL, language="nl")


@pytest.fixture
def sequence(db: None) -> Sequence:
    """A welcome, and a mail three days after beginning."""
    course = make_course(title="Rustig aan", pace={"every_days": 2, "at": "19:30"})
    later = make_step("later", days=3, at=timezone.now().time().replace(second=0, microsecond=0))
    return make_sequence(make_step(), later, course=course)


@pytest.fixture
def enrolment(reader: User, sequence: Sequence) -> Enrolment:
    """Begun an hour ago; the welcome lies in the outbox."""
    begun = timezone.now() - timedelta(hours=1)
    made = make_enrolment(reader, sequence.course, now=begun)
    tick(timezone.now())
    return made


def mail_of(reader: User) -> Mail:
    return Mail.objects.filter(reader=reader).earliest("decided_at", "pk")


def place_of(reader: User) -> Place:
    return Place.objects.get(reader=reader)


def page(browser: Client, reader: User) -> Any:
    answer = browser.get(address("helping:reader", reader.uuid))
    assert answer.status_code == 200, answer.content
    return tree(answer)


def answered(browser: Client, reader: User) -> str:
    """The sentences on top."""
    return " ".join(the(page(browser, reader), ".answer").text().split())


def main(browser: Client, reader: User) -> str:
    return " ".join(the(page(browser, reader), "main").text(separator=" ").split())
