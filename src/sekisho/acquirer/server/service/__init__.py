"""The use cases of the 3DS Server, behind one façade."""

import hmac

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.model import (
    Authentication,
    Requestor,
    ServerSettings,
    api_key_digest,
)
from sekisho.acquirer.server.service.asking import Asking
from sekisho.acquirer.server.service.authenticate import Authentications
from sekisho.acquirer.server.service.kept_ranges import KeptRanges
from sekisho.acquirer.server.service.ports import CardRanges, Directory, Fingerprint, RangeFacts
from sekisho.acquirer.server.service.ranges import RangeCache, RefreshRanges
from sekisho.acquirer.server.service.refusals import StillAsking, too_large
from sekisho.acquirer.server.service.results import Results
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Misuse, Unreachable
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store

__all__ = [
    "CardRanges",
    "Directory",
    "Fingerprint",
    "KeptRanges",
    "RangeCache",
    "RangeFacts",
    "RefreshRanges",
    "Server",
    "StillAsking",
    "too_large",
]


class Server:
    """A 3DS Server: requestors on one side, the Directory Server on the other.

    `ranges` is where cards are looked up, `cache` what is refreshed: the same object, unless
    somebody (the sandbox's rule of test cards) stands in front of it.
    """

    def __init__(
        self,
        settings: ServerSettings,
        authentications: Store[Authentication],
        cache: RangeCache,
        directory: Directory,
        *,
        fingerprint: Fingerprint,
        clock: Clock,
        chance: Chance,
        log: Log,
        ranges: CardRanges | None = None,
    ) -> None:
        self._settings = settings
        self._store = authentications
        self._cache = cache
        self._directory = directory
        self._log = log
        self._clock = clock
        asking = Asking(settings, authentications, directory, clock=clock, log=log)
        self._authentications = Authentications(
            settings,
            authentications,
            ranges or cache,
            asking,
            fingerprint=fingerprint,
            clock=clock,
            chance=chance,
        )
        self._results = Results(settings, authentications, clock=clock, log=log)
        self.preauth = self._authentications.preauth
        self.auth = self._authentications.auth
        self.postauth = self._authentications.postauth
        self.receive = self._results.receive

    async def start(self) -> None:
        """Take up the card ranges of before and ask for new ones; the Directory should be up."""
        await self._cache.start()

    async def perform(self, key: str, effect: object) -> None:
        """Carry out an effect that a transaction left behind."""
        match effect:
            case flow.EndStage(stage=stage):
                event = flow.TimeRanOut(at=self._clock.now(), stage=stage)
                await self._store.advance(key, lambda record: flow.decide(record, event))
            case flow.Complain(erro=erro):
                await self._complain(erro)
            case RefreshRanges():
                await self._cache.refresh(effect)
            case _:
                raise Misuse(f"the 3DS Server has no effect {type(effect).__name__}")

    async def _complain(self, erro: str) -> None:
        try:
            await self._directory.send(erro.encode(), read_s=self._settings.areq_read_s)
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
