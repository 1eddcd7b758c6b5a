"""mutmut, and after it the control: without a mutant every list of tests passes.

Run in the scratch folder of one group, whose configuration mutmut reads when it is imported. It
counts whatever is not exit status 0 as a kill, also a test that could not be found or that leans on
another which was not run. So each function's tests are run once more exactly as for its mutants, in
a process of their own, but with no mutant on.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

from mutmut.__main__ import cli
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.workers.isolation import get_mutant_runner

RESULT = "judged.json"
SECONDS = 120


def verdicts() -> dict[str, dict[str, str]]:
    """Module to its mutants, each with mutmut's word for what became of it."""
    found: dict[str, dict[str, str]] = {}
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        found[str(path)] = {
            mutant: status_by_exit_code[status] for mutant, status in data.exit_code_by_key.items()
        }
    return found


def change(mutant: str) -> str:
    """The lines that a mutant takes out and puts in."""
    with contextlib.redirect_stdout(io.StringIO()):
        rows = get_diff_for_mutant(mutant).splitlines()
    changed = [row for row in rows if row[:1] in "+-" and row[:3] not in {"+++", "---"}]
    return "\n".join(changed)


def control(names: list[str]) -> dict[str, int]:
    """Function to exit status, for those whose tests do not pass by themselves."""
    asked = {name.partition("__mutmut_")[0] for name in names}
    runner = get_mutant_runner(1)
    runner.startup()
    found: dict[str, int] = {}
    for function, tests in sorted(state().tests_by_mangled_function_name.items()):
        if asked and function not in asked:
            continue
        # The module's, so that all is as for a mutant; of this number there is none.
        runner.submit(f"{function}__mutmut_0", sorted(tests), SECONDS, SECONDS)
        found[function] = runner.wait_for_result().exit_code
    return {function: status for function, status in found.items() if status}


def main(names: list[str]) -> None:
    """Judge the mutants of these names; without any, all of them."""
    cli.main(["run", "--max-children", "1", *names], standalone_mode=False)
    judged = verdicts()
    result: dict[str, Any] = {
        "verdicts": judged,
        "changes": {
            mutant: change(mutant)
            for mutants in judged.values()
            for mutant, word in mutants.items()
            if word not in {"killed", "timeout", "not checked"}
        },
        "doubted": control(names),
    }
    Path(RESULT).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
