"""What staff do for one reader: said first, done once, on record, and no further than they may."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from courseapp.accounts.models import AuditEntry
from courseapp.post import suppression
from courseapp.post.models import Letter, Suppression
from lessons.drip import choices
from lessons.drip.models import Choice, Mail
from lessons.reading import rhythm
from lessons.reading.models import Pause, Unlock
from payments import ordering
from payments.models import Product, StaffGrant
from tests.courseapp.post.writing import make_form
from tests.factories import make_course, make_reader
from tests.lessons.pages.opening import address, browser_of, links, the, tree
from tests.payments.helping.conftest import EMAIL, answered, mail_of, main, place_of

if TYPE_CHECKING:
    from django.test import Client

    from courseapp.accounts.models import User
    from lessons.drip.models import Sequence
    from lessons.reading.models import Enrolment

pytestmark = pytest.mark.django_db
ASKED = {"asked": "1"}


def do(browser: Client, act: str, *about: object, **fields: str) -> str:
    """Send a form and read what the next page says."""
    answer = browser.post(address(f"helping:{act}", *about), fields, follow=True)
    return " ".join(the(tree(answer), "main").text(separator=" ").split())


def recorded(act: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(act=act))


def sent(reader: User) -> Letter:
    """The welcome, as if it went out an hour ago."""
    letter = Letter.objects.get(key=f"drip:{mail_of(reader).letter}")
    letter.sent_at, letter.next_at = timezone.now() - timedelta(hours=1), None
    letter.save()
    return letter


# --- Sending again --------------------------------------------------------------------------------


def test_a_mail_goes_again_as_a_letter_of_its_own(
    browser: Client, staff: User, reader: User, enrolment: Enrolment
) -> None:
    first, mail = sent(reader), mail_of(reader)
    url = address("helping:resend", reader.uuid, mail.pk)
    assert url in links(browser.get(address("helping:reader", reader.uuid)))
    browser.get(url)
    assert Letter.objects.count() == 1

    assert EMAIL in do(browser, "resend", reader.uuid, mail.pk)

    copy = Letter.objects.exclude(pk=first.pk).get()
    assert (copy.subject, copy.text, copy.html) == (first.subject, first.text, first.html)
    assert (copy.to, copy.stream) == (EMAIL, "lesson")
    assert copy.message_id != first.message_id
    assert copy.next_at is not None
    assert Mail.objects.count() == 1
    (entry,) = recorded("reader.mail_resent")
    assert (entry.by, entry.target) == (staff, str(reader.pk))


def test_a_second_click_sends_no_second_copy(
    browser: Client, reader: User, enrolment: Enrolment
) -> None:
    sent(reader)
    for _ in range(2):
        said = do(browser, "resend", reader.uuid, mail_of(reader).pk)

    assert "nog geen minuut geleden" in said
    assert Letter.objects.count() == 2


def test_a_mail_from_a_form_goes_again_with_its_values(
    browser: Client, reader: User, enrolment: Enrolment
) -> None:
    first = sent(reader)
    first.form, first.values = make_form(), {"number": "3", "name": "Anna"}
    first.subject = first.text = first.html = ""
    first.save()

    do(browser, "resend", reader.uuid, mail_of(reader).pk)

    copy = Letter.objects.exclude(pk=first.pk).get()
    assert (copy.form, copy.values) == (first.form, first.values)


def make_withheld(letter: Letter) -> None:
    letter.sent_at, letter.next_at, letter.withheld = None, None, "bought"
    letter.save()


def make_waiting(letter: Letter) -> None:
    letter.sent_at, letter.next_at = None, timezone.now()
    letter.save()


def forget(letter: Letter) -> None:
    letter.delete()


@pytest.mark.parametrize(
    ("happened", "why"),
    [
        (make_withheld, "tegengehouden"),
        (make_waiting, "nog onderweg"),
        (forget, "bewaren we niet meer"),
    ],
)
def test_what_makes_no_sense_to_send_again_is_refused_in_a_sentence(
    browser: Client, reader: User, enrolment: Enrolment, happened: Any, why: str
) -> None:
    happened(sent(reader))
    there = Letter.objects.count()

    assert why in do(browser, "resend", reader.uuid, mail_of(reader).pk)
    assert Letter.objects.count() == there
    assert address("helping:resend", reader.uuid, mail_of(reader).pk) not in links(
        browser.get(address("helping:reader", reader.uuid))
    )


def test_an_offer_never_goes_twice(browser: Client, reader: User, enrolment: Enrolment) -> None:
    sent(reader)
    Mail.objects.update(kind="offer")

    assert "één keer" in do(browser, "resend", reader.uuid, mail_of(reader).pk)
    assert Letter.objects.count() == 1


def test_who_stopped_the_mails_gets_none_again(
    browser: Client, reader: User, enrolment: Enrolment
) -> None:
    sent(reader)
    stop(reader, enrolment)

    assert "uitgezet" in do(browser, "resend", reader.uuid, mail_of(reader).pk)
    assert Letter.objects.count() == 1


def test_a_code_or_another_reader_s_mail_cannot_be_sent_again(
    browser: Client, reader: User, enrolment: Enrolment
) -> None:
    other = make_reader()
    url = address("helping:resend", other.uuid, mail_of(reader).pk)
    assert browser.post(url).status_code == 404
    browser_of().post(address("account_request_login_code"), {"email": EMAIL})
    shown = browser.get(address("helping:reader", reader.uuid))
    assert not [link for link in links(shown) if "/mail/" in link]


# --- The address ----------------------------------------------------------------------------------

NEW = {"email": "Noor@Nieuw.example", "way": "spoke", "sure": "1"}


def test_the_address_is_corrected_and_the_old_one_told(
    of_owner: Client, owner: User, reader: User, enrolment: Enrolment
) -> None:
    before = browser_of(reader)
    said = do(of_owner, "correct", reader.uuid, **NEW)

    reader.refresh_from_db()
    assert reader.email == "noor@nieuw.example"
    assert "noor@nieuw.example" in said
    (kept,) = EmailAddress.objects.filter(user=reader)
    assert (kept.email, kept.primary, kept.verified) == ("noor@nieuw.example", True, False)
    notice = Letter.objects.get(to=EMAIL)
    assert "nieuw.example" not in notice.text + notice.html
    assert notice.stream == "receipt"
    # What waited of a course goes to the new address.
    assert Letter.objects.get(key__startswith="drip:").to == "noor@nieuw.example"
    (entry,) = recorded("reader.address_corrected")
    assert (entry.by, entry.after) == (owner, {"verified": "spoke"})
    assert "example" not in str([entry.name, entry.before, entry.after])
    assert before is not None


def test_the_reader_comes_in_with_a_code_sent_to_the_new_address(
    of_owner: Client, reader: User
) -> None:
    do(of_owner, "correct", reader.uuid, **NEW)
    visitor = browser_of()
    visitor.post(address("account_request_login_code"), {"email": "noor@nieuw.example"})
    code = Letter.objects.get(stream="code")
    digits = next(word for word in code.text.split() if word.isdigit() and len(word) == 6)
    visitor.post(address("account_confirm_login_code"), {"code": digits})

    assert visitor.get(address("account_settings")).status_code == 200
    assert EmailAddress.objects.get(user=reader).verified


@pytest.mark.parametrize(
    "fields",
    [
        {**NEW, "sure": ""}, {**NEW, "way": ""}, {**NEW, "way": "magic"}, {**NEW, "email": "noor"},
        {**NEW, "email": ""}, {**NEW, "email": EMAIL}, {**NEW, "email": "marieke@example.org"}, {},
    ],
)  # fmt: skip
def test_an_address_is_changed_only_when_all_is_said_and_right(
    of_owner: Client, reader: User, fields: dict[str, str]
) -> None:
    answer = of_owner.post(address("helping:correct", reader.uuid), fields)

    assert answer.status_code in {400, 409}
    assert the(tree(answer), ".errorlist").text()
    reader.refresh_from_db()
    assert reader.email == EMAIL
    assert not Letter.objects.exists()


def test_nobody_takes_over_the_account_of_a_colleague(of_owner: Client, staff: User) -> None:
    of_owner.post(address("helping:correct", staff.uuid), NEW)

    staff.refresh_from_db()
    assert staff.email == "joost@example.org"
    assert address("helping:correct", staff.uuid) not in links(
        of_owner.get(address("helping:reader", staff.uuid))
    )


def test_staff_who_own_nothing_change_no_address_and_give_no_access(
    browser: Client, reader: User
) -> None:
    for act in ("correct", "give"):
        assert browser.post(address(f"helping:{act}", reader.uuid), NEW).status_code == 403
        assert address(f"helping:{act}", reader.uuid) not in links(
            browser.get(address("helping:reader", reader.uuid))
        )
    reader.refresh_from_db()
    assert reader.email == EMAIL


# --- Mail that was kept back ----------------------------------------------------------------------


def test_a_suppression_is_told_on_top_and_lifted(browser: Client, reader: User) -> None:
    now = timezone.now()
    suppression.suppress(
        address=EMAIL, scope=Suppression.Scope.ALL, reason=Suppression.Reason.HARD_BOUNCE, now=now
    )
    assert "Krijgt geen mail: op" in answered(browser, reader)
    assert "niet bestaat" in answered(browser, reader)
    do(browser, "write_again", reader.uuid)
    assert suppression.active([EMAIL], now=timezone.now()).exists()

    do(browser, "write_again", reader.uuid, **ASKED)

    assert not suppression.active([EMAIL], now=timezone.now()).exists()
    assert "niet bestaat" not in answered(browser, reader)
    assert "opgeheven op" in main(browser, reader)
    assert len(recorded("reader.suppression_lifted")) == 1
    do(browser, "write_again", reader.uuid, **ASKED)
    assert len(recorded("reader.suppression_lifted")) == 1


def stop(reader: User, enrolment: Enrolment) -> None:
    choices.choose(
        reader=reader, course=enrolment.course_id, about=Choice.About.LESSONS, wanted=False,
        way="link", now=timezone.now(),
    )  # fmt: skip


def test_mails_that_a_reader_stopped_are_turned_on_only_at_their_wish(
    browser: Client, staff: User, reader: User, enrolment: Enrolment
) -> None:
    sent(reader)
    stop(reader, enrolment)
    assert "zette de mails van “Rustig aan” op" in answered(browser, reader)
    unsure = browser.post(address("helping:resume_mails", reader.uuid, enrolment.course_id))
    assert unsure.status_code == 400
    assert Choice.objects.count() == 1

    do(browser, "resume_mails", reader.uuid, enrolment.course_id, **ASKED)

    last = Choice.objects.latest("pk")
    assert (last.wanted, last.way, last.about) == (True, "staff", "lessons")
    assert place_of(reader).next_at is not None
    assert "De volgende mail gaat" in answered(browser, reader)
    (entry,) = recorded("reader.mails_resumed")
    assert (entry.by, entry.name) == (staff, "Rustig aan")
    assert "al aan" in do(browser, "resume_mails", reader.uuid, enrolment.course_id, **ASKED)
    assert Choice.objects.count() == 2


def test_a_pause_is_ended_only_at_the_reader_s_wish(
    browser: Client, reader: User, enrolment: Enrolment
) -> None:
    sent(reader)
    before = list(Unlock.objects.order_by("pk").values_list("opens_at", flat=True))
    now = timezone.now()
    rhythm.pause(
        enrolment=enrolment, until_day=rhythm.a_week_on(enrolment=enrolment, now=now), now=now
    )
    assert "heeft pauze in “Rustig aan” tot" in answered(browser, reader)
    url = address("helping:end_pause", reader.uuid, enrolment.course_id)
    assert browser.post(url).status_code == 400
    assert Pause.objects.get().ends_at > timezone.now()

    do(browser, "end_pause", reader.uuid, enrolment.course_id, **ASKED)

    assert Pause.objects.get().ends_at <= timezone.now()
    assert list(Unlock.objects.order_by("pk").values_list("opens_at", flat=True)) == before
    assert "pauze" not in answered(browser, reader)
    assert len(recorded("reader.pause_ended")) == 1
    assert "geen pauze" in do(browser, "end_pause", reader.uuid, enrolment.course_id, **ASKED)


def test_a_course_that_is_not_theirs_is_not_found(
    browser: Client, reader: User, sequence: Sequence
) -> None:
    for act in ("resume_mails", "end_pause"):
        for course in (sequence.course_id, uuid.uuid4()):
            url = address(f"helping:{act}", reader.uuid, course)
            assert browser.get(url).status_code == 404
            assert browser.post(url, ASKED).status_code == 404


# --- Access ---------------------------------------------------------------------------------------


@pytest.fixture
def product(owner: User) -> Product:
    made = Product.objects.create(slug="kiezen", title="Kiezen met helderheid")
    made.courses.add(make_course(access="granted", title="Kiezen", slug="kiezen"))
    ordering.set_price(product=made, amount=14_900, by=owner, now=timezone.now())
    return made


def test_access_is_given_and_ended_from_the_reader_s_page(
    of_owner: Client, owner: User, reader: User, product: Product
) -> None:
    do(of_owner, "give", reader.uuid, product="kiezen", reason=" ")
    assert not StaffGrant.objects.exists()
    do(of_owner, "give", reader.uuid, product="kiezen", reason="Proeflezer")
    grant = StaffGrant.objects.get()
    assert (grant.reader, grant.by) == (reader, owner)
    assert "Heeft toegang tot “Kiezen”" in answered(of_owner, reader)

    twice = of_owner.post(
        address("helping:give", reader.uuid), {"product": "kiezen", "reason": "x"}
    )
    assert twice.status_code == 409

    url = address("helping:take_back", reader.uuid, grant.pk)
    of_owner.get(url)
    grant.refresh_from_db()
    assert grant.ended_at is None
    for _ in range(2):
        of_owner.post(url)
    grant.refresh_from_db()
    assert grant.ended_by == owner
    assert "Heeft geen toegang tot “Kiezen”" in answered(of_owner, reader)
    assert len(recorded("reader.access_ended")) == len(recorded("grant.ended")) == 1
    other = make_reader()
    assert of_owner.get(address("helping:take_back", other.uuid, grant.pk)).status_code == 404


def test_forged_forms_are_refused(owner: User, reader: User, enrolment: Enrolment) -> None:
    browser = browser_of(owner, checks_forms=True)
    for act, about in (
        ("resend", [mail_of(reader).pk]), ("write_again", []), ("correct", []), ("give", []),
        ("resume_mails", [enrolment.course_id]), ("end_pause", [enrolment.course_id]),
    ):  # fmt: skip
        url = address(f"helping:{act}", reader.uuid, *about)
        assert browser.post(url, {**ASKED, **NEW}).status_code == 403


def test_what_a_mail_server_said_is_told(
    browser: Client, reader: User, enrolment: Enrolment
) -> None:
    letter = Letter.objects.get()
    letter.next_at, letter.error = None, "552 mailbox full"
    letter.save()

    assert "is opgegeven: “552 mailbox full”" in answered(browser, reader)
