"""How whole lessons and modules stand in the database: JSON that is written and read quickly.

Publishing reads a course twice (as staff have it, as readers have it) and writes it once, so that
reading and writing JSON is most of its work.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
from django.db import models

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Encoder(json.JSONEncoder):
    def encode(self, o: object) -> str:
        return orjson.dumps(o).decode()


class _Decoder(json.JSONDecoder):
    def decode(self, s: str, *_: object) -> Any:
        return orjson.loads(s)


class ContentField(models.JSONField):
    """A JSON column for what a page holds; to the database and to migrations an ordinary one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "encoder": _Encoder, "decoder": _Decoder})

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, args, options = super().deconstruct()
        del options["encoder"], options["decoder"]
        return name, "django.db.models.JSONField", args, options

    def get_placeholder(self, _value: object, _compiler: object, _connection: object) -> str:
        """Each row's value as a parameter of its own.

        Without this method Django packs the rows of a bulk insert into an array on PostgreSQL, and
        the driver escapes an array's text quote by quote in Python: half of a publication's time.
        """
        return "%s"
