"""Every request is acted upon once, however often it is sent: the `request-id` as idempotency key."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import msgspec

from sekisho.acquirer.gateway.model.payment import PaymentId, RequestSlot, request_key
from sekisho.acquirer.gateway.model.refusals import RequestInFlight, RequestReused
from sekisho.acquirer.gateway.service.signing import FINGERPRINT, Signer
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Conflict, SekishoError
from sekisho.kernel.store import Store
from sekisho.protocol import Json

LEASE: Final = timedelta(seconds=60)
"""How long a request without an answer counts as in progress; after that its process has died, and
the next equal request takes it up where it was left."""

FREE: Final = ""
"""Fingerprint of a slot whose request came to nothing: the merchant may try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a merchant's program is told."""

    status: int
    body: Mapping[str, Json]


Make = Callable[[PaymentId], Awaitable[Answer]]


class Desk:
    """Takes each request once and replays its answer ever after."""

    def __init__(
        self, slots: Store[RequestSlot], signer: Signer, clock: Clock, chance: Chance
    ) -> None:
        self._slots = slots
        self._signer = signer
        self._clock = clock
        self._chance = chance

    async def once(self, merchant_id: str, request_id: str, asked: Json, make: Make) -> Answer:
        """Act on a request, or repeat the answer that it got before.

        Raises RequestReused when the id stands for another request, RequestInFlight while the
        first has no answer, and whatever `make` raises. `make` must keep nothing before it raises
        a SekishoError: the id is then free again. Anything else (a cancelled task, a crash) leaves
        the id to the next equal request, under the same payment id.
        """
        fingerprint = self._fingerprint(merchant_id, asked)
        slot = await self._take(request_key(merchant_id, request_id), fingerprint)
        if slot.answer is not None and slot.status is not None:
            body: dict[str, Json] = msgspec.json.decode(slot.answer)
            return Answer(status=slot.status, body=body)
        try:
            answer = await make(slot.payment_id)
        except SekishoError:
            await self._slots.advance(slot.key, _free)
            raise
        text = msgspec.json.encode(answer.body).decode()

        def keep(held: RequestSlot) -> tuple[RequestSlot, tuple[Effect, ...]]:
            return replace(held, status=answer.status, answer=text), ()

        await self._slots.advance(slot.key, keep)
        return answer

    async def _take(self, key: str, fingerprint: str) -> RequestSlot:
        fresh = RequestSlot(
            key=key,
            fingerprint=fingerprint,
            payment_id=PaymentId(self._chance.uuid()),
            started_at=self._clock.now(),
        )
        try:
            await self._slots.add(fresh)
        except Conflict:
            return await self._slots.advance(key, lambda held: (_share(held, fresh), ()))
        return fresh

    def _fingerprint(self, merchant_id: str, asked: Json) -> str:
        body = msgspec.json.encode(asked, order="sorted")
        return self._signer.sign(FINGERPRINT, merchant_id, body)


def _share(held: RequestSlot, fresh: RequestSlot) -> RequestSlot:
    """Let a second request with the same id in, or turn it away."""
    if held.fingerprint == FREE:
        # Under the same payment id: a token that the first try claimed is then still good.
        return replace(fresh, payment_id=held.payment_id)
    if held.fingerprint != fresh.fingerprint:
        raise RequestReused("this request-id was used for another request; take a new one")
    if held.answer is not None:
        return held
    if fresh.started_at - held.started_at < LEASE:
        raise RequestInFlight("the first request with this request-id has no answer yet")
    return replace(held, started_at=fresh.started_at)


def _free(held: RequestSlot) -> tuple[RequestSlot, tuple[Effect, ...]]:
    return replace(held, fingerprint=FREE), ()
