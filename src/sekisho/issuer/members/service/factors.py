"""Proving that it is the cardholder: passwords, app codes, answers and passkeys.

One proof has one answer: the ACS may ask again under the same proof id when it did not hear it. How
often may be guessed is the ACS's to count, before it asks.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from hmac import compare_digest
from typing import Final
from urllib.parse import urlsplit

from sekisho.issuer.members.flow import factors as flow
from sekisho.issuer.members.model import (
    CardRecord,
    Factors,
    KeptPasskey,
    KeptQuestion,
    MembersSettings,
    Method,
)
from sekisho.issuer.members.service.ports import Keys, Stores
from sekisho.issuer.members.service.questions import right_digest, sandbox_questions
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.factors import (
    AuthenticatorApp,
    Ceremony,
    NotProven,
    Passkey,
    Passkeys,
    Passwords,
)
from sekisho.kernel.secret import Secret

REGISTRATION_S: Final = 600


class Proof(Enum):
    """What is proven by something typed or chosen."""

    PASSWORD = "password"
    APP_CODE = "app_code"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkers:
    """Who checks what is typed or sent."""

    passwords: Passwords
    app_codes: AuthenticatorApp
    passkeys: Passkeys | None = None
    """None: the bank has no origin for passkeys."""


class Proving:
    """Tells whether it is the cardholder, and keeps what was spent by that."""

    def __init__(
        self,
        settings: MembersSettings,
        *,
        stores: Stores,
        keys: Keys,
        checkers: Checkers,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._settings = settings
        self._store = stores.factors
        self._cards = stores.cards
        self._keys = keys
        self._check = checkers
        self._clock = clock
        self._chance = chance
        self._default_hash: Secret[str] | None = None

    async def of(self, card: CardRecord) -> Factors:
        """Give what a card's holder knows and has; the sandbox's defaults at first sight."""
        try:
            return await self._store.get(card.card_id)
        except NotThere:
            fresh = await self._first(card)
            try:
                await self._store.add(fresh)
            except Conflict:
                return await self._store.get(card.card_id)
            return fresh

    async def prove(
        self,
        card: CardRecord,
        *,
        proof_id: str,
        kind: Proof,
        typed: Secret[str],
        question_id: str | None = None,
    ) -> bool:
        """Tell whether what was typed proves it. Takes as long for who has nothing to be proven."""
        factors = await self.of(card)
        match kind:
            case Proof.PASSWORD:
                digest = factors.password_hash
                kept = None if digest is None else Secret(digest)
                return await self._check.passwords.fits(kept, typed)
            case Proof.APP_CODE:
                return await self._prove_code(factors, typed, proof_id)
        return self._prove_answer(factors, question_id, typed)

    async def prove_passkey(
        self, card: CardRecord, *, proof_id: str, ceremony: Ceremony, response: str
    ) -> bool:
        """Tell whether one of the card's passkeys answered this question."""
        factors = await self.of(card)
        if any(kept.last_proof_id == proof_id for kept in factors.passkeys):
            return True  # asked again
        found = (self._proven(kept, ceremony, response) for kept in factors.passkeys)
        proven = next((each for each in found if each is not None), None)
        if proven is None:
            return False
        await self.change(card, lambda now: flow.count_passkey(now, proven, proof_id=proof_id))
        return True

    async def open_registration(self, card: CardRecord) -> Ceremony:
        """Begin to register a passkey; gives the question that its answer must fit."""
        nonce = self._chance.token(32)
        good_until = self._clock.now() + timedelta(seconds=REGISTRATION_S)
        await self.change(
            card, lambda now: flow.open_registration(now, nonce=nonce, good_until=good_until)
        )
        return registration(card, nonce)

    async def register(self, card: CardRecord, response: str) -> None:
        """Keep the passkey that answered. Raises NotProven or OutOfTurn."""
        factors, checker = await self.of(card), self._check.passkeys
        if checker is None or factors.registering is None:
            raise NotProven("no passkey is being registered")
        nonce = factors.registering.nonce
        made = checker.register(registration(card, nonce), response)
        at = self._clock.now()
        await self.change(card, lambda now: flow.register_passkey(now, made, nonce=nonce, at=at))
        await self._cards.advance(card.fingerprint, _with_passkey)

    async def app_code(self, card: CardRecord) -> Secret[str] | None:
        """Give what the card's authenticator app shows now; None when it has none. Sandbox only."""
        secret = self._opened(await self.of(card))
        if secret is None:
            return None
        return self._check.app_codes.code_of(secret, at=self._clock.now())

    async def change(
        self, card: CardRecord, decide: Callable[[Factors], tuple[Factors, tuple[Effect, ...]]]
    ) -> Factors:
        """Change a card's factors, which are made at first sight."""
        await self.of(card)
        return await self._store.advance(card.card_id, decide)

    def _proven(self, kept: KeptPasskey, ceremony: Ceremony, response: str) -> Passkey | None:
        if self._check.passkeys is None:
            return None
        try:
            return self._check.passkeys.prove(_as_passkey(kept), ceremony, response)
        except NotProven:
            return None

    async def _prove_code(self, factors: Factors, typed: Secret[str], proof_id: str) -> bool:
        if factors.last_proof_id == proof_id:
            return True  # asked again
        secret = self._opened(factors)
        if secret is None:
            return False
        step = self._check.app_codes.step_of(
            secret, typed.reveal(), at=self._clock.now(), last_step=factors.last_step
        )
        if step is None:
            return False
        after = await self._store.advance(
            factors.card_id, lambda now: flow.spend_step(now, step=step, proof_id=proof_id)
        )
        return after.last_proof_id == proof_id

    def _prove_answer(self, factors: Factors, question_id: str | None, typed: Secret[str]) -> bool:
        asked = question_of(factors, question_id)
        codes = tuple(code for code in typed.reveal().split(",") if code)
        given = right_digest(self._keys.fingerprint, factors.card_id, question_id or "", codes)
        return compare_digest(asked.right if asked else "", given)

    def _opened(self, factors: Factors) -> Secret[bytes] | None:
        if factors.sealed_app_secret is None:
            return None
        return Secret(
            self._keys.seal.open(factors.sealed_app_secret, bound_to=_place(factors.card_id))
        )

    async def _first(self, card: CardRecord) -> Factors:
        defaults = self._settings.sandbox_factors
        if defaults is None:
            return Factors(card_id=card.card_id)
        if self._default_hash is None:
            self._default_hash = await self._check.passwords.hashed(defaults.password)
        secret = base64.b32decode(defaults.app_secret.reveal())
        return Factors(
            card_id=card.card_id,
            password_hash=self._default_hash.reveal(),
            sealed_app_secret=self._keys.seal.seal(secret, bound_to=_place(card.card_id)),
            questions=sandbox_questions(self._keys.fingerprint, card.card_id),
        )


