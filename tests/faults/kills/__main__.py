"""One run, from a seed: ``[SEED=1] [KILLS=200] python -m tests.faults.kills [--database …]``.

What was found goes out as JSON; the exit status is 1 when something is wrong. Progress goes to the
error stream. The same seed plans the same blows; what they hit is up to the moment.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courseapp.bench import sink
from tests.faults.kills import KILLS, killing, readers
from tests.faults.kills.post import Post
from tests.faults.kills.site import Site, standing
from tests.faults.report import commit
from tests.living import free_port

if TYPE_CHECKING:
    from payments.sandbox.running import Running

READERS = 4
# Seconds until the site has to answer first, until what was left over has to be done.
FIRST, CAUGHT_UP = 120, 240
# So many reasons for asking again are told, the most frequent first.
REASONS = 20
SENDING = ("worker", "database", "one connection")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kills", description=__doc__)
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "1")))
    parser.add_argument("--json", type=Path, help="write what was found there too")
    options = parser.parse_args(arguments)
    options.kills = options.kills or int(os.environ.get("KILLS", KILLS[options.database]))
    found = run(options.database, kills=options.kills, seed=options.seed)
    told = json.dumps({"commit": commit(), "seed": options.seed, **found}, indent=1)
    print(told)
    if options.json:
        options.json.write_text(told, encoding="utf-8")
    return 1 if found["wrong"] else 0


def run(database: str, *, kills: int, seed: int) -> dict[str, Any]:
    """``{"figures": …, "wrong": […]}``."""
    # Ended from outside it still ends what it began.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    stripe_port = free_port()
    with sink.running(Post()) as post:
        assert isinstance(post, Post)
        with standing(database, smtp=post.port, stripe=stripe_port) as site:
            os.environ.update(site.environment)
            import django

            django.setup()
            from django.conf import settings

            from payments.sandbox.running import running

            hook = f"http://127.0.0.1:{site.port}/hooks/stripe/"
            secret = settings.STRIPE_WEBHOOK_SECRETS[0]
            with running(webhook=hook, secret=secret, port=stripe_port) as stripe:
                return _lived_through(site, post, stripe, database, kills, seed)


def _lived_through(
    site: Site, post: Post, stripe: Running, database: str, kills: int, seed: int
) -> dict[str, Any]:
    """Readers and killer together; then the comparison, and the proof that it sees."""
    end = time.monotonic() + FIRST
    while site.health().get("status") != "ok":
        assert time.monotonic() < end, f"the site does not come up: {site.health()}"
        time.sleep(0.2)
    history, over, began = readers.History(), threading.Event(), time.monotonic()

    def somebody(name: str) -> readers.Reader:
        chance = random.Random(f"{seed} {name}")  # noqa: S311 -- no secret hangs on it.
        return readers.Reader(
            name, site.port, post=post, pay=lambda page: _pay(stripe, page), history=history,
            chance=chance,
        )  # fmt: skip

    def say(done: killing.Killed) -> None:
        sys.stderr.write(
            f"  {database}: {sum(done.kills.values())} of {kills} killed,"
            f" {history.acknowledged()} acts acknowledged, {history.unknown} repeated,"
            f" longest heal {max(done.heals)[0]:.1f} s\n"
        )

    crowd = readers.crowd(READERS, somebody, over)
    chance = random.Random(seed)  # noqa: S311 -- likewise.
    done = killing.kill(site, post, killing.planned(kills, database, chance), say)
    over.set()
    for one in crowd:
        one.join(2 * readers.PATIENCE)
    lived = time.monotonic() - began
    return _compared(site, post, stripe, history, done, lived)


def _pay(stripe: Running, page: str) -> None:
    """Who pays twice is told so by the page."""
    from payments.sandbox.refusals import Refused

    with suppress(Refused):
        stripe.world.pay(page)


def _compared(
    site: Site, post: Post, stripe: Running, history: readers.History, done: killing.Killed,
    lived: float,
) -> dict[str, Any]:  # fmt: skip
    from tests.faults.kills import reckoning, spoiling, waiting

    caught_up = waiting.until_nothing_is_left(stripe.world, seconds=CAUGHT_UP)
    senders = sum(done.kills[target] for target in SENDING)
    ended = reckoning.Ended(history, stripe.world, list(post.ids), senders)
    wrong = [*done.wrong, *history.broken_off, *reckoning.broken(ended)]
    tried, unseen = (0, []) if wrong else spoiling.unseen(ended)
    wrong += [f"Nobody noticed it: {name}" for name in unseen]
    heals = sorted(seconds for seconds, _targets in done.heals)
    figures = {
        "seconds": round(lived, 1),
        "kills": sum(done.kills.values()),
        **{f"kills of {target}": number for target, number in done.kills.items()},
        "blows": len(heals),
        "heal, longest (s)": round(heals[-1], 1),
        "heal, median (s)": round(heals[len(heals) // 2], 1),
        "readers": len({act.reader for act in history.acts}),
        "acts acknowledged": history.acknowledged(),
        "acts asked again": history.unknown,
        "acts never answered": sum(act.answer == "unknown" for act in history.acts),
        "letters": len(post.ids),
        "letters that came twice": len(post.ids) - len(set(post.ids)),
        "caught up (s)": round(caught_up, 1),
        "longest wait for a letter (s)": waiting.longest(),
        "ended by itself": sum(one.ends for one in site.machines.values())
        - sum(number for target, number in done.kills.items() if target in site.machines),
        "losses and doubles made and found": tried - len(unseen),
    }
    acts = Counter(f"{act.what}: {act.answer}" for act in history.acts)
    again = dict(history.reasons.most_common(REASONS))
    return {"figures": figures, "wrong": wrong, "acts": acts, "asked again because": again}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
