"""Messages drawn from the element table survive the wire, alone and in whole transactions."""

import json
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.protocol import (
    Category,
    Channel,
    Message,
    MessageType,
    Reading,
    Version,
    parse,
)
from sekisho.testkit.messages import (
    ANSWERS,
    Stage,
    answering,
    answers,
    conversations,
    exists,
    messages,
    messages_at,
    specimens,
    stages,
)

STAGES: Final = [
    stage for version in Version for kind in MessageType for stage in stages(kind, version)
]
ROUTES: Final = [
    (version, channel, category)
    for version in Version
    for channel in Channel
    for category in Category
    if exists(MessageType.AREQ, version, channel, category)
]


def name_of(case: object) -> str:
    if isinstance(case, Stage):
        place = case.place
        return "-".join((place.form, place.version, place.channel, place.category, case.receiver))
    return str(getattr(case, "value", case))


def read(message: Message, stage: Stage, data: bytes, reading: Reading) -> Message:
    return parse(
        data,
        receiver=stage.receiver,
        channel=message.channel,
        category=message.category,
        request=stage.request,
        reading=reading,
    )


@pytest.mark.parametrize("stage", STAGES, ids=name_of)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_what_is_built_is_read_back_as_it_was(stage: Stage, data: st.DataObject) -> None:
    """F1: in every version, channel, category and road, both readings agree with what was sent.

    However it is printed: the compact form takes the quick way, the other is read member by member.
    """
    made = data.draw(messages_at(stage))
    for reading in Reading:
        first = read(made, stage, made.encode(), reading)
        assert first.elements == made.elements
        assert (first.type, first.version) == (made.type, made.version)
        assert first.encode() == made.encode()
        printed = json.dumps(made.elements, indent=1, ensure_ascii=True).encode()
        assert read(made, stage, printed, reading).elements == made.elements


@pytest.mark.parametrize("stage", STAGES, ids=name_of)
def test_to_read_and_write_again_changes_no_octet(stage: Stage) -> None:
    """F1: encoding is decided by the elements alone; what was written is written so again."""
    for message in specimens(stage):
        written = message.encode()
        again = read(message, stage, written, Reading.STRICT)
        assert again.encode() == written
        shuffled = dict(reversed(message.elements.items()))
        assert json.loads(stage.built(shuffled).encode()) == json.loads(written)


@pytest.mark.parametrize(("version", "channel", "category"), ROUTES, ids=name_of)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_conversation_is_read_by_each_side_beside_what_it_answers(
    version: Version, channel: Channel, category: Category, data: st.DataObject
) -> None:
    """A2, A4: AReq to RRes, with screens and their answers; each read with its request at hand."""
    told = data.draw(conversations(version, channel, category))
    assert [told[0].type, told[1].type] == [MessageType.AREQ, MessageType.ARES]
    final = told[1].get("transStatus", "C") not in ("C", "D", "S")
    last = [MessageType.AREQ, MessageType.ARES] if final else [MessageType.RREQ, MessageType.RRES]
    assert [told[-2].type, told[-1].type] == last
    assert len({message.text("threeDSServerTransID") for message in told}) == 1
    previous = {message.type: message for message in told}
    pairs = [(told[1], told[0])]
    if not final:
        pairs += [(told[-2], previous[MessageType.ARES]), (told[-1], told[-2])]
    for answer, asked in pairs:
        stage = answering(asked, answer.type)
        assert read(answer, stage, answer.encode(), Reading.STRICT).elements == answer.elements


@settings(max_examples=40, deadline=None)
@given(data=st.data(), version=st.sampled_from(Version))
def test_every_question_has_an_answer(data: st.DataObject, version: Version) -> None:
    """F1: each request of each type is answered soundly, with its identifiers.

    An ARes is answered in the conversations above, where it does not end the transaction.
    """
    others = (MessageType.OREQ, MessageType.ARES)
    asked_kind = data.draw(st.sampled_from([kind for kind in ANSWERS if kind not in others]))
    channel = data.draw(st.sampled_from([Channel.APP, Channel.BROWSER]))
    asked = data.draw(messages(asked_kind, version, channel))
    answer = data.draw(answers(asked))
    assert (answer.type, answer.version) == (ANSWERS[asked_kind], version)
    for name in ("threeDSServerTransID", "acsTransID", "dsTransID"):
        if name in asked and name in answer:
            assert answer[name] == asked[name]


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_an_operational_notice_is_acknowledged(data: st.DataObject) -> None:
    """F1: ORes to OReq, in 2.3.1."""
    asked = data.draw(messages(MessageType.OREQ, Version.V231))
    assert data.draw(answers(asked))["dsTransID"] == asked["dsTransID"]


@settings(max_examples=10, deadline=None)
@given(data=st.data(), version=st.sampled_from(Version))
def test_the_last_cres_of_an_app_can_be_asked_for(data: st.DataObject, version: Version) -> None:
    """A4: it ends the challenge with a status and shows no screen."""
    asked = data.draw(messages(MessageType.CREQ, version, Channel.APP))
    last = data.draw(answers(asked, last=True))
    assert last["challengeCompletionInd"] == "Y"
    assert "transStatus" in last or last.category is Category.NON_PAYMENT
