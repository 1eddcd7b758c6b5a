"""No function with authority is out of mutmut's reach, and the table of figures adds up.

mutmut makes no mutants inside decorated functions, inside classes within functions, and at the top
of a module. So it is asked itself what it makes, for every function of the modules with authority.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.mutation.authority import GROUPS, MODULES
from tests.mutation.report import ENOUGH, ROOT, Figures, Report
from tests.mutation.running import Round, figures, joined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.once

# mutmut reads its configuration when it is imported, from where it is started.
ASK = """
import json, sys
from pathlib import Path
from mutmut.mutation.file_mutation import mutate_file_contents
root, *modules = sys.argv[1:]
made = {name: mutate_file_contents(name, Path(root, name).read_text("utf-8")) for name in modules}
print(json.dumps({name: list(file.mutant_names) for name, file in made.items()}))
"""
# Each with its reason. What is not here and has no mutant fails the test.
WITHOUT = {
    "payments/webhook.py: receive": "decorated, and hands over to _answer what it reads from",
    "courseapp/vault/keyring.py: _parsed_once": "decorated, and hands over to parsed",
    "courseapp/vault/keys.py: Bunch.newest": "a property, and hands over to _newest",
    "courseapp/vault/keys.py: Bunch.is_being_renewed": "a property: one comparison, both of whose"
    " sides tests/courseapp/vault/test_rotation.py sees",
    "courseapp/vault/keys.py: asking": "a context manager, and hands over to _away",
}


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods by the name mutmut has for them; those within one are a part of it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.FunctionDef):
                    yield f"{node.name}.{item.name}", item


def says_something(function: ast.FunctionDef) -> bool:
    """Whether there is more in it than its docstring, as a method of a protocol has nothing."""
    return any(
        not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in function.body
    )


def mangled(name: str) -> str:
    """``x_grant`` for ``grant``, ``xǁBunchǁkey`` for ``Bunch.key``."""
    return f"xǁ{name.replace('.', 'ǁ')}" if "." in name else f"x_{name}"


@pytest.mark.slow
def test_every_function_with_authority_has_mutants(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[mutmut]\nsource_paths = .\n", encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-c", ASK, str(ROOT), *MODULES],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    made = {
        module: {name.partition("__mutmut_")[0] for name in names}
        for module, names in json.loads(told).items()
    }
    without = {
        f"{module}: {name}"
        for module in MODULES
        for name, function in functions(ast.parse((ROOT / module).read_text(encoding="utf-8")))
        if says_something(function) and mangled(name) not in made[module]
    }

    assert all(made.values())
    assert without == set(WITHOUT)


def test_the_modules_and_the_tests_about_them_are_there_once() -> None:
    assert len(set(MODULES)) == len(MODULES) == 17
    named = [name for group in GROUPS for name in (*group.modules, *group.tests)]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_what_nothing_noticed_counts_against_the_tests_and_what_took_too_long_does_not() -> None:
    group = GROUPS[0]
    (module,) = group.modules
    words = ["killed", "killed", "timeout", "survived", "no tests", "suspicious"]
    verdicts = {f"m.x_f__mutmut_{number}": word for number, word in enumerate(words, 1)}
    result = {
        "verdicts": {module: verdicts},
        "changes": {f"m.x_f__mutmut_{number}": "-a\n+b" for number in (4, 5, 6)},
        "doubted": {"lessons.reading.access.x_f": 4, "elsewhere.x_f": 1},
    }
    found = figures(group, module, result)

    assert (found.mutants, found.killed, found.timed_out, len(found.survivors)) == (6, 2, 1, 3)
    assert found.score == 50.0
    assert found.doubted == ("lessons.reading.access.x_f",)


def test_what_the_other_database_notices_is_noticed() -> None:
    first = {
        "verdicts": {"m.py": {"a": "killed", "b": "no tests", "c": "survived"}},
        "changes": {"b": "-1", "c": "-2"},
        "doubted": {},
    }
    second = {
        "verdicts": {"m.py": {"a": "not checked", "b": "killed", "c": "survived"}},
        "changes": {"c": "-2"},
        "doubted": {"m.x_b": 1},
    }
    found = joined(first, second)

    assert found["verdicts"] == {"m.py": {"a": "killed", "b": "killed", "c": "survived"}}
    assert (found["changes"], found["doubted"]) == ({"c": "-2"}, {"m.x_b": 1})


def test_a_module_below_the_line_and_a_doubted_kill_are_wrong() -> None:
    good = Figures(
        "a.py", "a", killed=ENOUGH, timed_out=0, survivors={f"{n}": "" for n in range(10)}
    )
    bad = Figures("b.py", "a", killed=8, timed_out=0, survivors={"x": "-a\n+b", "y": ""})
    doubted = Figures("c.py", "a", killed=1, timed_out=0, survivors={}, doubted=("c.x_f",))
    none = Figures("d.py", "a", killed=0, timed_out=0, survivors={})
    report = Report(
        datetime(2026, 11, 27, tzinfo=UTC), whole=True, figures=[good, bad, doubted, none]
    )

    assert report.wrong() == [
        "b.py: 80.0 % is below 90 %",
        "d.py: 0.0 % is below 90 %",
        "c.x_f: its tests fail without a mutant when they run alone",
    ]
    assert "  x\n-a\n+b" in report.as_text()

    earlier = {"b.py": {"score": 1.0}, "e.py": {"score": 97.0}}
    told = report.as_json(earlier)["modules"]
    assert told["b.py"]["survivors"] == {"x": "-a\n+b", "y": ""}
    assert (told["b.py"]["score"], told["e.py"]) == (80.0, {"score": 97.0})


def test_each_database_is_tried_with_the_tests_that_speak_of_it() -> None:
    here, there = Round(GROUPS[0], "SQLite"), Round(GROUPS[0], "PostgreSQL", ("m.x_f__mutmut_1",))

    assert "not postgresql" in here.configuration()
    assert "not once" in there.configuration()
    assert "DATABASE_URL" not in here.environment()
    assert there.environment()["DATABASE_URL"].endswith("_mutants")
    assert here.folder != there.folder
