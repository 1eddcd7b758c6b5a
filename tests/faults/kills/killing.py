"""The killer: which processes end together, when, and how long it takes until all is well again."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from tests.faults.kills.post import Post
    from tests.faults.kills.site import Site

# What is killed, and of how many kills each is one: a whole machine, or one process below it.
WEIGHTS = {
    "postgresql": {
        "web": 5, "one web process": 4, "worker": 6, "beat": 1, "broker": 4, "database": 4,
        "one connection": 4,
    },
    "sqlite": {"web": 4, "one web process": 3, "worker": 4},
}  # fmt: skip
BELOW = {"one web process": ("web", ""), "one connection": ("database", " site")}
# Where work has to be seen again, and not only an answer of the web server.
WORKING = {"worker", "broker", "database", "one connection"}
# At most so many at once; seconds between two blows; within which all is well; after which we stop.
AT_ONCE, PAUSE, HEALED, NEVER = 3, (0.1, 1.2), 30.0, 150.0


@dataclass(frozen=True)
class Blow:
    """What ends at one moment, after a pause in seconds; ``place`` chooses among several (0–1)."""

    targets: tuple[str, ...]
    pause: float
    place: float


@dataclass
class Killed:
    """What was done, and the seconds until all was well after each blow."""

    kills: Counter[str] = field(default_factory=Counter)
    heals: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def planned(kills: int, database: str, chance: random.Random) -> list[Blow]:
    """The same blows for the same seed; ``kills`` in all."""
    weights, blows, left = WEIGHTS[database], list[Blow](), kills
    while left:
        number = min(left, chance.randint(1, AT_ONCE), len(weights) - 1)
        picked = set[str]()
        while len(picked) < number:
            picked.add(chance.choices([*weights], [*weights.values()])[0])
            # All of it, and one process of it, are one kill.
            picked -= {below for below, (whole, _words) in BELOW.items() if whole in picked}
        blows.append(Blow(tuple(sorted(picked)), chance.uniform(*PAUSE), chance.random()))
        left -= len(picked)
    return blows


def kill(site: Site, post: Post, blows: list[Blow], say: Callable[[Killed], None]) -> Killed:
    """Blow after blow; the next one falls when the last one has healed."""
    done = Killed()
    for blow in blows:
        time.sleep(blow.pause)
        began = time.time()
        for target in blow.targets:
            _strike(site, target, blow.place)
            done.kills[target] += 1
        while not _well(site, post, blow, began):
            if time.time() - began > NEVER:
                done.wrong.append(f"Never well again after {blow.targets}: {site.health()}")
                return done
            time.sleep(0.05)
        seconds = time.time() - began
        done.heals.append((seconds, blow.targets))
        if seconds > HEALED:
            done.wrong.append(f"{seconds:.1f} s until all was well after {', '.join(blow.targets)}")
        say(done)
    return done


def _strike(site: Site, target: str, place: float) -> None:
    if target not in BELOW:
        site.machines[target].kill()
        return
    whole, words = BELOW[target]
    if not site.machines[whole].kill_one_below(place, words):
        site.machines[whole].kill()


def _well(site: Site, post: Post, blow: Blow, began: float) -> bool:
    """All run again, ``/healthz`` says ok, and what has to work was seen working since."""
    if any(one.ended or one.process is None for one in site.machines.values()):
        return False
    since = max([began, *(site.machines[one].began for one in blow.targets if one not in BELOW)])
    told = site.health()
    if told.get("status") != "ok":
        return False
    ticked = datetime.fromisoformat(told["beat_at"]).timestamp() > since
    if "beat" in blow.targets:
        return ticked
    return ticked or post.last_at > since or not WORKING & set(blow.targets)
