"""``make mutate``: small mistakes put into the modules with authority, one at a time.

``python -m tests.mutation [--only MODULE] [--jobs N]``. Exit status 1 when the tests of a module
notice fewer than nine in ten, or when the control says that a kill may be none.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.mutation import running
from tests.mutation.authority import GROUPS, MODULES
from tests.mutation.report import Report

if TYPE_CHECKING:
    from tests.mutation.authority import Group


def wanted(only: list[str]) -> list[Group]:
    """The groups with the modules that are asked for; all of them when none is named."""
    found = [
        replace(group, modules=tuple(each for each in group.modules if each in only))
        for group in GROUPS
    ]
    return [group for group in found if group.modules] if only else list(GROUPS)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("--only", action="append", choices=MODULES, default=[])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    report = Report(datetime.now(UTC), whole=not options.only)
    groups = wanted(options.only)
    with ThreadPoolExecutor(options.jobs) as pool:
        began = time.monotonic()
        tried = [pool.submit(running.judge, group, report.say) for group in groups]
        for done in as_completed(tried):
            report.figures += done.result()
        report.seconds = round(time.monotonic() - began)
    report.figures.sort(key=lambda figures: MODULES.index(figures.module))
    print(f"{report.as_text()}\n\nWritten to {report.write()}")
    return 1 if report.wrong() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
