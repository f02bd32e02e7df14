"""A sound message is read at once, and what a closer look finds is never handed on as sound."""

import json
from collections.abc import Iterator
from typing import Final

import pytest

from sekisho.protocol import Category, Channel, Component, Json, MessageType, Reading, Version
from sekisho.protocol.checks import Reader, inspect, read_at_once, walked
from sekisho.protocol.elements import elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Form
from sekisho.testkit.messages import exists, specimens, stage
from sekisho.testkit.messages.stages import Stage
from sekisho.testkit.mutations import mutants

KINDS: Final = (
    MessageType.AREQ, MessageType.ARES, MessageType.CREQ, MessageType.CRES, MessageType.RREQ,
)  # fmt: skip


def stages(version: Version) -> Iterator[Stage]:
    for kind in KINDS:
        for channel in Channel:
            if exists(kind, version, channel, Category.PAYMENT):
                yield stage(kind, version, channel, Category.PAYMENT)


def reader(where: Stage) -> Reader:
    return Reader(where.receiver, None)


def empty(value: Json) -> bool:
    """Tell whether an object that holds nothing stands somewhere: only the walk may let it pass."""
    if isinstance(value, dict):
        return not value or any(empty(each) for each in value.values())
    return isinstance(value, list) and any(empty(each) for each in value)


@pytest.mark.parametrize("version", Version)
def test_every_sound_message_is_read_at_once(version: Version) -> None:
    """F1: the slower readings are for what is wrong; each value that is allowed passes the quick one."""
    for where in stages(version):
        for message in specimens(where):
            members = dict(message.elements)
            if "messageExtension" not in members and not empty(members):
                assert read_at_once(message.encode(), where.place, reader(where)) == members


@pytest.mark.parametrize("version", Version)
def test_nothing_that_is_wrong_is_read_at_once(version: Version) -> None:
    """F1: and a closer look names what; no elements are handed on."""
    for where in stages(version):
        for name in where.rows:
            for mutation in mutants(where, name, deep=False):
                place = mutation.stage.place
                assert read_at_once(mutation.data, place, reader(where)) is None
                members: dict[str, Json] = json.loads(mutation.data)
                if walked(mutation.stage.scene(members)):
                    findings, elements = inspect(members, place, reader(where))
                    assert findings
                    assert elements == {}


def test_an_element_that_only_another_version_knows_is_no_way_round_a_rule() -> None:
    """A1: a record of the place would lack it, and a rule asks for it."""
    place = Place(Form.CREQ, Version.V220, Channel.APP, Category.PAYMENT, Reading.LENIENT)
    where = stage(MessageType.CREQ, Version.V220, Channel.APP, Category.PAYMENT)
    simplest = dict(next(specimens(where)).elements)
    both = {**simplest, "challengeCancel": "01", "challengeAddCode": "Y"}
    assert "challengeAddCode" not in elements_of(*place)
    known, _ = inspect({**simplest, "challengeCancel": "01"}, place, Reader(Component.ACS, None))
    found, _ = inspect(both, place, Reader(Component.ACS, None))
    assert not known
    assert found.verdict() is not None


def test_what_the_table_does_not_know_is_left_out_down_to_the_children() -> None:
    """F1: by the closer look as by the quick reading; what may hold anything is kept whole."""
    where = stage(MessageType.AREQ, Version.V231, Channel.BROWSER, Category.PAYMENT)
    simplest = dict(next(specimens(where)).elements)
    anything: Json = {
        "id": "A",
        "name": "n",
        "criticalityIndicator": False,
        "data": {"x": {"y": "z"}},
    }
    known: Json = {"cc": "81", "subscriber": "312345678"}
    given: dict[str, Json] = {
        **simplest,
        "homePhone": {"cc": "81", "subscriber": "312345678", "x": "y"},
        "messageExtension": [anything],
        "x": "y",
    }
    findings, elements = inspect(given, where.place, reader(where))
    assert not findings
    assert elements == {**simplest, "homePhone": known, "messageExtension": [anything]}
