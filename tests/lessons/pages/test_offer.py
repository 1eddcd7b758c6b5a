"""A lesson that offers a course keeps to its budget, also when all of it comes at once."""

from __future__ import annotations

import pytest

from lessons.content import editions
from lessons.pages import rendering
from lessons.reading import outline
from tests.counting import counting
from tests.factories import (
    NOW,
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("live", [True, False])
def test_a_first_look_at_an_offer_in_a_fresh_process_takes_at_most_four_statements(
    live: bool,
) -> None:
    offered, course, reader = make_course(live=live), make_course(modules=1), make_reader()
    block = make_block("offer", title="Verder", course=offered.slug, body="Als je wilt.")
    lesson = make_lesson(course.modules.get(), blocks=[block])
    publish_all(course)
    make_enrolment(reader, course)
    editions.load.cache_clear()
    with counting() as count:
        view = outline.of_lesson(reader=reader, lesson=lesson.uuid, now=NOW)
        found = rendering.offered_in(view)
    assert int(count) <= 4, count
    assert found == ({offered.slug} if live else set())
