"""The files an installation is made of: contained, watched, without secrets, true to the code."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from courseapp import environment

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parents[1]
SITES = ("prepare", "web", "worker", "beat")
UNITS = ("web", "worker", "beat", "prepare", "backup")
# What a unit may not go without; systemd.exec(5) says what each shuts.
SHUT = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "PrivateDevices": "yes", "ProtectKernelTunables": "yes", "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes", "RestrictSUIDSGID": "yes", "RestrictNamespaces": "yes",
    "MemoryDenyWriteExecute": "yes", "CapabilityBoundingSet": "", "UMask": "0077",
    "User": "courseapp",
}  # fmt: skip
# Worth no more than the example they stand in.
MADE_UP = re.compile(r"\$\{[A-Z_]+(:[?-][^}]*)?\}")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text("compose.yaml"))["services"]
    return found


def stages() -> dict[str, str]:
    """The Dockerfile by the names of its stages."""
    parts = re.split(r"^FROM ", text("Dockerfile"), flags=re.M)[1:]
    return {part.splitlines()[0].split(" AS ")[1]: part for part in parts}


def unit(name: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text(f"docs/systemd/courseapp-{name}.service"))
    return parser


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_is_contained(name: str) -> None:
    service = services()[name]
    user, _colon, group = service["user"].partition(":")

    assert int(user) > 0
    assert int(group) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] > 0
    assert service["logging"] == {"driver": "journald"}
    assert not {"privileged", "network_mode", "pid", "devices", "ipc"} & set(service)
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", ()))


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_is_watched_and_begun_again(name: str) -> None:
    service = services()[name]
    if name in {"prepare", "backup"}:
        assert service["restart"] == "no"
        return

    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])


def test_nothing_serves_before_preparation_is_done() -> None:
    for name in ("web", "worker", "beat"):
        waits = services()[name]["depends_on"]
        assert waits == {"prepare": {"condition": "service_completed_successfully"}}
    waits = services()["prepare"]["depends_on"]
    assert {one["condition"] for one in waits.values()} == {"service_healthy"}


def test_backups_go_to_two_places_of_the_machine_and_only_when_asked_for() -> None:
    service = services()["backup"]
    asked = service["command"][service["command"].index("backup") :]

    assert service["profiles"] == ["backup"]
    folders = [volume.split(":")[0] for volume in service["volumes"] if volume.startswith("/")]
    assert asked == ["backup", folders[0], "--keys", folders[1]]
    assert [name for name, one in services().items() if "profiles" in one] == ["backup"]


def test_only_the_proxy_can_be_reached_and_data_only_from_within() -> None:
    assert [name for name, service in services().items() if "ports" in service] == ["proxy"]
    networks = yaml.safe_load(text("compose.yaml"))["networks"]
    assert networks["inside"] == {"internal": True}
    for name in ("database", "redis"):
        assert services()[name]["networks"] == ["inside"]


def test_images_are_named_exactly() -> None:
    bases = re.findall(r"^FROM (\S+)", text("Dockerfile"), re.M)
    bases += [one["image"] for one in services().values() if "courseapp-" not in one["image"]]

    assert len(bases) == 5
    exact = re.compile(r"[a-z]+:\d+\.\d+(\.\d+)?-[a-z-]+(@sha256:[0-9a-f]{64})?")
    assert [one for one in bases if not exact.fullmatch(one)] == []


def test_no_secret_stands_in_a_file() -> None:
    given = {
        name: str(value)
        for service in services().values()
        for name, value in service.get("environment", {}).items()
    }
    secret = {name: value for name, value in given.items() if re.search("PASS|SECRET|KEY", name)}

    assert {"POSTGRES_PASSWORD", "SITE_PASSWORD", "KEYS_DATABASE_URL"} == set(secret)
    for value in secret.values():
        assert MADE_UP.search(value), value
        assert not re.search(r":[^/$@{}]+@", value)
    for name in ("Dockerfile", *(f"docs/systemd/courseapp-{one}.service" for one in UNITS)):
        assert not re.search(r"(SECRET|PASSWORD|VAULT_KEYS|DSN|TOKEN)\w*=", text(name)), name


def test_an_image_is_built_from_what_is_named_and_nothing_else() -> None:
    rows = [row for row in text(".dockerignore").splitlines() if row and row[0] != "#"]

    assert rows[0] == "*"
    assert not any(".env" in row or "var" in row or ".git" in row for row in rows[1:])
    let_in = {row[1:] for row in rows if row.startswith("!")}
    copied = set(re.findall(r"^COPY (?!--from)(\S+) ", text("Dockerfile"), re.M))
    assert copied == let_in
    assert all((ROOT / one).exists() for one in let_in)


def test_the_image_runs_as_nobody_in_particular_with_pinned_libraries() -> None:
    users = {name: re.findall(r"^USER (\d+):\d+$", part, re.M) for name, part in stages().items()}

    assert users == {"libraries": [], "site": ["10001"], "proxy": ["10002"]}
    assert services()["web"]["user"] == "10001:10001"
    assert services()["proxy"]["user"] == "10002:10002"
    assert "--require-hashes --only-binary=:all:" in stages()["libraries"]
    assert "prepare --build" in stages()["site"]
    # What comes after the last USER is done by that account; nothing is installed by it.
    assert "RUN" not in stages()["site"].partition("\nUSER ")[2]
    assert all("HEALTHCHECK" in stages()[name] for name in ("site", "proxy"))


def test_every_command_that_is_started_is_there() -> None:
    started = [services()[name]["command"][2] for name in SITES]
    started += [unit(name)["Service"]["ExecStart"].split()[2] for name in UNITS]

    assert set(started) == {"prepare", "web", "worker", "beat", "backup"}
    assert set(started) <= set(get_commands())
    # Two clocks beside each other would do no harm, and one is enough.
    assert "--no-beat" in services()["worker"]["command"]
    assert "--no-beat" in unit("worker")["Service"]["ExecStart"]


def test_every_variable_that_is_set_is_one_of_ours() -> None:
    ours = {one.name for part in environment.PARTS for one in part.variables}
    set_here = {name for one in SITES for name in services()[one]["environment"]}
    lines = re.findall(r"^Environment=(.*)$", text("docs/systemd/courseapp-web.service"), re.M)
    set_here |= {pair.partition("=")[0] for line in lines for pair in line.split()}

    assert {name for name in set_here if not name.startswith("PYTHON")} <= ours
    assert {"PRODUCTION", "VAR_DIR", "DATABASE_URL", "KEYS_DATABASE_URL"} <= set_here


@pytest.mark.parametrize("name", UNITS)
def test_every_unit_is_shut_in(name: str) -> None:
    service = unit(name)["Service"]

    assert {key: service.get(key) for key in SHUT} == SHUT
    assert service["EnvironmentFile"] == "/etc/courseapp/env"
    # Two for all, and StateDirectory and RuntimeDirectory are the only places to write; and two
    # more, apart from each other, for who writes copies away.
    writable = service.get("ReadWritePaths", "").split()
    assert writable == (["/backup/site", "/backup-keys/keys"] if name == "backup" else [])
    assert service["StateDirectory"] == service["RuntimeDirectory"] == "courseapp"


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_every_line_of_a_unit(name: str, tmp_path: Path) -> None:
    analyser = shutil.which("systemd-analyze")
    if analyser is None:
        pytest.skip("systemd-analyze is not there.")
    for file in (ROOT / "docs/systemd").iterdir():
        # Its programs are where a server has them; here any that is there will do.
        written = file.read_text("utf-8").replace("/opt/courseapp/.venv/bin/python", "/bin/true")
        (tmp_path / file.name).write_text(written, encoding="utf-8")
    done = subprocess.run(
        [analyser, "verify", str(tmp_path / f"courseapp-{name}.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert not [row for row in done.stderr.splitlines() if "courseapp" in row]


def test_a_line_that_systemd_does_not_know_would_be_seen(tmp_path: Path) -> None:
    analyser = shutil.which("systemd-analyze")
    if analyser is None:
        pytest.skip("systemd-analyze is not there.")
    file = tmp_path / "courseapp-x.service"
    file.write_text("[Service]\nExecStart=/bin/true\nProtectSysten=strict\n", encoding="utf-8")
    done = subprocess.run(
        [analyser, "verify", str(file)], capture_output=True, text=True, check=False
    )

    assert "ProtectSysten" in done.stderr


def test_figures_are_not_for_the_internet() -> None:
    caddyfile = text("docs/compose/Caddyfile")

    assert re.search(r"@inside path /metrics\n\s+respond @inside 404", caddyfile)
    assert "admin off" in caddyfile
    # It keeps no log of who came: none is kept where none is asked for.
    assert not re.search(r"^\s*log\b", caddyfile, re.M)
