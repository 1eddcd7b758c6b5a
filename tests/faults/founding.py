"""What stands there before each story: an owner, two readers, a free course, a paid one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from courseapp.accounts.models import User
from lessons.reading import keeping, progress
from payments import ordering
from payments.models import Product
from tests.factories import (
    lessons_of,
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)
from tests.faults.telling import NOOR, OWNER, SAM
from tests.lessons.drip.writing import PACE, each_lesson, make_sequence, make_step
from tests.lessons.pages.opening import browser_of
from tests.payments.conftest import PRICE

if TYPE_CHECKING:
    from django.test import Client

    from lessons.content.models import Course

STATEMENTS = ["Ik wacht.", "Ik kijk weg.", "Ik tel tot tien."]
# The cookies of who is signed in already, by address; a fork of this process has them too.
_cookies: dict[str, Any] = {}


def found() -> None:
    """Make it, once for all stories; Noor has done nothing yet, Sam reads and wrote already."""
    now = timezone.now() - timedelta(days=1)
    owner = make_reader(email=OWNER, is_staff=True, is_owner=True)
    noor, sam = make_reader(email=NOOR), make_reader(email=SAM)
    free = _free(now)
    make_enrolment(sam, free, now=now)
    progress.open_lesson(reader=sam, lesson=lessons_of(free)[0].uuid, now=now)
    keeping.agree(reader=sam, wording="Ja.", place="test", now=now)
    paid = make_course(access="granted", slug="kiezen", title="Kiezen met helderheid")
    product = Product.objects.create(slug="kiezen", title="Kiezen met helderheid")
    product.courses.add(paid)
    ordering.set_price(product=product, amount=PRICE, by=None, now=datetime(2026, 1, 1, tzinfo=UTC))
    for person in (owner, noor, sam):
        _cookies[person.email] = browser_of(person).cookies
    assert read_as(SAM) == 200


def _free(now: datetime) -> Course:
    course = make_course(modules=1, lessons=0, live=False, pace=PACE, slug="leven")
    for number in range(3):
        blocks = [
            make_block("reflection", prompt="Wat merk je vanavond?"),
            make_block("selfcheck", title="Herken je dit?", statements=STATEMENTS),
            make_block(),
        ]
        make_lesson(course.modules.get(), blocks=blocks, required=number < 2)
    publish_all(course, now=now)
    steps = make_step("welkom"), each_lesson()
    draft = [step.as_json() for step in steps]
    make_sequence(course, *steps, now=now, draft=draft)
    return course


def person(email: str) -> User:
    return User.objects.get(email=email)


def browser(email: str) -> Client:
    """Theirs, signed in; a fault in a page is a 500 there, as it is on the way to a real one."""
    from django.test import Client

    made = Client(raise_request_exception=False)
    made.cookies = _cookies[email].copy()
    return made


def press(email: str, name: str, *arguments: object, **fields: Any) -> None:
    """Send a form to the page of this name; AssertionError for what is no good answer."""
    answer = browser(email).post(reverse(name, args=arguments), fields)
    assert answer.status_code < 400, f"{name} answered {answer.status_code}"
    assert "/account/" not in answer.headers.get("Location", ""), f"{name} asks to sign in"


def read_as(email: str) -> int:
    """The status of the first lesson of the free course, asked for by this reader."""
    from lessons.content.models import Course

    lesson = lessons_of(Course.objects.get(slug="leven"))[0].uuid
    return browser(email).get(reverse("lesson", args=[lesson])).status_code
