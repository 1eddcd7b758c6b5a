"""Reading the environment: a few typed functions, so that a wrong value is a clear sentence."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from pathlib import Path

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def load(file: Path) -> None:
    """Take ``NAME=value`` lines of a file into the environment; what is already set there wins."""
    if not file.is_file():
        return
    for row in file.read_text(encoding="utf-8").splitlines():
        name, sign, value = row.partition("=")
        if sign and not name.lstrip().startswith("#"):
            os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def words(name: str, default: list[str]) -> list[str]:
    """A list, separated by commas."""
    value = os.environ.get(name)
    return default if value is None else [word.strip() for word in value.split(",") if word.strip()]


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}; it is either 1 or 0.")
    return value.lower() in TRUE


def number(name: str, default: int) -> int:
    value = os.environ.get(name)
    if value is None or value == "":
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it is a whole number.") from None


def kept_secret(file: Path) -> str:
    """A random secret, made once and kept in a file that only its owner reads."""
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secrets.token_urlsafe(50))
    return file.read_text(encoding="ascii")


def database(url: str, base: Path, *, keep_plans: bool) -> dict[str, object]:
    """Django's description of ``sqlite:///path`` or ``postgres://user:password@host:port/name``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:] if parts.path.startswith("//") else base / parts.path[1:],
            # A thread keeps its connection: opening the file costs as much as a page's queries.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # One writer at a time, asked for at BEGIN: with four writers the default fails in
                # one of ten transactions with "database is locked", this in none.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # Values go apart from the SQL, so that PostgreSQL keeps the plans of what is asked often:
        # planning where a reader stands takes it 0.5 ms, running that 0.1. Behind a PgBouncer that
        # gives each transaction another connection: KEEP_PLANS=0.
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 5 if keep_plans else None,
        },
    }
