"""Asking the DNS; a question nobody answers is told apart from one whose answer is "nothing"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns.rdata import Rdata

# Seconds a question may take in all.
PATIENCE = 5.0


class CouldNotAsk(Exception):
    """No server answered: offline, or theirs are away. It says nothing about the records."""


@dataclass
class Asker:
    """Asks one name server, or those of this machine; each question once.

    ``server`` is an IP address, with ``port``. After the first question that nobody answers the
    others are not asked: somebody waits.
    """

    server: str = ""
    port: int = 53
    patience: float = PATIENCE
    is_away: str = ""
    known: dict[tuple[str, str], tuple[Rdata, ...]] = field(default_factory=dict)

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name, each joined from its pieces."""
        return tuple(
            b"".join(row.strings).decode("utf-8", "replace")  # type: ignore[attr-defined]
            for row in self._ask(name, "TXT")
        )

    def exchanges(self, name: str) -> tuple[tuple[int, str], ...]:
        """The MX records of a domain: preference and host, the preferred first."""
        rows = self._ask(name, "MX")
        return tuple(
            sorted((row.preference, _plain(row.exchange)) for row in rows)  # type: ignore[attr-defined]
        )

    def addresses(self, host: str) -> tuple[str, ...]:
        """The IPv4 and IPv6 addresses of a host."""
        return tuple(
            row.address  # type: ignore[attr-defined]
            for kind in ("A", "AAAA")
            for row in self._ask(host, kind)
        )

    def names_of(self, address: str) -> tuple[str, ...]:
        """The PTR records of an IP address."""
        rows = self._ask(dns.reversename.from_address(address).to_text(), "PTR")
        return tuple(_plain(row.target) for row in rows)  # type: ignore[attr-defined]

    def require_the_world(self) -> None:
        """Ask for what is certainly there, the servers of the root.

        A network that is shut in often has a name server that says of everything that there is no
        such thing. Raises ``CouldNotAsk``. A server that was named is believed.
        """
        if not self.server and not self._ask(".", "NS"):
            self.is_away = "the name server here does not know the internet"
            raise CouldNotAsk(self.is_away)

    def _ask(self, name: str, kind: str) -> Sequence[Rdata]:
        """The records, none where there are none. Raises ``CouldNotAsk``."""
        if self.is_away:
            raise CouldNotAsk(self.is_away)
        key = (name.lower(), kind)
        if key not in self.known:
            self.known[key] = self._answers(name, kind)
        return self.known[key]

    def _answers(self, name: str, kind: str) -> tuple[Rdata, ...]:
        try:
            resolver = self._resolver()
            return tuple(resolver.resolve(name, kind, search=False, lifetime=self.patience))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.resolver.LifetimeTimeout, dns.resolver.NoResolverConfiguration) as error:
            self.is_away = "no name server answered"
            raise CouldNotAsk(self.is_away) from error
        except dns.exception.DNSException as error:
            # Of one name only: its servers are broken, or it can be no name.
            raise CouldNotAsk(f"{name}: {error}".splitlines()[0]) from error

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self.server)
        if self.server:
            resolver.nameservers, resolver.port = [self.server], self.port
        return resolver


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
