"""What can hurt is done in named places only, or nowhere: read from the code itself.

Each list is short so that a new entry is looked at; each rule is shown to see what it forbids.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.test_architecture import ROOT, code, dotted, tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.once

# No reader meets these: measuring, and the test shop, which production refuses to load.
APART = ("courseapp/bench/", "payments/sandbox/")
SQL = {
    "courseapp/accounts/backend.py",
    "courseapp/backup/fingerprints.py",
    "courseapp/backup/transferring.py",
    "courseapp/health.py",
    "courseapp/migrating.py",
    "courseapp/mydata/scrubbing.py",
    "courseapp/post/claiming.py",
    "courseapp/post/marks.py",
    "courseapp/sessions.py",
    "courseapp/vault/keys.py",
    "lessons/reading/between.py",
    "lessons/reading/progress.py",
    "lessons/reading/standing_sql.py",
    "lessons/reading/visits.py",
    "lessons/staff/readers_sql.py",
    "payments/inbox.py",
}
# Django's own SQL of a query, with its values apart; names of tables; a figure of ours.
MADE_OF_QUERIES = [
    # Names from the database's own lists.
    "courseapp/backup/fingerprints.py: table",
    "courseapp/backup/in_postgres.py: function",
    "courseapp/mydata/scrubbing.py: PATIENCE * 1000",
    "courseapp/mydata/scrubbing.py: _usual(connection) * 1000",
    "courseapp/mydata/scrubbing.py: connection.ops.quote_name(table)",
    # As many constants as there are priorities.
    "courseapp/post/claiming.py: ' OR '.join(firsts)",
    "lessons/reading/progress.py: sql",
    "lessons/reading/progress.py: table",
]
SAFE_HTML = {
    "lessons/content/richtext/showing.py",
    "lessons/pages/kept.py",
    "lessons/pages/rendering.py",
    "lessons/pages/rows.py",
    "lessons/templatetags/reading.py",
}
# Empty drawings, into which format_html puts what was counted.
DRAWINGS = {"lessons/desk/plots.py", "lessons/desk/mails/figures.py"}
# HTML that our own Markdown or Django's own words became, cleaned where it was made.
SHOWN_AS_MADE = {"mail/drip.html", "account/fields.html", "desk/lesson/block.html"}
COMMANDS = {
    "courseapp/backup/in_postgres.py",
    "courseapp/backup/making.py",
    "courseapp/components.py",
    "courseapp/supervisor.py",
    "payments/papers/press.py",
}
OUTSIDE = {
    # Another site's page that a lesson links to, or an article on a named site; public addresses.
    "lessons/content/going_outside.py",
    "lessons/content/asking_outside.py",
    "lessons/content/fetching.py",
    "lessons/content/public_addresses.py",
    "courseapp/post/relay.py",  # The mail server.
    "courseapp/reports.py",  # A Sentry, where one is named.
    "courseapp/maildomain/asking.py",  # The DNS, about our own domain, by command.
    "courseapp/probe.py",  # /healthz of our own, for a container's health check.
    "courseapp/management/commands/serve.py",  # Whether a port of this machine is free.
    # Stripe; the last two only name its types and errors.
    "payments/gateway.py",
    "payments/account.py",
    "payments/listening.py",
}
CALLERS = {
    *("socket", "ssl", "smtplib", "http.client", "urllib.request", "requests", "httpx"),
    *("stripe", "sentry_sdk", "dns", "ftplib", "telnetlib", "aiohttp", "urllib3"),
}
CIPHERS = {f"courseapp/vault/{name}.py" for name in ("keyring", "keys", "sealing")}
# JavaScript that puts HTML of our own server into a page; Trusted Types let no other through.
SERVERS_HTML = {"desk/lesson.js", "desk/media.js", "desk/rich.js"}
# What a member of staff has typed and could not send, until it is sent; in that tab alone.
KEEPERS = {"desk/lesson.js"}


def ours() -> Iterator[Path]:
    return (file for file in code() if not file.as_posix().startswith(APART))


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """File, dotted name and call, of every call."""
    return tuple(
        (file.as_posix(), dotted(node.func), node)
        for file in ours()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
    )


def callers(is_meant: Callable[[str], bool]) -> set[str]:
    return {file for file, name, _ in calls() if is_meant(name)}


@cache
def imported() -> tuple[tuple[str, str], ...]:
    """File and dotted name of everything that is imported."""
    found = []
    for file in ours():
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Import):
                found += [(file.as_posix(), alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                found += [(file.as_posix(), f"{node.module}.{one.name}") for one in node.names]
                found.append((file.as_posix(), node.module))
    return tuple(found)


def importers(*names: str) -> set[str]:
    return {
        file
        for file, module in imported()
        if any(module == name or module.startswith(f"{name}.") for name in names)
    }


def is_sql(name: str) -> bool:
    return name.endswith((".raw", ".extra", ".cursor")) or name.rpartition(".")[2] == "RawSQL"


def test_sql_is_written_in_named_files_only() -> None:
    assert callers(is_sql) == SQL


def test_sql_is_never_put_together_from_values() -> None:
    """What is put into it is a constant of the module, in capitals, or a fragment made of those."""
    loose = []
    for file, name, call in calls():
        if not name.endswith((".execute", ".executemany")) or not call.args:
            continue
        sql = call.args[0]
        if isinstance(sql, ast.BinOp) and isinstance(sql.op, ast.Mod):
            loose.append(f"{file}:{call.lineno}")
        for part in ast.walk(sql):
            if isinstance(part, ast.FormattedValue) and not dotted(part.value).isupper():
                loose.append(f"{file}: {ast.unparse(part.value)}")
            if isinstance(part, ast.Call) and _fills(part) and not _names_only(part):
                # The marks for values are put into a constant: as many as there are.
                constant = dotted(part.func).removesuffix(".format").isupper()
                if not constant or not all('["%s"]' in _marks(one) for one in part.args):
                    loose.append(f"{file}:{call.lineno}")
    assert sorted(set(loose)) == MADE_OF_QUERIES


def _fills(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "format"


def _names_only(call: ast.Call) -> bool:
    """Names of tables, which psycopg itself puts into a constant and quotes."""
    assert isinstance(call.func, ast.Attribute)
    made = call.func.value
    return isinstance(made, ast.Call) and ast.unparse(made.func) == "sql.SQL"


def _marks(node: ast.expr) -> str:
    return ast.unparse(node).replace("'", '"')


def test_html_is_marked_safe_in_named_places_only() -> None:
    safe = {"mark_safe", "SafeString", "safestring.mark_safe"}
    assert callers(lambda name: name in safe) == SAFE_HTML | DRAWINGS
    unsafe = re.compile(r"\|\s*safe\b|autoescape off")
    loose = {
        file.relative_to(ROOT / "templates").as_posix()
        for file in (ROOT / "templates").rglob("*.html")
        if unsafe.search(file.read_text(encoding="utf-8"))
    }
    assert loose == SHOWN_AS_MADE


def test_no_command_goes_through_a_shell() -> None:
    shells = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
    assert callers(lambda name: name in shells) == set()
    by_shell = [
        f"{file}:{call.lineno}"
        for file, name, call in calls()
        if name.startswith("subprocess.")
        and (any(word.arg == "shell" for word in call.keywords) or _is_text(call))
    ]
    assert by_shell == []
    assert callers(lambda name: name.startswith("subprocess.")) == COMMANDS


def _is_text(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant | ast.JoinedStr)


def test_nothing_is_evaluated() -> None:
    assert callers(lambda name: name in {"eval", "exec", "compile", "__import__"}) == set()


@pytest.mark.slow
def test_nothing_unsafe_is_deserialised() -> None:
    assert importers("pickle", "marshal", "shelve", "dill", "jsonpickle") == set()
    bad = {"yaml.load", "yaml.unsafe_load", "yaml.full_load", "yaml.load_all"}
    assert callers(lambda name: name in bad) == set()


def test_no_file_reads_xml_by_itself() -> None:
    assert importers("xml", "lxml", "xmltodict", "defusedxml") == set()


def test_no_template_is_made_of_a_value() -> None:
    makers = {"Template", "engines.from_string", "template.Template", "jinja2.Template"}
    assert callers(lambda name: name in makers or name.endswith(".from_string")) == set()


@pytest.mark.slow
def test_no_format_string_comes_from_a_request() -> None:
    loose = [
        f"{file}:{call.lineno} {name}"
        for file, name, call in calls()
        if name.endswith((".format", ".format_map")) and "request" in name.lower()
    ]
    assert loose == []


def test_no_expression_is_made_of_a_value_that_is_not_escaped() -> None:
    """A pattern is a constant, or put together of constants and of what ``re.escape`` gave."""
    makers = {"re.compile", "re.search", "re.match", "re.fullmatch", "re.sub", "re.findall"}
    loose = []
    for file, name, call in calls():
        if name not in makers or not call.args:
            continue
        for part in ast.walk(call.args[0]):
            if isinstance(part, ast.FormattedValue):
                inner = {dotted(one) for one in ast.walk(part.value)}
                names = {one.rpartition(".")[2].lstrip("_") for one in inner}
                if "re.escape" not in inner and not any(name.isupper() for name in names):
                    loose.append(f"{file}:{call.lineno} {ast.unparse(part.value)}")
    assert loose == []


def test_cryptography_is_used_in_named_places_only() -> None:
    assert importers("cryptography") == CIPHERS
    assert importers("Crypto", "nacl", "OpenSSL", "M2Crypto") == set()
    used = [name for _, name in imported() if name.startswith("cryptography.hazmat.")]
    assert {name.rpartition(".")[2] for name in used if name[-1] != "d"} <= {"AESGCM", "aea"}


def test_no_weak_hash_is_used() -> None:
    weak = {f"hashlib.{name}" for name in ("md5", "sha1", "new")}
    assert callers(lambda name: name in weak) == set()
    assert {name for _, name, _ in calls() if name.startswith("hashlib.")} <= {
        "hashlib.sha256", "hashlib.blake2b",
    }  # fmt: skip


def test_nothing_secret_comes_from_a_plain_generator() -> None:
    assert importers("random", "numpy") == set()


@pytest.mark.slow
def test_only_named_files_speak_to_the_outside() -> None:
    assert importers(*CALLERS) == OUTSIDE


def test_calls_to_others_check_certificates() -> None:
    off = {"ssl._create_unverified_context", "ssl._create_default_https_context"}
    assert callers(lambda name: name in off) == set()
    texts = {file.as_posix(): (ROOT / file).read_text(encoding="utf-8") for file in ours()}
    loose = ("CERT_NONE", "check_hostname = False", "verify=False", "verify_ssl_certs = False")
    assert [name for name, text in texts.items() if any(word in text for word in loose)] == []


@pytest.mark.slow
def test_no_serializer_tells_everything() -> None:
    """Neither out nor in: each field is named."""
    loose = [
        f"{file}: {cls.name}"
        for file in ours()
        for cls in ast.walk(tree_of(file))
        if isinstance(cls, ast.ClassDef)
        for node in ast.walk(cls)
        if isinstance(node, ast.Assign)
        and any(dotted(target) in {"fields", "exclude"} for target in node.targets)
        and (ast.unparse(node.targets[0]) == "exclude" or "__all__" in ast.unparse(node.value))
    ]
    assert loose == []
    assert callers(lambda name: name.endswith(".ModelSerializer")) == set()


def scripts() -> dict[str, str]:
    """Our own scripts, by their name below ``static/``; libraries have been looked at elsewhere."""
    root = ROOT / "courseapp" / "static"
    return {
        file.relative_to(root).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(root.rglob("*.js"))
    }


def using(*words: str) -> set[str]:
    return {name for name, text in scripts().items() if any(word in text for word in words)}


def test_scripts_put_text_on_a_page_as_text() -> None:
    html = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "createContextual")
    assert using(*html) == SERVERS_HTML
    assert using("eval(", "new Function", "setTimeout('", 'setTimeout("') == set()


def test_scripts_keep_nothing_in_the_browser() -> None:
    assert using("localStorage", "indexedDB", "document.cookie", "caches.open") == set()
    assert using("sessionStorage") == KEEPERS


def test_scripts_change_no_prototype() -> None:
    assert using("__proto__", ".prototype", "Object.assign(", "Object.setPrototypeOf") == set()
    assert using("postMessage", 'addEventListener("message"') == set()


def test_what_is_forbidden_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: one file that does everything wrong."""
    wrong = ast.parse(
        "import pickle, random, xml.etree, requests\nfrom cryptography.fernet import Fernet\n"
        "eval(x); mark_safe(y); os.system(z); hashlib.md5(b)\n"
        "cursor.execute(f'SELECT {name}'); connection.cursor(); Template(t); re.compile(f'{x}')\n"
    )
    monkeypatch.setattr("tests.test_dangerous.tree_of", lambda _file: wrong)
    rules = [
        test_sql_is_written_in_named_files_only, test_sql_is_never_put_together_from_values,
        test_html_is_marked_safe_in_named_places_only, test_no_command_goes_through_a_shell,
        test_nothing_is_evaluated, test_nothing_unsafe_is_deserialised,
        test_no_file_reads_xml_by_itself, test_no_template_is_made_of_a_value,
        test_no_expression_is_made_of_a_value_that_is_not_escaped,
        test_cryptography_is_used_in_named_places_only, test_no_weak_hash_is_used,
        test_nothing_secret_comes_from_a_plain_generator,
        test_only_named_files_speak_to_the_outside,
    ]  # fmt: skip
    calls.cache_clear()
    imported.cache_clear()
    try:
        for rule in rules:
            with pytest.raises(AssertionError):
                rule()
    finally:
        calls.cache_clear()
        imported.cache_clear()
