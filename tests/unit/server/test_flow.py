"""The 3DS Server's authentication, told as conversations: what the room adds to the library's table."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.flow import (
    AlreadyAsked,
    Asking,
    CarryOn,
    Complain,
    ConfirmationEnded,
    Forget,
    OtherCard,
    Ring,
)
from sekisho.acquirer.server.model import Authentication, State
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import OutOfTurn, SekishoError
from sekisho.kernel.secret import Secret
from sekisho.protocol import ErrorCode, Message, MessageType, ProtocolFault, Version
from sekisho.protocol.codec import read_object
from sekisho.protocol.states import server_events as on
from sekisho.protocol.states import spc_at_requestor as spc
from sekisho.testkit.samples import SERVER_ID
from tests.unit.protocol.states.transactions import (
    NEXT_ID,
    NOON,
    OTHER_ID,
    after,
    areq,
    ares,
    erro,
    flawed,
    rreq,
)

KEEP = timedelta(days=7)
LIMITS = flow.Limits(
    preparation=timedelta(minutes=20), ares=timedelta(seconds=10), result=timedelta(hours=1)
)
SPC_ARES = ares(
    "S",
    Version.V231,
    webAuthnCredList=[{"rpID": "bank.example"}],
    spcTransData={"timeout": "60000"},
)
FALLS_BACK = {"threeDSRequestorDecReqInd": "F", "threeDSRequestorDecMaxTime": "00010"}


def prepared(version: Version = Version.V220, *, method_exists: bool = False) -> Authentication:
    """An authentication that nobody has asked for yet."""
    record, _ = flow.prepare(
        id=SERVER_ID,
        successor_id=NEXT_ID,
        owner="gateway",
        directory="directory",
        version=version,
        method_exists=method_exists,
        at=NOON,
        masked_number="•••• •••• •••• 0103",
        number_mac="card",
        limits=LIMITS,
    )
    return record


def asking(message: Message | None = None, at: float = 1, *, method: bool = False) -> Asking:
    return Asking(
        at=after(at),
        areq=message or areq(),
        body_mac="body",
        number_mac="card",
        masked_number="•••• •••• •••• 0103",
        directory="directory",
        method_exists=method,
        sealed_areq="sealed",
    )


def asked(message: Message | None = None) -> Authentication:
    """An authentication whose AReq is on its way."""
    version = Version.V220 if message is None else message.version
    return flow.ask(prepared(version), asking(message))[0]


def moved(record: Authentication, *events: flow.Event) -> tuple[Authentication, list[Effect]]:
    """Apply events; give the record and what was kept of the last one's effects."""
    kept: list[Effect] = []
    for event in events:
        before = record
        record, effects = flow.decide(record, event)
        kept = [*flow.kept(before, record, effects, keep=KEEP)]
    return record, kept


def test_a_frictionless_answer_ends_it_and_is_forgotten_in_time() -> None:
    """A3: the ARes is the result; the authentication value in it does not stay for ever."""
    record, kept = moved(asked(), on.AResReceived(at=after(2), message=ares("Y")))
    assert record.state is State.ANSWERED
    assert record.answer == ares("Y").encode().decode()
    assert record.sealed_areq is None  # nothing carries it on
    assert kept == [Later(after(2) + KEEP, Forget())]
    gone = flow.forgotten(record)
    assert (gone.answer, gone.result, gone.purged) == (None, None, True)


def test_a_challenge_waits_for_its_one_result() -> None:
    """A4: what the bank found out by its challenge arrives in the RReq."""
    record, kept = moved(asked(), on.AResReceived(at=after(2), message=ares("C")))
    until = after(2) + timedelta(hours=1)
    assert kept == [Later(until, Ring(wait="ResultTimeRanOut", until=until.isoformat()))]
    record, kept = moved(record, on.RReqReceived(at=after(60), message=rreq("Y")))
    assert (record.state, record.result) == (State.RESULT, rreq("Y").encode().decode())
    assert kept == [Later(after(60) + KEEP, Forget())]


def test_the_timer_of_an_areq_rings_later_than_its_wait_ends() -> None:
    """Whoever still holds the connection says it first; only a dead process leaves it to the timer."""
    record, effects = flow.ask(prepared(), asking())
    kept = flow.kept(prepared(), record, effects, keep=KEEP)
    ring = Ring(wait="AResTimeRanOut", until=after(11).isoformat())
    assert kept == (Later(after(21), ring),)


def test_a_preparation_that_nobody_uses_expires() -> None:
    """A forgotten cart leaves nothing open, and its id cannot be used any more."""
    record, kept = moved(prepared(), on.PreparationTimeRanOut(at=after(1200)))
    assert (record.state, kept) == (State.EXPIRED, [])
    for forgotten in (record, prepared()):
        with pytest.raises(OutOfTurn):
            flow.ask(forgotten, asking(at=1200))


