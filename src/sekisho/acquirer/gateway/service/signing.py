"""Signatures on what browsers and merchants carry for us: addresses, pages, session data, tokens.

Every signature is made for one purpose, so that none can stand in for another.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

import msgspec

from sekisho.kernel.errors import TheyErred
from sekisho.kernel.secret import Secret

ORCHESTRATION: Final = "orchestration"
PAGE: Final = "page"
METHOD: Final = "method"
CHALLENGE: Final = "challenge"
FINGERPRINT: Final = "fingerprint"
ACCESS: Final = "access"

SIGNATURE: Final = "Signature"
EXPIRES: Final = "Expires"
PAYMENT: Final = "paymentRequestId"
PARAMETERS_MAX: Final = 8


class BadSignature(TheyErred):
    """What came back is not what we signed."""


class Lapsed(TheyErred):
    """We signed it, but its time is over."""


class Signer:
    """Signs and checks, in constant time."""

    def __init__(self, key: Secret[bytes]) -> None:
        self._key = key

    def sign(self, purpose: str, *parts: str | bytes) -> str:
        """Sign some parts for a purpose; the parts cannot run into each other."""
        mac = hmac.new(self._key.reveal(), digestmod=hashlib.sha256)
        for part in (purpose, *parts):
            octets = part.encode() if isinstance(part, str) else part
            mac.update(len(octets).to_bytes(8, "big"))
            mac.update(octets)
        return _text(mac.digest())

    def check(self, signature: str, purpose: str, *parts: str | bytes) -> None:
        """Raise BadSignature unless these parts were signed for this purpose."""
        good = self.sign(purpose, *parts)
        if not hmac.compare_digest(good.encode(), signature.encode()):
            raise BadSignature("the signature does not fit")

    def orchestration_address(self, base: str, payment_id: str, until: datetime) -> str:
        """Make the address that starts the authentication of a payment in a browser."""
        parameters = [(PAYMENT, payment_id), (EXPIRES, str(int(until.timestamp())))]
        signed = [*parameters, (SIGNATURE, self._over(parameters))]
        return f"{base}?{urlencode(signed)}"

    def read_orchestration(self, parameters: Sequence[tuple[str, str]], now: datetime) -> str:
        """Give the payment id of an orchestration address.

        Order and encoding of the parameters do not matter: merchants send them on through an HTML
        form. One more, one less or one changed does. Raises BadSignature or Lapsed.
        """
        names = [name for name, _ in parameters]
        if len(names) > PARAMETERS_MAX or len(set(names)) != len(names):
            raise BadSignature("the address has too many parameters")
        given = dict(parameters)
        signature = given.pop(SIGNATURE, "")
        good = self._over(list(given.items()))
        if not hmac.compare_digest(good.encode(), signature.encode()):
            raise BadSignature("the address was changed")
        if int(given[EXPIRES]) <= now.timestamp():
            raise Lapsed("the address was good until a while ago")
        return given[PAYMENT]

    def seal(self, purpose: str, facts: dict[str, str | int]) -> str:
        """Write facts that their bearer may read but not change."""
        body = _text(msgspec.json.encode(facts, order="sorted"))
        return f"{body}.{self.sign(purpose, body)}"

    def unseal(self, purpose: str, sealed: str) -> dict[str, str | int]:
        """Read such facts back. Raises BadSignature."""
        body, _, signature = sealed.partition(".")
        self.check(signature, purpose, body)
        try:
            return msgspec.json.decode(_octets(body), type=dict[str, str | int])
        except (msgspec.MsgspecError, binascii.Error) as error:
            raise BadSignature("the token is not one of ours") from error

    def _over(self, parameters: Sequence[tuple[str, str]]) -> str:
        flat = [part for pair in sorted(parameters) for part in pair]
        return self.sign(ORCHESTRATION, *flat)


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
