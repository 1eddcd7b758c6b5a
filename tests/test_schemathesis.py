"""The API under what a machine makes up from its own description: valid, invalid, and in between.

No server error, no status that is not described, no answer of another shape than described; as a
visitor, a reader and a member of staff. ``python -m tests.fuzz`` looks longer, with other seeds.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck
from schemathesis.config import (
    ChecksConfig,
    CoveragePhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
)
from schemathesis.config._checks import (
    MissingRequiredHeaderConfig,
    NegativeDataRejectionConfig,
    PositiveDataAcceptanceConfig,
)
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from courseapp.api.schema import document
from courseapp.wsgi import application
from lessons.content.editing import as_json, state_of
from lessons.content.models import (
    Article,
    Edition,
    EditionModule,
    Lesson,
    Module,
    UnsavedText,
)
from lessons.content.revisions import revise
from payments import granting, ordering, sandbox
from payments.models import Order, Product, StaffGrant
from tests.factories import make_block, make_course, make_enrolment, make_reader, publish_all
from tests.lessons.api.calling import token_of
from tests.lessons.desk.mailing import make_mail, make_mails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from courseapp.accounts.models import User
    from lessons.content.models import Course

FEW = 2
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "6"))
# Without one, the same cases every time.
SEED = os.environ.get("SCHEMATHESIS_SEED", "")
# Where each case leaves a byte, for who counts them.
COUNTED = os.environ.get("SCHEMATHESIS_COUNTED", os.devnull)
# Things with these names exist, so that what is made up does not only meet "not found".
SLUG = "bestaat"
LESSONS = [UUID(int=number) for number in (1, 2, 3)]
MODULE, EDITION, COURSE, ARTICLE, UNSAVED, BLOCK, GRANT, SEQUENCE = (
    UUID(int=number) for number in range(4, 12)
)
NUMBER, PRICE = "AAAAAAAAAA", 14_900
OPENED = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "# Tekst\n\nEerst is het stil.\n\nDan belt Tom."
KNOWN = {
    "slug": [SLUG],
    "lesson": [str(one) for one in LESSONS],
    "module": [str(MODULE)],
    "edition": [str(EDITION)],
    "other": [str(EDITION)],
    "course": [str(COURSE)],
    "article": [str(ARTICLE)],
    "unsaved": [str(UNSAVED)],
    "block": [str(BLOCK)],
    "passage": ["dan-belt-tom-8b4390", "niet-daar"],
    "number": [NUMBER],
    "grant": [str(GRANT)],
    "sequence": [str(SEQUENCE)],
    "version": [1],
    "kept": [str(UUID(int=12))],
}
# Of a version that stands there and one that does not; what is no tag, test_staff_lessons tries.
TAGS = ['"v1"', '"v9"', '"e1"', '"e9"']
BLOCKS = [make_block(), make_block("selfcheck"), {"id": "x", "type": "text"}, {"type": "table"}, 7]
MAILS = [make_mail("a"), make_mail("b", trigger="idle", days=4, at="19:30"), {"key": "c"}, 7]
# What the domain refuses in a text or a moment that its description lets through: a block that is
# there twice, an article without a word, a moment that has passed.
NOT_ONLY_FORM = {
    "staff_write_lesson",
    "schedule_module",
    "staff_import_article",
    "staff_revise_article",
    "staff_derive_course",
    # A key that is there twice, hours beside days; nobody lives by that clock.
    "staff_write_sequence",
    "staff_read_sequence_timeline",
    # Control characters, which nobody could be shown.
    "write_answer",
    # A day that is past, a time zone nobody knows.
    "pause_course",
    "change_clock",
    # An address as only the mail's own rules have it, a number of which no order is.
    "withdraw",
    "staff_give_access",
    "staff_list_orders",
    # 5.0 is a whole number to JSON Schema; cents are not written so, nor numbers of statements.
    "staff_refund_order",
    "tick_answer",
}
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def described(examples: int) -> Any:
    """The description; its addresses lead to what exists, and its shapes hold nothing else."""
    raw = json.loads(document())
    del raw["components"]["securitySchemes"]["machine"]  # It would make up tokens, all of them bad.
    for path in raw["paths"].values():
        for operation in path.values():
            known = [one for one in operation.get("security", []) if "machine" not in one]
            operation["security"] = known
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "If-Match":
                    parameter["schema"] = {"type": "string", "enum": TAGS}
                if parameter["in"] == "path":
                    real = {"enum": KNOWN[parameter["name"]]}
                    parameter["schema"] = {"anyOf": [real, parameter["schema"]]}
    shapes = raw["components"]["schemas"]
    for shape in shapes.values():
        shape["additionalProperties"] = False
    shapes["Begin"]["properties"]["course"]["enum"] = [SLUG, "bestaat-niet"]
    for shape in ("NewArticle", "Wording"):  # A million characters are the business of a test.
        shapes[shape]["properties"]["source"] = {"enum": [TEXT, " ", "Nieuw.", "<p>Oud", 7]}
    shapes["OfPassage"]["properties"]["passage"]["enum"] = KNOWN["passage"]
    shapes["NewOrder"]["properties"]["product"]["enum"] = [SLUG, "bestaat-niet"]
    shapes["NewOrder"]["properties"]["amount"]["enum"] = [PRICE, 1]
    # Of every kind of block there are tests elsewhere; making them all up here takes a minute.
    shapes["WholeLesson"]["properties"]["blocks"]["items"] = {"enum": BLOCKS}
    shapes["SequenceDraft"]["properties"]["draft"]["items"] = {"enum": MAILS}
    default = ProjectConfig(
        phases=PhasesConfig(coverage=CoveragePhaseConfig(enabled=examples > FEW)),
        generation=GenerationConfig(max_examples=examples, deterministic=not SEED),
        checks=ChecksConfig(
            positive_data_acceptance=PositiveDataAcceptanceConfig(
                # No description says which version of a lesson stands there.
                expected_statuses=["2xx", "401", "403", "404", "409", "412", "422"]
            ),
            # What holds more than a body may is refused before it is read.
            negative_data_rejection=NegativeDataRejectionConfig(
                expected_statuses=[
                    *("400", "401", "403", "404", "405", "406", "409"),
                    *("412", "413", "415", "422", "428", "429"),
                ]
            ),
            missing_required_header=MissingRequiredHeaderConfig(
                expected_statuses=["400", "401", "403", "404", "415", "428"]
            ),
        ),
    )
    config = schemathesis.Config(
        projects=ProjectsConfig(default=default), seed=int(SEED) if SEED else None
    )
    schema = schemathesis.openapi.from_dict(raw, config=config)
    schema.app = application
    return schema


# Each thing made up meets what the ones before it left behind: that is wanted here.
def kept(examples: int) -> hypothesis.settings:
    return hypothesis.settings(
        suppress_health_check=[*HealthCheck],
        deadline=None,
        derandomize=not SEED,
        database=None,
        max_examples=examples,
    )


STAFF = "^/api/v1/staff/"
schema: Any = described(EXAMPLES)
for_readers: Any = schema.exclude(path_regex=STAFF)
# Whoever may not come in meets the door: what they bring is not even read.
for_staff: Any = described(FEW).include(path_regex=STAFF)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests end without closing the connection, whose transaction is the test's."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def shop(settings: Settings, course: Course) -> Iterator[Product]:
    """The course for sale, and a Stripe to pay it at."""
    settings.ACCOUNT_RATE_LIMITS = {}
    with (
        sandbox.running(background=False) as stripe_,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(ordering, "MOST", 100_000)
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = stripe_.key, stripe_.base
        product = Product.objects.create(slug=SLUG, title="Training")
        product.courses.add(course)
        ordering.set_price(product=product, amount=PRICE, by=None, now=OPENED)
        yield product


def ordered(person: User, product: Product) -> Order:
    """An order of this person, with the number that the addresses know."""
    now = timezone.now()
    order = ordering.place(
        buyer=person, product=product, shown=PRICE, declared=ordering.declarations(),
        is_gift=True, language="nl", now=now,
    )  # fmt: skip
    Order.objects.filter(pk=order.pk).update(number=NUMBER)
    return order


@pytest.fixture(autouse=True)
def course(settings: Settings) -> Course:
    """A course in which there is something to read, to wait for, to publish and to restore."""
    course = make_course(
        uuid=COURSE, slug=SLUG, modules=0, live=False, pace={"every_days": 1, "at": "07:00"}
    )
    article = Article.objects.create(uuid=ARTICLE, slug="tekst", title="Tekst")
    revise(of=article, source=TEXT, form="markdown", by=None, now=timezone.now())
    course.articles.add(article)
    module = Module.objects.create(uuid=MODULE, course=course, slug="deel", title="Deel")
    for number, uuid in enumerate(LESSONS):
        Lesson.objects.create(
            uuid=uuid,
            course=course,
            module=module,
            slug=f"les-{number}",
            title=f"Les {number}",
            open_to_all=number == 2,
            blocks=[make_block(), make_block("selfcheck", title="Herken", statements=["a", "b"])]
            if number
            else [
                make_block(id=str(BLOCK), body="Dan belt Tom.", passages=["dan-belt-tom-8b4390"])
            ],
        )
    publish_all(course)
    edition = Edition.objects.get()
    places = list(edition.places.all())
    Edition.objects.create(
        uuid=EDITION,
        course=course,
        number=0,
        manifest={**edition.manifest, "title": "Zoals het was"},
        published_at=edition.published_at,
    )
    EditionModule.objects.bulk_create(
        EditionModule(edition_id=EDITION, snapshot_id=one.snapshot_id, position=one.position)
        for one in places
    )
    Lesson.objects.filter(pk=LESSONS[0]).update(title="Anders")
    return course


def call(case: Any, person: User | None) -> None:
    with open(COUNTED, "ab") as counted:  # noqa: PTH123 -- this may be no file at all.
        counted.write(b".")
    headers = {"X-Session-Token": token_of(person)} if person else {}
    # A cursor is a text to its description; which texts are cursors, only the last page says.
    excluded = [positive_data_acceptance] if "cursor" in case.query else []
    if case.operation.definition.raw["operationId"] in NOT_ONLY_FORM:
        excluded = [positive_data_acceptance, negative_data_rejection]
    case.call_and_validate(headers=headers, excluded_checks=excluded)


@for_readers.parametrize()  # type: ignore[untyped-decorator]
@kept(EXAMPLES)
def test_a_visitor_meets_nothing_undescribed(case: Any) -> None:
    call(case, None)


@for_staff.parametrize()  # type: ignore[untyped-decorator]
@kept(FEW)
def test_a_visitor_at_the_staff_s_door_meets_nothing_undescribed(case: Any) -> None:
    call(case, None)


@pytest.fixture
def reader(course: Course, shop: Product) -> User:
    person = make_reader()
    make_enrolment(person, course, now=timezone.now())
    ordered(person, shop)
    return person


@for_readers.parametrize()  # type: ignore[untyped-decorator]
@kept(EXAMPLES)
def test_a_reader_meets_nothing_undescribed(case: Any, reader: User) -> None:
    call(case, reader)


@for_staff.parametrize()  # type: ignore[untyped-decorator]
@kept(FEW)
def test_a_reader_at_the_staff_s_door_meets_nothing_undescribed(case: Any, reader: User) -> None:
    call(case, reader)


@pytest.fixture
def staff(course: Course, shop: Product) -> User:
    """The owner, with a text that did not get saved, an order, and access given to somebody."""
    person = make_reader(is_staff=True, is_owner=True)
    ordered(person, shop)
    given = granting.grant(
        reader_email=make_reader().email, product=shop, by=person, reason="x", now=timezone.now()
    )
    StaffGrant.objects.filter(pk=given.pk).update(uuid=GRANT)
    lesson = course.lessons.get(pk=LESSONS[0])
    UnsavedText.objects.create(
        uuid=UNSAVED, lesson=lesson, by=person, reason="changed", based_on=1,
        state=as_json(state_of(lesson)), at=timezone.now(),
    )  # fmt: skip
    make_mails(course=course, uuid=SEQUENCE, live=True)
    return person


@schema.parametrize()  # type: ignore[untyped-decorator]
@kept(EXAMPLES)
def test_a_member_of_staff_meets_nothing_undescribed(case: Any, staff: User) -> None:
    call(case, staff)
