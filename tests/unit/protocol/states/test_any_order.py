"""Whatever happens in whatever order, at whatever times: what every table promises."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.kernel.effects import Effect
from sekisho.protocol import Channel, Json, Version
from sekisho.protocol.states import (
    acs_authentication,
    acs_events,
    browser_challenge,
    browser_events,
    decoupled,
    decoupled_events,
    directory_events,
    directory_relay,
    result_delivery,
    server_authentication,
    server_events,
)
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.directory_events import Failure, StandIn
from sekisho.protocol.states.exchange import Delivery, ResultDelivered, SendResult
from sekisho.testkit.samples import ACS_ID, DS_ID, SERVER_ID
from tests.unit.protocol.states.machines import MOMENTS, Machine, events_of, run, several
from tests.unit.protocol.states.transactions import (
    NEXT_ID,
    NOON,
    OTHER_ID,
    after,
    areq,
    ares,
    creq,
    erro,
    flawed,
    rreq,
    rres,
    transaction,
)

V = Version.V231
WISHES: dict[str, Json] = {
    "threeDSRequestorDecReqInd": "B",
    "threeDSRequestorDecMaxTime": "00010",
    "threeDSRequestorSpcSupport": "Y",
}
PRIOR: list[Json] = [{"threeDSReqPriorRef": ACS_ID, "threeDSReqPriorAuthMethod": "05"}]
RESULTS = [
    ChallengeResult(trans_status="Y"),
    ChallengeResult(trans_status="N", reason="01"),
    ChallengeResult(trans_status="D", reason="29"),
    ChallengeResult(trans_status="C"),
    ChallengeResult(trans_status="S"),
]
ARES = [ares(status, V) for status in "YNCDS"] + [ares("Y", V, acsTransID=OTHER_ID), ares("Y")]
RREQ = [rreq(status, V) for status in "YNDC"] + [rreq("Y", V, dsTransID=OTHER_ID), rreq("Y")]
RRES = [rres(status, V) for status in ("01", "04")] + [rres("01", V, acsTransID=OTHER_ID)]
ERRO = [erro(code, V) for code in ("301", "312", "402")]
FAULTS = [flawed(version=V), flawed(None, V)]
AREQ = areq(V, **WISHES)
SECOND = areq(V, threeDSServerTransID=NEXT_ID, threeDSRequestorPriorAuthenticationInfo=PRIOR)
FALLBACK = areq(V, Channel.THREE_RI, threeRIInd="19", **{**WISHES, "threeDSServerTransID": NEXT_ID})


def server() -> Machine:
    """The 3DS Server's authentication."""
    on = server_events
    return Machine(
        begin=lambda: server_authentication.begin(
            at=NOON,
            version=V,
            server_trans_id=SERVER_ID,
            successor_id=NEXT_ID,
            method_exists=True,
        ),
        decide=server_authentication.decide,
        module=server_authentication,
        ways={
            **several(on.EVENTS),
            on.Asked: {
                "message": [
                    areq(V, **{**WISHES, "threeDSCompInd": "N"}),
                    areq(V, **{**WISHES, "threeDSCompInd": "Y"}),
                    areq(V, Channel.APP, **WISHES),
                ]
            },
            on.DirectoryUnreachable: {"attempt": [1, 2]},
            on.AResReceived: {"message": ARES},
            on.AResFaulted: {"fault": FAULTS},
            on.ErroReceived: {"message": ERRO},
            on.SpcFailed: {"incompletion": ["01", "02"]},
            on.CResBrought: {"message": ERRO},
            on.RReqReceived: {"message": RREQ},
        },
    )


def directory() -> Machine:
    """The Directory Server's relay, whose own checks are done."""
    on = directory_events
    rules = {Failure.NO_ANSWER: StandIn(trans_status="A")}

    def begin() -> tuple[Any, tuple[Effect, ...]]:  # any record
        relay = directory_relay.begin(AREQ, at=NOON, ds_trans_id=DS_ID, digest="1", rules=rules)
        return directory_relay.decide(relay, on.AReqPassed(at=NOON))

    return Machine(
        begin=begin,
        decide=directory_relay.decide,
        module=directory_relay,
        ways={
            **several(on.EVENTS),
            on.AReqRefused: {"fault": FAULTS},
            on.AReqRepeated: {"message": [AREQ], "digest": "12"},
            on.AcsUnreachable: {"attempt": [1, 2]},
            on.AResReceived: {"message": ARES},
            on.AResFaulted: {"fault": FAULTS},
            on.AcsErroReceived: {"message": ERRO},
            on.RReqReceived: {"message": RREQ, "digest": "12"},
            on.ServerUnreachable: {"attempt": [1, 2, 3, 4]},
            on.RResReceived: {"message": RRES},
            on.RResFaulted: {"fault": FAULTS},
            on.ServerErroReceived: {"message": ERRO},
        },
    )


def acs() -> Machine:
    """The ACS's authentication; its challenge has a table of its own."""
    on = acs_events
    return Machine(
        begin=lambda: (acs_authentication.begin(AREQ, acs_trans_id=ACS_ID, digest="1"), ()),
        decide=acs_authentication.decide,
        module=acs_authentication,
        ways={
            **several(on.EVENTS),
            on.AReqRefused: {"fault": FAULTS[:1]},
            on.AReqRepeated: {"message": [AREQ], "digest": "12"},
            on.Decided: {"result": RESULTS},
            on.ErroReceived: {"message": ERRO},
            on.SecondAReqReceived: {"message": [SECOND, AREQ]},
            on.ResultFound: {"result": RESULTS},
            ResultDelivered: {"how": Delivery, "results_status": [None, "01", "04"]},
        },
        ends_by_itself=False,
    )


