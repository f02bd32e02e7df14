"""Keyed digests: what the ACS recognises again without keeping it, each under a word of its own."""

import base64
import hmac
from collections.abc import Mapping
from uuid import UUID

from sekisho.issuer.acs.service.ports import Mac


class Digests:
    """One key, many uses: the first part of every input says which, so none stands for another."""

    def __init__(self, mac: Mac) -> None:
        self._mac = mac

    def trans_id(self, server_trans_id: str, ds_trans_id: str) -> str:
        """Give the acsTransID of a transaction: the same for the same AReq, in every process."""
        octets = self._of("acsTransID", server_trans_id.lower(), ds_trans_id.lower())
        return str(UUID(bytes=octets[:16], version=4))

    def message(self, encoded: bytes) -> str:
        """Recognise a message."""
        return _text(self._mac.mac(b"message\0" + encoded))

    def card(self, acct_number: str) -> str:
        """Recognise a card."""
        return _text(self._of("card", acct_number))

    def code(self, acs_trans_id: str, code: str) -> str:
        """Recognise a one-time code of one challenge."""
        return _text(self._of("code", acs_trans_id, code))

    def device(self, facts: Mapping[str, str]) -> str:
        """Recognise a device by what it says of itself."""
        return _text(self._of("device", *(f"{name}={facts[name]}" for name in sorted(facts))))

    def network(self, network: str) -> str:
        """Recognise a network."""
        return _text(self._of("network", network))

    def unpredictable(self, acs_trans_id: str, octets: int) -> bytes:
        """Give the authentication value's unpredictable number, the same at every attempt."""
        return self._of("unpredictable", acs_trans_id)[:octets]

    def token(self, purpose: str, id: str) -> str:
        """Make a token that only we can make: a capability for one page."""
        return f"{id}.{_text(self._of('token', purpose, id))}"

    def holder_of(self, purpose: str, token: str) -> str | None:
        """Tell whom a token is for; None when it is not one of ours. Takes the same time."""
        holder, _, _ = token.partition(".")
        genuine = hmac.compare_digest(self.token(purpose, holder).encode(), token.encode())
        return holder if genuine else None

    def _of(self, *parts: str) -> bytes:
        octets = [part.encode() for part in parts]
        return self._mac.mac(b"".join(len(part).to_bytes(4, "big") + part for part in octets))


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
