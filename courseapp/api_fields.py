"""Fields of what is sent to the API: they take what the schema says, and guess nothing."""

from __future__ import annotations

import re
from typing import Any

from rest_framework import serializers

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class StrictBoolean(serializers.BooleanField):
    """True or false; never "yes", 1 or "true", which a consent should not rest on."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class StrictText(serializers.CharField):
    """Text; never a number made into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictUUID(serializers.UUIDField):
    """A UUID as it is usually written."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not UUID.fullmatch(data):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)
