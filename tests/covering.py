"""``make coverage``: how much of the code the suite runs through, and of which it must be all.

``python -m tests.covering`` runs the suite as ``make test`` does, on every database that answers,
and holds what was run against the two bars below. Twice as slow as the suite alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests import run
from tests.mutation import authority

if TYPE_CHECKING:
    from pathlib import Path

OVERALL = 95.0  # Percent of lines and branches.
# Who decides about access, money, keys, consent and erasure: here no line may go untried.
WHOLE = (*authority.MODULES, "courseapp/mydata/letting_go.py", "courseapp/vault/*.py")
COVERAGE = (sys.executable, "-m", "coverage")


def short_of(found: dict[str, float], overall: float) -> list[str]:
    """What does not reach its bar; of the modules' percentages by path."""
    said = [] if overall >= OVERALL else [f"all together: {overall:.1f} %, not {OVERALL:.0f} %"]
    for path in sorted(whole()):
        share = found.get(path, 0.0)
        if share < 100:
            said.append(f"{path}: {share:.1f} %, not 100 %")
    return said


def whole() -> set[str]:
    """The modules of which all must be run; a pattern that fits nothing is a mistake."""
    found: set[str] = set()
    for pattern in WHOLE:
        here = {str(path.relative_to(run.ROOT)) for path in run.ROOT.glob(pattern)}
        if not here:
            raise AssertionError(f"{pattern} fits no module")
        found |= here
    return found


def measured(folder: Path) -> tuple[dict[str, float], float]:
    """Percent by path, and of all together."""
    file = folder / "coverage.json"
    subprocess.run([*COVERAGE, "json", "--quiet", "-o", str(file)], cwd=run.ROOT, check=True)
    told = json.loads(file.read_text(encoding="utf-8"))
    return (
        {path: one["summary"]["percent_covered"] for path, one in told["files"].items()},
        told["totals"]["percent_covered"],
    )


def main(arguments: list[str]) -> int:
    folder = run.ROOT / "var"
    folder.mkdir(exist_ok=True)
    subprocess.run([*COVERAGE, "erase"], cwd=run.ROOT, check=True)
    failed = run.main(["--all", "--cov", "--cov-append", "--cov-report=", *arguments])
    found, overall = measured(folder)
    short = short_of(found, overall)
    print(f"\n{overall:.1f} % of lines and branches; each module stands in var/coverage.json")
    print("\n".join(short) or f"All of the {len(whole())} modules that decide.")
    return 1 if failed or short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
