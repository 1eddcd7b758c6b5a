"""What is right is green, what is wrong red with what to do, and what nobody answered unknown."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import dns.resolver
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from courseapp.maildomain import judging, spf
from courseapp.maildomain.asking import Asker, CouldNotAsk
from tests.courseapp.maildomain.naming import BROKEN, SILENT, Zone, server

if TYPE_CHECKING:
    from courseapp.maildomain.judging import Finding

pytestmark = pytest.mark.once

DOMAIN, RELAY = "praktijk.example", "mail.praktijk.example"
KEY = "brief._domainkey.praktijk.example"
PATIENCE = 0.3


def key_of(size: int) -> str:
    return base64.b64encode(b"\x30" * size).decode()


def good(**changed: list[str] | None) -> Zone:
    """A domain in which all is right, but for what a test changes; None takes it out."""
    zone: dict[tuple[str, str], list[str] | None] = {
        (DOMAIN, "TXT"): ["v=spf1 include:dienst.example -all", "iets anders"],
        ("dienst.example", "TXT"): ["v=spf1 ip4:192.0.2.0/24 ~all"],
        (KEY, "TXT"): [f"v=DKIM1; k=rsa; p={key_of(294)}"],
        (f"_dmarc.{DOMAIN}", "TXT"): ["v=DMARC1; p=reject; rua=mailto:dmarc@praktijk.example"],
        (DOMAIN, "MX"): [f"10 {RELAY}."],
        (RELAY, "A"): ["192.0.2.7"],
        ("7.2.0.192.in-addr.arpa", "PTR"): [f"{RELAY}."],
    }
    names = {
        "spf": (DOMAIN, "TXT"), "service": ("dienst.example", "TXT"), "key": (KEY, "TXT"),
        "dmarc": (f"_dmarc.{DOMAIN}", "TXT"), "mx": (DOMAIN, "MX"), "address": (RELAY, "A"),
        "ptr": ("7.2.0.192.in-addr.arpa", "PTR"),
    }  # fmt: skip
    zone |= {names[name]: rows for name, rows in changed.items()}
    return {place: rows for place, rows in zone.items() if rows is not None}


def examined(zone: Zone, **sender: Any) -> dict[str, Finding]:
    known = {"domain": DOMAIN, "selectors": ["brief"], "relay": RELAY, **sender}
    with server(zone) as (host, port):
        asker = Asker(server=host, port=port, patience=PATIENCE)
        found = judging.examine(judging.Sender(**known), asker)
    return {one.check: one for one in found}


def test_a_domain_that_is_right_is_all_green() -> None:
    found = examined(good())

    assert [*found] == ["SPF", "DKIM brief", "DMARC", "MX", "PTR"]
    assert {one.state for one in found.values()} == {"green"}
    assert {one.do for one in found.values()} == {""}


@pytest.mark.parametrize(
    ("check", "changed", "says", "do"),
    [
        ("SPF", {"spf": ["iets"]}, "does not say who may send", "v=spf1"),
        ("SPF", {"spf": ["v=spf1 -all", "v=spf1 a -all"]}, "2 SPF records", "Join"),
        ("SPF", {"spf": ["v=spf1 mx +all"]}, "+all", "-all"),
        ("SPF", {"spf": ["v=spf1 mx ?all"]}, "?all", "-all"),
        ("SPF", {"spf": ["v=spf1 mx all"]}, "+all", "-all"),
        ("SPF", {"spf": ["v=spf1 mx"]}, "nothing", "-all"),
        ("SPF", {"spf": ["v=spf1 inclde:x.example -all"]}, "no part of SPF", "Mend"),
        ("SPF", {"service": None}, "has no SPF record", "Mend"),
        ("SPF", {"service": ["v=spf1 include:dienst.example -all"]}, "look-ups", "Take out"),
        ("SPF", {"spf": ["v=spf1 a a a a a a a a a a mx -all"]}, "11 look-ups", "Take out"),
        ("DKIM brief", {"key": None}, "no key", "provider"),
        ("DKIM brief", {"key": ["v=DKIM1; p="]}, "withdrawn", "Publish"),
        ("DKIM brief", {"key": ["v=DKIM2; p=AAAA"]}, "v=DKIM2", "DKIM1"),
        ("DKIM brief", {"key": ["p=AAAA", "p=BBBB"]}, "2 keys", "Leave one"),
        ("DKIM brief", {"key": ["v=DKIM1; p=AA*A"]}, "not whole", "Copy"),
        ("DKIM brief", {"key": [f"v=DKIM1; p={key_of(94)}"]}, "less than 1024", "2048"),
        ("DKIM brief", {"key": ["v=DKIM1; k=ed25519; p=AAAA"]}, "not whole", "Copy"),
        ("DMARC", {"dmarc": None}, "no record", "v=DMARC1"),
        ("DMARC", {"dmarc": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "2 records", "one"),
        ("DMARC", {"dmarc": ["v=DMARC1; p=nee"]}, "“nee”", "p=quarantine"),
        ("DMARC", {"dmarc": ["v=DMARC1"]}, "“”", "p=quarantine"),
        ("MX", {"mx": None}, "takes no mail", "MX"),
        ("MX", {"mx": ["0 ."]}, "says that it takes no mail", "out"),
        ("MX", {"mx": ["10 weg.example."]}, "weg.example has no address", "Mend"),
        ("PTR", {"ptr": None}, "has no name", RELAY),
        ("PTR", {"ptr": ["weg.example."]}, "another address", RELAY),
        ("PTR", {"address": None}, "has no address", "SMTP_URL"),
    ],
)
def test_what_is_wrong_is_red_and_says_what_to_do(
    check: str, changed: dict[str, list[str]], says: str, do: str
) -> None:
    found = examined(good(**changed))[check]

    assert found.state == "red"
    assert says in found.says
    assert do in found.do


@pytest.mark.parametrize(
    ("check", "changed", "do"),
    [
        ("DMARC", {"dmarc": ["v=DMARC1; p=none"]}, "p=quarantine"),
        ("DMARC", {"dmarc": ["v=DMARC1; p=quarantine"]}, "rua"),
        ("DKIM brief", {"key": [f"v=DKIM1; p={key_of(162)}"]}, "2048"),
        ("DKIM brief", {"key": [f"v=DKIM1; t=y; p={key_of(294)}"]}, "t=y"),
        ("DKIM brief", {"key": [f"v=DKIM1; k=ed25519; p={key_of(32)}"]}, "RSA"),
    ],
)
def test_what_could_be_better_is_green_with_advice(
    check: str, changed: dict[str, list[str]], do: str
) -> None:
    found = examined(good(**changed))[check]

    assert found.state == "green"
    assert do in found.do


def test_a_key_may_lie_with_the_provider() -> None:
    zone = {**good(key=None), (KEY, "CNAME"): ["sleutel.dienst.example"]}
    zone[("sleutel.dienst.example", "TXT")] = [f"v=DKIM1; p={key_of(294)}"]

    assert examined(zone)["DKIM brief"].state == "green"


def test_a_policy_of_the_domain_above_counts_with_what_it_says_of_those_below() -> None:
    zone = {**good(), ("post.praktijk.example", "TXT"): ["v=spf1 mx -all"]}
    assert examined(zone, domain="post.praktijk.example")["DMARC"].state == "green"
    zone[(f"_dmarc.{DOMAIN}", "TXT")] = ["v=DMARC1; p=reject; sp=iets"]
    assert examined(zone, domain="post.praktijk.example")["DMARC"].state == "red"


def test_a_redirect_ends_as_what_it_leads_to_does() -> None:
    zone = good(spf=["v=spf1 redirect=dienst.example"], service=["v=spf1 ip4:192.0.2.1 -all"])
    assert examined(zone)["SPF"].state == "green"


def test_a_circle_of_includes_comes_to_an_end() -> None:
    with server(good(service=["v=spf1 include:dienst.example -all"])) as (host, port):
        found = spf.look(DOMAIN, Asker(server=host, port=port, patience=PATIENCE))
    assert found.lookups == spf.STOP


def test_without_selectors_or_a_mail_server_that_much_is_unknown() -> None:
    found = examined(good(), selectors=[], relay="")

    assert {name for name, one in found.items() if one.state == "unknown"} == {"DKIM", "PTR"}
    assert "MAIL_DKIM_SELECTORS" in found["DKIM"].do


def test_one_name_that_cannot_be_asked_leaves_the_rest() -> None:
    found = examined(good(dmarc=[BROKEN]))

    assert found["DMARC"].state == "unknown"
    assert found["MX"].state == "green"


def test_when_nobody_answers_all_is_unknown_after_one_wait() -> None:
    with server({(DOMAIN, "TXT"): [SILENT]}) as (host, port):
        asker = Asker(server=host, port=port, patience=PATIENCE)
        sender = judging.Sender(domain=DOMAIN, selectors=["brief"], relay=RELAY)
        found = judging.examine(sender, asker)

    assert {one.state for one in found} == {"unknown"}
    assert len(asker.known) == 0
    assert "no name server answered" in found[-1].says


def test_a_name_server_that_knows_of_no_root_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a network that is shut in, where everything is said not to be there."""
    with server({("iets.example", "TXT"): ["x"]}) as (host, port):
        here = dns.resolver.Resolver(configure=False)
        here.nameservers, here.port = [host], port
        monkeypatch.setattr(Asker, "_resolver", lambda self: here)
        found = judging.examine(judging.Sender(domain=DOMAIN, selectors=["brief"]), Asker())
        with pytest.raises(CouldNotAsk):
            Asker().require_the_world()
    assert {one.state for one in found} == {"unknown"}
    with server({**good(), (".", "NS"): ["a.root.example."]}) as (host, port):
        here.nameservers, here.port = [host], port
        found = judging.examine(judging.Sender(domain=DOMAIN, selectors=["brief"]), Asker())
    assert {one.state for one in found if one.check != "PTR"} == {"green"}


