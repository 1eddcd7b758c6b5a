"""Is this installation ready to take money? One finding per check, with what to do about it.

``examine`` asks and ``judge`` decides; judging is pure, so that every wrong state can be tried out.
A check that is ``bad`` costs money or buyers; ``advice`` does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from payments import account, checkout, gateway, installation
from payments.account import Trouble
from payments.checks import VAT_MODES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from payments.account import Seen
    from payments.installation import Here
    from payments.listening import Destination

State = Literal["good", "advice", "bad"]
# What Dutch and Belgian buyers expect.
WANTED = ("card", "ideal", "bancontact")
# Ways of paying that can be taken back for months, or that lend the buyer money.
UNWANTED = {
    *("sepa_debit", "bacs_debit", "acss_debit", "au_becs_debit", "us_bank_account"),
    *("klarna", "afterpay_clearpay", "affirm", "alma", "billie", "scalapay", "sequra", "zip"),
}
# Signatures older than five minutes are refused, by Stripe's clock and ours.
MOST_SKEW = timedelta(seconds=60)
# Ticks come every fifteen seconds, hints are worked on at once, the list is read every 15 minutes.
BEAT_LATE = timedelta(minutes=5)
INBOX_LATE = timedelta(minutes=10)
CURSOR_LATE = timedelta(minutes=40)
WEBHOOKS = "Workbench, Webhooks"
NL = "NL"


@dataclass(frozen=True)
class Finding:
    """One line: which check, how it stands, why, and what to do where it is not good."""

    check: str
    state: State
    says: str
    do: str = ""


def examine(*, now: datetime) -> list[Finding]:
    """Ask Stripe and our own tables, and judge. Asks one question after the other, for seconds."""
    seen = account.look(url=installation.address(), now=now)
    newest = "" if isinstance(seen, Trouble) or isinstance(seen.newest, Trouble) else seen.newest
    return judge(seen, installation.look(newest=newest), now=now)


def judge(seen: Seen | Trouble, here: Here, *, now: datetime) -> list[Finding]:
    """What follows from all of it, in the order somebody would set it right."""
    local = [*_key(here), *_site(here), *_secrets(here), *_work(here, now)]
    if isinstance(seen, Trouble):
        return [*local, _asked_in_vain("account", seen)]
    return [
        *local,
        *_account(seen),
        *_version(seen),
        *_clock(seen, now),
        *_permissions(seen),
        *_destination(seen, here),
        *_delivery(seen, here),
        *_tax(seen, here),
        *_methods(seen),
    ]


def _key(here: Here) -> Iterator[Finding]:
    name, live = "key", "_live_" in here.key
    if not here.key:
        yield Finding(name, "bad", "There is no key.", "Set STRIPE_SECRET_KEY in .env.")
    elif live != here.production:
        kind, place = ("live", "no production site") if live else ("test", "the production site")
        right = "test" if live else "live"
        says = f"A {kind} key on {place}."
        yield Finding(name, "bad", says, f"Put a {right} key (rk_{right}_…) in STRIPE_SECRET_KEY.")
    elif live and not here.key.startswith("rk_"):
        says = "A live key that may do everything, also pay out."
        yield Finding(name, "advice", says, "Make a restricted key, see README.")
    else:
        yield Finding(name, "good", f"{here.key[:8]}…, which fits this site.")


def _site(here: Here) -> Iterator[Finding]:
    if here.production and not here.site.startswith("https://"):
        do = "Set SITE_URL to the https address; Stripe sends live events nowhere else."
        yield Finding("site", "bad", f"SITE_URL is {here.site}.", do)
    else:
        yield Finding("site", "good", here.site)
    if not here.lacking:
        yield Finding("identity", "good", "The practice says who it is.")
        return
    then = (
        "Until then nobody can order." if here.production else "In production nobody could order."
    )
    says = f"Not said yet: {', '.join(here.lacking)}. {then}"
    do = "Fill it in under /beheer/, Gegevens van de praktijk."
    yield Finding("identity", "bad" if here.production else "advice", says, do)


def _account(seen: Seen) -> Iterator[Finding]:
    found, name = seen.account, "account"
    if isinstance(found, Trouble):
        yield _asked_in_vain(name, found)
    elif not found.is_complete:
        do = "Finish the questions on Stripe's dashboard; until then it takes no real money."
        yield Finding(name, "bad", f"{found.id}: not all details are given.", do)
    elif not found.takes_money:
        do = "Stripe's dashboard says on its first page what it still wants to know."
        yield Finding(name, "bad", f"{found.id}: payments are switched off.", do)
    else:
        yield Finding(name, "good", f"{found.id} in {found.country} takes payments.")


def _version(seen: Seen) -> Iterator[Finding]:
    name, ours = "version", gateway.API_VERSION
    if seen.sdk_version != ours:
        says = f"The SDK is made for {seen.sdk_version}, and we ask in {ours}."
        do = "Install what requirements.txt pins; see gateway.API_VERSION after an update."
        yield Finding(name, "bad", says, do)
    elif not isinstance(seen.account, Trouble) and seen.account.version != ours:
        says = f"Stripe answers in {seen.account.version}, and we ask in {ours}."
        yield Finding(name, "bad", says, "Something on the way changes requests; look at proxies.")
    else:
        yield Finding(name, "good", f"{ours}, as the SDK.")


def _clock(seen: Seen, now: datetime) -> Iterator[Finding]:
    if isinstance(seen.account, Trouble):
        return
    skew = abs(now - seen.account.clock)
    if skew > MOST_SKEW:
        says = f"This machine's clock and Stripe's differ by {skew.total_seconds():.0f} seconds."
        do = "Have it set by the network (timedatectl set-ntp true); signatures last five minutes."
        yield Finding("clock", "bad", says, do)
    else:
        yield Finding("clock", "good", "It agrees with Stripe's.")


def _permissions(seen: Seen) -> Iterator[Finding]:
    for permission, trouble in seen.permissions.items():
        name = f"may {permission}"
        if trouble is None:
            yield Finding(name, "good", "The key may.")
        else:
            yield Finding(name, "bad", trouble.said, "Give the key this permission in Stripe.")


def _destination(seen: Seen, here: Here) -> Iterator[Finding]:
    found, name = seen.destinations, "destination"
    if isinstance(found, Trouble):
        yield _asked_in_vain(name, found)
        return
    if len(found) == 1:
        yield Finding(name, "good", f"{found[0].id} sends {found[0].payload} events to {here.url}")
    elif found:
        says = f"{len(found)} destinations send to {here.url}: everything is told twice."
        yield Finding(name, "bad", says, f"Delete all but one ({WEBHOOKS}), unless you are moving.")
    else:
        says = f"Stripe sends nothing to {here.url}"
        yield Finding(name, "bad", says, "manage.py stripe_setup")
    for one in found[:1]:
        yield from _one_destination(one)


def _one_destination(one: Destination) -> Iterator[Finding]:
    setup = "manage.py stripe_setup sets it right."
    if one.enabled:
        yield Finding("destination on", "good", "It is switched on.")
    else:
        says = f"{one.id} is switched off; Stripe does so after days without an answer."
        yield Finding("destination on", "bad", says, setup)
    if one.lacks:
        yield Finding("events", "bad", f"It does not tell of {', '.join(one.lacks)}.", setup)
    else:
        yield Finding("events", "good", "It tells of all we need.")
    if one.payload == "snapshot" and one.version != gateway.API_VERSION:
        says = f"It sends copies in version {one.version or 'of the account'}."
        do = f"Delete it ({WEBHOOKS}), then manage.py stripe_setup."
        yield Finding("payload", "bad", says, do)
    else:
        yield Finding("payload", "good", f"{one.payload}, which we take.")


def _secrets(here: Here) -> Iterator[Finding]:
    name, do = "secret", "Put the destination's signing secret, whsec_…, in STRIPE_WEBHOOK_SECRETS."
    if not here.secrets:
        yield Finding(name, "bad", "There is no signing secret: every event is refused.", do)
    elif any(not one.startswith("whsec_") for one in here.secrets):
        yield Finding(name, "bad", "One of the signing secrets is none of Stripe's.", do)
    elif len(here.secrets) > 1:
        says = f"{len(here.secrets)} signing secrets are accepted."
        yield Finding(name, "advice", says, "Take the old one out once the new one is in use.")
    else:
        yield Finding(
            name, "good", "One signing secret; whether it is the right one, see delivery."
        )


def _delivery(seen: Seen, here: Here) -> Iterator[Finding]:
    found = seen.undelivered
    if isinstance(found, Trouble):
        yield _asked_in_vain("delivery", found)
    elif found:
        says = f"{found} events of the last three days reached nobody here."
        do = f"Stripe says why ({WEBHOOKS}): 400 is a wrong signing secret, no answer the address."
        yield Finding("delivery", "bad", says, do)
    else:
        yield Finding("delivery", "good", "No event of the last three days is undelivered.")
    if isinstance(seen.newest, Trouble):
        yield _asked_in_vain("newest event", seen.newest)
    elif here.last_at is None and not seen.newest:
        says = "Stripe has told nothing yet."
        yield Finding("newest event", "advice", says, "Buy something once, and give it back.")
    elif here.knows_newest and here.last_at:
        says = f"It is in our inbox; the last came {here.last_at:%d %B %H:%M} UTC."
        yield Finding("newest event", "good", says)
    else:
        says = f"{seen.newest} is twenty minutes old and neither came nor was fetched."
        yield Finding("newest event", "bad", says, "See delivery, cursor and worker.")


def _tax(seen: Seen, here: Here) -> Iterator[Finding]:
    name, found = "tax", seen.registrations
    if here.vat_mode not in VAT_MODES:
        says = f"VAT_MODE is {here.vat_mode}."
        yield Finding(name, "bad", says, f"Set it to {' or '.join(sorted(VAT_MODES))}.")
    elif isinstance(found, Trouble):
        yield _asked_in_vain(name, found)
    elif here.vat_mode == "kor" and found:
        says = f"VAT_MODE is kor (no VAT), and Stripe has registrations for {', '.join(found)}."
        yield Finding(name, "bad", says, "One of the two is wrong: ask your accountant.")
    elif set(found) - {NL}:
        says = f"Stripe has registrations for {', '.join(found)}; nl21 charges Dutch VAT to all."
        yield Finding(
            name, "bad", says, "Registered abroad means other rates: ask your accountant."
        )
    else:
        says = "no VAT" if here.vat_mode == "kor" else "21 % in every price"
        says = (
            f"{here.vat_mode}: {says}. Stripe Tax computes nothing here and needs no registration."
        )
        yield Finding(name, "good", says)


def _methods(seen: Seen) -> Iterator[Finding]:
    found, place = seen.methods, "Settings, Payment methods in Stripe's dashboard"
    if isinstance(found, Trouble):
        yield _asked_in_vain("methods", found)
        return
    if missing := [one for one in WANTED if one not in found]:
        yield Finding("methods", "bad", f"Switched off: {', '.join(missing)}.", f"{place}.")
    else:
        yield Finding("methods", "good", f"{', '.join(WANTED)} are on.")
    if wrong := sorted(found & UNWANTED - set(checkout.EXCLUDED)):
        says = f"Offered, and can be taken back for months or is credit: {', '.join(wrong)}."
        yield Finding("unwanted methods", "bad", says, f"Switch off under {place}.")
    else:
        yield Finding("unwanted methods", "good", "No debit and no pay-later is offered.")


def _work(here: Here, now: datetime) -> Iterator[Finding]:
    worker = "Start manage.py worker, and keep it running."
    if here.beat_at is None or now - here.beat_at > BEAT_LATE:
        since = f"since {here.beat_at:%d %B %H:%M} UTC" if here.beat_at else "yet"
        yield Finding("worker", "bad", f"It did not show itself {since}.", worker)
    else:
        yield Finding("worker", "good", "It runs.")
    if here.inbox_since is not None and now - here.inbox_since > INBOX_LATE:
        says = f"What Stripe told waits since {here.inbox_since:%d %B %H:%M} UTC."
        yield Finding("inbox", "bad", says, f"{worker} The log says what goes wrong.")
    else:
        yield Finding("inbox", "good", "Nothing waits.")
    if here.cursor_at is None or now - here.cursor_at > CURSOR_LATE:
        read = (
            f"not read since {here.cursor_at:%d %B %H:%M} UTC" if here.cursor_at else "never read"
        )
        says = f"Stripe's list of events was {read}: lost webhooks are not made up for."
        do = "A worker reads it a quarter of an hour after its start; else see worker."
        yield Finding("cursor", "bad", says, do)
    else:
        yield Finding("cursor", "good", "Stripe's list of events is read regularly.")


def _asked_in_vain(check: str, trouble: Trouble) -> Finding:
    do = (
        "Give the key this permission in Stripe."
        if trouble.is_denied
        else "Look at STRIPE_SECRET_KEY and at this machine's way to the internet."
    )
    return Finding(check, "bad", f"Stripe says: {trouble.said}", do)
