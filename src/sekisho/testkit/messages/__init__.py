"""Sound messages of every kind, from the element table. Needs hypothesis (the `dev` extra).

`messages(...)` is a strategy of messages that satisfy every rule, `answers(...)` one of messages that
answer another, `conversations(...)` one of whole transactions; `specimens(...)` lists, without chance,
messages that together hold every element, child and code. `sekisho.testkit.mutations` breaks them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from sekisho.protocol import Category, Channel, Json, Message, MessageType, Version
from sekisho.protocol.elements import Element
from sekisho.testkit.messages.drawn import values
from sekisho.testkit.messages.settling import settled
from sekisho.testkit.messages.specimens import simplest, specimens
from sekisho.testkit.messages.stages import ROADS, SECOND_ROADS, Stage, exists, stage, stages

ANSWERS: Final[Mapping[MessageType, MessageType]] = {
    MessageType.AREQ: MessageType.ARES,
    MessageType.ARES: MessageType.RREQ,
    MessageType.CREQ: MessageType.CRES,
    MessageType.CRES: MessageType.CREQ,
    MessageType.RREQ: MessageType.RRES,
    MessageType.PREQ: MessageType.PRES,
    MessageType.OREQ: MessageType.ORES,
}
"""What follows each message: its response, the result of a challenge, the next answer to a screen."""


@st.composite
def messages(
    draw: st.DrawFn,
    kind: MessageType,
    version: Version,
    channel: Channel = Channel.BROWSER,
    category: Category = Category.PAYMENT,
) -> Message:
    """Draw a sound message, as its first sender makes it; of a CRes any, the last included."""
    last = kind is MessageType.CRES and channel is Channel.APP and draw(st.booleans())
    return draw(messages_at(stage(kind, version, channel, category, last=last)))


@st.composite
def messages_at(draw: st.DrawFn, where: Stage) -> Message:
    """Draw a sound message for one stage."""

    def value(row: Element) -> Json:
        return draw(values(row, where.place))

    told = where.told()
    drawn = {
        name: value(row)
        for name, (row, letter) in where.rows.items()
        if name not in told and (letter == "R" or draw(st.integers(0, 3)) == 0)
    }
    members = settled({**told, **drawn}, where, value)
    if members is None:
        raise AssertionError(f"the rules chase each other at {where}")
    return where.built(members)


def answers(request: Message, *, last: bool = False) -> st.SearchStrategy[Message]:
    """Draw a sound message that follows this one and is read beside it.

    ARes to an AReq, RReq to an ARes, RRes to an RReq, CRes to a CReq (with `last`, the one that ends
    an app's challenge), the next CReq to a CRes, PRes to a PReq, ORes to an OReq.
    """
    return messages_at(answering(request, ANSWERS[request.type], last=last))


def answering(request: Message, kind: MessageType, *, last: bool = False) -> Stage:
    """Give the stage on which a message of that kind answers another."""
    where = stage(kind, request.version, request.channel, request.category, last=last)
    return replace(where, request=request)


@st.composite
def conversations(
    draw: st.DrawFn, version: Version, channel: Channel, category: Category
) -> tuple[Message, ...]:
    """Draw a transaction from AReq to RRes, each message with the one that it answers before it.

    With a screen and its answer where an app is challenged; AReq and ARes alone where the ARes is final.
    """
    areq = draw(messages(MessageType.AREQ, version, channel, category))
    ares = draw(answers(areq))
    told = [areq, ares]
    if ares.get("transStatus", "C") not in ("C", "D", "S"):
        return tuple(told)
    if channel is not Channel.THREE_RI:
        creq = draw(messages_at(answering(ares, MessageType.CREQ)))
        told.append(creq)
        if channel is Channel.APP:
            cres = draw(answers(creq))
            told += [cres, draw(answers(cres))]
    rreq = draw(answers(ares))
    return (*told, rreq, draw(answers(rreq)))


__all__ = [
    "ANSWERS",
    "ROADS",
    "SECOND_ROADS",
    "Stage",
    "answering",
    "answers",
    "conversations",
    "exists",
    "messages",
    "messages_at",
    "simplest",
    "specimens",
    "stage",
    "stages",
    "values",
]
