"""A passkey without a browser: makes keys and signs as a telephone would (WebAuthn, level 2)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

if TYPE_CHECKING:
    from courseapp.accounts.models import User

HOST = "testserver"
FLAGS = AuthenticatorData.FLAG
HERE_AND_VERIFIED = FLAGS.UP | FLAGS.UV


@dataclass
class Passkey:
    """One key for one account at one host."""

    person: User
    host: str = HOST
    name: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )

    def add(self) -> Authenticator:
        """Put it on the account, as the page that adds one does."""
        data = {"name": "Telefoon", "credential": self.registered()}
        return Authenticator.objects.create(user=self.person, type="webauthn", data=data)

    def registered(self, challenge: bytes = b"any") -> dict[str, Any]:
        """What the browser sends when it is made."""
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        held = AttestedCredentialData.create(Aaguid(bytes(16)), self.name, public)
        data = AuthenticatorData.create(
            self._host_hash(), HERE_AND_VERIFIED | FLAGS.AT, 0, bytes(held)
        )
        attested = AttestationObject.create("none", data, {})
        response = {"attestationObject": websafe_encode(bytes(attested))}
        return self._told("webauthn.create", challenge, response)

    def signed(self, challenge: str) -> dict[str, Any]:
        """What the browser sends to come in; ``challenge`` as the site gave it."""
        data = AuthenticatorData.create(self._host_hash(), HERE_AND_VERIFIED, 0)
        told = self._told("webauthn.get", websafe_decode(challenge), {})
        seen = sha256(websafe_decode(told["response"]["clientDataJSON"])).digest()
        signature = self.key.sign(bytes(data) + seen, ec.ECDSA(SHA256()))
        told["response"] |= {
            "authenticatorData": websafe_encode(bytes(data)),
            "signature": websafe_encode(signature),
            "userHandle": websafe_encode(user_pk_to_url_str(self.person).encode()),
        }
        return told

    def _host_hash(self) -> bytes:
        return sha256(self.host.encode()).digest()

    def _told(self, kind: str, challenge: bytes, response: dict[str, Any]) -> dict[str, Any]:
        seen = CollectedClientData.create(kind, challenge, f"https://{self.host}")
        name = websafe_encode(self.name)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": {"clientDataJSON": websafe_encode(bytes(seen)), **response},
        }
