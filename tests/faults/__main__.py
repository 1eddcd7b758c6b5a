"""``make faults``: everything that can go wrong, made to go wrong, and what held afterwards.

``python -m tests.faults [--only PART] [--seed N]``. A part is a module with
``run(report: Report) -> None``: it tries its cases, tells each to the report, and leaves nothing
behind. It sets up no Django in this process; what needs one is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from importlib import import_module

from tests.faults.report import ROOT, Report

# In this order, the quick ones first. Each is a module of this package.
PARTS: tuple[str, ...] = ("clocks", "disk", "surroundings", "points", "kills")


def run(parts: list[str], report: Report) -> None:
    for number, part in enumerate(parts, 1):
        report.say(f"{number}/{len(parts)}  {part}")
        began = time.monotonic()
        import_module(f"tests.faults.{part}").run(report)
        report.seconds[part] = round(time.monotonic() - began, 1)


def main(arguments: list[str]) -> int:
    """Exit status 1 when something did not hold."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="may be repeated")
    parser.add_argument("--database", action="append", choices=["sqlite", "postgresql"])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    report = Report(datetime.now(UTC), seed=options.seed)
    if options.database:
        report.databases = tuple(options.database)
    run(options.only or list(PARTS), report)
    file = ROOT / "var" / "faults.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report.as_json(), indent=1) + "\n", encoding="utf-8")
    print(f"{report.as_text()}\n\nWritten to {file.relative_to(ROOT)}")
    return 1 if report.wrong() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
