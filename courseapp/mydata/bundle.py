"""All that is kept of a person as one ZIP file: a page to read, and JSON for a program."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courseapp import privacy
from courseapp.mydata import readable

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User

    Moment = tuple[int, int, int, int, int, int]

STYLE = Path(__file__).with_name("page.css")


def name_of(now: datetime) -> str:
    """What the file is called; nothing in it tells the topic, or whose it is."""
    stem = _("my-data")
    return f"{stem}-{timezone.localdate(now):%Y-%m-%d}.zip"


def made(person: User, *, now: datetime) -> bytes:
    """The file, in the language that is active now."""
    told = privacy.export_person(person)
    page = render_to_string(
        "account/my_data_file.html",
        {
            "parts": readable.parts_of(told),
            "now": now,
            "language": translation.get_language(),
            "style": STYLE.name,
        },
    )
    there = timezone.localtime(now)
    moment = (there.year, there.month, there.day, there.hour, there.minute, there.second)
    file, stem = io.BytesIO(), _("my-data")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        _add(folder, f"{stem}.html", page, moment)
        _add(folder, f"{stem}.json", _json(told), moment)
        _add(folder, STYLE.name, STYLE.read_text(encoding="utf-8"), moment)
    return file.getvalue()


def _json(told: dict[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2)


def _add(folder: zipfile.ZipFile, name: str, text: str, moment: Moment) -> None:
    info = zipfile.ZipInfo(name, moment)
    info.compress_type = zipfile.ZIP_DEFLATED
    # Half of a pair of surrogates, which JSON can bring in, is no UTF-8.
    folder.writestr(info, text.encode("utf-8", "replace"))
