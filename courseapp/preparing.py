"""What has to be in place before the site starts: each step is cheap when nothing changed."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DEFAULT_DB_ALIAS

from courseapp import catalogues, closing, migrating, step_secrets
from courseapp.accounts import staff
from courseapp.vault.router import ALIAS, LABEL
from lessons.content import identity

if TYPE_CHECKING:
    from collections.abc import Callable

# What the storage of static files writes last.
MANIFEST = "staticfiles.json"


@dataclass(frozen=True)
class Step:
    """``act`` returns a few words on what it did, for the person who watches."""

    title: str
    act: Callable[[], str]
    # Whether it can be done before there is a database, when an image is built.
    is_building: bool = False


def _catalogues() -> str:
    done = catalogues.compile_all()
    return f"compiled {' and '.join(done)}" if done else "up to date"


def _database() -> str:
    # What was restored may be older than the code, and stays closed until the next step is done.
    with closing.passing("erasures"):
        told = migrating.patiently(_site, DEFAULT_DB_ALIAS) + migrating.patiently(_keys, ALIAS)
    applied = told.count("... OK")
    return f"{applied} migrations applied" if applied else "up to date"


def _identity() -> str:
    """Whoever runs a site for real says who they are (art. 3:15d BW), from the first day on."""
    lacking = identity.missing()
    if lacking and settings.PRODUCTION:
        raise CommandError(
            "Nobody could see whose site this is. Missing, or not of its form:"
            f" {', '.join(f'PRACTICE_{name.upper()}' for name in lacking)}."
            " Set them in .env; in /beheer/ its owner may say otherwise afterwards."
        )
    return f"not said yet: {', '.join(lacking)}" if lacking else "complete"


def _second_steps() -> str:
    found = step_secrets.reseal()
    if found.refused:
        return f"{found.refused} do not open: is a key missing in VAULT_KEYS?"
    return f"{found.done} sealed" if found.done else "sealed"


def _site() -> str:
    return _quietly("migrate", interactive=False)


def _keys() -> str:
    """Of the vault only: the others have no table there, and a long way to find that out."""
    return _quietly("migrate", LABEL, interactive=False, database=ALIAS)


def _erasures() -> str:
    """A restored backup must not be open with somebody in it who was erased since."""
    return _quietly("replay_erasures").strip()


def _courses() -> str:
    told = _quietly("load_courses") + _quietly("load_products")
    return told.strip().replace("\n", "; ") or "up to date"


def _staff_account() -> str:
    if settings.PRODUCTION:
        # A password has no business in the log of whatever runs this.
        return "there already" if staff.is_there() else "none yet: manage.py create_staff ADDRESS"
    told = _quietly("create_staff", "owner@localhost", if_none=True).strip()
    return told or "there already"


def _static_files() -> str:
    if settings.DEBUG:
        return "served from where they are"
    if (settings.STATIC_ROOT / MANIFEST).is_file() and not os.access(settings.STATIC_ROOT, os.W_OK):
        return "those that came with the image"
    return _quietly("collectstatic", interactive=False).strip().rpartition("\n")[2]


def _quietly(command: str, *args: str, **options: object) -> str:
    told = io.StringIO()
    call_command(command, *args, stdout=told, no_color=True, **options)
    return told.getvalue()


# Libraries come before Python runs at all: `make run` does those as steps 1 and 2.
STEPS = (
    Step("Catalogues of both languages", _catalogues, is_building=True),
    Step("Static files", _static_files, is_building=True),
    Step("Database", _database),
    Step("Secrets of second steps", _second_steps),
    Step("Whom a backup brought back", _erasures),
    Step("Courses that come along", _courses),
    Step("Account for the staff", _staff_account),
    Step("Who the practice is", _identity),
)