def browser() -> Machine:
    """A browser challenge."""
    on = browser_events
    return Machine(
        begin=lambda: browser_challenge.begin(
            transaction(V, **WISHES), at=NOON, refuses_repeats=True
        ),
        decide=browser_challenge.decide,
        module=browser_challenge,
        ways={
            **several(on.EVENTS),
            on.CReqReceived: {"message": [creq(V), creq(), creq(V, acsTransID=OTHER_ID)]},
            on.CReqFaulted: {"fault": FAULTS},
            OutcomeReached: {"result": RESULTS},
            ResultDelivered: {"how": Delivery},
        },
    )


def apart(*, fallback: bool) -> Machine:
    """A decoupled authentication, from the ARes with D or from a challenge on."""
    on = decoupled_events
    begin = decoupled.begin_fallback if fallback else decoupled.begin
    return Machine(
        begin=lambda: begin(transaction(V, **WISHES), at=NOON),
        decide=decoupled.decide,
        module=decoupled,
        ways={
            **several(on.EVENTS),
            on.FallbackAsked: {"message": [FALLBACK, AREQ], "acs_trans_id": [OTHER_ID]},
            OutcomeReached: {"result": RESULTS},
            ResultDelivered: {"how": Delivery, "results_status": [None, "01", "04"]},
        },
    )


def delivery() -> Machine:
    """The delivery of a result."""
    on = result_delivery
    return Machine(
        begin=lambda: on.begin(transaction(V), RESULTS[0], at=NOON),
        decide=on.decide,
        module=on,
        ways={
            **several(on.EVENTS),
            on.AttemptBegun: {"attempt": [1, 2, 3, 4]},
            on.DirectoryUnreachable: {"attempt": [1, 2, 3, 4]},
            on.RResReceived: {"message": RRES},
            on.RResFaulted: {"fault": FAULTS},
            on.ErroReceived: {"message": ERRO},
        },
    )


MACHINES = {
    "server": server(),
    "directory": directory(),
    "acs": acs(),
    "browser": browser(),
    "decoupled": apart(fallback=False),
    "fallback": apart(fallback=True),
    "delivery": delivery(),
}
EVENTS = {name: events_of(machine) for name, machine in MACHINES.items()}


@pytest.mark.parametrize("name", MACHINES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whoever_waits_has_a_timer_and_ends_by_it(name: str, data: st.DataObject) -> None:
    """No order of events leads to a wait without an end."""
    machine = MACHINES[name]
    found = run(machine, data.draw(EVENTS[name]))
    silence = machine.module.SILENCE
    for _ in range(1000):
        awaited = silence.get(found.record.state)
        if awaited is None:
            break
        due: datetime | None = found.record.until
        assert due is not None
        ring = awaited(at=due)
        assert ring in found.timers
        found.tell(ring)
    assert found.record.state not in silence
    if machine.ends_by_itself:
        assert found.record.state in machine.module.FINAL


@pytest.mark.parametrize("name", MACHINES)
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


@pytest.mark.parametrize("name", ["browser", "decoupled", "fallback"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_result_is_sent_once_and_never_changes(name: str, data: st.DataObject) -> None:
    """Exactly one RReq per C or D (section 2.1)."""
    machine = MACHINES[name]
    found = run(machine, ())
    for event in data.draw(EVENTS[name]):
        before = found.record.result
        found.tell(event)
        assert before is None or found.record.result == before
    sent = [effect.result for effect in found.effects if isinstance(effect, SendResult)]
    assert len(sent) <= 1
    assert all(result == found.record.result for result in sent)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_acs_owes_one_result(data: st.DataObject) -> None:
    """Whatever is found later, the first result stands (section 2.1)."""
    machine = MACHINES["acs"]
    found = run(machine, data.draw(EVENTS["acs"]))
    owed = [each for each in found.effects if isinstance(each, acs_events.DeliverResult)]
    assert len(owed) <= 1
    assert all(each.result == found.record.result for each in owed)
    answers = [each for each in found.effects if isinstance(each, acs_events.AnswerARes)]
    assert len(answers) <= 1


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_3ds_server_takes_one_result(data: st.DataObject) -> None:
    """One RRes, and what it took stays (section 8)."""
    machine = MACHINES["server"]
    found = run(machine, ())
    for event in data.draw(EVENTS["server"]):
        before = found.record
        found.tell(event)
        if before.result_known:
            assert found.record == before
    taken = [each for each in found.effects if isinstance(each, server_events.AnswerRRes)]
    assert len(taken) == found.record.result_known


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_directory_server_relays_one_result(data: st.DataObject) -> None:
    """Another message than the first that was taken up is never sent on (section 8)."""
    machine = MACHINES["directory"]
    found = run(machine, ())
    for event in data.draw(EVENTS["directory"]):
        before = found.record.result_digest
        found.tell(event)
        assert before is None or found.record.result_digest == before
    relayed = [each for each in found.effects if isinstance(each, directory_events.RelayARes)]
    assert len(relayed) <= 1
