"""3-D Secure 1.0.2 as conversations: the merchant plug-in's side and the ACS's (A1)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.protocol.states import threeds1_acs as acs
from sekisho.protocol.states import threeds1_plug_in as plug_in
from sekisho.protocol.states.waiting import timer
from sekisho.testkit.playbook import Play
from tests.unit.protocol.states.machines import Machine, Run, events_of
from tests.unit.protocol.states.transactions import after

WAIT = timedelta(seconds=600)
PLUG_IN = plug_in.begin(wait=WAIT)
TOLD = plug_in.VEResReceived(at=after(0), enrolled="Y")
EXPIRES = plug_in.PAResTimeRanOut(at=after(600))
ASKED = timer(EXPIRES)

AT_ACS, FIRST = acs.begin(at=after(0), browser_wait=WAIT, page_wait=WAIT)
CAME = acs.PAReqReceived(at=after(1), status=None)
LEFT = acs.PageTimeRanOut(at=after(601))


def ending(record: object) -> str:
    state = getattr(record, "state")  # noqa: B009 - any of the two records
    return str(state.value)


def test_an_enrolled_card_is_asked_about_by_the_browser_and_the_outcome_told() -> None:
    play = (
        Play(plug_in.decide, PLUG_IN)
        .on(TOLD, plug_in.PostPAReq(), ASKED)
        .on(
            plug_in.PAResBelieved(at=after(5), status="Y"),
            plug_in.TellOutcome(enrolled="Y", status="Y"),
        )
        .on(plug_in.PAResBelieved(at=after(6), status="Y"))  # an MD is good for one
        .on(plug_in.PAResDisbelieved(at=after(7)))
        .on(EXPIRES)
    )
    assert ending(play.record) == "believed"
    assert (play.record.enrolled, play.record.status) == ("Y", "Y")


@pytest.mark.parametrize("enrolled", ["N", "U"])
def test_a_card_that_is_not_enrolled_has_its_outcome_at_once(enrolled: str) -> None:
    """D10: not enrolled is an attempt; unable is nothing."""
    play = Play(plug_in.decide, PLUG_IN).on(
        replace(TOLD, enrolled=enrolled), plug_in.TellOutcome(enrolled=enrolled, status=None)
    )
    assert ending(play.record) == "not asked"
    assert play.record.enrolled == enrolled


def test_a_pares_that_is_not_believed_ends_it() -> None:
    """D10: whoever brings a forged one gets no other try."""
    play = (
        Play(plug_in.decide, PLUG_IN)
        .on(TOLD, plug_in.PostPAReq(), ASKED)
        .on(
            plug_in.PAResDisbelieved(at=after(5)),
            plug_in.TellOutcome(enrolled="Y", status=None),
        )
        .on(plug_in.PAResBelieved(at=after(6), status="Y"))
    )
    assert ending(play.record) == "disbelieved"
    assert play.record.status is None


def test_a_pares_after_its_time_finds_the_purchase_stopped() -> None:
    """The clock counts, not how soon the timer rings."""
    play = (
        Play(plug_in.decide, PLUG_IN)
        .on(TOLD, plug_in.PostPAReq(), ASKED)
        .on(
            plug_in.PAResBelieved(at=after(600), status="Y"),
            plug_in.TellOutcome(enrolled="Y", status=None),
        )
        .on(EXPIRES)
    )
    assert ending(play.record) == "expired"


def test_our_side_asks_once() -> None:
    awaited, _ = plug_in.decide(PLUG_IN, TOLD)
    with pytest.raises(Misuse, match="sent once"):
        plug_in.decide(awaited, TOLD)
    with pytest.raises(Misuse, match="no MD yet"):
        plug_in.decide(PLUG_IN, plug_in.PAResDisbelieved(at=after(1)))


def test_the_acs_asks_answers_once_and_repeats_itself() -> None:
    play = (
        Play(acs.decide, AT_ACS)
        .on(CAME, acs.ShowPage(), timer(LEFT))
        .on(replace(CAME, at=after(2)))  # another PAReq under the same acctID
        .on(acs.PAReqRepeated(at=after(3)), acs.ShowPage())
        .on(
            acs.Acted(at=after(10)),
            acs.ShowPage(),
            timer(acs.PageTimeRanOut(at=after(610))),
        )
        .on(LEFT)  # the cardholder acted in time
        .on(acs.OutcomeReached(at=after(20), status="Y"), acs.PostPARes(status="Y"))
        .on(acs.PAReqRepeated(at=after(21)), acs.PostPARes(status="Y"))
        .on(acs.OutcomeReached(at=after(22), status="N"))  # a late click changes nothing
        .on(acs.Acted(at=after(23)))
    )
    assert ending(play.record) == "answered"
    assert (play.record.status, play.record.answered_at) == ("Y", after(20))


def test_a_page_left_alone_ends_in_n() -> None:
    play = (
        Play(acs.decide, AT_ACS)
        .on(CAME, acs.ShowPage(), timer(LEFT))
        .on(LEFT, acs.PostPARes(status="N"))
    )
    assert (play.record.status, play.record.answered_at) == ("N", after(601))


def test_an_attempt_is_answered_without_a_page() -> None:
    """D10: status A needs no cardholder."""
    play = Play(acs.decide, AT_ACS).on(replace(CAME, status="A"), acs.PostPARes(status="A"))
    assert ending(play.record) == "answered"
    assert (play.record.status, play.record.answered_at) == ("A", after(1))


def test_an_account_identifier_is_good_for_a_while() -> None:
    expires = acs.PAReqTimeRanOut(at=after(600))
    assert (timer(expires),) == FIRST
    play = (
        Play(acs.decide, AT_ACS)
        .on(expires)
        .on(replace(CAME, at=after(700)))
        .on(acs.PAReqRepeated(at=after(700)))
    )
    assert ending(play.record) == "expired"
    with pytest.raises(Misuse, match="no repetition"):
        acs.decide(AT_ACS, acs.PAReqRepeated(at=after(1)))


MACHINES = {
    "plug-in": Machine(
        begin=lambda: plug_in.decide(PLUG_IN, TOLD),
        decide=plug_in.decide,
        module=plug_in,
        ways={
            plug_in.PAResBelieved: {"status": ("Y", "N", "U", "A")},
            plug_in.PAResDisbelieved: {},
            plug_in.PAResTimeRanOut: {},
        },
    ),
    "acs": Machine(
        begin=lambda: acs.begin(at=after(0), browser_wait=WAIT, page_wait=WAIT),
        decide=acs.decide,
        module=acs,
        ways={
            acs.PAReqReceived: {"status": (None, "A", "U")},
            acs.PAReqRepeated: {},
            acs.Acted: {},
            acs.OutcomeReached: {"status": ("Y", "N")},
            acs.PAReqTimeRanOut: {},
            acs.PageTimeRanOut: {},
        },
    ),
}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
@given(data=st.data())
def test_in_any_order_there_is_one_outcome_and_it_stays(
    machine: Machine, data: st.DataObject
) -> None:
    """D10: whatever is repeated, lost or late, a status once reached is never another one."""
    record, effects = machine.begin()
    run = Run(machine=machine, record=record, effects=list(effects))
    reached = None
    for event in data.draw(events_of(machine)):
        run.tell(event)
        if run.record.status is not None:
            reached = reached or run.record.status
            assert run.record.status == reached
