"""The bank as its ACS asks it whether it is the cardholder: proofs, questions, passkeys, prompts."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from sekisho.clients.members import Bank, answered, read
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret

ProofKind: TypeAlias = Literal["password", "app_code", "answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeOption:
    """One of the answers that a question offers."""

    code: str
    texts: Mapping[str, str]
    """By language, `ja` and `en`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeQuestion:
    """A question to which the cardholder knows the answer."""

    question_id: str
    texts: Mapping[str, str]
    several: bool
    """Whether more than one option may belong to the answer."""
    options: tuple[KnowledgeOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPasskey:
    """A passkey as the bank keeps it."""

    credential_id: str
    """base64url without padding."""
    public_key: bytes = field(repr=False)
    """As COSE writes it."""
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyFacts:
    """The passkeys of a card, and for whom they are."""

    rp_id: str | None
    origin: str | None
    """Of the pages that may ask for them; None: the bank has no passkeys."""
    passkeys: tuple[KnownPasskey, ...]


class _Option(msgspec.Struct, rename="camel"):
    code: str
    texts: dict[str, str]


class _Question(msgspec.Struct, rename="camel"):
    question_id: str
    texts: dict[str, str]
    several: bool
    options: tuple[_Option, ...]


class _Questions(msgspec.Struct):
    questions: tuple[_Question, ...]


class _Passkey(msgspec.Struct, rename="camel"):
    credential_id: str
    public_key: bytes
    sign_count: int


class _Passkeys(msgspec.Struct, rename="camel"):
    rp_id: str | None
    origin: str | None
    passkeys: tuple[_Passkey, ...]


class _Proven(msgspec.Struct):
    proven: bool


class _Shown(msgspec.Struct):
    shown: bool


class IssuersBank(Bank):
    """Calls the members room with the certificate of its own ACS; raises what `Bank` raises."""

    async def prove(
        self,
        card_id: str,
        *,
        proof_id: str,
        kind: ProofKind,
        typed: Secret[str],
        question_id: str | None = None,
    ) -> bool:
        """Ask whether what was typed proves it; the same proof id gets the same answer.

        An answer to a question is the codes of the options chosen, joined by commas.
        """
        body = {
            "proofId": proof_id,
            "kind": kind,
            "typed": typed.reveal(),
            "questionId": question_id,
        }
        return read(await self._post(f"/cards/{card_id}/proofs", body), _Proven).proven

    async def questions(self, card_id: str) -> tuple[KnowledgeQuestion, ...]:
        """List what the cardholder can be asked."""
        reply = answered(await self._peer.get(f"/cards/{card_id}/questions"))
        return tuple(
            KnowledgeQuestion(
                question_id=each.question_id,
                texts=each.texts,
                several=each.several,
                options=tuple(
                    KnowledgeOption(code=option.code, texts=option.texts) for option in each.options
                ),
            )
            for each in read(reply, _Questions).questions
        )

    async def passkeys(self, card_id: str) -> PasskeyFacts:
        """List the card's passkeys."""
        found = read(answered(await self._peer.get(f"/cards/{card_id}/passkeys")), _Passkeys)
        return PasskeyFacts(
            rp_id=found.rp_id,
            origin=found.origin,
            passkeys=tuple(
                KnownPasskey(
                    credential_id=each.credential_id,
                    public_key=each.public_key,
                    sign_count=each.sign_count,
                )
                for each in found.passkeys
            ),
        )

    async def prove_passkey(
        self, card_id: str, *, proof_id: str, nonce: bytes, facts: tuple[str, ...], response: str
    ) -> bool:
        """Ask whether one of the card's passkeys answered this question; safe to repeat."""
        body = {
            "proofId": proof_id,
            "nonce": base64.b64encode(nonce).decode(),
            "facts": facts,
            "response": response,
        }
        return read(await self._post(f"/cards/{card_id}/passkeys/proofs", body), _Proven).proven

    async def prompt(
        self,
        card_id: str,
        *,
        prompt_id: str,
        shop: str | None,
        amount: Amount | None,
        number: str | None,
        expires_at: datetime,
    ) -> bool:
        """Ask the cardholder in the bank's app, once for each id.

        False when the cardholder was asked too often of late.
        """
        body = {
            "promptId": prompt_id,
            "shop": shop,
            "amountMinor": amount.minor if amount else None,
            "currency": amount.currency if amount else None,
            "number": number,
            "expiresAt": expires_at.isoformat(),
        }
        return read(await self._post(f"/cards/{card_id}/prompts", body), _Shown).shown

    async def withdraw_prompt(self, card_id: str, prompt_id: str) -> None:
        """Take a prompt back; safe to repeat, and when it is answered already."""
        answered(await self._peer.send("DELETE", f"/cards/{card_id}/prompts/{prompt_id}"))
