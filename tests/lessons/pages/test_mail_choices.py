"""Which mails one wants: signed in, by a link, and in one press."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from courseapp import privacy
from courseapp.accounts.models import Consent
from courseapp.post import filling
from courseapp.post.models import Letter
from lessons.drip import choices, offers, tokens
from lessons.drip.models import Choice, Place
from lessons.messages import OFFERS_CONSENT
from tests.counting import counting
from tests.courseapp.accounts.coming_in import ask, enter, latest_code
from tests.databases import with_keys
from tests.factories import make_course, make_reader
from tests.lessons.drip.writing import decided, make_following, make_step, place_of
from tests.lessons.pages.opening import address, browser_of, links, the, tree

if TYPE_CHECKING:
    from lessons.drip.steps import Kind
    from lessons.reading.models import Enrolment

pytestmark = with_keys
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def following(**fields: object) -> Enrolment:
    return make_following(now=timezone.now(), **fields)


def by_link(enrolment: Enrolment) -> str:
    return address("mail_choices_link", tokens.choose(enrolment.reader_id))


def stop_link(enrolment: Enrolment, kind: Kind = "lesson") -> str:
    return address("mail_stop", tokens.stop(place_of(enrolment), kind))


def ticked(enrolment: Enrolment, *names: str) -> dict[str, str]:
    """The form as a browser sends it, with these boxes ticked."""
    course = enrolment.course_id
    said = {f"course-{course}": "1", "offers-shown": "1"}
    for name in names:
        said["offers" if name == "offers" else f"{name}-{course}"] = "on"
    return said


def wanted(enrolment: Enrolment) -> tuple[bool, bool]:
    (one,) = choices.of(reader=enrolment.reader).courses
    return one.lessons, one.nudges


# --- Signed in, and by the link -------------------------------------------------------------------


def test_signed_in_each_course_has_its_name_and_by_link_none_has() -> None:
    enrolment = following(title="Bindingsangst")

    mine = browser_of(enrolment.reader).get(address("mail_choices"))
    linked = browser_of().get(by_link(enrolment))

    assert "Bindingsangst" in mine.content.decode()
    assert linked.status_code == HTTPStatus.OK
    assert "Bindingsangst" not in linked.content.decode()
    for response in (mine, linked):
        assert "no-store" in response["Cache-Control"]
        assert the(tree(response), "meta[name=robots]").attributes["content"] == "noindex"
        boxes = tree(response).css("input[type=checkbox]")
        assert ["checked" in box.attributes for box in boxes] == [True, True, False]


def test_looking_changes_nothing() -> None:
    enrolment = following()
    for page in (by_link(enrolment), stop_link(enrolment), stop_link(enrolment, "offer")):
        browser_of().get(page)
        browser_of().head(page)

    assert not Choice.objects.exists()
    assert not Consent.objects.filter(purpose="offers").exists()


def test_by_the_link_one_chooses_without_signing_in_and_without_cookies() -> None:
    enrolment = following()
    browser = Client(enforce_csrf_checks=True)

    response = browser.post(by_link(enrolment), ticked(enrolment, "lessons"))

    assert response.status_code == HTTPStatus.OK
    assert the(tree(response), ".note[role=status]").text()
    assert wanted(enrolment) == (True, False)
    assert Choice.objects.get().way == "link"


def test_signed_in_one_chooses_with_the_page_s_own_token() -> None:
    enrolment = following()
    page = address("mail_choices")

    refused = browser_of(enrolment.reader, checks_forms=True).post(page, ticked(enrolment))
    browser_of(enrolment.reader).post(page, ticked(enrolment, "nudges"))

    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert wanted(enrolment) == (False, False)
    assert browser_of().get(page).status_code == HTTPStatus.FOUND


def test_a_course_that_was_not_on_the_page_keeps_its_mails() -> None:
    enrolment = following()

    browser_of(enrolment.reader).post(address("mail_choices"), {"offers-shown": "1"})

    assert wanted(enrolment) == (True, True)


def test_no_mails_at_all() -> None:
    enrolment = following()
    offers.ask(reader=enrolment.reader, place="begin", now=timezone.now())

    response = browser_of().post(by_link(enrolment), {"none": "1"})

    assert the(tree(response), ".note[role=status]").text()
    assert wanted(enrolment) == (False, False)
    boxes = tree(response).css("input[type=checkbox]")
    assert not [box for box in boxes if "checked" in box.attributes]


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "é", "x" * 3000])
def test_an_address_that_is_not_whole_says_so(token: str) -> None:
    enrolment = following()
    whole = tokens.choose(enrolment.reader_id)
    for bad in (token, whole[:-1], whole + "x", whole.swapcase()):
        for name in ("mail_choices_link", "mail_stop", "mail_view", "offers_agree"):
            response = browser_of().get(f"/{address(name, 'T')[1:]}".replace("T/", f"{bad}/"))
            assert response.status_code == HTTPStatus.NOT_FOUND, name
            assert the(tree(response), ".lead").text()


def test_a_word_for_one_thing_opens_no_other() -> None:
    enrolment = following()
    word = tokens.choose(enrolment.reader_id)
    for name in ("mail_stop", "mail_view", "offers_agree"):
        assert browser_of().post(address(name, word)).status_code in {404, 405}
    assert not Choice.objects.exists()


def test_the_page_of_who_is_gone_is_gone() -> None:
    enrolment = following()
    page = by_link(enrolment)
    enrolment.reader.is_active = False
    enrolment.reader.save()

    assert browser_of().get(page).status_code == HTTPStatus.NOT_FOUND


# --- Offers ---------------------------------------------------------------------------------------


def test_the_box_on_the_page_sends_a_mail_whose_button_settles_it() -> None:
    enrolment = following()
    response = browser_of().post(
        by_link(enrolment), ticked(enrolment, "lessons", "nudges", "offers")
    )
    assert not offers.agreed(reader=enrolment.reader)
    letter = Letter.objects.latest("pk")
    (page,) = re.findall(r"http\S+(/post/ja/\S+)", letter.text)

    looked = browser_of().get(page)
    assert not offers.agreed(reader=enrolment.reader)
    assert str(OFFERS_CONSENT) in looked.content.decode()
    pressed = Client(enforce_csrf_checks=True).post(page)

    assert pressed.status_code == HTTPStatus.OK
    assert offers.agreed(reader=enrolment.reader)
    assert the(tree(response), ".note[role=status]").text()
    shown = tree(browser_of().get(by_link(enrolment)))
    assert "checked" in the(shown, "input[name=offers]").attributes
    browser_of().post(by_link(enrolment), ticked(enrolment, "lessons", "nudges"))
    assert not offers.agreed(reader=enrolment.reader)
    assert browser_of().get(page).status_code == HTTPStatus.GONE


def test_at_the_end_of_beginning_the_box_is_not_ticked() -> None:
    page = tree(browser_of().get(address("enrol", make_course().slug)))

    box = the(page, "input[name=offers]")
    assert "checked" not in box.attributes
    assert "required" not in box.attributes


@pytest.mark.parametrize("ticks", [True, False])
def test_a_newcomer_s_tick_waits_until_they_are_in(ticks: bool) -> None:
    begin = address("enrol", make_course().slug)
    browser = browser_of()
    browser.post(begin, {"offers": "on"} if ticks else {})
    ask(browser, "nieuw@example.org", onward=begin)
    enter(browser, latest_code("nieuw@example.org"), onward=begin)

    browser.get(begin)

    assert Letter.objects.filter(key__startswith="offers:").exists() is ticks
    assert [one.purpose for one in Consent.objects.all()] == ["progress"]


def test_who_agreed_already_is_not_asked_again() -> None:
    reader = make_reader()
    now = timezone.now()
    offers.ask(reader=reader, place="begin", now=now)
    (word,) = re.findall(r"/post/ja/([^/]+)/", Letter.objects.get().text)
    offers.confirm(token=word, now=now)

    page = tree(browser_of(reader).get(address("enrol", make_course().slug)))

    assert page.css_first("input[name=offers]") is None


# --- Stop -----------------------------------------------------------------------------------------


def test_the_stop_page_has_one_button_and_says_what_else_one_may_do() -> None:
    enrolment = following(title="Bindingsangst")

    response = browser_of().get(stop_link(enrolment))

    assert len(tree(response).css("main button")) == 1
    assert address("planning", enrolment.course_id) in links(response)
    # The word in it says when it was made, to the second.
    (choose,) = [link for link in links(response) if "/post/voorkeuren/" in link]
    assert browser_of().get(choose).status_code == HTTPStatus.OK
    assert "Bindingsangst" not in response.content.decode()


def test_one_press_in_the_mail_program_stops_at_once() -> None:
    """RFC 8058: no cookie, no token of a form, no redirect; twice is fine."""
    enrolment = following()
    program = Client(enforce_csrf_checks=True)
    for _ in range(2):
        response = program.post(stop_link(enrolment), ONE_CLICK)
        assert response.status_code == HTTPStatus.OK
    assert wanted(enrolment) == (False, False)
    assert Choice.objects.get().way == "one-click"


def test_after_the_lessons_stopped_the_box_of_the_reminders_is_empty_too() -> None:
    enrolment = following()
    browser_of().post(stop_link(enrolment), ONE_CLICK)

    page = tree(browser_of().get(by_link(enrolment)))

    boxes = page.css("input[type=checkbox]")
    assert ["checked" in box.attributes for box in boxes] == [False, False, False]


def test_the_button_on_the_page_does_the_same() -> None:
    enrolment = following()

    response = browser_of().post(stop_link(enrolment, "nudge"))

    assert the(tree(response), "[role=status]").text()
    assert tree(response).css_first("main form") is None
    assert wanted(enrolment) == (True, False)
    assert Choice.objects.get().way == "link"


def test_after_an_erasure_a_stop_is_still_answered_well() -> None:
    enrolment = following()
    page = stop_link(enrolment)
    privacy.erase_person(enrolment.reader, now=timezone.now())

    assert browser_of().post(page, ONE_CLICK).status_code == HTTPStatus.OK
    assert not Choice.objects.exists()


def test_statements_of_a_stop() -> None:
    enrolment = following()
    page = stop_link(enrolment)
    with counting() as count:
        Client().post(page, ONE_CLICK)
    assert int(count) <= 8, count
    assert Place.objects.get().next_at is not None


# --- Read in a browser ----------------------------------------------------------------------------


def mailed() -> tuple[str, Letter]:
    """The address under which a mail is read here, and the mail."""
    now = timezone.now()
    step = make_step(subject="Geheim onderwerp", body="Dag. Lees **rustig** verder.")
    enrolment = make_following(step, now=now)
    mail, letter = decided(enrolment, now=now)
    return address("mail_view", tokens.view(str(mail.letter))), letter


def test_a_mail_is_shown_as_it_was_sent_and_cannot_do_anything() -> None:
    page, _letter = mailed()

    response = browser_of().get(page)

    assert "<strong>rustig</strong>" in response.content.decode()
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert the(tree(response), "title").text() == "Een bericht · Ik kies jou"
    assert not response.cookies


def test_the_address_in_a_mail_leads_to_that_mail() -> None:
    page, letter = mailed()

    words = filling.words_of(letter)
    assert page in words.text
    assert page in words.html


def test_a_mail_that_is_no_longer_kept_is_said_to_be_gone() -> None:
    page, letter = mailed()
    letter.delete()

    response = browser_of().get(page)

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert the(tree(response), ".lead").text()
