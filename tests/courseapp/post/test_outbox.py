from __future__ import annotations

import pytest
from django.db import connection, transaction

from courseapp.post.models import Letter
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW
from tests.racing import at_once


class TestInOneTransaction:
    pytestmark = pytest.mark.django_db

    def test_the_same_key_is_the_same_letter_with_its_first_words(self) -> None:
        first = make_letter(key="one", text="eerst")
        second = make_letter(key="one", text="later")
        assert second.pk == first.pk
        assert second.text == "eerst"
        assert Letter.objects.count() == 1

    def test_the_message_id_follows_from_the_key(self) -> None:
        first = make_letter(key="one")
        Letter.objects.all().delete()
        assert make_letter(key="one").message_id == first.message_id
        assert make_letter(key="two").message_id != first.message_id

    def test_a_code_goes_before_a_receipt_and_an_offer_goes_last(self) -> None:
        streams = [Letter.Stream.OFFER, Letter.Stream.CODE, Letter.Stream.LESSON]
        letters = [make_letter(stream=stream) for stream in streams]
        order = sorted(letters, key=lambda letter: letter.priority)
        assert [letter.stream for letter in order] == ["code", "lesson", "offer"]

    def test_a_line_break_cannot_enter_a_subject(self) -> None:
        letter = make_letter(subject="Hallo\r\nBcc: eve@example.org")
        assert letter.subject == "Hallo Bcc: eve@example.org"

    def test_a_new_letter_is_due_at_once(self) -> None:
        letter = make_letter()
        assert (letter.next_at, letter.state) == (NOW, "waiting")


@pytest.mark.django_db(transaction=True)
def test_a_letter_of_an_act_that_is_undone_was_never_written() -> None:
    def act() -> None:
        with transaction.atomic():
            make_letter()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        act()
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_puts_of_one_key_at_once_are_one_letter() -> None:
    letters = at_once(lambda _number: make_letter(key="one"))
    assert {letter.pk for letter in letters if isinstance(letter, Letter)} == {
        Letter.objects.get().pk
    }
    assert all(isinstance(letter, Letter) for letter in letters), letters


@pytest.mark.django_db(transaction=True)
def test_eight_inserts_without_the_guard_do_fail() -> None:
    """The positive control: the race above is real."""

    def insert(_number: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO post_heartbeat (name, at) VALUES ('one', '2026-01-01T00:00:00+00:00')"
            )
        return 1

    results = at_once(insert)
    assert [result for result in results if result == 1] == [1]
    assert len([result for result in results if isinstance(result, Exception)]) == 7
