"""Reading the environment: a few typed functions, so that a wrong value is a clear sentence."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

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


def given(name: str) -> str | None:
    """The value of a variable, or what is in the file that ``NAME_FILE`` names; None without."""
    value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if not file:
        return value
    if value:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; leave one out.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"{name}_FILE is {file!r}, which cannot be read ({type(error).__name__})."
        ) from None


def text(name: str, default: str) -> str:
    value = given(name)
    return default if value is None else value


def words(name: str, default: list[str]) -> list[str]:
    """A list, separated by commas."""
    value = given(name)
    return default if value is None else [word.strip() for word in value.split(",") if word.strip()]


def flag(name: str, *, default: bool) -> bool:
    value = given(name)
    if value is None:
        return default
    if value.lower() not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}; it is either 1 or 0.")
    return value.lower() in TRUE


def number(name: str, default: int) -> int:
    value = given(name)
    if value is None or value == "":
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it is a whole number.") from None


def pair(name: str, default: tuple[int, int], *, unit: int = 1) -> tuple[int, int]:
    """Two whole numbers with a comma between them, each times a unit."""
    found = words(name, [str(number) for number in default])
    if len(found) != len(default) or not all(word.isdecimal() for word in found):
        raise ImproperlyConfigured(f"{name} is {given(name)!r}; it is two numbers: 30,90.")
    first, second = (int(word) * unit for word in found)
    return first, second


def kept_secret(file: Path, size: int = 50) -> str:
    """A random secret of so many bytes, made once and kept in a file that only its owner reads.

    Processes that start together in an empty folder all get the one that was there first, whole.
    """
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent)  # Only its owner reads this one too.
        mine = Path(name)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secrets.token_urlsafe(size))
        with suppress(FileExistsError):
            file.hardlink_to(mine)
        mine.unlink()
    return file.read_text(encoding="ascii")


def kept_key(file: Path) -> str:
    """A developer's key-encryption key, likewise, as a word of ``VAULT_KEYS``."""
    return f"local:{kept_secret(file, 32)}"


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
                # What is deleted is written over with zeros: what was erased has to be gone.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                " PRAGMA secure_delete=ON;",
            },
        }
    return {
        "ENGINE": "courseapp.postgres",
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
            # Seconds; the least that psycopg knows. What a page does then: courseapp.unavailable.
            "connect_timeout": 2,
            # A machine that vanished is noticed while it is asked something, in milliseconds.
            "tcp_user_timeout": 10_000,
            # Where tables have no statistics yet, PostgreSQL takes a page's query for a long one
            # and compiles it, half a second for one millisecond. A PgBouncer refuses the word.
            **({"options": "-c jit=off"} if keep_plans else {}),
        },
    }


def caches(url: str, folder: Path) -> dict[str, dict[str, object]]:
    """What all processes count together, in Redis or in a folder."""
    # Rate limits count over all processes of one machine, so not in one process' memory.
    shared: dict[str, object] = {
        "BACKEND": "courseapp.cache.LockingFiles",
        "LOCATION": folder,
        # Past this figure a third of all counters is thrown away; Django's 300 is soon reached.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
    if url:
        shared = {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": url,
            # Seconds: a form that is counted waits for it.
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    return {"default": shared}


def mail_server(url: str) -> tuple[str, int, str, str, bool, bool]:
    """Host, port, user, password, TLS from the start, STARTTLS: of ``smtp+tls://user:…@host:587``."""
    parts = urlsplit(url)
    return (
        parts.hostname or "localhost",
        parts.port or 587,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.scheme == "smtps",
        parts.scheme == "smtp+tls",
    )


def mail_backend(server: str, provider: str) -> str:
    """Django's name of the way mails go: a server, else a provider, else a folder."""
    if server:
        return "django.core.mail.backends.smtp.EmailBackend"
    return (
        f"anymail.backends.{provider}.EmailBackend"
        if provider
        else "courseapp.post.mailbox.Backend"
    )


def provider(name: str, pairs: list[str], secret: str) -> dict[str, object]:
    """django-anymail's settings: ``API_KEY=x`` is ``BREVO_API_KEY`` for the provider ``brevo``."""
    parts = [pair.partition("=") for pair in pairs]
    own = {f"{name.upper()}_{key.strip()}": value.strip() for key, _sign, value in parts}
    return {"WEBHOOK_SECRET": secret, **own}


def broker_options(url: str, folder: Path) -> dict[str, object]:
    """What the transport of a broker has to be told; ``folder`` is the one on one machine."""
    scheme = urlsplit(url).scheme
    if scheme == "spool":
        return {"folder": str(folder), "polling_interval": 0.1}
    if scheme in {"redis", "rediss"}:
        return {
            "visibility_timeout": 600,
            "socket_timeout": 5,
            "socket_connect_timeout": 1,
            "health_check_interval": 15,
        }
    return {}
