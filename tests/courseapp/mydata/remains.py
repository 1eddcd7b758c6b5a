"""Looking for words in the bytes of everything that lives: databases, files, brokers, caches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import connections

from tests.files import bytes_of as bytes_on_disk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kombu import Connection

RELATIONS = """
    SELECT c.oid::regclass::text, c.oid FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'i', 't') AND n.nspname IN ('public', 'pg_toast')
      AND pg_relation_filepath(c.oid) IS NOT NULL
"""


def found(
    words: Iterable[str], places_too: Iterable[tuple[str, bytes]] = ()
) -> dict[str, list[str]]:
    """Word to the places it was found at; ``places_too`` are looked through with the rest."""
    return looked_for(words, [*_everything(), *places_too])


def looked_for(
    words: Iterable[str], everything: Iterable[tuple[str, bytes]]
) -> dict[str, list[str]]:
    """Word to the places it was found at, of these."""
    wanted = {word: word.encode() for word in words}
    places: dict[str, list[str]] = {}
    for place, content in everything:
        for word, sought in wanted.items():
            if sought in content:
                places.setdefault(word, []).append(place)
    return places


def _everything() -> Iterator[tuple[str, bytes]]:
    for alias in ("default", "keys"):
        yield from _database(alias)
    for file in _files():
        yield str(file), file.read_bytes()


def _database(alias: str) -> Iterator[tuple[str, bytes]]:
    connection = connections[alias]
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        for file in (name, f"{name}-wal", f"{name}-journal"):
            if Path(file).is_file():
                yield file, bytes_on_disk(Path(file))
        return
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(RELATIONS)
        for name, oid in cursor.fetchall():
            cursor.execute("SELECT pg_read_binary_file(pg_relation_filepath(%s::oid))", [oid])
            yield f"{alias}: {name}", bytes(cursor.fetchone()[0])


def _files() -> Iterator[Path]:
    """What the site itself puts on the disk: mailbox, counters, broker, files to fetch."""
    cache = Path(str(settings.CACHES["default"]["LOCATION"]))
    for folder in (settings.MAIL_DIR, cache, settings.SPOOL_DIR, settings.HANDOVER_DIR):
        yield from (file for file in Path(folder).rglob("*") if file.is_file())


def in_redis(url: str, databases: Iterable[int] = range(16)) -> Iterator[tuple[str, bytes]]:
    """Each key of a server with what it holds: as Redis would dump it, and read by its kind."""
    for number in databases:  # A number in the address would go before one beside it.
        client: Any = redis.Redis.from_url(urlsplit(url)._replace(path=f"/{number}").geturl())
        with client:
            for key in client.scan_iter():
                place = f"redis {number}: {key!r}"
                yield place, key
                yield place, client.dump(key) or b""
                yield place, b" ".join(_values(client, key))


def _values(client: Any, key: bytes) -> Iterator[bytes]:
    """What a key holds, whatever its kind is: a dump packs what is long."""
    kind = client.type(key)
    if kind == b"string":
        yield client.get(key) or b""
    elif kind == b"list":
        yield from client.lrange(key, 0, -1)
    elif kind == b"set":
        yield from client.smembers(key)
    elif kind == b"zset":
        yield from client.zrange(key, 0, -1)
    elif kind == b"hash":
        for name, value in client.hgetall(key).items():
            yield from (name, value)
    elif kind != b"none":  # It may expire between two questions.
        raise NotImplementedError(kind)


def in_queue(broker: Connection, name: str) -> Iterator[tuple[str, bytes]]:
    """Each message that waits in a queue, taken out of it: its words and all around them."""
    while message := broker.default_channel.basic_get(name, no_ack=True):
        yield f"{name}: {message.headers['task']}", bytes_of(message)


def bytes_of(message: Any) -> bytes:
    body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
    return b" ".join([body, repr((message.headers, message.properties)).encode()])
