"""Every way to misbehave as one switch with its reason: a table of data.

`number` calls a fault up by test card: digits 9 and 10 of a 16-digit number of the sandbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sekisho.testkit.mischief import spoiling
from sekisho.testkit.mischief.legs import (
    ACS_ARES,
    ACS_RREQ,
    DIRECTORY_ARES,
    DIRECTORY_PRES,
    DIRECTORY_RREQ,
    LEGS,
    SERVER_AREQ,
    SERVER_PREQ,
    Leg,
    Role,
)
from sekisho.testkit.mischief.spoiling import Spoil

ANSWERS: Final = tuple(leg for leg in LEGS if leg.is_answer)
REQUESTS: Final = tuple(leg for leg in LEGS if not leg.is_answer)
WITH_DS_TRANS_ID: Final = tuple(leg for leg in LEGS if leg.role is not Role.SERVER) + tuple(
    leg for leg in LEGS if leg.role is Role.SERVER and leg.is_answer
)
WITH_STATUS: Final = (ACS_ARES, DIRECTORY_ARES, ACS_RREQ, DIRECTORY_RREQ)
WITH_REFERENCE: Final = (ACS_ARES, SERVER_AREQ, SERVER_PREQ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to misbehave."""

    number: int
    name: str
    what: str
    """What is done."""
    why: str
    """Why a real system does it."""
    legs: tuple[Leg, ...]
    """Where it can be done."""
    spoil: Spoil


_ROWS: Final[tuple[tuple[str, str, str, tuple[Leg, ...], Spoil], ...]] = (
    (
        "late",
        "comes when the other side has stopped waiting",
        "a database that locks, a garbage collector, a queue after a deployment",
        LEGS,
        spoiling.late,
    ),
    (
        "never",
        "does not come at all, and what was asked is not read",
        "a firewall that drops packets, a process that hangs",
        LEGS,
        spoiling.never,
    ),
    (
        "twice",
        "comes two times",
        "a load balancer or a client library that tries again after an answer was lost",
        REQUESTS,
        spoiling.twice,
    ),
    (
        "truncated",
        "ends in the middle",
        "a proxy with a limit of its own, a crash while writing",
        LEGS,
        spoiling.truncated,
    ),
    (
        "oversized",
        "is longer than anybody reads",
        "a challenge logo put into the message, or an attack",
        LEGS,
        spoiling.oversized,
    ),
    (
        "reset",
        "is not sent: the connection breaks",
        "a process that dies, a load balancer that loses its backend",
        LEGS,
        spoiling.reset,
    ),
    (
        "http-500",
        "is a web page with HTTP status 500",
        "an application that fails behind a proxy",
        ANSWERS,
        spoiling.http_500,
    ),
    (
        "no-message",
        "is a web page with HTTP status 200",
        "a maintenance page, a captive gateway",
        LEGS,
        spoiling.page,
    ),
    (
        "content-type",
        "is called text/html",
        "a framework's default that nobody noticed",
        ANSWERS,
        spoiling.other_content_type,
    ),
    (
        "wrong-version",
        "speaks messageVersion 2.0.1",
        "an upgrade on one side only",
        LEGS,
        spoiling.wrong_version,
    ),
    (
        "wrong-serial",
        "has a serialNum that was never given out, or that is too long",
        "a cache restored from a backup, another environment's data",
        (DIRECTORY_PRES, SERVER_PREQ),
        spoiling.wrong_serial,
    ),
    (
        "missing-ds-trans-id",
        "lacks dsTransID",
        "a mapping that dropped what 1.0.2 did not have",
        WITH_DS_TRANS_ID,
        spoiling.without("dsTransID"),
    ),
    (
        "missing-acs-url",
        "calls for a challenge without acsURL",
        "an ACS built for apps first, or a missing setting",
        (ACS_ARES, DIRECTORY_ARES),
        spoiling.without("acsURL"),
    ),
    (
        "missing-status",
        "lacks transStatus",
        "an outcome that the mapping does not know",
        WITH_STATUS,
        spoiling.without("transStatus"),
    ),
    (
        "unknown-status",
        "has a status that no version knows",
        "a code of the bank's own that leaks out",
        (*WITH_STATUS, *(leg for leg in ANSWERS if leg.message.value == "RRes")),
        spoiling.unknown_status,
    ),
    (
        "bad-signature",
        "has one bit of acsSignedContent's signature otherwise (app channel)",
        "a key that was changed on one node of two, or an attack",
        (ACS_ARES, DIRECTORY_ARES),
        spoiling.bad_signature,
    ),
    (
        "foreign-certificate",
        "comes under a certificate of an authority that nobody trusts",
        "the test environment's key in production, or an attack",
        REQUESTS,
        spoiling.as_a_stranger,
    ),
    (
        "critical-extension",
        "carries an unknown extension that must be understood",
        "a scheme's programme that the other side has not joined",
        LEGS,
        spoiling.critical_extension,
    ),
    (
        "extra-members",
        "has members that no version knows",
        "a vendor's tracing, a younger version's elements",
        LEGS,
        spoiling.extra_members,
    ),
    (
        "reordered",
        "has its members in the opposite order",
        "a library that keeps them in a hash table",
        LEGS,
        spoiling.reordered,
    ),
    (
        "null-members",
        "writes an absent messageExtension as null",
        "a serializer that writes every field of a class",
        LEGS,
        spoiling.null_members,
    ),
    (
        "duplicate-members",
        "names messageVersion twice, differently",
        "text put together by hand, or an attack on parsers that disagree",
        LEGS,
        spoiling.duplicate_members,
    ),
    (
        "wrong-ids",
        "has identifiers that nobody gave out, after the first",
        "a cache keyed by the wrong thing",
        LEGS,
        spoiling.wrong_ids,
    ),
    (
        "wrong-reference",
        "names a product that was never approved",
        "a setting copied from the test environment",
        WITH_REFERENCE,
        spoiling.wrong_reference,
    ),
    (
        "erro",
        "is an Erro 403 instead",
        "a system that is being moved",
        ANSWERS,
        spoiling.erro,
    ),
    (
        "other-message",
        "calls itself a message of another kind",
        "two endpoints behind one wrong route",
        ANSWERS,
        spoiling.other_message,
    ),
    (
        "swapped",
        "is the answer of the transaction before",
        "a thread that shares a buffer with another",
        ANSWERS,
        spoiling.swapped,
    ),
    (
        "result-first",
        "is preceded by a result (RReq) that it has not announced yet",
        "a challenge finished in another channel, or an attack",
        (ACS_ARES,),
        spoiling.result_first,
    ),
    (
        "unannounced-result",
        "is followed by a result (RReq), whatever it announced",
        "a batch that reports every transaction, or an attack",
        (ACS_ARES,),
        spoiling.unannounced_result,
    ),
    (
        "second-result",
        "is followed by another result that says the opposite",
        "two nodes that ended the same challenge, or an attack",
        (ACS_RREQ, DIRECTORY_RREQ),
        spoiling.second_result,
    ),
)

_NUMBERS: Final = tuple(number for number in range(12, 100) if number != 27)  # noqa: PLR2004  see below
"""Two digits where other clients' test cards and the check digit of short numbers do not stand."""

FAULTS: Final[Mapping[str, Fault]] = {
    name: Fault(number=number, name=name, what=what, why=why, legs=legs, spoil=spoil)
    for number, (name, what, why, legs, spoil) in zip(_NUMBERS, _ROWS, strict=False)
}
"""By name; numbers never change: a new fault goes to the end."""
