"""What is sent to the API: it is taken as its schema says, and nothing is guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

# No database keeps a NUL byte.
TEXT_FORM = r"^[^\x00]*$"
# The same of a text that says something: blank space and control characters alone are nothing.
WRITTEN_FORM = r"^[^\x00]*[^\s\x00-\x1f\x7f\x85][^\x00]*$"
MOMENT_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.IGNORECASE,
)
DAY_FORM = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
HOUR_FORM = "([01][0-9]|2[0-3]):[0-5][0-9]"
UUID_FORM = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@extend_schema_field({"type": "boolean", "const": True})
class Agreed(serializers.BooleanField):
    """A declaration: true. False reads as well, for the view to say what it means; never "yes" or
    1, which a consent should not rest on.
    """

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class StrictFlag(serializers.BooleanField):
    """Yes or no, as JSON says it; never "true" or 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class StrictNumber(serializers.IntegerField):
    """A whole number; never a text or a flag made into one."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class StrictChoice(serializers.ChoiceField):
    """One of a few words; never a number or a flag that reads like one."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class StrictText(serializers.CharField):
    """Text; never a number made into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = str(super().to_internal_value(data))
        if not self.allow_blank and not re.match(WRITTEN_FORM, text):
            self.fail("blank")
        return text


@extend_schema_field({"type": "string", "format": "uuid", "pattern": f"^{UUID_FORM}$"})
class StrictUUID(serializers.UUIDField):
    """A UUID as it is usually written."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not re.fullmatch(UUID_FORM, data):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "format": "date-time"})
class StrictMoment(serializers.Field[Any, Any, Any, Any]):
    """A moment as RFC 3339 writes it, with its zone: nobody has to guess whose clock it is on."""

    default_error_messages = {"invalid": "A moment with its zone, such as 2026-11-29T07:00:00Z."}

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not MOMENT_FORM.fullmatch(data):
            self.fail("invalid")
        try:
            return datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")


@extend_schema_field({"type": "string", "format": "date"})
class StrictDay(serializers.Field[Any, Any, Any, Any]):
    """A calendar day as RFC 3339 writes it; on whose calendar, its endpoint says."""

    default_error_messages = {"invalid": "A day, such as 2026-11-29."}

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not re.fullmatch(DAY_FORM, data):
            self.fail("invalid")
        try:
            return date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")


@extend_schema_field({"type": "string", "pattern": f"^{HOUR_FORM}$"})
class StrictHour(serializers.Field[Any, Any, Any, Any]):
    """A time of day in hours and minutes; on whose clock, its endpoint says."""

    default_error_messages = {"invalid": "A time of day, such as 19:30."}

    def to_internal_value(self, data: Any) -> time:
        if not isinstance(data, str) or not re.fullmatch(HOUR_FORM, data):
            self.fail("invalid")
        return time.fromisoformat(data)


class Body(serializers.Serializer[object]):
    """The body of a request. A field it does not know is refused: a misspelt one would be lost."""

    def to_internal_value(self, data: Any) -> Any:
        result = super().to_internal_value(data)
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError(
                {name: ["There is no such field."] for name in unknown}
            )
        return result


class BodyShape(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """What a body's own class cannot tell its documentation."""

    target_class = Body
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        for name, field in self.target.fields.items():
            if isinstance(field, StrictText):
                form = TEXT_FORM if field.allow_blank else WRITTEN_FORM
                schema["properties"][name]["pattern"] = form
            if isinstance(field, serializers.ListField) and not field.allow_empty:
                schema["properties"][name]["minItems"] = 1
        return {**schema, "additionalProperties": False}
