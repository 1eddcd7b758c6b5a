"""Asking the site through its WSGI handler: no server, no socket, everything else for real."""

from __future__ import annotations

import io
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.core.handlers.wsgi import WSGIHandler

Environ = dict[str, Any]
HOST = "bench.example"
# How much of an answer that should not have been is told.
LAST_WORDS = 100
GOOD = {"200", "201"}
# What frames the work rather than being it; the number differs between databases.
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
PARROT = "c" * 32


class UnexpectedAnswer(Exception):
    """The site answered with another status than success, so there is nothing to measure."""


def get(path: str, *, cookies: str, accept: str = "text/html") -> Environ:
    """A GET as a browser behind the usual proxy sends it."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": HOST,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": HOST,
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_ACCEPT": accept,
        "HTTP_ACCEPT_LANGUAGE": "nl",
        "HTTP_COOKIE": cookies,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def post(path: str, *, cookies: str, csrf_cookie: str, body: bytes = b"{}") -> Environ:
    """A POST of JSON with all that the check against forgery wants to see."""
    return {
        **get(path, cookies=f"{cookies}; {csrf_cookie}={PARROT}", accept="application/json"),
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_ORIGIN": f"https://{HOST}",
        "HTTP_X_CSRFTOKEN": PARROT,
        "bench.body": body,
    }


def ask(handler: WSGIHandler, environ: Environ) -> bytes:
    """One request; raises ``UnexpectedAnswer`` unless it succeeds."""
    seen: list[str] = []
    request = {**environ, "wsgi.input": io.BytesIO(environ.get("bench.body", b""))}
    response = handler(request, lambda status, *_rest: seen.append(status))  # type: ignore[arg-type]
    body = b"".join(response)
    response.close()
    if seen[0][:3] not in GOOD:
        line = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} answered {seen[0]}"
        said = " ".join(body.decode(errors="replace").split())
        raise UnexpectedAnswer(f"{line}: {said[:LAST_WORDS]}")
    return body


def ask_for(handler: WSGIHandler, environs: Iterator[Environ], seconds: float) -> tuple[int, float]:
    """Ask one after the other for so many seconds, or until there is nothing left to ask.

    Returns how many requests there were, and in how many seconds.
    """
    asked, start = 0, time.perf_counter()
    end = start + seconds
    for environ in environs:
        ask(handler, environ)
        asked += 1
        if time.perf_counter() >= end:
            break
    return asked, time.perf_counter() - start


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every SQL statement of this thread, on every alias, without the frame of transactions."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if not sql.lstrip().upper().startswith(FRAME):
            seen.append(sql)
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(note))
        yield seen
