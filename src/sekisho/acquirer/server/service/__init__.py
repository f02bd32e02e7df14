"""The use cases of the 3DS Server, behind one façade."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.model import Requestor, ServerSettings, api_key_digest
from sekisho.acquirer.server.service.asking import Asking
from sekisho.acquirer.server.service.authenticate import Authentications, limits_of
from sekisho.acquirer.server.service.carrying_on import CarryingOn
from sekisho.acquirer.server.service.confirming import Confirming
from sekisho.acquirer.server.service.continuation import Continuation
from sekisho.acquirer.server.service.directories import Directories
from sekisho.acquirer.server.service.kept_ranges import KeptRanges
from sekisho.acquirer.server.service.moves import Moves
from sekisho.acquirer.server.service.operations import EndSequence, Operations
from sekisho.acquirer.server.service.ports import (
    CardRanges,
    Directory,
    Fingerprint,
    Keys,
    Line,
    RangeFacts,
    RangeSource,
    Seal,
    Stores,
)
from sekisho.acquirer.server.service.ranges import RangeCache, RefreshRanges
from sekisho.acquirer.server.service.receiving import Receiving
from sekisho.acquirer.server.service.records import Records
from sekisho.acquirer.server.service.refusals import StillAsking, too_large
from sekisho.acquirer.server.service.results import Results
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Misuse, Unreachable
from sekisho.kernel.log import Log

__all__ = [
    "CardRanges",
    "Directory",
    "EndSequence",
    "Fingerprint",
    "KeptRanges",
    "Keys",
    "Line",
    "RangeCache",
    "RangeFacts",
    "RangeSource",
    "RefreshRanges",
    "Seal",
    "Server",
    "StillAsking",
    "Stores",
    "too_large",
]


class Server:
    """A 3DS Server: requestors on one side, Directory Servers on the other."""

    def __init__(
        self,
        settings: ServerSettings,
        stores: Stores,
        lines: Sequence[Line],
        keys: Keys,
        *,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        store, limits = stores.authentications, limits_of(settings)
        self._settings = settings
        self._log = log
        self._clock = clock
        self._directories = Directories(lines)
        continuation = Continuation(keys.seal)
        records = Records(store)
        self._moves = Moves(
            store, continuation, keep=timedelta(seconds=settings.keep_answers_s), log=log
        )
        asking = Asking(settings, store, self._directories, self._moves, clock=clock, log=log)
        self._carrying_on = CarryingOn(
            store, continuation, self._moves, asking,
            limits=limits, clock=clock, chance=chance, log=log,
        )  # fmt: skip
        self._authentications = Authentications(
            settings, records, self._directories, self._moves, asking,
            carrying_on=self._carrying_on, continuation=continuation, limits=limits,
            fingerprint=keys.fingerprint, clock=clock, chance=chance,
        )  # fmt: skip
        self._confirming = Confirming(records, self._moves, stores.outbox, clock=clock)
        self._operations = Operations(
            settings, stores.operations, self._directories, clock=clock, chance=chance, log=log
        )
        results = Results(store, self._directories, self._moves, clock=clock)
        receiving = Receiving(self._directories, results, self._operations, log=log)
        self.preauth = self._authentications.preauth
        self.auth = self._authentications.auth
        self.postauth = self._authentications.postauth
        self.spc = self._confirming.spc
        self.optout = self._confirming.optout
        self.receive = receiving.receive

    async def start(self) -> None:
        """Take up the card ranges of before and ask for new ones; a Directory should be up."""
        for line in self._directories.lines:
            await line.cache.start()

    async def perform(self, key: str, effect: object) -> None:
        """Carry out an effect that a transaction left behind."""
        match effect:
            case flow.Ring(wait=wait, until=until):
                await self._moves.ring(key, flow.TIMERS[wait](at=datetime.fromisoformat(until)))
            case flow.CarryOn(until=until):
                await self._carrying_on.carry_on(key, until)
            case flow.Complain(to=to, erro=erro):
                await self._complain(to, erro)
            case flow.Forget():
                await self._moves.forget(key)
            case RefreshRanges(tries=tries):
                line = self._directories.line(key)
                if line is not None:  # else it is in the settings no more
                    await line.cache.refresh(tries)
            case EndSequence(until=until):
                await self._operations.end(key, until)
            case _:
                raise Misuse(f"the 3DS Server has no effect {type(effect).__name__}")

    async def _complain(self, to: str, erro: str) -> None:
        try:
            road = self._directories.road(to)
            await road.send(erro.encode(), read_s=self._settings.areq_read_s)
        except Unreachable as error:
            # A courtesy: the transaction is over, and saying it later would help nobody.
            self._log.warning("complaint not delivered", reason=str(error))

    def requestor_of(self, api_key: str | None) -> Requestor | None:
        """Find whose API key this is, in a time that does not depend on how near a guess is."""
        digest = api_key_digest(api_key or "")
        found = None
        for requestor in self._settings.requestors:
            if hmac.compare_digest(requestor.api_key_sha256, digest):
                found = requestor
        return found