def test_silence_is_kept_as_the_answer_and_complained_about() -> None:
    """A5: the requestor hears 402, and so does the Directory Server (section 9)."""
    record, kept = moved(asked(), on.AResTimeRanOut(at=after(11)))
    assert record.state is State.FAILED
    told = read_object((record.answer or "").encode())
    assert (told["errorCode"], told["errorComponent"]) == ("402", "S")
    assert isinstance(kept[0], Complain)
    assert read_object(kept[0].erro.encode())["errorCode"] == "402"


def test_an_answer_that_comes_too_late_is_no_answer() -> None:
    """The requestor's purchase went on without it."""
    record, _ = moved(asked(), on.AResReceived(at=after(11), message=ares("Y")))
    assert record.state is State.FAILED
    assert read_object((record.answer or "").encode())["errorCode"] == "402"


def test_a_faulty_answer_is_told_under_the_id_that_both_sides_know() -> None:
    """The answer itself may have named none."""
    fault = ProtocolFault(ErrorCode.ELEMENT_MISSING, elements=("acsTransID",), version="2.2.0")
    record, kept = moved(asked(), on.AResFaulted(at=after(2), fault=fault))
    assert isinstance(kept[0], Complain)
    for text in (record.answer or "", kept[0].erro):
        told = read_object(text.encode())
        assert (told["errorCode"], told["threeDSServerTransID"]) == ("201", SERVER_ID)


def test_an_erro_that_cannot_be_read_is_told_to_the_requestor_only() -> None:
    """An Erro is never answered with an Erro."""
    unanswerable = ProtocolFault(
        ErrorCode.ELEMENT_MISSING, elements=("errorCode",), message_type=MessageType.ERRO
    )
    record, kept = moved(asked(), on.AResFaulted(at=after(2), fault=unanswerable))
    told = read_object((record.answer or "").encode())
    assert (told["errorCode"], told["threeDSServerTransID"]) == ("101", SERVER_ID)
    assert not any(isinstance(each, Complain) for each in kept)


def test_an_erro_is_passed_on_as_it_is() -> None:
    """Whose error it is decides what the gateway tells the shop; under our id, if it names none."""
    record, kept = moved(asked(), on.ErroReceived(at=after(2), message=erro("303")))
    told = read_object((record.answer or "").encode())
    assert told == erro("303").elements | {"threeDSServerTransID": SERVER_ID}
    assert not any(isinstance(each, Complain) for each in kept)


def test_no_connection_is_tried_once_more_and_told() -> None:
    """Section 9: one immediate retry, then 405."""
    record, effects = flow.decide(asked(), on.DirectoryUnreachable(at=after(2), attempt=1))
    assert on.SendAReq(attempt=2) in effects
    record, kept = moved(record, on.DirectoryUnreachable(at=after(3), attempt=2))
    assert record.state is State.FAILED
    assert read_object((record.answer or "").encode())["errorCode"] == "405"
    assert not any(isinstance(each, Complain) for each in kept)


def test_the_card_cannot_be_changed_between_preparation_and_question() -> None:
    """What /preauth said of one card's range must not be used for another's."""
    with pytest.raises(OtherCard):
        flow.ask(prepared(), replace(asking(), number_mac="other"))


def test_asking_twice_is_refused() -> None:
    """One transaction id stands for one AReq."""
    with pytest.raises(AlreadyAsked):
        flow.ask(asked(), asking())


def test_the_version_that_the_requestor_settles_for_counts() -> None:
    """What was prepared for the newest version may be asked in an older one."""
    record, _ = flow.ask(prepared(Version.V231), asking(areq(Version.V210)))
    assert record.stage.transaction.version is Version.V210
    assert record.stage.successor_id == NEXT_ID


@pytest.mark.parametrize(("said", "ran"), [("Y", True), ("N", False)])
def test_whether_the_3ds_method_ran_is_remembered(said: str, *, ran: bool) -> None:
    """A result that ran under this id may be used once more; one that was borrowed may not."""
    record = prepared(Version.V231, method_exists=True)
    message = areq(Version.V231, threeDSCompInd=said)
    assert flow.ask(record, asking(message, method=True))[0].method_ran is ran
    borrowed = areq(Version.V231, threeDSCompInd=said, threeDSMethodId=OTHER_ID)
    assert flow.ask(record, asking(borrowed, method=True))[0].method_ran is False


def test_a_second_result_is_refused_as_a_repetition() -> None:
    """F1: 2.3.1 has a code of its own for what earlier versions call an unknown id (301)."""
    done, _ = moved(
        asked(),
        on.AResReceived(at=after(2), message=ares("C")),
        on.RReqReceived(at=after(3), message=rreq("N")),
    )
    with pytest.raises(ProtocolFault) as refusal:
        flow.decide(done, on.RReqReceived(at=after(4), message=rreq("Y")))
    assert refusal.value.error_code is ErrorCode.MESSAGE_REPEATED


