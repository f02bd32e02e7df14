"""What requestors are answered: what a card can do, how it stands, how it ended."""

from collections.abc import Sequence

from sekisho.acquirer.server.model import Authentication, ServerSettings, State
from sekisho.acquirer.server.service.directories import Offer
from sekisho.acquirer.server.service.question import Question, common_versions
from sekisho.acquirer.server.service.refusals import StillAsking, erro, unknown_transaction
from sekisho.protocol import Channel, ErrorCode, ProtocolFault, Version
from sekisho.protocol.states.limits import METHOD, METHOD_REUSE
from sekisho.protocol.vocabulary import Json

METHODLESS = frozenset({Channel.APP.value, Channel.THREE_RI.value})
"""Channels without a browser that a 3DS Method could run in."""


def card_answer(
    settings: ServerSettings,
    trans_id: str,
    question: Question,
    offers: Sequence[Offer],
    highest: Version,
) -> dict[str, Json]:
    """Tell what can be done with a card: of the preferred Directory Server, then of each."""
    answer: dict[str, Json] = {
        "messageType": "CRD",
        "threeDSServerTransID": trans_id,
        **_of_offer(settings, question, offers[0]),
        "highestCommonSupportedProtocolVersion": highest.value,
    }
    if len(offers) > 1:
        answer["directoryServers"] = [
            {"directoryServer": offer.directory.name, **_of_offer(settings, question, offer)}
            for offer in offers
        ]
    return answer


def _of_offer(settings: ServerSettings, question: Question, offer: Offer) -> dict[str, Json]:
    facts, number = offer.facts, question.acct_number
    common = common_versions(settings, facts, question)
    told: dict[str, Json] = {
        "acsStartProtocolVersion": facts.versions[0],
        "acsEndProtocolVersion": facts.versions[-1],
        "dsStartProtocolVersion": facts.ds_versions[0],
        "dsEndProtocolVersion": facts.ds_versions[-1],
        "dsProtocolVersions": list(facts.ds_versions),
        "acsProtocolVersions": [_of_version(question, offer, version) for version in common],
        "scheme": offer.scheme(number),
        "directoryServerID": offer.directory_server_id(number),
    }
    if common:
        newest = _of_version(question, offer, common[-1])
        told |= {name: newest.get(name) for name in ("threeDSMethodURL", "acsInfoInd")}
    return {name: value for name, value in told.items() if value is not None}


def _of_version(question: Question, offer: Offer, version: str) -> dict[str, Json]:
    """Tell of one version: what the ACS offers, and how long its 3DS Method may take."""
    told: dict[str, Json] = {"version": version}
    info = offer.facts.acs_info_ind(version)
    if info:
        told["acsInfoInd"] = list(info)
    url = method_url(question, offer, version)
    if url is not None:
        spoken = Version(version)
        told["threeDSMethodURL"] = url
        told["threeDSMethodSeconds"] = int(METHOD.of(spoken).total_seconds())
        if spoken in METHOD_REUSE.by_version:
            told["threeDSMethodReuseSeconds"] = int(METHOD_REUSE.of(spoken).total_seconds())
    return told


def method_url(question: Question, offer: Offer, version: str) -> str | None:
    """Give the 3DS Method's address where there is a browser that it could run in."""
    if question.channel in METHODLESS:
        return None
    return offer.facts.three_ds_method_url(version)


def standing(record: Authentication) -> bytes:
    """Give the answer of an authentication that was asked; it may not be known yet, or be gone."""
    if record.answer is not None:
        return record.answer.encode()
    if record.state is State.ASKED:
        fault = ProtocolFault(
            ErrorCode.TRANSIENT_FAILURE, detail="The answer is not known yet: ask again."
        )
        raise StillAsking(erro(fault, version_of(record)))
    raise unknown_transaction()


def result(first: Authentication, last: Authentication) -> bytes:
    """Give how an authentication ended, which may be in another one; raises 305 before that."""
    if last.result is not None and last.state is not State.CONTINUED:
        return last.result.encode()
    if last is not first and last.answer is not None and last.state in _ENDED_AT_ONCE:
        return last.answer.encode()
    if last.state is State.CONTINUED:
        return _not_carried_on(last)
    if last.state in _PENDING:
        raise ProtocolFault(
            ErrorCode.TRANSACTION_DATA_INVALID,
            detail="threeDSServerTransID: the result has not come yet",
            version=version_of(first),
        )
    if last.state is State.UNRESOLVED:
        raise _too_late(first)
    raise unknown_transaction()


def _not_carried_on(record: Authentication) -> bytes:
    """Say what is known where the next authentication is not there, or not yet."""
    if record.sealed_areq is not None:
        raise ProtocolFault(
            ErrorCode.TRANSACTION_DATA_INVALID,
            detail="threeDSServerTransID: the result has not come yet",
            version=version_of(record),
        )
    if record.result is not None and record.stage.trans_status != "D":
        return record.result.encode()
    raise _too_late(record)


def _too_late(record: Authentication) -> ProtocolFault:
    return ProtocolFault(
        ErrorCode.TIMED_OUT,
        detail="The result did not come in time.",
        version=version_of(record),
    )


def version_of(record: Authentication) -> str:
    """Give the version that an authentication speaks."""
    return record.stage.transaction.version.value


_ENDED_AT_ONCE = frozenset({State.ANSWERED, State.FAILED})
_PENDING = frozenset({State.ASKED, State.CHALLENGE, State.DECOUPLED, State.SPC})
