"""``python -m tests.previous [COMMIT]``: the code of before on the schema and rows of now.

During an update the running release works beside the new migrations, and after a step back it does
so for longer (docs/production.md). This checks the commit before this one out beside it (or the one
named, say the last release), prepares a database with the code of here, starts the processes of
there on it, and walks a reader's first way. What is not committed here counts; a checkout without
history has nothing to compare with.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.living import (
    ROOT,
    Browser,
    begin_and_finish_a_lesson,
    installation,
    listens,
    manage,
    process,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def checkout(commit: str, folder: Path) -> Iterator[Path]:
    tree = folder / "before"
    git("worktree", "add", "--detach", "--quiet", str(tree), commit)
    try:
        yield tree
    finally:
        git("worktree", "remove", "--force", str(tree))


def git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def walk(commit: str, folder: Path) -> None:
    with checkout(commit, folder) as tree, installation(folder) as (now, letters):
        # What comes along is that of each release; rows and schema are of now.
        before = {**now, "STATIC_DIR": str(folder / "static_before")}
        building = {**before, "PRODUCTION": "0", "DEBUG": "0"}
        run([*manage("prepare", "--build")], building, tree)
        run([*manage("prepare")], now, ROOT)
        with ExitStack() as running:
            for words in (["web"], ["worker", "--no-beat"], ["beat"]):
                log = folder / f"{words[0]}.log"
                running.enter_context(process(manage(*words), before, log, tree=tree))
            port = int(now["PORT"])
            until(lambda: listens(port), "the web server does not come up")
            begin_and_finish_a_lesson(Browser(port), letters)
        told = "".join((folder / f"{name}.log").read_text() for name in ("web", "worker", "beat"))
        if '"level": "ERROR"' in told or "Traceback" in told:
            raise AssertionError(told)


def run(command: list[str], environment: dict[str, str], tree: Path) -> None:
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)


def main(commit: str = "HEAD~1") -> int:
    try:
        name = git("rev-parse", "--short", "--verify", f"{commit}^{{commit}}")
    except subprocess.CalledProcessError:
        sys.stderr.write(f"There is no {commit} here: nothing to compare with.\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="courseapp-previous-") as folder:
        walk(name, Path(folder))
    sys.stdout.write(f"The code of {name} works on the schema of here.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
