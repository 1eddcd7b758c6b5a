"""Reading the environment: a few typed functions, so that a wrong value is a clear sentence."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

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
