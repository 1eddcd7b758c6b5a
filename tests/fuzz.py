"""The long run of ``test_schemathesis``: three seeds, twenty thousand cases and more, one worker.

``python -m tests.fuzz [SEED …]``, ``FUZZ_EXAMPLES=400`` for more of each operation. It takes the
database that is named in the environment, and prints how many cases there were and what they found.
Two workers crash schemathesis 4 on Python 3.11.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ("1", "20261127", "4294967291")
LEAST = 20_000


def run(seed: str, examples: str) -> tuple[int, int]:
    """The cases of one seed, and how many tests failed; pytest says which, as it goes."""
    began = time.monotonic()
    with tempfile.NamedTemporaryFile() as counted:
        variables = {
            **os.environ,
            "SCHEMATHESIS_SEED": seed,
            "SCHEMATHESIS_EXAMPLES": examples,
            "SCHEMATHESIS_COUNTED": counted.name,
        }
        command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "--tb=short"]
        command += [f"--hypothesis-seed={seed}", "tests/test_schemathesis.py"]
        done = subprocess.run(command, cwd=ROOT, env=variables, check=False)
        cases = Path(counted.name).stat().st_size
    spent = time.monotonic() - began
    verdict = "nothing found" if done.returncode == 0 else "see above"
    print(f"seed {seed}: {cases} cases in {spent:.0f} s, {verdict}", flush=True)
    return cases, done.returncode


def main(seeds: list[str]) -> int:
    runs = [run(seed, os.environ.get("FUZZ_EXAMPLES", "60")) for seed in seeds or SEEDS]
    cases, failed = sum(cases for cases, _ in runs), any(status for _, status in runs)
    print(f"{cases} cases over {len(runs)} seeds, {'with findings' if failed else 'no findings'}")
    if cases < LEAST:
        print(f"That is fewer than {LEAST}: raise FUZZ_EXAMPLES.")
    return 1 if failed or cases < LEAST else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
