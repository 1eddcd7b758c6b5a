"""*Lezer helpen*: found only by the whole address, on record, and silent about what is private."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from courseapp import privacy
from courseapp.accounts.models import AuditEntry, Consent
from courseapp.post import filling, suppression
from courseapp.post.models import Letter, Suppression
from lessons.reading import progress
from payments import granting, ordering
from payments.helping import words
from payments.models import Product
from tests.counting import counting
from tests.databases import with_keys
from tests.factories import lessons_of, make_block, make_course, make_enrolment, make_reader
from tests.factories import publish_all as publish
from tests.lessons.drip.conftest import make_sequence, tick
from tests.lessons.drip.test_plan import make_step
from tests.lessons.pages.opening import address, browser_of, links, the, tree
from tests.payments.helping.conftest import EMAIL, HERE, answered, main, page
from tests.payments.staff.selling import make_order

if TYPE_CHECKING:
    from django.test import Client

    from courseapp.accounts.models import User
    from lessons.reading.models import Enrolment

pytestmark = with_keys
CANARY = "kanarie-7f3a"


def test_everything_that_can_be_said_of_a_reader_has_a_name() -> None:
    for kinds, names in (
        (Consent.Purpose, words.PURPOSES),
        (Consent.Act, words.CONSENTS),
        (Suppression.Scope, words.SCOPES),
        (Suppression.Reason, words.SUPPRESSED),
        (Letter.Stream, words.STREAMS),
    ):
        assert set(kinds.values) == set(names)


def acts() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("act", flat=True))


# --- Looking up ---------------------------------------------------------------------------------


def test_nobody_is_listed_without_a_question(browser: Client, reader: User) -> None:
    asked = browser.get(HERE, {"q": "example", "email": EMAIL})

    assert EMAIL not in asked.content.decode()
    assert acts() == []


@pytest.mark.parametrize("typed", [EMAIL, " Noor@Example.ORG ", "NOOR@EXAMPLE.ORG\u200b"])
def test_a_reader_is_found_however_the_address_is_written(
    browser: Client, staff: User, reader: User, typed: str
) -> None:
    answer = browser.post(HERE, {"email": typed})

    assert answer["Location"] == address("helping:reader", reader.uuid)
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.by, entry.target) == ("reader.found", staff, str(reader.pk))
    assert EMAIL not in str([entry.name, entry.before, entry.after, entry.within])


@pytest.mark.parametrize("typed", ["noor", "noor@", "%@example.org", "", "x" * 300, "a\0@b.nl"])
def test_what_is_no_address_finds_nobody(browser: Client, reader: User, typed: str) -> None:
    answer = browser.post(HERE, {"email": typed})

    assert answer.status_code in {200, 400}
    assert EMAIL not in answer.content.decode().replace(typed or "-", "")


def test_part_of_an_address_or_a_pattern_finds_nobody(browser: Client, reader: User) -> None:
    for typed in ("oor@example.org", "noor@example.or", "_oor@example.org", "*@example.org"):
        answer = browser.post(HERE, {"email": typed})
        assert "Location" not in answer
        assert "geen account" in answer.content.decode() or answer.status_code == 400


def test_an_unknown_address_is_on_record_and_shows_what_was_sent_there(
    browser: Client, staff: User
) -> None:
    Letter.objects.all().delete()
    suppression.suppress(
        address="niemand@example.org", scope=Suppression.Scope.ALL,
        reason=Suppression.Reason.HARD_BOUNCE, now=timezone.now(),
    )  # fmt: skip
    answer = browser.post(HERE, {"email": "niemand@example.org"})

    text = the(tree(answer), "main").text()
    assert "geen account" in text
    assert "niet bestaat" in text
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.target) == ("reader.nobody_found", str(staff.pk))


def test_looking_is_on_record_once_a_visit(browser: Client, reader: User) -> None:
    for _ in range(3):
        page(browser, reader)
    assert acts() == ["reader.looked_at"]

    AuditEntry.objects.update(at=timezone.now() - timedelta(hours=1))
    page(browser, reader)
    assert acts() == ["reader.looked_at"] * 2


def test_readers_get_told_when_they_ask_that_somebody_looked(
    browser: Client, staff: User, reader: User
) -> None:
    page(browser, reader)

    (told,) = privacy.export_person(reader)["orders"]["helped"]
    assert told["act"] == "reader.looked_at"
    assert staff.email not in str(told)


def test_an_erased_reader_is_not_found(browser: Client, reader: User) -> None:
    privacy.erase_person(reader, now=timezone.now())

    answer = browser.get(address("helping:reader", reader.uuid))
    assert answer.status_code == 404
    reader.refresh_from_db()
    assert "Location" not in browser.post(HERE, {"email": reader.email})


def test_readers_and_visitors_are_refused(reader: User) -> None:
    other = make_reader()
    for url in (HERE, address("helping:reader", reader.uuid)):
        assert browser_of(other).get(url).status_code == 403
        assert "/inloggen/" in browser_of().get(url)["Location"]
    assert browser_of(other).post(HERE, {"email": EMAIL}).status_code == 403
    assert acts() == []


# --- What it shows ------------------------------------------------------------------------------


def test_the_page_shows_account_course_dates_mails_and_choices(
    browser: Client, reader: User, enrolment: Enrolment
) -> None:
    progress.finish(reader=reader, lesson=lessons_of(enrolment.course)[0].pk, now=timezone.now())
    text = main(browser, reader)

    assert "Rustig aan" in text
    assert "Lessen afgerond 1" in text
    assert "3 lessen gaan nog open" in text
    assert "Welkom" in text
    assert "3 dagen na het begin" in text
    assert "Europe/Amsterdam" in text


def test_no_lesson_text_title_answer_or_letter_is_ever_shown(
    browser: Client, of_owner: Client, reader: User
) -> None:
    """The canaries stand where such things are kept; the positive control finds them there."""
    course = make_course(live=False, title="Rustig aan")
    lesson = lessons_of(course)[0]
    lesson.title = f"Titel {CANARY}"
    lesson.lead = f"Inleiding {CANARY}"
    lesson.blocks = [
        make_block(body=f"Tekst {CANARY}"),
        make_block("reflection", prompt=f"Vraag {CANARY}"),
    ]
    lesson.save()
    publish(course)
    body = f"Woorden {CANARY}"
    make_sequence(
        make_step(body=body), make_step("les", trigger="lesson", body=body), course=course
    )
    make_enrolment(reader, course, now=timezone.now())
    progress.finish(reader=reader, lesson=lesson.pk, now=timezone.now())
    tick(timezone.now())
    Letter.objects.create(
        uuid=reader.uuid, key="x", message_id="x", stream="code", priority=0, to=EMAIL,
        subject=f"Code {CANARY}", text=CANARY, html=CANARY, created_at=timezone.now(),
    )  # fmt: skip
    told = [filling.words_of(one).text for one in Letter.objects.select_related("form")]
    assert sum(CANARY in text for text in told) == 2

    for each in (browser, of_owner):
        shown = each.get(address("helping:reader", reader.uuid)).content.decode()
        assert "Rustig aan" in shown
        assert CANARY not in shown


def test_codes_are_told_by_when_and_how_they_stand(browser: Client, reader: User) -> None:
    browser_of().post(address("account_request_login_code"), {"email": EMAIL})
    letter = Letter.objects.get()

    text = main(browser, reader)

    assert "Inlogcode" in text
    assert letter.subject not in text
    assert "wacht" in text


def test_orders_and_grants_are_the_owner_s_to_see(
    browser: Client, of_owner: Client, owner: User, reader: User
) -> None:
    course = make_course(access="granted", title="Kiezen")
    product = Product.objects.create(slug="kiezen", title="Kiezen met helderheid")
    product.courses.add(course)
    ordering.set_price(product=product, amount=14_900, by=owner, now=timezone.now())
    order = make_order(product, reader, state="open", paid_amount=0)
    granting.grant(
        reader_email=EMAIL, product=product, by=owner, reason="Proeflezer", now=timezone.now()
    )

    for_owner, for_staff = main(of_owner, reader), main(browser, reader)

    assert address("till:order", order.number) in links(
        of_owner.get(address("helping:reader", reader.uuid))
    )
    for secret in (order.number, "Proeflezer"):
        assert secret in for_owner
        assert secret not in for_staff
    assert "door ons gegeven" in for_staff


def test_the_page_asks_the_same_however_many_mails_there_are(browser: Client, reader: User) -> None:
    page(browser, reader)
    counts = []
    for number in range(2):
        course = make_course()
        make_sequence(*(make_step(f"d{n}") for n in range(1 + 5 * number)), course=course)
        make_enrolment(reader, course, now=timezone.now() - timedelta(days=number))
        tick(timezone.now())
        for day in range(1, 4):
            tick(timezone.now() + timedelta(days=day))
        page(browser, reader)
        with counting() as asked:
            page(browser, reader)
        counts.append(int(asked))
    assert counts[0] == counts[1] <= 40, str(asked)


def test_the_answer_stands_on_top(browser: Client, reader: User, enrolment: Enrolment) -> None:
    said = answered(browser, reader)
    assert "De volgende mail gaat op" in said
    assert "Leest “Rustig aan”; les 2 gaat open op" in said


def test_who_only_waits_for_a_reminder_is_said_to(browser: Client, reader: User) -> None:
    course = make_course()
    nudge = make_step("stil", kind="nudge", trigger="idle", days=4, at=time(19, 30))
    make_sequence(make_step(), nudge, course=course)
    make_enrolment(reader, course, now=timezone.now())
    tick(timezone.now())
    Letter.objects.update(sent_at=timezone.now(), next_at=None)

    said = answered(browser, reader)

    assert "alleen een herinnering" in said
    assert "aangenomen door de mailserver" in said
    assert "alleen als de lezer tot dan niets doet" in main(browser, reader)
