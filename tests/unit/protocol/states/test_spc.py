"""Secure Payment Confirmation from both ends (section 2.8): the prompt, and what it is worth."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret
from sekisho.protocol import ErrorCode, Json, Message, ProtocolFault, Version
from sekisho.protocol.states import spc_at_acs as acs
from sekisho.protocol.states import spc_at_requestor as requestor
from sekisho.testkit.playbook import Play
from sekisho.testkit.samples import ACS_ID, SERVER_ID
from tests.unit.protocol.states.transactions import (
    NEXT_ID,
    NOON,
    OTHER_ID,
    after,
    areq,
    ares,
    ring,
    transaction,
)

V231 = Version.V231
CREDENTIALS: list[Json] = [{"rpID": "bank.example", "credentialIds": "c" * 16}]
PROOF = "eyJwcm9vZiI6MX0"


def data(timeout: str = "60000") -> dict[str, Json]:
    """Give spcTransData as far as the table looks at it."""
    return {"challenge": "x" * 43, "timeout": timeout}


def asked(timeout: str = "60000", **changes: Json) -> Message:
    """Give an ARes with S."""
    elements = {"webAuthnCredList": CREDENTIALS, "spcTransData": data(timeout)}
    return ares("S", V231, **{**elements, **changes})


def offered(timeout: str = "60000") -> Play[requestor.Confirmation]:
    record, _ = requestor.begin(asked(timeout), at=NOON)
    return Play(requestor.decide, record)


def prompting() -> Play[requestor.Confirmation]:
    """The browser began to ask after two seconds."""
    return offered().on(
        requestor.Prompted(at=after(2)), ring(requestor.PromptTimeRanOut, after(62))
    )


def second(**elements: Json) -> dict[str, Json]:
    """Give what every second AReq says."""
    prior: dict[str, Json] = {
        "threeDSReqPriorRef": ACS_ID,
        "threeDSReqPriorAuthMethod": "05",
        "threeDSReqPriorAuthTimestamp": "202603011200",
    }
    return {"threeDSRequestorPriorAuthenticationInfo": [prior], **elements}


def failed(why: str) -> requestor.TellServer:
    return requestor.TellServer(elements=second(spcIncompInd=why), incompletion=why)


def proven(minute: str = "202603011200") -> requestor.TellServer:
    proof: dict[str, Json] = {
        "threeDSReqAuthMethod": "09",
        "threeDSReqAuthData": PROOF,
        "threeDSReqAuthTimestamp": minute,
    }
    return requestor.TellServer(
        elements=second(threeDSRequestorAuthenticationInfo=[proof]), incompletion=None
    )


def confirmed(at: float) -> requestor.Confirmed:
    return requestor.Confirmed(at=after(at), assertion=Secret(PROOF))


def test_the_browser_is_offered_what_the_ares_brought() -> None:
    """Nine minutes for the whole, from the ARes on."""
    record, effects = requestor.begin(asked(), at=NOON)
    assert effects == (
        requestor.OfferPrompt(credentials=CREDENTIALS, transaction_data=data()),
        ring(requestor.OfferTimeRanOut, after(540)),
    )
    assert (record.state, record.until) == (requestor.State.OFFERED, after(540))


@pytest.mark.parametrize(
    "answer", [ares("C", V231), asked(spcTransData=None), asked(transStatus="Y")]
)
def test_another_ares_is_misuse(answer: Message) -> None:
    """Nobody asked for a confirmation."""
    with pytest.raises(Misuse):
        requestor.begin(answer, at=NOON)


def test_a_confirmation_becomes_the_second_areq() -> None:
    """Method 09 with the assertion; the prior one with method 05 and the first acsTransID."""
    play = prompting().on(confirmed(59), proven()).ends(requestor.State.CONFIRMED)
    assert play.record.until is None
    prompting().on(confirmed(61), proven("202603011201"))


def test_minutes_are_told_in_utc() -> None:
    """Whatever clock the edge keeps."""
    tokyo = timezone(timedelta(hours=9))
    record, _ = requestor.begin(asked(), at=NOON.astimezone(tokyo))
    moment: datetime = after(1).astimezone(tokyo)
    Play(requestor.decide, replace(record, state=requestor.State.PROMPTING)).on(
        requestor.Confirmed(at=moment, assertion=Secret(PROOF)), proven()
    )


def test_the_cardholder_declines() -> None:
    """spcIncompInd 02."""
    event = requestor.Declined(at=after(9))
    prompting().on(event, failed("02")).ends(requestor.State.INCOMPLETE)


def test_the_browser_is_unable() -> None:
    """spcIncompInd 01, before or while it asks."""
    event = requestor.Unable(at=after(9))
    for play in (offered(), prompting()):
        play.on(event, failed("01")).ends(requestor.State.INCOMPLETE)
        assert play.record.until is None


def test_time_runs_out() -> None:
    """spcIncompInd 03: nobody asked for nine minutes, or nobody answered as long as the ARes said."""
    offered().on(requestor.OfferTimeRanOut(at=after(540)), failed("03"))
    prompting().on(requestor.PromptTimeRanOut(at=after(62)), failed("03"))
    prompting().on(confirmed(62), failed("03")).ends(requestor.State.INCOMPLETE)
    prompting().on(confirmed(61.9), proven("202603011201"))


def test_the_prompt_does_not_outlast_the_nine_minutes() -> None:
    """Whichever ends first."""
    play = offered("300000")
    play.on(requestor.Prompted(at=after(400)), ring(requestor.PromptTimeRanOut, after(540)))
    assert play.record.until == after(540)


def test_a_prompt_answers_only_what_was_asked() -> None:
    """Nobody confirms what was not shown, and it is shown once."""
    offered().refuses(confirmed(1), Misuse)
    offered().refuses(requestor.Declined(at=after(1)), Misuse)
    prompting().refuses(requestor.Prompted(at=after(3)), Misuse)


@pytest.mark.parametrize(
    "event",
    [
        requestor.Prompted(at=after(9)),
        confirmed(9),
        requestor.Declined(at=after(9)),
        requestor.Unable(at=after(9)),
        requestor.OfferTimeRanOut(at=after(540)),
        requestor.PromptTimeRanOut(at=after(62)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_the_server_is_told_once(event: requestor.Event) -> None:
    """There is one second AReq."""
    for play in (
        prompting().on(confirmed(5), proven()),
        prompting().on(requestor.Declined(at=after(5)), failed("02")),
    ):
        assert requestor.decide(play.record, event) == (play.record, ())


def test_an_assertion_does_not_print() -> None:
    """It is as good as a signature."""
    for shown in (confirmed(1), proven(), acs.VerifyAssertion(data=PROOF)):
        assert PROOF not in repr(shown)


def awaiting() -> Play[acs.Confirmation]:
    first = transaction(V231, threeDSRequestorSpcSupport="Y")
    record, _ = acs.begin(first, at=NOON)
    return Play(acs.decide, record)


def brought(at: float = 60, **changes: Json) -> acs.SecondAReqReceived:
    """Give a second AReq with the assertion."""
    proof: dict[str, Json] = {"threeDSReqAuthMethod": "09", "threeDSReqAuthData": PROOF}
    elements = second(threeDSRequestorAuthenticationInfo=[proof])
    elements["threeDSServerTransID"] = NEXT_ID
    return acs.SecondAReqReceived(at=after(at), message=areq(V231, **{**elements, **changes}))


def verifying() -> Play[acs.Confirmation]:
    return awaiting().on(
        brought(), acs.VerifyAssertion(data=PROOF), ring(acs.VerificationTimeRanOut, after(66))
    )


def test_the_second_areq_has_ten_minutes() -> None:
    """From the ARes with S."""
    record, effects = acs.begin(transaction(V231), at=NOON)
    assert effects == (ring(acs.SecondAReqTimeRanOut, after(600)),)
    assert (record.state, record.until) == (acs.State.AWAITING_AREQ, after(600))


def test_an_assertion_that_holds_is_a_confirmation() -> None:
    """authenticationMethod 14."""
    play = verifying()
    play.on(acs.AssertionVerified(at=after(61)), acs.DecideSecond(confirmed=True))
    play.ends(acs.State.CONFIRMED)
    assert play.record.until is None


def test_an_assertion_that_does_not_hold_is_none() -> None:
    """The second may then be challenged (C) or refused."""
    event = acs.AssertionRefused(at=after(61))
    verifying().on(event, acs.DecideSecond(confirmed=False)).ends(acs.State.UNCONFIRMED)


def test_an_assertion_nobody_looks_at_is_none() -> None:
    """The Directory Server waits for the ARes."""
    event = acs.VerificationTimeRanOut(at=after(66))
    verifying().on(event, acs.DecideSecond(confirmed=False)).ends(acs.State.UNCONFIRMED)
    late = acs.AssertionVerified(at=after(66))
    verifying().on(late, acs.DecideSecond(confirmed=False)).ends(acs.State.UNCONFIRMED)


@pytest.mark.parametrize("why", ["01", "02", "03"])
def test_a_second_areq_may_say_that_there_is_no_assertion(why: str) -> None:
    """spcIncompInd, which the decision hears; even beside an assertion."""
    told = acs.DecideSecond(confirmed=False, incompletion=why)
    bare = brought(spcIncompInd=why, threeDSRequestorAuthenticationInfo=None)
    awaiting().on(bare, told).ends(acs.State.UNCONFIRMED)
    play = awaiting().on(brought(spcIncompInd=why), told).ends(acs.State.UNCONFIRMED)
    assert play.record.until is None


@pytest.mark.parametrize(
    "infos",
    [
        None,
        [],
        {"threeDSReqAuthMethod": "09"},
        ["09"],
        [{"threeDSReqAuthMethod": "09"}],
        [{"threeDSReqAuthMethod": "06", "threeDSReqAuthData": PROOF}],
    ],
)
def test_without_an_assertion_nothing_is_confirmed(infos: Json) -> None:
    """Another method's data is no assertion."""
    event = brought(threeDSRequestorAuthenticationInfo=infos)
    awaiting().on(event, acs.DecideSecond(confirmed=False)).ends(acs.State.UNCONFIRMED)


