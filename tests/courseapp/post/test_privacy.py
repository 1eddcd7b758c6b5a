from __future__ import annotations

import json

import pytest

from courseapp.post import privacy
from courseapp.post.models import Letter
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW, make_reader

pytestmark = pytest.mark.django_db


def test_a_person_gets_the_own_mails_without_codes() -> None:
    reader = make_reader()
    make_letter(to=reader.email, text="Je les staat klaar.")
    make_letter(to=reader.email, stream=Letter.Stream.CODE, text="123456", subject="Code")
    make_letter(text="Van een ander.")
    told = json.dumps(privacy.export(reader))
    assert "Je les staat klaar." in told
    assert "123456" not in told
    assert "Van een ander." not in told


def test_erasing_takes_the_mails_of_one_person() -> None:
    reader = make_reader()
    make_letter(to=reader.email)
    other = make_letter()
    privacy.erase(reader, NOW)
    assert list(Letter.objects.all()) == [other]
