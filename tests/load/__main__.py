"""``make load``: readers with think time on a site as production starts it, and how long they wait.

``python -m tests.load [--database postgresql] [--readers N] [--seconds N]``: 200 readers over
PostgreSQL and Redis, then 50 over SQLite alone. Exit status 1 when a bar of ``figures.py`` is
missed; what was measured goes into ``var/load.json``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from datetime import UTC, datetime

from tests.living import ROOT
from tests.load.figures import Figures
from tests.load.standing import Site, standing

READERS = {"postgresql": 200, "sqlite": 50}
KNOWN = 2_000  # Readers who were there before.
WARM = 10.0  # Seconds that are not measured, in which the first of them come.


def load(site: Site, *, database: str, readers: int, seconds: float) -> Figures:
    """Let the readers come, and look at the site while they read."""
    numbers = {"known": KNOWN, "readers": readers, "seconds": seconds, "warm": WARM}
    crowd = subprocess.Popen(
        [sys.executable, "-m", "tests.load.crowd", str(site.port), str(site.codes)]
        + [word for name, value in numbers.items() for word in (f"--{name}", str(value))],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert crowd.stdout is not None
    crowd.stdout.readline()  # It comes when the site is warm.
    before, spent, began = site.memory(), site.spent(), time.monotonic()
    heard, _nothing = crowd.communicate()
    passed, after = time.monotonic() - began, site.memory()
    processor = {name: (now - spent[name]) / passed for name, now in site.spent().items()}
    told, said = json.loads(heard), site.said()
    return Figures(
        database=database,
        readers=told["readers"],
        seconds=told["seconds"],
        waits=told["waits"],
        late=told["late"],
        errors=told["errors"],
        locked=sum("locked" in line for line in said.splitlines()),
        tracebacks=said.count("Traceback"),
        memory={name: (before[name], after[name]) for name in before},
        processor={**processor, "readers": told["processor"]},
    )


def keep(runs: dict[str, Figures]) -> None:
    """Write them beside what other databases measured before."""
    file = ROOT / "var" / "load.json"
    file.parent.mkdir(exist_ok=True)
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    kept |= {name: {"at": at, **figures.as_json()} for name, figures in runs.items()}
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(f"Written to {file.relative_to(ROOT)}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--database", choices=READERS, action="append", help="may be repeated")
    parser.add_argument("--readers", type=int, help="200 on PostgreSQL, 50 on SQLite")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args(arguments)
    runs: dict[str, Figures] = {}
    for database in options.database or READERS:
        readers = options.readers or READERS[database]
        print(f"\n{database}: {readers} readers for {options.seconds:.0f} s", flush=True)
        with standing(database=database, known=KNOWN) as site:
            runs[database] = load(site, database=database, readers=readers, seconds=options.seconds)
        print(runs[database].as_text(), flush=True)
    keep(runs)
    return 1 if any(figures.missed() for figures in runs.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
