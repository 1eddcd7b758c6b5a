"""Letters leave ninety days after they were written, unless they still have to go out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courseapp.post import events, outbox, retention
from courseapp.post.models import Allowance, DeliveryEvent, Form, Letter
from tests.courseapp.post.writing import make_filled, make_form, make_letter
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=91)


def test_only_what_is_old_and_done_is_forgotten() -> None:
    old, waiting, young = make_letter(), make_letter(), make_letter()
    Letter.objects.filter(pk=old.pk).update(created_at=LONG_AGO, next_at=None, sent_at=LONG_AGO)
    Letter.objects.filter(pk=waiting.pk).update(created_at=LONG_AGO)
    Letter.objects.filter(pk=young.pk).update(next_at=None, sent_at=NOW)

    assert retention.forget_old(now=NOW) == 1
    assert {letter.pk for letter in Letter.objects.all()} == {waiting.pk, young.pk}


def test_a_form_leaves_after_the_last_letter_that_needs_it() -> None:
    unused, used, young = make_form(), make_form(subject="{{number}}"), make_form(text="{{name}}")
    outbox.put_filled(make_filled(used), now=NOW)
    Form.objects.exclude(pk=young.pk).update(created_at=LONG_AGO)

    retention.forget_old(now=NOW)

    assert set(Form.objects.all()) == {used, young}
    assert unused not in Form.objects.all()


def test_what_was_told_of_letters_and_counted_of_days_leaves_as_well() -> None:
    for at in (LONG_AGO, NOW):
        told = events.Told("brevo", str(at), "delivered", "anna@example.org", "", "", at)
        events.take(told, now=at)
        Allowance.objects.create(day=at.date())

    retention.forget_old(now=NOW)

    assert DeliveryEvent.objects.get().at == NOW
    assert Allowance.objects.get().day == NOW.date()
