"""Whether the records of a mail domain are right; what is not, with what to do about it.

Who checks mail wants all of them (Google's and Yahoo's rules for senders, Microsoft's of May 2025):
SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489), a host that is called what it says, and a domain
that takes mail itself. ``unknown`` is what could not be asked: it is neither right nor wrong.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from courseapp.maildomain import spf
from courseapp.maildomain.asking import CouldNotAsk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from courseapp.maildomain.asking import Asker

State = Literal["green", "red", "unknown"]
# A public RSA key of 1024 bits is 162 bytes long, one of 2048 bits 294; Gmail refuses below 1024.
WEAK, SHORT = 160, 290
ED25519 = 32
POLICIES = {"none", "quarantine", "reject"}


@dataclass(frozen=True)
class Finding:
    """One line: which record, how it stands, why, and what to do. A green one may have advice."""

    check: str
    state: State
    says: str
    do: str = ""


@dataclass(frozen=True)
class Sender:
    """What is checked: the domain after the @ of MAIL_FROM, the selectors of its DKIM keys, and the
    host that mail is handed to (empty: none, as in development)."""

    domain: str
    selectors: Sequence[str] = ()
    relay: str = ""


def examine(sender: Sender, asker: Asker) -> list[Finding]:
    """A finding or more for each record, in the order somebody would set them right."""
    checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("SPF", lambda: _spf(sender.domain, asker)),
        *((f"DKIM {one}", lambda one=one: _dkim(sender.domain, one, asker))
          for one in sender.selectors),
        ("DMARC", lambda: _dmarc(sender.domain, asker)),
        ("MX", lambda: _mx(sender.domain, asker)),
        ("PTR", lambda: _ptr(sender.relay, asker)),
    ]  # fmt: skip
    if not sender.selectors:
        checks.insert(1, ("DKIM", _no_selectors))
    return [finding for name, check in checks for finding in _asked(name, check, asker)]


def _asked(name: str, check: Callable[[], Iterator[Finding]], asker: Asker) -> list[Finding]:
    try:
        asker.require_the_world()
        return list(check())
    except CouldNotAsk as trouble:
        return [Finding(name, "unknown", f"Could not ask: {trouble}.", "Try again when online.")]


def _spf(domain: str, asker: Asker) -> Iterator[Finding]:
    name = "SPF"
    records = spf.records(domain, asker)
    if not records:
        says = f"{domain} does not say who may send for it."
        do = f'Add a TXT record at {domain}: "v=spf1 include:<your mail provider> -all".'
        yield Finding(name, "red", says, do)
        return
    if len(records) > 1:
        says = f"{domain} has {len(records)} SPF records; then none counts (RFC 7208, 4.5)."
        yield Finding(name, "red", says, "Join them in one TXT record.")
        return
    found = spf.look(domain, asker)
    if found.trouble:
        yield Finding(name, "red", found.trouble, "Mend the SPF record; as it is, it counts not.")
    elif found.lookups > spf.MOST_LOOKUPS:
        says = f"It takes {found.lookups} look-ups, and at most {spf.MOST_LOOKUPS} are allowed."
        yield Finding(name, "red", says, "Take out includes of services that send no mail for you.")
    elif found.ending in {"+all", "?all", ""}:
        says = f"It ends with {found.ending or 'nothing'}: everybody may send for {domain}."
        yield Finding(name, "red", says, 'Let it end with "-all" (or "~all").')
    else:
        yield Finding(name, "green", records[0])


def _no_selectors() -> Iterator[Finding]:
    says = "It is not known under which selectors the keys lie; the DNS gives no list."
    do = "Name them: --selector NAME, or MAIL_DKIM_SELECTORS. Your mail provider says what it is."
    yield Finding("DKIM", "unknown", says, do)


def _dkim(domain: str, selector: str, asker: Asker) -> Iterator[Finding]:
    name, host = f"DKIM {selector}", f"{selector}._domainkey.{domain}"
    texts = [tags(one) for one in asker.texts(host)]
    keys = [one for one in texts if "p" in one]
    if not keys:
        do = f"Add the record that your mail provider shows, at {host}."
        yield Finding(name, "red", f"There is no key at {host}.", do)
        return
    if len(keys) > 1:
        yield Finding(name, "red", f"There are {len(keys)} keys at {host}.", "Leave one.")
        return
    key = keys[0]
    if key.get("v", "DKIM1") != "DKIM1":
        yield Finding(name, "red", f"{host} begins with v={key['v']}.", 'Write "v=DKIM1".')
    elif not key["p"]:
        do = "Publish the key that is in use, or sign with another selector."
        yield Finding(name, "red", f"The key at {host} was withdrawn (p is empty).", do)
    else:
        yield _key(name, key)


def _key(name: str, key: dict[str, str]) -> Finding:
    """How good a key is, from its length."""
    try:
        length = len(base64.b64decode("".join(key["p"].split()), validate=True))
    except binascii.Error:
        return Finding(name, "red", "The key is not whole.", "Copy all of it, without a break.")
    if key.get("k", "rsa") == "ed25519":
        if length == ED25519:
            says = "An Ed25519 key."
            return Finding(name, "green", says, "Keep an RSA key beside it: not all can read it.")
        return Finding(name, "red", "The key is not whole.", "Copy all of it, without a break.")
    if length < WEAK:
        says = "The key has less than 1024 bits and is refused."
        return Finding(name, "red", says, "Make one of 2048 bits.")
    testing = "y" in key.get("t", "").split(":")
    if length < SHORT:
        return Finding(name, "green", "A key of 1024 bits.", "Make one of 2048 bits some day.")
    do = "It is marked as a test (t=y): take that out." if testing else ""
    return Finding(name, "green", "A key of 2048 bits or more.", do)


def _dmarc(domain: str, asker: Asker) -> Iterator[Finding]:
    name = "DMARC"
    where, found = _policy_at(domain, asker)
    if not found:
        do = f'Add a TXT record at _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:<an address>".'
        yield Finding(name, "red", f"There is no record at _dmarc.{domain}.", do)
        return
    if len(found) > 1:
        yield Finding(name, "red", f"_dmarc.{where} has {len(found)} records.", "Leave one.")
        return
    record = tags(found[0])
    policy = record.get("p", "")
    policy = record.get("sp", policy) if where != domain else policy
    if policy.lower() not in POLICIES:
        do = 'Write "p=none", "p=quarantine" or "p=reject".'
        yield Finding(name, "red", f"Its policy is “{policy}”, which nobody knows.", do)
    elif policy.lower() == "none":
        do = "When reports show that all our mail passes, write p=quarantine, later p=reject."
        yield Finding(name, "green", found[0], do)
    else:
        do = "" if "rua" in record else "Add rua=mailto:…, so that reports of failures arrive."
        yield Finding(name, "green", found[0], do)


def _policy_at(domain: str, asker: Asker) -> tuple[str, list[str]]:
    """The domain whose record counts, the nearest above it included, and its records."""
    labels = domain.split(".")
    for start in range(max(len(labels) - 1, 1)):
        above = ".".join(labels[start:])
        texts = asker.texts(f"_dmarc.{above}")
        found = [one for one in texts if one.lower().startswith("v=dmarc1")]
        if found:
            return above, found
    return domain, []


def _mx(domain: str, asker: Asker) -> Iterator[Finding]:
    name = "MX"
    found = asker.exchanges(domain)
    if not found:
        do = "Add the MX records of whoever keeps your mailboxes: answers and bounces come there."
        yield Finding(name, "red", f"{domain} takes no mail.", do)
        return
    if any(not host.strip(".") for _preference, host in found):
        do = "Take the empty MX record out: mail from a domain that takes none is often refused."
        yield Finding(name, "red", f"{domain} says that it takes no mail (RFC 7505).", do)
        return
    for _preference, host in found:
        if not asker.addresses(host):
            do = "Mend the MX record, or take it out."
            yield Finding(name, "red", f"{host} has no address.", do)
            return
    yield Finding(name, "green", ", ".join(host for _preference, host in found))


def _ptr(relay: str, asker: Asker) -> Iterator[Finding]:
    """Whether the host that mail leaves from is called back what it is called (RFC 1912, 2.1)."""
    name = "PTR"
    if not relay:
        yield Finding(name, "unknown", "No mail server is set.", "Set SMTP_URL, or give --relay.")
        return
    found = asker.addresses(relay)
    if not found:
        yield Finding(name, "red", f"{relay} has no address.", "Look whether SMTP_URL is right.")
        return
    do = f"Whoever runs {relay} has to set it; a provider that sends from other hosts sees to it."
    for address in found:
        names = asker.names_of(address)
        if not names:
            yield Finding(name, "red", f"{address} ({relay}) has no name.", do)
        elif not any(address in asker.addresses(one) for one in names):
            says = f"{address} is called {names[0]}, which has another address."
            yield Finding(name, "red", says, do)
        else:
            yield Finding(name, "green", f"{address} is {names[0]}, and back.")


def tags(text: str) -> dict[str, str]:
    """``v=DKIM1; p=…`` as names and values; the first of a name counts."""
    found: dict[str, str] = {}
    for piece in text.split(";"):
        key, equals, value = piece.partition("=")
        if equals:
            found.setdefault(key.strip().lower(), value.strip())
    return found
