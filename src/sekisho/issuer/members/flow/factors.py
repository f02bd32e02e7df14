"""How the record of a cardholder's factors changes: codes are spent, passkeys counted, prompts too."""

from dataclasses import replace
from datetime import datetime, timedelta

from sekisho.issuer.members.model import (
    Factors,
    KeptPasskey,
    MembersSettings,
    Prompted,
    Registering,
)
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import OutOfTurn, TheyErred
from sekisho.kernel.factors import Passkey

PASSKEYS_MAX = 10
"""A person has a few devices; a list without end would be somebody else's."""


class TooManyPrompts(TheyErred):
    """The cardholder was prompted too often of late: one more would only wear them out."""


def spend_step(factors: Factors, *, step: int, proof_id: str) -> tuple[Factors, tuple[Effect, ...]]:
    """Take an app's code: its time step and all before it prove nothing more."""
    if factors.last_step is not None and step <= factors.last_step:
        return factors, ()  # another proof took it between our look and our writing
    return replace(factors, last_step=step, last_proof_id=proof_id), ()


def count_prompt(
    factors: Factors, *, prompt_id: str, at: datetime, settings: MembersSettings
) -> tuple[Factors, tuple[Effect, ...]]:
    """Count a prompt before it is shown. Raises TooManyPrompts (attack 22)."""
    since = at - timedelta(seconds=settings.prompts_per_s)
    recent = tuple(each for each in factors.prompted if each.at > since)
    if any(each.prompt_id == prompt_id for each in recent):
        return factors, ()  # asked again by an ACS that did not hear our answer
    if len(recent) >= settings.prompts_max:
        raise TooManyPrompts("this card's holder was asked too often of late")
    return replace(factors, prompted=(*recent, Prompted(prompt_id=prompt_id, at=at))), ()


def open_registration(
    factors: Factors, *, nonce: str, good_until: datetime
) -> tuple[Factors, tuple[Effect, ...]]:
    """Begin to register a passkey; an earlier beginning is forgotten."""
    return replace(factors, registering=Registering(nonce=nonce, good_until=good_until)), ()


def register_passkey(
    factors: Factors, passkey: Passkey, *, nonce: str, at: datetime
) -> tuple[Factors, tuple[Effect, ...]]:
    """Keep a passkey that answered the question `nonce`, which is used up by that."""
    open_one = factors.registering
    if open_one is None or open_one.nonce != nonce or at >= open_one.good_until:
        raise OutOfTurn("no passkey is being registered, or no longer")
    others = tuple(each for each in factors.passkeys if each.credential_id != passkey.credential_id)
    kept = KeptPasskey(
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        backed_up=passkey.backed_up,
        made_at=at,
    )
    return replace(factors, registering=None, passkeys=(*others, kept)[-PASSKEYS_MAX:]), ()


def count_passkey(
    factors: Factors, passkey: Passkey, *, proof_id: str
) -> tuple[Factors, tuple[Effect, ...]]:
    """Keep what a passkey counted when it proved something."""
    return replace(
        factors,
        passkeys=tuple(
            replace(
                each,
                sign_count=max(each.sign_count, passkey.sign_count),
                backed_up=passkey.backed_up,
                last_proof_id=proof_id,
            )
            if each.credential_id == passkey.credential_id
            else each
            for each in factors.passkeys
        ),
    ), ()
