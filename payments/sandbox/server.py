"""The socket: HTTP/1.1 with kept connections, one thread for each."""

from __future__ import annotations

import json
import socket
import sys
import threading
import traceback
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from payments.sandbox import api, pages
from payments.sandbox.api import Answer, Call, Cut

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.world import World

    # Who looks on: called with each call and what it was answered.
    Watcher = Callable[[Call, Answer], None]

LARGEST = 1024 * 1024


class Server(ThreadingHTTPServer):
    """Serves one world until it is stopped; stopping ends kept connections as well."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, world: World, *, host: str, port: int, watch: Watcher | None) -> None:
        super().__init__((host, port), _Handler)
        # As it was asked for: "localhost" is where a browser keeps to this machine.
        self.host = host
        self.world = world
        self.watch = watch
        self.lines: set[socket.socket] = set()
        self.quiet = threading.Lock()

    @property
    def base(self) -> str:
        return f"http://{self.host}:{self.server_address[1]}"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        with self.quiet:
            lines = list(self.lines)
        for line in lines:
            hang_up(line)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who hangs up is no news; anything else is a mistake to be seen."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def hang_up(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # It was gone already.


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        with self.server.quiet:
            self.server.lines.add(self.connection)

    def finish(self) -> None:
        with self.server.quiet:
            self.server.lines.discard(self.connection)
        try:
            super().finish()
        except OSError:
            return  # The other side is gone, and with it what was left to send.

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        headers = {name.title(): value for name, value in self.headers.items()}
        call = Call(self.command, self.path, headers, self.rfile.read(length))
        if call.path.startswith(("/v1/", "/v2/")):
            self._serve_api(call)
        else:
            self._serve_page(call)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 -- the base class wants these names.

    def _serve_api(self, call: Call) -> None:
        try:
            answer = api.answer(self.server.world.store, call)
        except Cut:
            self.close_connection = True
            hang_up(self.connection)
            return
        except Exception:  # A mistake of ours reads as what it is.
            told = {"error": {"type": "api_error", "message": traceback.format_exc()}}
            answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, told)
        if self.server.watch is not None:
            self.server.watch(call, answer)
        body = answer.body if isinstance(answer.body, bytes) else _json(answer.body)
        self._send(answer.status, body, {"Content-Type": "application/json", **answer.headers})

    def _serve_page(self, call: Call) -> None:
        page = pages.answer(self.server.world, call)
        self._send(page.status, page.body.encode(), page.headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        world = self.server.world
        at = world.store.clock() + world.knobs.clock_skew
        for name, value in {**headers, "Date": formatdate(at, usegmt=True)}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name.
        """Nobody reads a line per call."""


def _json(thing: Any) -> bytes:
    return json.dumps(thing, indent=2).encode()