def test_the_assertion_is_found_among_other_methods() -> None:
    """Up to three may stand in one AReq; the data may be an object."""
    infos: list[Json] = [
        {"threeDSReqAuthMethod": "02", "threeDSReqAuthData": "x"},
        {"threeDSReqAuthMethod": "09", "threeDSReqAuthData": {"id": "y"}},
    ]
    record, effects = acs.decide(
        awaiting().record, brought(threeDSRequestorAuthenticationInfo=infos)
    )
    assert record.state is acs.State.VERIFYING
    assert effects[0] == acs.VerifyAssertion(data={"id": "y"})


def test_no_second_areq_comes() -> None:
    """Nothing that comes later can count on it; the RReq is the authentication's own affair."""
    event = acs.SecondAReqTimeRanOut(at=after(600))
    play = awaiting().on(event).ends(acs.State.EXPIRED)
    play.on(brought(601)).ends(acs.State.EXPIRED)
    awaiting().on(brought(600)).ends(acs.State.EXPIRED)
    awaiting().after(brought(599), acs.VerifyAssertion, Later)


def test_an_assertion_is_used_once() -> None:
    """A third AReq with the same assertion stands by itself, whatever became of the second."""
    for play in (
        verifying(),
        verifying().on(acs.AssertionVerified(at=after(61)), acs.DecideSecond(confirmed=True)),
        verifying().on(acs.AssertionRefused(at=after(61)), acs.DecideSecond(confirmed=False)),
    ):
        assert acs.decide(play.record, brought(62)) == (play.record, ())


