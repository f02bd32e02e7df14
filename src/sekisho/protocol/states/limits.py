"""How long each component waits for what, and what it does then: a table of data.

From protocol.md section 9 (EMV 3DS, timeouts) and the sections it points to. Where the protocol
leaves a limit to the Directory Server's rules or to nobody, `by_rule` says so and the value is what
is usual; the tables take it as an argument with that default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sekisho.kernel.errors import Misuse
from sekisho.protocol.vocabulary import Component, Version

CONNECTIONS_MOST: Final = 2
"""How often a connection is attempted: one immediate retry, then 405 (section 9). Only the ACS's
RReq is tried further, every `RREQ_AGAIN`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One time limit: who waits, for what, how long in each version, and what silence means."""

    what: str
    waits: Component
    by_version: Mapping[Version, timedelta]
    """Versions that are not listed do not know the wait at all."""
    then: str
    source: str
    """Section of protocol.md."""
    by_rule: bool = False
    """The value is usual, not given: a Directory Server's rule or an operator may change it."""

    def of(self, version: Version) -> timedelta:
        """Give the limit; raises Misuse where the version does not know such a wait."""
        length = self.by_version.get(version)
        if length is None:
            raise Misuse(f"{self.what}: not in {version.value}")
        return length

    @property
    def usual(self) -> timedelta:
        """Give the limit where a rule may set it: it is the same in every version."""
        return self.of(Version.V231)


def _always(length: timedelta) -> dict[Version, timedelta]:
    return dict.fromkeys(Version, length)


