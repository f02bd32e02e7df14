"""What the bank's use cases need of the world around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sekisho.issuer.members.model import (
    Authorization,
    CardRecord,
    Factors,
    Message,
    Posting,
    Prompt,
    SpentAuthentication,
)
from sekisho.kernel.brands import Brand
from sekisho.kernel.store import Store
from sekisho.protocol.authentication_value import KeyRing


class Seal(Protocol):
    """Makes text unreadable to whoever has the database but not the key."""

    def seal(self, plaintext: bytes, *, bound_to: str) -> str:
        """Seal it so that it opens only together with the same `bound_to`."""
        ...

    def open(self, sealed: str, *, bound_to: str) -> bytes:
        """Open what `seal` made."""
        ...


class Mac(Protocol):
    """A keyed digest: equal for equal data, and nobody else can compute it."""

    def mac(self, data: bytes) -> bytes:
        """Compute HMAC-SHA-256 under the key."""
        ...


class AcsPort(Protocol):
    """The bank's Access Control Server, for what cardholders do in the bank's app."""

    async def prompt_answered(self, prompt_id: str, *, approved: bool) -> None:
        """Tell what the cardholder said; NotThere when it knows no such prompt, Unreachable at times."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The records of the bank, one store a kind."""

    cards: Store[CardRecord]
    authorizations: Store[Authorization]
    postings: Store[Posting]
    spent: Store[SpentAuthentication]
    messages: Store[Message]
    factors: Store[Factors]
    prompts: Store[Prompt]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of the bank, one use each."""

    seal: Seal
    """Seals card numbers and the texts of messages."""
    fingerprint: Mac
    """Digests card numbers and requests, to find them again without keeping them.

    Must stay the same for as long as the cards: a new key finds none of them.
    """
    authentication_value: Mapping[Brand, KeyRing]
    """Each brand's keys, shared with the bank's Access Control Server and with nobody else."""