def test_a_challenge_that_falls_back_leaves_the_next_request_to_do() -> None:
    """Section 2.5: RRes 04, and the 3RI AReq within a minute."""
    record, _ = moved(
        asked(areq(Version.V231, **FALLS_BACK)),
        on.AResReceived(at=after(2), message=ares("C", Version.V231)),
    )
    event = on.RReqReceived(at=after(60), message=rreq("D", Version.V231))
    after_it, effects = flow.decide(record, event)
    assert on.AnswerRRes(results_status="04") in effects
    assert after_it.state is State.CONTINUED
    kept = flow.kept(record, after_it, effects, keep=KEEP)
    assert CarryOn(until=after(120).isoformat()) in kept
    assert after_it.sealed_areq == "sealed"
    unsealed = replace(after_it, sealed_areq=None)  # nothing to be made of it
    assert CarryOn(until=after(120).isoformat()) not in flow.kept(
        record, unsealed, effects, keep=KEEP
    )


def spc_asked() -> Authentication:
    """An authentication whose ARes asked for Secure Payment Confirmation, two seconds past noon."""
    message = areq(Version.V231, threeDSRequestorSpcSupport="Y")
    record, _ = moved(asked(message), on.AResReceived(at=after(2), message=SPC_ARES))
    assert record.state is State.SPC
    return record


PROMPTED = spc.Prompted(at=after(5))


@pytest.mark.parametrize(
    ("steps", "incompletion"),
    [
        ((PROMPTED, spc.Confirmed(at=after(5), assertion=Secret("proof"))), None),
        ((spc.Unable(at=after(5)),), "01"),
        ((PROMPTED, spc.Declined(at=after(5))), "02"),
        ((PROMPTED, spc.PromptTimeRanOut(at=after(65))), "03"),
    ],
)
def test_what_the_browser_confirmed_becomes_the_next_request(
    steps: tuple[spc.Event, ...], incompletion: str | None
) -> None:
    """Section 2.8: the assertion, or why there is none."""
    record, effects = flow.decide(spc_asked(), ConfirmationEnded(at=after(5), steps=steps))
    (again,) = effects
    assert isinstance(again, on.AskAgain)
    assert record.state is State.CONTINUED
    assert again.elements.get("spcIncompInd") == incompletion
    assert ("threeDSRequestorAuthenticationInfo" in again.elements) is (incompletion is None)
    # Said again, it changes nothing.
    assert flow.decide(record, ConfirmationEnded(at=after(6), steps=steps)) == (record, ())


def test_a_confirmation_that_never_comes_is_told_as_such() -> None:
    """Section 9: after nine minutes the second AReq says 03."""
    waiting = spc_asked()
    silence = on.SpcTimeRanOut(at=after(2 + 540))
    record, (again,) = flow.decide(waiting, silence)
    assert isinstance(again, on.AskAgain)
    assert again.elements["spcIncompInd"] == "03"
    assert record.confirmation is not None
    assert record.confirmation.state in spc.FINAL


def test_a_confirmation_of_what_did_not_ask_for_one_changes_nothing() -> None:
    """Late, or meant for another."""
    record = asked()
    event = ConfirmationEnded(at=after(5), steps=(spc.Unable(at=after(5)),))
    assert flow.decide(record, event) == (record, ())


def test_a_prompt_that_only_began_is_remembered() -> None:
    """The rest is still to come."""
    event = ConfirmationEnded(at=after(5), steps=(PROMPTED,))
    record, effects = flow.decide(spc_asked(), event)
    assert (record.state, effects) == (State.SPC, ())
    assert record.confirmation is not None
    assert record.confirmation.state is spc.State.PROMPTING


def all_events(at: float) -> list[flow.Event]:
    version = Version.V231
    return [
        *(on.AResReceived(at=after(at), message=ares(s, version)) for s in ("Y", "C", "D")),
        on.AResReceived(at=after(at), message=SPC_ARES),
        on.AResFaulted(at=after(at), fault=flawed()),
        on.ErroReceived(at=after(at), message=erro("403")),
        on.DirectoryUnreachable(at=after(at), attempt=1),
        on.DirectoryUnreachable(at=after(at), attempt=2),
        *(on.RReqReceived(at=after(at), message=rreq(s, version)) for s in ("Y", "N", "D")),
        on.RReqReceived(at=after(at), message=rreq("Y", version, acsTransID=OTHER_ID)),
        ConfirmationEnded(at=after(at), steps=(spc.Unable(at=after(at)),)),
        on.OptedOut(at=after(at)),
    ]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 900)), max_size=12))
def test_at_most_one_result_is_ever_kept(script: list[tuple[int, int]]) -> None:
    """Whatever comes in whatever order, timers among it: one answer, one result, no way back."""
    wishes = FALLS_BACK | {"threeDSRequestorDecReqInd": "B", "threeDSRequestorSpcSupport": "Y"}
    record = asked(areq(Version.V231, **wishes))
    at = 1.0
    for choice, pause in script:
        at += pause
        event = all_events(at)[choice]
        before = record
        try:
            record, effects = flow.decide(before, event)
        except SekishoError:
            continue
        flow.kept(before, record, effects, keep=KEEP)
        assert before.answer is None or record.answer == before.answer
        assert before.result is None or record.result == before.result
        assert before.state not in flow.FINAL or record.state is before.state
        assert (record.settled_at is not None) is (record.state in flow.FINAL)
        assert (
            record.state is State.CONTINUED or record.settled_at is None or not record.sealed_areq
        )
