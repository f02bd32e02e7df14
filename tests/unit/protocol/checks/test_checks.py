"""The two readings together: which of them is taken, and what each hands on."""

from typing import Final

import pytest

from sekisho.protocol import Category, Channel, Component, ErrorCode, Json, Reading, Version
from sekisho.protocol.checks import Reader, inspect, read_at_once, walked
from sekisho.protocol.elements import elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Form
from sekisho.testkit import samples
from sekisho.testkit.samples import wire

PLACE: Final = Place(Form.AREQ, Version.V220, Channel.BROWSER, Category.PAYMENT, Reading.LENIENT)
READER: Final = Reader(Component.DIRECTORY, None)
SOUND: Final = samples.areq()


def test_a_sound_message_is_read_at_once() -> None:
    """F1: its members as they came, in the table's order."""
    read = read_at_once(wire(SOUND), PLACE, READER)
    assert read == SOUND
    assert [*read] == [name for name in elements_of(*PLACE) if name in SOUND]


@pytest.mark.parametrize(
    "changes",
    [{"mcc": "549"}, {"mcc": "54x9"}, {"unheardOf": "x"}, {"email": "nobody"}],
    ids=str,
)
def test_anything_else_is_looked_at_more_closely(changes: dict[str, Json]) -> None:
    """F1: by the types or by what comes after them."""
    assert read_at_once(wire(SOUND | changes), PLACE, READER) is None


def test_members_that_were_read_are_inspected_alike() -> None:
    """F1: no findings, and what the table knows; unknown members are left out."""
    findings, known = inspect(SOUND, PLACE, READER)
    assert not findings
    assert known == SOUND
    findings, known = inspect({**SOUND, "unheardOf": "x"}, PLACE, READER)
    assert not findings
    assert known == SOUND


def test_the_closer_look_names_what_is_wrong_and_hands_nothing_on() -> None:
    """F1: every fault at once."""
    wrong: dict[str, Json] = {**SOUND, "mcc": "x", "merchantName": ""}
    findings, known = inspect(wrong, PLACE, READER)
    assert findings.everything() == {
        ErrorCode.ELEMENT_MISSING: ("merchantName",),
        ErrorCode.FORMAT_INVALID: ("mcc",),
    }
    assert known == {}


def test_what_a_lenient_reader_lets_pass_is_handed_on_without_what_nobody_knows() -> None:
    """F1: an empty object in place of one that is optional, as production sends it; inside too."""
    phone: dict[str, Json] = {"cc": "81", "subscriber": "312345678"}
    sent: dict[str, Json] = {**SOUND, "acctInfo": {}, "homePhone": {**phone, "unheardOf": "x"}}
    findings, known = inspect(sent, PLACE, READER)
    assert not findings
    assert known == {**SOUND, "acctInfo": {}, "homePhone": phone}
    assert [*known] == [name for name in elements_of(*PLACE) if name in known]
    strict = PLACE._replace(reading=Reading.STRICT)
    findings, _ = inspect({**SOUND, "acctInfo": {}}, strict, READER)
    assert findings.everything() == {ErrorCode.FORMAT_INVALID: ("acctInfo",)}


def test_the_walk_reads_as_its_scene_does() -> None:
    """F1: leniently or strictly."""
    sent: dict[str, Json] = {**SOUND, "acctInfo": {}}
    assert not walked(READER.scene(sent, PLACE))
    assert walked(READER.scene(sent, PLACE._replace(reading=Reading.STRICT)))
