"""Letters that share a form: compiled once, written many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.utils import translation

from courseapp.post import filling, outbox, privacy, pump
from courseapp.post.models import Form, Letter
from tests.courseapp.post.writing import make_filled, make_form
from tests.factories import NOW, make_reader

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

pytestmark = pytest.mark.django_db


def test_the_same_words_are_kept_once() -> None:
    assert make_form() == make_form()
    assert make_form(text="Dag {{name}},\n") != make_form()
    assert Form.objects.count() == 2


def test_a_letter_from_a_form_goes_out_filled_in() -> None:
    outbox.put_filled(make_filled(values={"number": "3", "name": "Anna & Ben"}), now=NOW)

    assert pump.send_due(now=NOW).sent == 1

    [message] = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    assert message.subject == "Les 3"
    assert message.body == "Hallo Anna & Ben,\n"
    assert message.alternatives[0][0] == "<p>Anna &amp; Ben</p>"


@pytest.mark.parametrize("values", [{}, {"number": "1"}, {"number": "1", "name": "A", "x": ""}])
def test_a_mark_without_a_value_and_a_value_without_a_mark_are_refused(
    values: dict[str, str],
) -> None:
    with pytest.raises(filling.WrongNames):
        outbox.put_many([make_filled(), make_filled(values=values)], now=NOW)

    assert not Letter.objects.exists()


def test_many_letters_are_one_insert_and_one_bell(
    django_assert_num_queries: DjangoAssertNumQueries,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    form = make_form()
    many = [make_filled(form) for _ in range(20)]

    with django_capture_on_commit_callbacks() as bells, django_assert_num_queries(3):
        outbox.put_many(many, now=NOW)  # SAVEPOINT, INSERT, RELEASE.

    assert len(bells) == 1
    assert Letter.objects.count() == 20


def test_a_key_that_is_there_keeps_its_letter() -> None:
    outbox.put_filled(make_filled(key="one", values={"number": "1", "name": "Anna"}), now=NOW)
    again = make_filled(key="one", values={"number": "1", "name": "Ben"})
    outbox.put_many([again, make_filled(key="two")], now=NOW)

    assert Letter.objects.get(key="one").values["name"] == "Anna"
    assert Letter.objects.count() == 2


def test_no_letters_ring_no_bell(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as bells:
        outbox.put_many([], now=NOW)

    assert bells == []


def test_a_letter_keeps_the_language_of_its_words() -> None:
    with translation.override("en"):
        outbox.put_many([make_filled(key="en"), make_filled(key="nl", language="nl")], now=NOW)

    assert Letter.objects.get(key="en").language == "en"
    assert Letter.objects.get(key="nl").language == "nl"


def test_a_person_is_given_the_words_as_they_were_sent() -> None:
    reader = make_reader()
    outbox.put_filled(make_filled(to=reader.email), now=NOW)

    [told] = privacy.export(reader)["mails"]
    assert told["text"] == "Hallo Anna,\n"
