"""Pages of other sites: which there are, when each is asked, and when it is called dead."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection

from lessons import tasks
from lessons.content import asking_outside, outside
from lessons.content.asking_outside import Answer, Outcome
from lessons.content.models import OutsideLink
from tests.counting import counting
from tests.factories import NOW, lessons_of, make_block, make_course, make_lesson, publish_all
from tests.lessons.content.elsewhere import rules, site, status
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAGE, OTHER = "https://weg.example/les", "https://ander.example/"


def linking(*pages: str, live: bool = False) -> Course:
    """A course with a lesson that links to these pages."""
    course = make_course(modules=1, lessons=0, live=False)
    text = " ".join(f"[hier]({page})" for page in pages)
    make_lesson(course.modules.get(), blocks=[make_block(body=text)])
    if live:
        publish_all(course)
    return course


def says(**outcomes: str) -> Callable[[str], Answer]:
    """Answers by the first part of the host; all else is fine."""
    return lambda url: Answer(
        Outcome(outcomes.get(url.split("/")[2].split(".")[0], "fine")), "said"
    )


def check(now: datetime, **outcomes: str) -> int:
    return outside.check_due(now=now, limit=10, ask=says(**outcomes))


def the(page: str = PAGE) -> OutsideLink:
    return OutsideLink.objects.get(url=page)


def urls() -> set[str]:
    return set(OutsideLink.objects.values_list("url", flat=True))


@pytest.mark.parametrize(
    ("written", "page"),
    [
        ("https://www.thuisarts.nl/angst?x=1#y", "https://www.thuisarts.nl/angst?x=1"),
        ("http://example.org", "http://example.org"),
        ("/hulp/", None),
        ("mailto:iemand@example.org", None),
        ("tel:113", None),
        ("https://nergens", None),
        ("https://[", None),
        ("ftp://example.org/", None),
        ("https://example.org/" + "x" * 2000, None),
        ("", None),
    ],
)
def test_only_a_link_to_another_site_has_a_page_there(written: str, page: str | None) -> None:
    assert outside.page_of(written) == page


def test_pages_are_those_of_working_copies_and_of_what_readers_see() -> None:
    course = linking(PAGE, f"{PAGE}#verder", "/hulp/", live=True)
    lesson = lessons_of(course)[0]
    lesson.blocks = [
        make_block(body=f"[anders]({OTHER})"),
        make_block("cards", cards=[{"title": "Een", "body": "<https://kaart.example/>"}]),
        {**make_block("media", src="https://vimeo.com/123", alt="Een film."), "kind": "embed"},
        make_block("media", src="/media/een.webp", alt="Een foto."),
    ]
    lesson.save()
    held = {PAGE, OTHER, "https://kaart.example/", "https://vimeo.com/123"}
    assert outside.held() == held
    lesson.retired_at = NOW
    lesson.save()
    assert outside.held() == {PAGE}


def test_a_new_page_is_asked_at_once_and_one_that_is_there_after_a_week() -> None:
    linking(PAGE)
    assert check(NOW) == 1
    assert (the().outcome, the().checked_at, the().first_seen) == ("fine", NOW, NOW)
    assert check(NOW + 7 * DAY - timedelta(seconds=1)) == 0
    assert check(NOW + 7 * DAY) == 1


@pytest.mark.parametrize("outcome", ["gone", "failing"])
def test_a_page_in_trouble_is_asked_again_the_next_day(outcome: str) -> None:
    linking(PAGE)
    check(NOW, weg=outcome)
    assert check(NOW + DAY - timedelta(seconds=1)) == 0
    assert check(NOW + DAY) == 1


@pytest.mark.parametrize("outcome", ["answers", "not_asked"])
def test_who_refuses_or_must_not_be_asked_is_left_alone_for_a_week(outcome: str) -> None:
    linking(PAGE)
    check(NOW, weg=outcome)
    assert the().next_check_at == NOW + 7 * DAY
    assert outside.dead({PAGE}) == {}


def test_a_page_that_no_lesson_leads_to_any_more_is_forgotten() -> None:
    course = linking(PAGE, OTHER)
    check(NOW)
    lesson = lessons_of(course)[0]
    lesson.blocks = [make_block(body=f"[anders]({OTHER})")]
    lesson.save()
    outside.notice(now=NOW + DAY)
    assert urls() == {OTHER}


def test_a_few_at_a_time_are_asked_those_that_wait_longest_first() -> None:
    linking(*(f"https://n{n}.example/" for n in range(5)))
    asked: list[str] = []

    def ask(url: str) -> Answer:
        asked.append(url)
        return Answer(Outcome.FINE, "200")

    assert outside.check_due(now=NOW, limit=2, ask=ask) == 2
    assert outside.check_due(now=NOW + DAY, limit=9, ask=ask) == 3
    assert sorted(asked) == sorted(urls())


def test_who_takes_long_leaves_the_rest_for_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    linking(PAGE, OTHER)
    monkeypatch.setattr(outside, "PATIENCE", -1.0)
    assert check(NOW) == 0
    monkeypatch.undo()
    assert check(NOW) == 2


def test_a_page_that_is_gone_is_said_at_once_and_no_longer_than_it_is() -> None:
    linking(PAGE)
    assert outside.dead({PAGE}) == {}
    check(NOW, weg="gone")
    assert outside.dead({PAGE, OTHER}) == {PAGE: outside.Dead("link_gone", NOW)}
    check(NOW + DAY)
    assert outside.dead({PAGE}) == {}


def test_a_failure_is_said_after_three_in_two_days() -> None:
    linking(PAGE)
    for days in range(2):
        check(NOW + days * DAY, weg="failing")
        assert outside.dead({PAGE}) == {}
    check(NOW + 2 * DAY, weg="failing")
    assert outside.dead({PAGE}) == {PAGE: outside.Dead("link_failing", NOW)}


def test_three_failures_in_less_than_two_days_say_nothing() -> None:
    linking(PAGE)
    for hours in (0, 20, 40):
        OutsideLink.objects.update(next_check_at=NOW)
        check(NOW + timedelta(hours=hours), weg="failing")
    assert the().failures == 3
    assert outside.dead({PAGE}) == {}


@pytest.mark.parametrize("between", ["fine", "answers", "gone", "not_asked"])
def test_a_failure_counts_only_with_those_right_before_it(between: str) -> None:
    linking(PAGE)
    for days, outcome in enumerate(["failing", "failing", between]):
        OutsideLink.objects.update(next_check_at=NOW)
        check(NOW + days * DAY, weg=outcome)
    assert (the().failures, the().failing_since) == (0, None)


def test_when_nothing_can_be_reached_no_page_is_blamed() -> None:
    """A server whose way out is shut would call every page of the internet dead."""
    linking(PAGE, OTHER, "https://derde.example/")
    for days in range(3):
        check(NOW + days * DAY, weg="failing", ander="failing", derde="failing")
    assert outside.dead({PAGE, OTHER}) == {}
    check(NOW + 3 * DAY, weg="failing", ander="failing")
    assert set(outside.dead({PAGE, OTHER})) == {PAGE, OTHER}


def test_verdicts_take_one_query_and_none_without_pages() -> None:
    linking(PAGE, OTHER)
    check(NOW, weg="gone", ander="gone")
    with counting() as count:
        assert len(outside.dead({PAGE, OTHER})) == 2
    assert int(count) == 1, count
    with counting() as count:
        outside.dead(set())
    assert int(count) == 0, count


@pytest.mark.parametrize("lessons", [1, 20])
def test_looking_what_is_due_takes_the_same_few_queries(lessons: int) -> None:
    course = linking(PAGE, live=True)
    for n in range(lessons):
        make_lesson(course.modules.get(), blocks=[make_block(body=f"<https://n{n}.example/>")])
    with counting() as count:
        outside.check_due(now=NOW, limit=0)
    assert int(count) <= 6, count


def test_a_real_site_is_asked_outside_any_transaction_and_its_answer_kept() -> None:
    with site() as here:
        here.pages["/er"] = status(200)
        url, gone = here.url("/er"), here.url("/weg")
        linking(url, gone)
        ask = partial(asking_outside.ask, rules=rules(here))
        assert outside.check_due(now=NOW, limit=5, ask=ask) == 2
    assert (the(url).outcome, the(url).said) == ("fine", "200")
    assert (the(gone).outcome, the(gone).said) == ("gone", "404")


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_site_is_asked() -> None:
    linking(PAGE)
    open_ones: list[bool] = []

    def ask(_url: str) -> Answer:
        open_ones.append(connection.in_atomic_block)
        return Answer(Outcome.FINE, "200")

    outside.check_due(now=NOW, limit=5, ask=ask)
    assert open_ones == [False]


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_ask_each_page_once() -> None:
    linking(PAGE, OTHER)
    outside.notice(now=NOW)
    asked: list[str] = []

    def ask(url: str) -> Answer:
        asked.append(url)
        return Answer(Outcome.FAILING, "timeout")

    all_good(at_once(lambda _: outside.check_due(now=NOW, limit=5, ask=ask), times=4))
    assert sorted(asked) == sorted([PAGE, OTHER])
    assert the().failures == 1


def test_what_a_worker_died_over_is_asked_after_an_hour() -> None:
    linking(PAGE)

    def dies(_url: str) -> Answer:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outside.check_due(now=NOW, limit=5, ask=dies)
    assert check(NOW + timedelta(minutes=59)) == 0
    assert check(NOW + timedelta(hours=1)) == 1


def test_a_site_that_is_told_not_to_ask_does_not_and_forgets(settings: Settings) -> None:
    linking(PAGE)
    check(NOW, weg="gone")
    settings.ASK_OUTSIDE = False
    tasks.ask_outside()
    assert urls() == set()


def test_the_worker_asks(settings: Settings) -> None:
    linking("https://10.0.0.8/")
    settings.ASK_OUTSIDE = True
    tasks.ask_outside()
    assert the("https://10.0.0.8/").outcome == "not_asked"


def test_tests_ask_nobody() -> None:
    assert not settings.ASK_OUTSIDE
    assert "lessons.ask_outside" in settings.CELERY_BEAT_SCHEDULE
