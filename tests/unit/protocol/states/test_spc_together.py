"""Secure Payment Confirmation stands in four tables: what one of them says, the others say too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.secret import Secret
from sekisho.protocol import Channel, Json, ProtocolFault, Version
from sekisho.protocol.states import (
    acs_authentication,
    acs_events,
    server_authentication,
    server_events,
    spc_at_acs,
    spc_at_requestor,
)
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.limits import SPC_AT_ACS, SPC_AT_SERVER
from sekisho.testkit.samples import ACS_ID, DS_ID, SERVER_ID
from tests.unit.protocol.states.transactions import NEXT_ID, NOON, after, areq, ares

V231 = Version.V231
SPC: dict[str, Json] = {"threeDSRequestorSpcSupport": "Y"}


def at_the_acs() -> tuple[acs_authentication.Authentication, spc_at_acs.Confirmation]:
    """Give both records of an ACS that said S at noon."""
    first = areq(V231, Channel.BROWSER, dsTransID=DS_ID, **SPC)
    record = acs_authentication.begin(first, acs_trans_id=ACS_ID, digest="areq")
    said = acs_events.Decided(at=NOON, result=ChallengeResult(trans_status="S"))
    authentication, _ = acs_authentication.decide(record, said)
    confirmation, _ = spc_at_acs.begin(authentication.transaction, at=NOON)
    return authentication, confirmation


def at_the_server() -> server_authentication.Authentication:
    """Give the record of a 3DS Server that heard S at noon."""
    record, _ = server_authentication.begin(
        at=NOON,
        version=V231,
        server_trans_id=SERVER_ID,
        successor_id=NEXT_ID,
        method_exists=False,
    )
    first = areq(V231, Channel.BROWSER, **SPC)
    record, _ = server_authentication.decide(record, server_events.Asked(at=NOON, message=first))
    heard = server_events.AResReceived(at=NOON, message=ares("S", V231))
    return server_authentication.decide(record, heard)[0]


def by_the_requestor() -> spc_at_requestor.Confirmation:
    data: dict[str, Json] = {"challenge": "x" * 43, "timeout": "60000"}
    said = ares("S", V231, webAuthnCredList=[], spcTransData=data)
    return spc_at_requestor.begin(said, at=NOON)[0]


def told(event: spc_at_requestor.Event) -> dict[str, Json]:
    record, _ = spc_at_requestor.decide(by_the_requestor(), spc_at_requestor.Prompted(at=NOON))
    _, (effect,) = spc_at_requestor.decide(record, event)
    assert isinstance(effect, spc_at_requestor.TellServer)
    return dict(effect.elements)


def test_both_tables_of_the_acs_wait_as_long() -> None:
    """Section 9: the moment that one calls the end is the other's."""
    authentication, confirmation = at_the_acs()
    assert authentication.until == confirmation.until == NOON + SPC_AT_ACS.of(V231)


def test_server_and_requestor_give_up_before_the_acs_does() -> None:
    """Section 9: nine minutes there, ten here, so that a late answer still finds somebody."""
    assert by_the_requestor().until == at_the_server().until == NOON + SPC_AT_SERVER.of(V231)
    assert SPC_AT_SERVER.of(V231) < SPC_AT_ACS.of(V231)


@pytest.mark.parametrize(
    ("at_browser", "at_server"),
    [
        (
            spc_at_requestor.Confirmed(at=after(9), assertion=Secret("proof")),
            server_events.SpcConfirmed(at=after(9)),
        ),
        (
            spc_at_requestor.Declined(at=after(9)),
            server_events.SpcFailed(at=after(9), incompletion="02"),
        ),
        (
            spc_at_requestor.Unable(at=after(9)),
            server_events.SpcFailed(at=after(9), incompletion="01"),
        ),
        (
            spc_at_requestor.PromptTimeRanOut(at=after(60)),
            server_events.SpcTimeRanOut(at=after(540)),
        ),
    ],
)
def test_server_and_requestor_ask_again_alike(
    at_browser: spc_at_requestor.Event, at_server: server_events.Event
) -> None:
    """Section 2.8: the same reference and the same reason; the requestor knows the times besides."""
    _, (again,) = server_authentication.decide(at_the_server(), at_server)
    assert isinstance(again, server_events.AskAgain)
    known = told(at_browser)
    assert again.elements.get("spcIncompInd") == known.get("spcIncompInd")
    ((prior,), (known_prior,)) = (
        each["threeDSRequestorPriorAuthenticationInfo"] for each in (again.elements, known)
    )
    assert {**known_prior, **prior} == known_prior


@given(seconds=st.integers(0, 1200), minutes_only=st.booleans())
def test_a_second_areq_counts_in_both_tables_of_the_acs_or_in_none(
    seconds: int, *, minutes_only: bool
) -> None:
    """Section 2.8: else an assertion would be looked at for an authentication that is over."""
    at = after(seconds - seconds % 60 if minutes_only else seconds)
    elements = told(spc_at_requestor.Declined(at=after(1)))
    second = areq(V231, Channel.BROWSER, **{**elements, "threeDSServerTransID": NEXT_ID})
    authentication, confirmation = at_the_acs()
    seen, _ = spc_at_acs.decide(confirmation, spc_at_acs.SecondAReqReceived(at=at, message=second))
    event = acs_events.SecondAReqReceived(at=at, message=second)
    if seen.state is spc_at_acs.State.EXPIRED:
        with pytest.raises(ProtocolFault):
            acs_authentication.decide(authentication, event)
    else:
        carried, _ = acs_authentication.decide(authentication, event)
        assert carried.state is acs_authentication.State.CONTINUED
        assert carried.successor_id == NEXT_ID