def first_methods(settings: MembersSettings) -> tuple[Method, ...]:
    """Say what a newly seen card's holder has: everything but a passkey in the sandbox."""
    if settings.sandbox_factors is None:
        return ()
    return (Method.PASSWORD, Method.APP_CODE, Method.QUESTION, Method.PROMPT)


def relying_party(settings: MembersSettings) -> str | None:
    """Give the relying party's id: as set, or the host of the origin."""
    if settings.passkey_rp_id is not None or settings.passkey_origin is None:
        return settings.passkey_rp_id
    return urlsplit(settings.passkey_origin).hostname


def registration(card: CardRecord, nonce: str) -> Ceremony:
    """Give the question that a new passkey of this card answers."""
    return Ceremony(nonce=nonce.encode(), facts=("registration", card.card_id))


def question_of(factors: Factors, question_id: str | None) -> KeptQuestion | None:
    """Find one of the card's questions."""
    return next((each for each in factors.questions if each.question_id == question_id), None)


def _with_passkey(card: CardRecord) -> tuple[CardRecord, tuple[Effect, ...]]:
    if Method.PASSKEY in card.methods:
        return card, ()
    return replace(card, methods=(*card.methods, Method.PASSKEY)), ()


def _as_passkey(kept: KeptPasskey) -> Passkey:
    return Passkey(
        credential_id=kept.credential_id,
        public_key=kept.public_key,
        sign_count=kept.sign_count,
        backed_up=kept.backed_up,
    )


def _place(card_id: str) -> str:
    return f"app-secret:{card_id}"
