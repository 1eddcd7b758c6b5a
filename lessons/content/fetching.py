"""Fetching an article from another site, by its address: from named sites alone.

Off until whoever runs the server names sites. How the request is held in stands in
``going_outside``; here nothing but https at its own port goes out, each redirect is held against
the same list, and of what comes back a text is read, up to the size of an article, or nothing.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from courseapp.errors import Refused
from lessons.content import article as text
from lessons.content import going_outside
from lessons.content.article.formats import SIZE_MAX, ZIP, BinaryFile, EmptyArticle, too_large
from lessons.content.going_outside import PORTS, REDIRECTS, Clock, NotAllowed, Rules

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

RULES = replace(
    going_outside.RULES,
    schemes=frozenset({"https"}),
    ports=frozenset({PORTS["https"]}),
    all=10.0,  # Somebody waits for it, and with them a thread of the site.
)
PIECE = 64 * 1024
# What a page may be, and what it is called for whoever reads it.
NAMES: Mapping[str, str] = {
    "text/html": "page.html", "text/markdown": "page.md", "text/plain": "page.txt",
}  # fmt: skip
PLAIN = {"", "identity"}
WHOLE = {"", "chunked"}
# By the words of ``going_outside``; "host" is ours.
WHY_NOT: Mapping[str, str] = {
    "too_long": gettext_noop("This address is too long."),
    "scheme": gettext_noop("The address has to begin with https://."),
    "malformed": gettext_noop(
        "This is no address of a page. Copy it from the address bar of your browser."
    ),
    "userinfo": gettext_noop("Take the name and the password before the @ out of the address."),
    "port": gettext_noop("Take the colon and the number behind the name of the site out."),
    "host": gettext_noop(
        "Nothing is fetched from %(host)s, only from %(hosts)s. Whoever runs this site can add to"
        " that. You can always paste the text."
    ),
    "address": gettext_noop(
        "That site lies in a network that is not public, so nothing is fetched from it. Paste the"
        " text."
    ),
}
WHY_NOTHING: Mapping[str, str] = {
    "timeout": gettext_noop("The other site took too long. Try again later, or paste the text."),
    "tls": gettext_noop(
        "The other site cannot prove who it is: its certificate is not right. Nothing was fetched."
    ),
    "dns": gettext_noop("There is no site at this address. Is its name spelled right?"),
    "connection": gettext_noop(
        "The other site cannot be reached. Try again later, or paste the text."
    ),
    "answer": gettext_noop(
        "The other site broke off, or did not answer as a site does. Try again, or paste the text."
    ),
    "redirects": gettext_noop(
        "The page sends on again and again. Open it in your browser, and copy the address at which"
        " it ends."
    ),
    "gone": gettext_noop("There is no page at this address. Is it spelled right?"),
    "refused": gettext_noop(
        "The other site does not give this page. Open it in your browser and paste the text."
    ),
    "compressed": gettext_noop(
        "The other site sends this page compressed only. Open it in your browser and paste the"
        " text."
    ),
}


class FetchingIsOff(Refused):
    code = "fetching_is_off"

    def __init__(self) -> None:
        super().__init__(_("Fetching by address is off. Paste the text, or choose its file."))


class AddressNotAllowed(Refused):
    """An address that is not gone to; ``why`` is a key of ``WHY_NOT``."""

    code = "address_not_allowed"

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


class NothingFetched(Refused):
    """An address that was gone to, and gave no page; ``why`` is a key of ``WHY_NOTHING``."""

    code = "nothing_fetched"

    def __init__(self, why: str) -> None:
        super().__init__(_(WHY_NOTHING[why]))
        self.why = why


class NoTextThere(Refused):
    code = "no_text_there"
    status = 415

    def __init__(self) -> None:
        super().__init__(
            _(
                "At this address is no page of text. Save it on your computer and choose that"
                " file, or paste the text."
            )
        )


@dataclass(frozen=True)
class Fetched:
    """A text, and the site that it came from in the end."""

    source: str
    form: text.Form
    host: str


def fetch(address: str, *, hosts: Collection[str], rules: Rules = RULES) -> Fetched:
    """The article at an address of one of these hosts, in ``rules.all`` seconds at most.

    ``hosts`` are names in small letters, each meant as it stands and no name below it.
    Raises ``FetchingIsOff``, ``AddressNotAllowed``, ``NothingFetched``, ``NoTextThere`` and what
    ``article.read`` raises; then nothing is kept.
    """
    if not hosts:
        raise FetchingIsOff
    clock, url = Clock(rules), address.strip()
    for sent_on in range(1 + REDIRECTS):
        try:
            step = _step(url, hosts, clock, rules)
        except NotAllowed as refusal:
            raise _not_allowed(refusal, hosts, sent_on=bool(sent_on)) from None
        except (OSError, http.client.HTTPException) as error:
            raise NothingFetched(going_outside.word_for(error)) from error
        if isinstance(step, Fetched):
            return step
        url = step
    raise NothingFetched("redirects")


def _not_allowed(
    refusal: NotAllowed, hosts: Collection[str], *, sent_on: bool
) -> AddressNotAllowed:
    why, *host = refusal.args
    sentence = _(WHY_NOT[why]) % {"host": "".join(host), "hosts": ", ".join(hosts)}
    if sent_on:
        sentence = _("The page sends on to another address. %(why)s") % {"why": sentence}
    return AddressNotAllowed(why, sentence)


def _step(url: str, hosts: Collection[str], clock: Clock, rules: Rules) -> Fetched | str:
    """The text at an address, or the address that it sends on to."""
    target = going_outside.target(url, rules)
    if target.host not in hosts:
        raise NotAllowed("host", target.host)
    found = going_outside.addresses(target, clock, rules)
    heads = {
        "User-Agent": f"ArticleImport/1 (+{settings.SITE_URL})",
        "Accept": ",".join(NAMES),
    }
    with going_outside.answered(target, found, "GET", clock, rules, heads=heads) as answer:
        moved_to = going_outside.moved_to(answer, url)
        if moved_to:
            return moved_to
        name = _name(answer)
        page = _page(answer)
    if page.startswith(ZIP):
        raise NoTextThere  # A Word file, whatever the site calls it: it would have to be unpacked.
    try:
        return Fetched(*text.read(page, name), target.host)
    except (BinaryFile, EmptyArticle):
        raise NoTextThere from None


def _name(answer: http.client.HTTPResponse) -> str:
    """What the page would be called as a file, if it is one that is read."""
    if answer.status in {http.client.NOT_FOUND, http.client.GONE}:
        raise NothingFetched("gone")
    if answer.status != http.client.OK:
        raise NothingFetched("refused")
    if _said(answer, "Content-Encoding") not in PLAIN:
        raise NothingFetched("compressed")
    if _said(answer, "Transfer-Encoding") not in WHOLE:
        raise NothingFetched("compressed")
    name = NAMES.get(_said(answer, "Content-Type").partition(";")[0].strip())
    if name is None:
        raise NoTextThere
    return name


def _said(answer: http.client.HTTPResponse, head: str) -> str:
    return ", ".join(answer.headers.get_all(head, [])).strip().lower()


def _page(answer: http.client.HTTPResponse) -> bytes:
    """The whole page, counted while it comes, whatever its head says of its length."""
    if (answer.length or 0) > SIZE_MAX:
        raise too_large()
    page = bytearray()
    while piece := answer.read(PIECE):
        page += piece
        if len(page) > SIZE_MAX:
            raise too_large()
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return bytes(page)