# --- The command ----------------------------------------------------------------------------------


def told(zone: Zone, *args: str) -> tuple[str, int]:
    """What the command prints, and its exit status."""
    out = io.StringIO()
    with server(zone) as (host, port):
        more = ("--server", f"{host}:{port}", "--patience", str(PATIENCE))
        try:
            call_command("check_mail_domain", *args, *more, stdout=out)
        except CommandError as error:
            return out.getvalue(), error.returncode
    return out.getvalue(), 0


ALL = ("--selector", "brief", "--relay", RELAY)


def test_the_command_says_a_line_for_each_and_ends_as_it_stands() -> None:
    said, status = told(good(), DOMAIN, *ALL)
    assert (said.count("green"), status) == (5, 0)

    said, status = told(good(dmarc=None), DOMAIN, *ALL)
    assert (said.count("red "), status) == (1, 1)
    assert "→ Add a TXT record at _dmarc.praktijk.example" in said

    assert told(good(), DOMAIN, "--relay", RELAY)[1] == 2


def test_for_programs_it_is_json() -> None:
    said, status = told(good(mx=None), DOMAIN, *ALL, "--json")
    found = json.loads(said)

    assert (found["ok"], found["domain"], status) == (False, DOMAIN, 1)
    assert [one["check"] for one in found["findings"] if one["state"] == "red"] == ["MX"]


@pytest.mark.parametrize("asked", ["Post@Praktijk.Example", "PRAKTIJK.example", ""])
def test_the_domain_is_named_in_whatever_way_or_is_that_of_our_mails(
    settings: Any, asked: str
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Ik kies jou <post@praktijk.example>"
    settings.MAIL_DKIM_SELECTORS = ["brief"]
    settings.SMTP_URL, settings.EMAIL_HOST = "smtp+tls://x", RELAY

    said, status = told(good(), *([asked] if asked else []))
    assert (said.count("green"), status) == (5, 0)


@pytest.mark.parametrize("asked", ["", "localhost", "geen domein", "a..b", "x" * 300])
def test_what_is_no_mail_domain_is_refused_in_a_sentence(asked: str) -> None:
    with pytest.raises(CommandError, match="no mail domain"):
        call_command("check_mail_domain", *([asked] if asked else []), stdout=io.StringIO())
