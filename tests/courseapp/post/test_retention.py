"""Letters leave ninety days after they were written, unless they still have to go out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courseapp.post import retention
from courseapp.post.models import Letter
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_only_what_is_old_and_done_is_forgotten() -> None:
    old, waiting, young = make_letter(), make_letter(), make_letter()
    long_ago = NOW - timedelta(days=91)
    Letter.objects.filter(pk=old.pk).update(created_at=long_ago, next_at=None, sent_at=long_ago)
    Letter.objects.filter(pk=waiting.pk).update(created_at=long_ago)
    Letter.objects.filter(pk=young.pk).update(next_at=None, sent_at=NOW)

    assert retention.forget_old(now=NOW) == 1
    assert {letter.pk for letter in Letter.objects.all()} == {waiting.pk, young.pk}
