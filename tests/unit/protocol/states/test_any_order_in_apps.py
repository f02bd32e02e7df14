"""App challenges, SPC, split SDKs and operation sequences, whatever happens in whatever order."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.kernel.secret import Secret
from sekisho.protocol import (
    Channel,
    Component,
    ErrorCode,
    Json,
    MessageType,
    ProtocolFault,
    Version,
)
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.states import (
    app_challenge,
    app_challenge_events,
    operation_receiver,
    operation_sender,
    sdk_challenge,
    sdk_challenge_events,
    spc_at_acs,
    spc_at_requestor,
    split_sdk,
)
from sekisho.protocol.states.app_challenge_table import OPEN
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import AnswerErro, Delivery, ResultDelivered, SendResult
from sekisho.protocol.states.screens import Answered, Chosen, NothingEntered, OobContinued
from tests.unit.protocol.states.app_messages import app_transaction, creq, cres, final_cres
from tests.unit.protocol.states.machines import MOMENTS, Machine, events_of, run, several
from tests.unit.protocol.states.transactions import (
    ACS_ID,
    NEXT_ID,
    NOON,
    OTHER_ID,
    after,
    areq,
    ares,
    erro,
    flawed,
    message,
)

V = Version.V231
FAULTS = [flawed(MessageType.CREQ, V), flawed(MessageType.ERRO, V), flawed(None, V)]
ERRO = [erro("402", V)]
RESULTS = [
    ChallengeResult(trans_status="Y"),
    ChallengeResult(trans_status="N", reason="01"),
    ChallengeResult(trans_status="D", reason="29"),
    ChallengeResult(trans_status="C"),
]
CREQS = [
    creq(0),
    creq(0, challengeCancel="01"),
    *(creq(count, challengeNoEntry="Y") for count in (1, 2, 3)),
    creq(1, oobContinue="02"),
    creq(1, challengeCancel="08"),
    creq(1, sdkTransID=OTHER_ID),
    creq(1, Version.V220, challengeNoEntry="Y"),
]
SCREENS = [cres(count, ui) for count in (0, 1, 2) for ui in ("01", "04")]
SCREENS += [final_cres(0), final_cres(1), cres(0, sdkTransID=OTHER_ID)]
OREQS = [
    message(
        MessageType.OREQ,
        V,
        opSeq={"seqId": seq_id, "seqNum": f"{number:02d}", "seqTotal": total},
        opDescription=f"{number}",
    )
    for seq_id in (ACS_ID, OTHER_ID)
    for number in (1, 2, 3)
    for total in ("02", "03")
]
THREE = tuple(OREQS[1:6:2])


def bank() -> Machine:
    """An app challenge at the ACS."""
    on = app_challenge_events
    return Machine(
        begin=lambda: app_challenge.begin(app_transaction(V), at=NOON),
        decide=app_challenge.decide,
        module=app_challenge,
        ways={
            **several(on.EVENTS),
            on.CReqReceived: {"message": CREQS, "enc": Enc},
            on.CReqFaulted: {"fault": FAULTS},
            on.ErroReceived: {"message": ERRO},
            on.ScreenChosen: {"message": SCREENS},
            on.OutcomeReached: {"result": RESULTS},
            ResultDelivered: {"how": Delivery},
        },
    )


def phone() -> Machine:
    """An app challenge at the SDK."""
    on = sdk_challenge_events
    return Machine(
        begin=lambda: sdk_challenge.begin(
            app_transaction(V), at=NOON, max_time=timedelta(minutes=5)
        ),
        decide=sdk_challenge.decide,
        module=sdk_challenge,
        ways={
            **several(on.EVENTS),
            on.AcsUnreachable: {"attempt": [1, 2]},
            on.CResReceived: {"message": SCREENS},
            on.CResFaulted: {"fault": FAULTS, "final": [True, False]},
            on.ErroReceived: {"message": ERRO},
            on.Replied: {
                "answered": [
                    Answered(answer=NothingEntered()),
                    Answered(answer=OobContinued(automatic=False)),
                    Answered(answer=Chosen(("a",))),
                ]
            },
        },
    )


def prompt() -> Machine:
    """Secure Payment Confirmation at the requestor."""
    on = spc_at_requestor
    asked = ares("S", V, webAuthnCredList=[], spcTransData={"timeout": "60000"})
    return Machine(
        begin=lambda: on.begin(asked, at=NOON),
        decide=on.decide,
        module=on,
        ways={**several(on.EVENTS), on.Confirmed: {"assertion": [Secret("x")]}},
    )


def confirmation() -> Machine:
    """Secure Payment Confirmation at the ACS."""
    on = spc_at_acs
    prior: list[Json] = [{"threeDSReqPriorRef": ACS_ID, "threeDSReqPriorAuthMethod": "05"}]
    proof: list[Json] = [{"threeDSReqAuthMethod": "09", "threeDSReqAuthData": "x"}]
    brought: dict[str, Json] = {
        "threeDSServerTransID": NEXT_ID,
        "threeDSRequestorPriorAuthenticationInfo": prior,
    }
    seconds = [
        areq(V, threeDSRequestorAuthenticationInfo=proof, **brought),
        areq(V, spcIncompInd="02", **brought),
        areq(V),
    ]
    return Machine(
        begin=lambda: on.begin(app_transaction(V), at=NOON),
        decide=on.decide,
        module=on,
        ways={**several(on.EVENTS), on.SecondAReqReceived: {"message": seconds}},
    )


def check() -> Machine:
    """A split SDK at the Directory Server."""
    on = split_sdk
    said = areq(
        V,
        Channel.APP,
        sdkType="02",
        splitSdkType={"sdkVariant": "03"},
        sdkServerSignedContent="a.b.c",
        sdkReferenceNumber="number",
    )
    fault = ProtocolFault(ErrorCode.SIGNATURE_INVALID, detail="bad")
    return Machine(
        begin=lambda: on.begin(said, at=NOON),
        decide=on.decide,
        module=on,
        ways={
            **several(on.EVENTS),
            on.SignatureVerified: {"signed_at": [NOON, after(9000)]},
            on.SignatureRefused: {"fault": [fault]},
        },
    )


def inbox() -> Machine:
    """An operation sequence at its receiver."""
    on = operation_receiver
    return Machine(
        begin=lambda: on.begin(OREQS[1], at=NOON, wait=timedelta(seconds=10)),
        decide=on.decide,
        module=on,
        ways={**several(on.EVENTS), on.OReqReceived: {"message": OREQS}},
    )


def outbox() -> Machine:
    """An operation sequence at the Directory Server."""
    on = operation_sender
    answers = [message(MessageType.ORES, V, opStatus=status) for status in ("01", "02", "80")]
    return Machine(
        begin=lambda: on.begin(THREE, receiver=Component.ACS, at=NOON, wait=timedelta(seconds=10)),
        decide=on.decide,
        module=on,
        ways={
            **several(on.EVENTS),
            on.PartTaken: {"number": [1, 2, 3]},
            on.OResReceived: {"message": answers},
            on.OResFaulted: {"fault": FAULTS},
            on.ErroReceived: {"message": ERRO},
            on.ReceiverUnreachable: {"attempt": [1, 2]},
        },
    )


MACHINES = {
    "app challenge at the ACS": bank(),
    "app challenge at the SDK": phone(),
    "SPC at the requestor": prompt(),
    "SPC at the ACS": confirmation(),
    "split SDK": check(),
    "operation receiver": inbox(),
    "operation sender": outbox(),
}
EVENTS = {name: events_of(machine) for name, machine in MACHINES.items()}
any_machine = pytest.mark.parametrize("name", MACHINES)


@any_machine
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whoever_waits_has_a_timer_and_ends_by_it(name: str, data: st.DataObject) -> None:
    """No order of events leads to a wait without an end; nothing but the two errors is raised."""
    machine = MACHINES[name]
    found = run(machine, data.draw(EVENTS[name]))
    silence = machine.module.SILENCE
    for _ in range(10):
        awaited = silence.get(found.record.state)
        if awaited is None:
            break
        ring = awaited(at=found.record.until)
        assert ring in found.timers
        found.tell(ring)
    assert found.record.state in machine.module.TABLE.final
    assert found.record.until is None


@any_machine
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_stale_timer_changes_nothing(name: str, data: st.DataObject) -> None:
    """Timers come late and twice; only the one that is awaited counts."""
    machine = MACHINES[name]
    found = run(machine, data.draw(EVENTS[name]))
    awaited = machine.module.SILENCE.get(found.record.state)
    for event in {type(each) for each in found.timers}:
        for moment in map(after, MOMENTS):
            if event is not awaited or moment != found.record.until:
                assert machine.decide(found.record, event(at=moment)) == (found.record, ())


ONCE: dict[str, tuple[type, ...]] = {
    "app challenge at the ACS": (SendResult, app_challenge_events.SendFinalCRes),
    "app challenge at the SDK": (sdk_challenge_events.TellApp,),
    "SPC at the requestor": (spc_at_requestor.TellServer,),
    "SPC at the ACS": (spc_at_acs.DecideSecond, spc_at_acs.VerifyAssertion),
    "split SDK": (split_sdk.GoOn, AnswerErro, split_sdk.LookUpSdk),
    "operation receiver": (operation_receiver.ActOn,),
}


@pytest.mark.parametrize("name", ONCE)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_what_must_happen_once_happens_once(name: str, data: st.DataObject) -> None:
    """One RReq, one final CRes, one word to the app, one second AReq, one judgement."""
    found = run(MACHINES[name], data.draw(EVENTS[name]))
    counts = Counter(type(effect) for effect in found.effects)
    assert all(counts[kind] <= 1 for kind in ONCE[name])


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_result_of_an_app_never_changes(data: st.DataObject) -> None:
    """And there is one as soon as the challenge is not open any more (section 2.1)."""
    name = "app challenge at the ACS"
    found = run(MACHINES[name], ())
    for event in data.draw(EVENTS[name]):
        before = found.record.result
        found.tell(event)
        assert before is None or found.record.result == before
        is_open = found.record.state in OPEN
        assert (found.record.result is None) is is_open
    sent = [each.result for each in found.effects if isinstance(each, SendResult)]
    assert sent == ([] if found.record.result is None else [found.record.result])


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_both_counters_count_what_was_exchanged(data: st.DataObject) -> None:
    """Section 5.4: a refused message is not counted, a sent one always."""
    found = run(MACHINES["app challenge at the ACS"], data.draw(EVENTS["app challenge at the ACS"]))
    on = app_challenge_events
    kinds = Counter(type(effect) for effect in found.effects)
    assert found.record.sent == kinds[on.SendScreen] + kinds[on.SendFinalCRes]
    assert 0 <= found.record.received - found.record.sent <= 2


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_sdk_counts_up_with_every_creq(data: st.DataObject) -> None:
    """000, 001, 002 and so on, whatever happens (section 5.4)."""
    found = run(MACHINES["app challenge at the SDK"], data.draw(EVENTS["app challenge at the SDK"]))
    on = sdk_challenge_events
    said = [
        each.message["sdkCounterStoA"] for each in found.effects if isinstance(each, on.SendCReq)
    ]
    assert said == [f"{count:03d}" for count in range(found.record.sent)]
