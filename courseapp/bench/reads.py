"""How long it takes to read one sealed text: the keys asked for, one unwrapped, the text opened."""

from __future__ import annotations

import base64
import os
import random
import statistics
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.management import call_command

from courseapp.bench.material import words
from courseapp.vault import keyring, keys, rotation, sealing, texts
from courseapp.vault.models import DataKey
from courseapp.vault.router import ALIAS, LABEL
from courseapp.vault.sealing import Place

if TYPE_CHECKING:
    from collections.abc import Callable

# A reflection of a few sentences.
WORDS = 160
WRITTEN = datetime(2026, 1, 5, tzinfo=UTC)
HUNDRED = 100


class Vault:
    """A side in a process of its own; each public method is an order."""

    def read(self, readers: int, times: int) -> dict[str, Any]:
        """Microseconds (median, 99th of 100) to read, each time another reader's text.

        ``work`` is what this process' processor did for it: the same on a machine that is busy with
        other things, but without what a server of a database does.
        """
        call_command("migrate", LABEL, database=ALIAS, verbosity=0, interactive=False)
        chance, place = random.Random(readers), Place("bench.Note", "text", uuid4())  # noqa: S311
        text = words(chance, WORDS)
        kept = {
            owner: texts.write(owner=owner, place=place, text=text, now=WRITTEN)
            for owner in (uuid4() for _ in range(readers))
        }
        owners = chance.choices(list(kept), k=times)

        def ours(owner: UUID) -> None:
            texts.read(viewer=owner, owner=owner, place=place, sealed=kept[owner])

        bare, nonce = AESGCM(os.urandom(sealing.KEY)), os.urandom(sealing.NONCE)
        plain = bare.encrypt(nonce, text.encode(), b"")
        read, work = _timed(ours, owners)
        only, _work = _timed(lambda _owner: bare.decrypt(nonce, plain, b""), owners)
        return {
            "bytes": len(text.encode()),
            "longer": sealing.EXTRA,
            "p50": statistics.median(read),
            "p99": _p99(read),
            "work_p99": _p99(work),
            "bare_p50": statistics.median(only),
            "bare_p99": _p99(only),
        }

    def rewrap(self, readers: int) -> dict[str, Any]:
        """Seconds to wrap so many readers' keys anew, after ``VAULT_KEYS`` got a new first one."""
        DataKey.objects.all().delete()
        ring = keys.ring()
        made = [_wrapped(ring, uuid4()) for _ in range(readers)]
        DataKey.objects.bulk_create(made, batch_size=HUNDRED)
        new = base64.b64encode(os.urandom(sealing.KEY)).decode()
        settings.VAULT_KEYS = [f"new:{new}", *settings.VAULT_KEYS]
        start = time.perf_counter()
        done = rotation.rewrap().done
        return {"rewrapped": done, "rewrapping_s": time.perf_counter() - start}


def _wrapped(ring: keyring.Keyring, owner: UUID) -> DataKey:
    wrapped = ring.wrap(keyring.new_data_key(), generation=1, owner=owner)
    return DataKey(
        owner=owner, generation=1, wrapped=wrapped, wrapped_by=ring.current, made_at=WRITTEN
    )


def _timed(act: Callable[[UUID], object], owners: list[UUID]) -> tuple[list[float], list[float]]:
    """Microseconds of each, and of work in each; the first tenth warms up and is not counted."""
    found: list[float] = []
    worked: list[float] = []
    for owner in owners:
        start, began = time.perf_counter(), time.thread_time()
        act(owner)
        worked.append((time.thread_time() - began) * 1e6)
        found.append((time.perf_counter() - start) * 1e6)
    return found[len(found) // 10 :], worked[len(found) // 10 :]


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=HUNDRED, method="inclusive")[-1]