METHOD: Final = Limit(
    what="the 3DS Method's notification, from the load of its iframe",
    waits=Component.SERVER,
    by_version={**_always(timedelta(seconds=10)), Version.V231: timedelta(seconds=5)},
    then="the AReq goes out with threeDSCompInd N",
    source="3",
)
METHOD_REUSE: Final = Limit(
    what="the reuse of a 3DS Method's result under its old id (threeDSMethodId)",
    waits=Component.SERVER,
    by_version={Version.V231: timedelta(minutes=10)},
    then="the 3DS Method runs again",
    source="3",
)
PREPARATION: Final = Limit(
    what="the AReq, after the requestor was told what the card can do",
    waits=Component.SERVER,
    by_version=_always(timedelta(minutes=20)),
    then="the transaction is forgotten",
    source="2.2",
    by_rule=True,
)
ARES_AT_SERVER: Final = Limit(
    what="the ARes, in the eyes of the 3DS Server",
    waits=Component.SERVER,
    by_version=_always(timedelta(seconds=15)),
    then="Erro S/402 to the Directory Server; no authentication",
    source="9",
    by_rule=True,
)
ARES_AT_DIRECTORY: Final = Limit(
    what="the ARes, in the eyes of the Directory Server",
    waits=Component.DIRECTORY,
    by_version=_always(timedelta(seconds=6)),
    then="Erro D/402 to the 3DS Server, or an ARes A or U by the Directory Server's rule",
    source="9",
    by_rule=True,
)
FIRST_CREQ: Final = Limit(
    what="the first CReq, from the ARes with C",
    waits=Component.ACS,
    by_version=_always(timedelta(seconds=30)),
    then="RReq N, reason 14, challengeCancel 05; a late CReq is answered with Erro A/402",
    source="9",
)
NEXT_CREQ: Final = Limit(
    what="the app's next CReq, from each CRes",
    waits=Component.ACS,
    by_version=_always(timedelta(minutes=10)),
    then="RReq N, reason 14, challengeCancel 04",
    source="9",
)
RREQ_AFTER_SILENCE: Final = Limit(
    what="the RReq, after the app let its time run out",
    waits=Component.SERVER,
    by_version=_always(timedelta(seconds=60)),
    then="the ACS is at fault: its tables send the RReq at once",
    source="9",
)
PAGE: Final = Limit(
    what="the cardholder, on each page of a browser challenge",
    waits=Component.ACS,
    by_version=_always(timedelta(minutes=10)),
    then="RReq N, reason 14, challengeCancel 04; final CRes N",
    source="9",
)
CRES_AT_SDK: Final = Limit(
    what="the CRes, after each CReq of an app",
    waits=Component.SDK,
    by_version=_always(timedelta(seconds=10)),
    then="Erro C/402 to the ACS; the challenge ends",
    source="9",
)
SDK_LEAST: Final = Limit(
    what="the whole challenge in an app, at least (sdkMaxTimeout may be longer)",
    waits=Component.SDK,
    by_version=_always(timedelta(minutes=5)),
    then="CReq with challengeCancel 08; the challenge ends",
    source="9",
)
RRES_AT_ACS: Final = Limit(
    what="the RRes, in the eyes of the ACS",
    waits=Component.ACS,
    by_version=_always(timedelta(seconds=5)),
    then="Erro A/402 to the Directory Server; app: Erro A/402 instead of the final CRes",
    source="9",
)
RREQ_AGAIN: Final = Limit(
    what="the next attempt at an RReq, where two connections have failed",
    waits=Component.ACS,
    by_version=_always(timedelta(seconds=10)),
    then="the RReq is sent again",
    source="9",
)
RREQ_TRIED: Final = Limit(
    what="a connection for the RReq, over all attempts",
    waits=Component.ACS,
    by_version=_always(timedelta(hours=1)),
    then="the result is given up: the 3DS Server has long said that it knows none",
    source="9",
    by_rule=True,
)
RRES_AT_DIRECTORY: Final = Limit(
    what="the RRes, in the eyes of the Directory Server",
    waits=Component.DIRECTORY,
    by_version=_always(timedelta(seconds=3)),
    then="Erro D/402 to the ACS",
    source="9",
)
RESULT: Final = Limit(
    what="the RReq of a challenge, from the ARes with C",
    waits=Component.SERVER,
    by_version=_always(timedelta(hours=1)),
    then="the result is not known; a late RReq is answered with 402",
    source="9 (each page is bounded, their number is not)",
    by_rule=True,
)
SPC_AT_SERVER: Final = Limit(
    what="Secure Payment Confirmation at the requestor, from the ARes with S",
    waits=Component.SERVER,
    by_version={Version.V231: timedelta(minutes=9)},
    then="second AReq with spcIncompInd 03",
    source="2.8, 9",
)
SPC_AT_ACS: Final = Limit(
    what="the second AReq of Secure Payment Confirmation, from the ARes with S",
    waits=Component.ACS,
    by_version={Version.V231: timedelta(minutes=10)},
    then="RReq for the first: nobody was authenticated",
    source="2.8, 9",
)
DECOUPLED_AT_ACS: Final = Limit(
    what="the RReq of a decoupled authentication, after threeDSRequestorDecMaxTime",
    waits=Component.ACS,
    by_version={Version.V220: timedelta(0), Version.V231: timedelta(hours=1)},
    then="the result is given up",
    source="2.5",
)
DECOUPLED_AT_SERVER: Final = Limit(
    what="the RReq of a decoupled authentication, after threeDSRequestorDecMaxTime",
    waits=Component.SERVER,
    by_version={
        Version.V220: timedelta(seconds=30),
        Version.V231: timedelta(hours=1, seconds=30),
    },
    then="the result is not known; a late RReq is answered with 402",
    source="2.5",
)
FALLBACK: Final = Limit(
    what="the 3RI AReq (threeRIInd 19), after a challenge ended with D",
    waits=Component.ACS,
    by_version={Version.V231: timedelta(seconds=60)},
    then="the authentication is over without one",
    source="2.5, 9",
)

LIMITS: Final[tuple[Limit, ...]] = (
    METHOD,
    METHOD_REUSE,
    PREPARATION,
    ARES_AT_SERVER,
    ARES_AT_DIRECTORY,
    FIRST_CREQ,
    NEXT_CREQ,
    RREQ_AFTER_SILENCE,
    PAGE,
    CRES_AT_SDK,
    SDK_LEAST,
    RRES_AT_ACS,
    RREQ_AGAIN,
    RREQ_TRIED,
    RRES_AT_DIRECTORY,
    RESULT,
    SPC_AT_SERVER,
    SPC_AT_ACS,
    DECOUPLED_AT_ACS,
    DECOUPLED_AT_SERVER,
    FALLBACK,
)
"""Every limit, for the reference page."""
