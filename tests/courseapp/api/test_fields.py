"""Fields take what their schema says, and nothing is guessed."""

from __future__ import annotations

import pytest
from rest_framework import serializers

from courseapp.api.fields import StrictText

pytestmark = pytest.mark.once


class Named(serializers.Serializer[None]):
    name = StrictText(max_length=20)
    more = StrictText(allow_blank=True, required=False)


@pytest.mark.parametrize("text", ["", "  ", "\x06", " \x1b\x7f ", "\x85"])
def test_a_text_has_to_say_something(text: str) -> None:
    asked = Named(data={"name": text})
    assert not asked.is_valid()
    assert asked.errors["name"][0].code == "blank"
    assert Named(data={"name": f"{text}é", "more": text}).is_valid()