def test_a_verdict_comes_once() -> None:
    """And not before there is an assertion."""
    for event in (acs.AssertionVerified(at=after(62)), acs.AssertionRefused(at=after(62))):
        awaiting().refuses(event, Misuse)
        play = verifying().on(acs.AssertionVerified(at=after(61)), acs.DecideSecond(confirmed=True))
        assert acs.decide(play.record, event) == (play.record, ())


def test_the_second_areq_has_its_own_identifier() -> None:
    """203: a fresh threeDSServerTransID (section 2.8)."""
    with pytest.raises(ProtocolFault) as caught:
        acs.decide(awaiting().record, brought(threeDSServerTransID=SERVER_ID))
    assert caught.value.error_code is ErrorCode.FORMAT_INVALID
    assert caught.value.error_detail == "threeDSServerTransID"


@pytest.mark.parametrize(
    "prior",
    [
        None,
        [],
        {"threeDSReqPriorRef": ACS_ID, "threeDSReqPriorAuthMethod": "05"},
        [{"threeDSReqPriorRef": ACS_ID, "threeDSReqPriorAuthMethod": "02"}],
        [{"threeDSReqPriorAuthMethod": "05"}],
        [{"threeDSReqPriorRef": 1, "threeDSReqPriorAuthMethod": "05"}],
    ],
)
def test_an_areq_without_a_reference_is_no_second_one(prior: Json) -> None:
    """The room routes by `prior_of`."""
    event = brought(threeDSRequestorPriorAuthenticationInfo=prior)
    assert acs.prior_of(event.message) is None
    awaiting().refuses(event, Misuse)


def test_the_reference_is_found_in_any_case_among_others() -> None:
    """UUIDs compare without case."""
    infos: list[Json] = [
        {"threeDSReqPriorRef": OTHER_ID, "threeDSReqPriorAuthMethod": "01"},
        {"threeDSReqPriorRef": ACS_ID.upper(), "threeDSReqPriorAuthMethod": "05"},
    ]
    event = brought(threeDSRequestorPriorAuthenticationInfo=infos)
    assert acs.prior_of(event.message) == ACS_ID
    record, _ = acs.decide(awaiting().record, event)
    assert record.state is acs.State.VERIFYING


def test_another_confirmations_areq_is_misuse() -> None:
    """It was routed wrongly."""
    prior: list[Json] = [{"threeDSReqPriorRef": OTHER_ID, "threeDSReqPriorAuthMethod": "05"}]
    awaiting().refuses(brought(threeDSRequestorPriorAuthenticationInfo=prior), Misuse)
    nameless = replace(awaiting().record, transaction=replace(transaction(V231), acs_trans_id=None))
    Play(acs.decide, nameless).refuses(brought(), Misuse)


def test_both_ends_speak_of_the_same() -> None:
    """What the requestor tells is what the ACS reads."""
    play = prompting().on(confirmed(59), proven())
    (told,) = play.effects
    assert isinstance(told, requestor.TellServer)
    message = areq(V231, **{**told.elements, "threeDSServerTransID": NEXT_ID})
    _, effects = acs.decide(
        awaiting().record, acs.SecondAReqReceived(at=after(60), message=message)
    )
    assert effects[0] == acs.VerifyAssertion(data=PROOF)
