"""Staff and the mails of a course: written, tried, published, and one reader who got none helped.

The mails are really made and really sent, into the mailbox of a developer's machine.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courseapp.post import mailbox, pump, suppression
from courseapp.post.models import Letter, Suppression
from lessons.drip import catching_up, choices
from lessons.drip.models import Choice, Mail
from tests.factories import make_course, make_enrolment, make_reader
from tests.journeys.walking import carry_session
from tests.lessons.desk.mailing import address, keys_of, make_mail, make_mails
from tests.lessons.drip.conftest import tick

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

    from courseapp.accounts.models import User
    from lessons.drip.models import Sequence

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("noon"),
]
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
DAY = timedelta(days=1)
# From noon, at which these tests begin, until after half past seven, when the mails go.
EVENING = timedelta(hours=8)
STAFF = "joost@example.org"
SUBJECT = "Halverwege"
BODY = "Dag,\n\nNeem vandaag tien minuten voor jezelf."


@pytest.fixture(autouse=True)
def own_mailbox(settings: Settings, tmp_path: Path) -> None:
    """What is sent lies in files of this test, as it does under `make run`."""
    settings.EMAIL_BACKEND = "courseapp.post.mailbox.Backend"
    settings.MAIL_DIR = tmp_path / "mail"


@pytest.fixture
def staff_page(open_page: Callable[..., Page], live_server: LiveServer) -> Callable[..., Page]:
    def open_one(*, is_owner: bool = False, **how: object) -> Page:
        page = open_page(**how)
        person = make_reader(email=STAFF, is_staff=True, is_owner=is_owner)
        carry_session(page, person, live_server.url)
        return page

    return open_one


def send(now: datetime) -> None:
    """What the worker does at a tick: decide on mails, then send what lies ready."""
    tick(now)
    pump.send_due(now=now)


def subjects_for(email: str) -> list[str]:
    """What really lies in this mailbox, the oldest first."""
    return [mail.subject for mail in reversed(mailbox.newest()) if mail.to == email]


def make_mailing() -> Sequence:
    """A course with a welcome, live."""
    course = make_course(modules=1, lessons=5, pace={"every_days": 2, "at": "19:30"})
    return make_mails(make_mail(), make_mail("slot", days=9, at="19:30", subject="Tot slot"),
                      course=course, live=True)  # fmt: skip


def make_readers(sequence: Sequence, count: int, days: int) -> list[User]:
    """Readers who began so many days ago and have had what was due."""
    readers = []
    for _ in range(count):
        at = timezone.now() - days * DAY
        enrolment = make_enrolment(make_reader(), sequence.course, now=at)
        catching_up.begin(enrolment=enrolment, now=at)
        readers.append(enrolment.reader)
    return readers


# --- Writing, trying, publishing ------------------------------------------------------------------


def write_a_mail(page: Page, sequence: Sequence) -> str:
    """From the list of all mails to a new one; returns its key."""
    page.goto("/beheer/mails/")
    page.locator(f"main a[href='{address(sequence)}']").click()
    page.locator(f"main .row a[href='{address(sequence, 'mail-erbij/')}']").click()
    page.fill("#id_subject", SUBJECT)
    page.fill("#id_preview", "Lees het wanneer het past.")
    page.fill("#id_body", BODY)
    page.select_option("#id_trigger", "enrolled")
    page.fill("#id_days", "3")
    page.fill("#id_at", "19:30")
    page.locator("form[data-mail-step] .row .btn").click()
    expect(page.locator(".mail-card h2", has_text=SUBJECT)).to_be_visible()
    return keys_of(sequence)[-1]


def put_it_in_the_middle(page: Page, sequence: Sequence, key: str) -> None:
    """Up by the keyboard; further by the button, and back."""
    card = page.locator(f"#x-{key}")
    up = card.locator("button[formaction$='/omhoog/']")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".mail-card").nth(1)).to_have_attribute("id", f"x-{key}")
    up.click()
    expect(page.locator(".mail-card").nth(0)).to_have_attribute("id", f"x-{key}")
    card.locator("button[formaction$='/omlaag/']").click()
    expect(page.locator(".mail-card").nth(1)).to_have_attribute("id", f"x-{key}")
    assert keys_of(sequence) == ["welkom", key, "slot"]


def try_it(page: Page, key: str) -> None:
    """As a reader at the third lesson sees it; then one to oneself."""
    card = page.locator(f"#x-{key}")
    card.locator("summary").click()
    card.locator("a[href$='/voorbeeld/']").click()
    page.locator("#les").select_option(index=2)
    page.locator("form.compare .btn").click()
    page.wait_for_url("**/voorbeeld/?les=**")
    expect(page.frame_locator("iframe.letter").get_by_text("tien minuten")).to_be_visible()
    page.locator("form.act .btn").click()
    expect(page.locator(".messages .success")).to_contain_text(STAFF)
    pump.send_due(now=timezone.now())
    assert subjects_for(STAFF) == [f"[TEST] {SUBJECT}"]


def day_and_hour(page: Page) -> tuple[str, str]:
    """When the new mail comes to the reader made up."""
    row = page.locator(".timeline tbody tr", has_text=SUBJECT)
    when = row.locator("td").nth(1).inner_text()
    return row.locator("td").nth(0).inner_text(), when[-5:]


def play(page: Page, sequence: Sequence, **reader: str) -> None:
    page.goto(address(sequence, "tijdlijn/"))
    page.locator(".played a.go").click()
    for name, value in reader.items():
        page.fill(f"#id_{name}", value)
    page.locator("form.reader .btn").click()
    page.wait_for_url("**/tijdlijn/?**")


def play_the_timeline(page: Page, sequence: Sequence) -> None:
    """One steady, one by another clock, one who pauses, one who wants another hour."""
    play(page, sequence)
    assert day_and_hour(page) == ("3", "19:30")
    play(page, sequence, zone="America/New_York", enrolled="2026-11-02T08:00")
    expect(page.locator(".timeline tbody tr", has_text=SUBJECT)).to_contain_text("5 nov 2026")
    play(page, sequence, pause_on="1", pause_days="7")
    assert day_and_hour(page) == ("8", "19:30")
    play(page, sequence, hour="07:15")
    assert day_and_hour(page)[1] == "07:15"
    play(page, sequence, zone="Europe/Atlantis")
    expect(page.locator("[data-field=zone] .errorlist")).to_be_visible()
    assert Mail.objects.count() == 0


def publish(page: Page, sequence: Sequence) -> list[list[str]]:
    """Read what it does, then do it; returns who gets what, as it was told."""
    page.goto(address(sequence))
    page.locator(f".bar a[href='{address(sequence, 'publiceren/')}']").click()
    told = page.locator(".groups tbody tr")
    said = [row.locator("td").all_inner_texts() for row in told.all()]
    page.fill("#note", "Halverwege was het stil.")
    page.locator("section.act .row .btn").click()
    expect(page.locator(".messages .success")).to_be_visible()
    return said


@SCRIPTS
def test_staff_writes_a_mail_tries_it_and_publishes_it_with_readers_midway(
    staff_page: Callable[..., Page], scripts: bool
) -> None:
    sequence = make_mailing()
    page = staff_page(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
    key = write_a_mail(page, sequence)
    put_it_in_the_middle(page, sequence, key)
    try_it(page, key)
    play_the_timeline(page, sequence)
    before, past = make_readers(sequence, 6, 1), make_readers(sequence, 5, 5)
    send(timezone.now())
    said = publish(page, sequence)
    _not_yet, waiting, beyond = said
    assert (waiting[0], beyond[0]) == ("5", "5")

    for days in range(1, 4):
        send(timezone.now() + days * DAY + EVENING)
    assert [subjects_for(one.email).count(SUBJECT) for one in before] == [1] * 6
    assert [subjects_for(one.email).count(SUBJECT) for one in past] == [0] * 5
    page.goto(address(sequence, "versies/"))
    expect(page.locator(".editions li").first).to_contain_text("Halverwege was het stil.")
    page.goto(address(sequence, "cijfers/"))
    expect(page.locator(".mail-figures tbody tr", has_text=SUBJECT)).to_contain_text("5")


@SCRIPTS
def test_staff_stops_the_mails_and_lets_them_go_on(
    staff_page: Callable[..., Page], scripts: bool
) -> None:
    sequence = make_mailing()
    (reader,) = make_readers(sequence, 1, 0)
    page = staff_page(java_script_enabled=scripts)
    page.goto(address(sequence))
    page.locator(f".ways-on a[href='{address(sequence, 'stoppen/')}']").click()
    page.locator("main form [value=stop]").click()
    expect(page.locator(".state-line .clay").first).to_be_visible()
    send(timezone.now())
    assert subjects_for(reader.email) == []

    page.locator("main .care a").click()
    page.locator("main form [value=go_on]").click()
    expect(page.locator(".note.care")).to_have_count(0)
    send(timezone.now() + timedelta(minutes=5))
    assert subjects_for(reader.email) == ["Je kunt beginnen"]


# --- A reader who got no mail ---------------------------------------------------------------------


def ask_after(page: Page, email: str) -> None:
    page.goto("/beheer/")
    if page.locator(".bar [popovertarget]").is_visible():
        page.locator(".bar [popovertarget]").click()
    page.locator(".bar a[href='/beheer/lezers/']").click()
    page.fill("#email", email)
    page.locator("form.find .btn").click()
    expect(page.locator("h1")).to_have_text(email)


def do(page: Page, act: str) -> None:
    """Follow the way to an act, read what it comes to, and do it."""
    page.locator(f"main a[href$='/{act}/']").first.click()
    expect(page.locator("main h1 + ul li").first).to_be_visible()
    for asked in page.locator("main form input[type=checkbox]").all():
        asked.check()
    page.locator("main form .row .btn").click()
    expect(page.locator(".messages .success")).to_be_visible()


def refuse(letter: Letter) -> None:
    """As the mail server refuses an address that is not there."""
    letter.next_at, letter.error = None, "550 5.1.1 Recipient address rejected: User unknown"
    letter.save()
    suppression.suppress(
        address=letter.to, scope=Suppression.Scope.ALL, now=timezone.now(),
        reason=Suppression.Reason.HARD_BOUNCE,
    )  # fmt: skip


@SCRIPTS
def test_an_address_that_bounced_is_opened_again_and_its_mail_arrives(
    staff_page: Callable[..., Page], scripts: bool
) -> None:
    sequence = make_mailing()
    (reader,) = make_readers(sequence, 1, 0)
    tick(timezone.now())
    refuse(Letter.objects.get())
    page = staff_page(java_script_enabled=scripts)
    ask_after(page, reader.email)
    expect(page.locator(".answer.no")).to_be_visible()

    do(page, "weer-schrijven")
    send(timezone.now())
    assert subjects_for(reader.email) == []
    do(page, f"mail/{Mail.objects.get().pk}")
    pump.send_due(now=timezone.now())
    assert subjects_for(reader.email) == ["Je kunt beginnen"]
    ask_after(page, reader.email)
    expect(page.locator(".answer.no")).to_have_count(0)


@SCRIPTS
def test_a_reader_who_turned_the_mails_off_and_asks_for_them_gets_them(
    staff_page: Callable[..., Page], scripts: bool
) -> None:
    sequence = make_mailing()
    (reader,) = make_readers(sequence, 1, 0)
    choices.choose(
        reader=reader, course=sequence.course_id, about=Choice.About.LESSONS, wanted=False,
        way="page", now=timezone.now(),
    )  # fmt: skip
    send(timezone.now())
    page = staff_page(java_script_enabled=scripts)
    ask_after(page, reader.email)
    expect(page.locator(".answer.no")).to_be_visible()
    assert subjects_for(reader.email) == []

    do(page, f"mails/{sequence.course_id}")
    expect(page.locator(".answer.no")).to_have_count(0)
    send(timezone.now() + timedelta(minutes=5))
    assert subjects_for(reader.email) == ["Je kunt beginnen"]


@SCRIPTS
def test_an_address_that_was_wrong_is_corrected_and_the_welcome_sent_there(
    staff_page: Callable[..., Page], scripts: bool
) -> None:
    """Somebody rang: they typed the wrong address when they began."""
    sequence = make_mailing()
    (reader,) = make_readers(sequence, 1, 0)
    send(timezone.now())
    wrong, right = reader.email, "noor@example.org"
    page = staff_page(java_script_enabled=scripts, is_owner=True)
    ask_after(page, wrong)
    page.locator("main a[href$='/adres/']").click()
    expect(page.locator("main h1 + ul li").first).to_be_visible()
    page.locator("main form .btn").click()
    expect(page.locator(".errorlist")).to_have_count(3)

    page.fill("#id_email", right)
    page.locator("[name=way][value=spoke]").check()
    page.locator("[name=sure]").check()
    page.locator("main form .btn").click()
    expect(page.locator(".messages .success")).to_contain_text(right)
    expect(page.locator("h1")).to_have_text(right)
    do(page, f"mail/{Mail.objects.get().pk}")
    pump.send_due(now=timezone.now())
    assert subjects_for(right) == ["Je kunt beginnen"]
    assert subjects_for(wrong) == ["Je kunt beginnen", "Over je account"]
