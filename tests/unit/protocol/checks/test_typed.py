"""The types of a place of the table: what is read in one pass, and what a closer look must decide."""

import gc
import json
from typing import Final

import msgspec
import pytest

from sekisho.protocol import Category, Channel, Json, Reading, Version
from sekisho.protocol.checks.expressions import NOT_THERE
from sekisho.protocol.checks.typed import TypedReading, placing_values, typed_reading
from sekisho.protocol.codec import DEPTH_MAX
from sekisho.protocol.elements import elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Form
from sekisho.testkit import samples
from sekisho.testkit.samples import wire
from tests.unit.protocol.nesting import extended, nested

V210, V220, V231 = Version


def place(
    form: Form,
    version: Version = V220,
    channel: Channel = Channel.BROWSER,
    category: Category = Category.PAYMENT,
) -> Place:
    return Place(form, version, channel, category, Reading.STRICT)


AREQ: Final = place(Form.AREQ)
NEWEST: Final = place(Form.AREQ, V231)


def reading(of: Place = AREQ) -> TypedReading:
    return typed_reading(of)


def octets(version: Version = V220, **changes: Json) -> bytes:
    return wire(samples.areq(version, **changes))


def test_a_sound_message_becomes_a_record_of_what_it_says() -> None:
    """F1: each element under its name, what is absent by its stand-in."""
    members = samples.areq()
    record = reading().decoded(octets())
    assert record is not None
    assert msgspec.to_builtins(record) == members
    absent = [name for name in reading().names if getattr(record, name) is NOT_THERE]
    assert {*members} | {*absent} == {*elements_of(*AREQ)} == reading().names
    assert not {*members} & {*absent}


def test_a_record_is_nothing_for_the_garbage_collector() -> None:
    """JSON holds no cycles: a busy server need not look at its messages again and again."""
    record = reading().decoded(octets(acctInfo={"chAccAgeInd": "01"}))
    assert record is not None
    assert not gc.is_tracked(record)
    assert not gc.is_tracked(record.acctInfo)  # type: ignore[attr-defined] # made at run time


def test_what_was_read_before_is_converted_alike() -> None:
    """F1: `check` and `build` take the same way as `parse`, from members instead of bytes."""
    assert reading().converted(samples.areq()) == reading().decoded(octets())
    assert reading().converted(samples.areq(deviceChannel=None)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"deviceChannel": None},
        {"deviceChannel": "01"},
        {"messageCategory": "02"},
        {"messageVersion": "2.1.0"},
        {"messageType": "ARes"},
        {"messageType": 1},
        {"mcc": "12345"},
        {"mcc": ""},
        {"merchantName": "x" * 41},
        {"merchantName": []},
        {"browserJavaEnabled": "true"},
        {"acctType": "09"},
        {"purchaseCurrency": "000"},
        {"acctInfo": {"chAccAgeInd": "9"}},
        {"acctInfo": "none"},
        {"homePhone": {"cc": "81"}},
        {"messageExtension": []},
        {"messageExtension": {}},
        {"unheardOf": "x"},
        {"homePhone": {"cc": "81", "subscriber": "312345678", "more": "x"}},
    ],
    ids=str,
)
def test_what_the_types_do_not_say_is_looked_at_more_closely(changes: dict[str, Json]) -> None:
    """F1: presence, kinds, lengths, code lists, places, members that nobody knows."""
    assert reading().decoded(octets(**changes)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"merchantName": "x" * 40},
        {"merchantName": "x"},
        {"merchantName": "関所\\"},
        {"merchantName": "\t"},
        {"acctType": "80"},
        {"homePhone": {"cc": "81", "subscriber": "312345678"}},
        {"browserJavaEnabled": True},
    ],
    ids=str,
)
def test_what_the_types_allow_is_read_at_once(changes: dict[str, Json]) -> None:
    """F1: up to the edge of what is allowed, by this reading: expressions come after it."""
    assert reading().decoded(octets(**changes)) is not None


def test_lists_are_held_against_their_bounds_and_items() -> None:
    """F1: 2.3.1 has lists of codes, of objects and of pairs."""
    read = reading(NEWEST)
    assert read.decoded(octets(V231)) is not None
    wished = [f"{number:02}" for number in range(1, 4)]
    indicator = "threeDSRequestorChallengeInd"
    assert read.decoded(octets(V231, **{indicator: ["01"]})) is not None
    assert read.decoded(octets(V231, **{indicator: "01"})) is None
    assert read.decoded(octets(V231, **{indicator: ["x"]})) is None
    assert read.decoded(octets(V231, **{indicator: []})) is None
    assert read.decoded(octets(V231, **{indicator: wished * 10})) is None
    prior = "threeDSRequestorPriorAuthenticationInfo"
    assert read.decoded(octets(V231, **{prior: [{"threeDSReqPriorAuthMethod": "02"}]})) is not None
    assert read.decoded(octets(V231, **{prior: [{"threeDSReqPriorAuthMethod": "x"}]})) is None
    assert read.decoded(octets(V231, **{prior: ["02"]})) is None
    screen = {
        "messageType": "CRes", "messageVersion": "2.3.1", "acsUiType": "02",
        "challengeSelectInfo": [{"a": "by text"}, {"b": "by mail"}],
    }  # fmt: skip
    shown = reading(place(Form.CRES, V231, Channel.APP))
    assert shown.converted({**samples_of(shown), **screen}) is not None
    flat = {**screen, "challengeSelectInfo": [{"a": 1}]}
    assert shown.converted({**samples_of(shown), **flat}) is None


def samples_of(read: TypedReading) -> dict[str, Json]:
    """Give what every CRes to an app has beside its screen."""
    own = {
        "threeDSServerTransID": samples.SERVER_ID, "acsTransID": samples.ACS_ID,
        "sdkTransID": samples.SDK_ID, "acsCounterAtoS": "001", "challengeCompletionInd": "N",
    }  # fmt: skip
    return {name: value for name, value in own.items() if name in read.names}


def test_a_text_or_an_object_is_either() -> None:
    """F1: threeDSReqAuthData since 2.3.1; what else it is, is looked at more closely."""
    info = "threeDSRequestorAuthenticationInfo"
    for told, fits in (("x", True), ({"a": "b"}, True), (1, False), (["x"], False), ("", False)):
        data = octets(V231, **{info: [{"threeDSReqAuthData": told}]})
        assert (reading(NEWEST).decoded(data) is not None) is fits
    assert reading().decoded(octets(merchantName={"a": "b"})) is None
    assert {*elements_of(*place(Form.ERRO))} == reading(place(Form.ERRO)).names
    broken = "challengeErrorReporting"
    result = reading(place(Form.RREQ, V231))
    told = samples.rreq(V231)
    assert result.converted({**told, broken: samples.erro(V231)}) is not None
    assert result.converted({**told, broken: 1}) is None


@pytest.mark.parametrize("written", ['{ "x" : "y", ', '{"mcc":"5499",', '{"merchantName":"a",'])
def test_a_member_that_comes_twice_or_is_unknown_is_missed(written: str) -> None:
    """F1: 204 names it, after the closer look; by length, and in spaced messages by quotation marks."""
    for data in (octets(), json.dumps(samples.areq()).encode()):
        twice = written.encode() + data[1:]
        assert reading().decoded(twice) is None


def test_blanks_and_escapes_are_nobody_s_fault() -> None:
    """F1: a spaced message is read at once; one with an escaped quotation mark takes longer."""
    assert reading().decoded(json.dumps(samples.areq(), indent=2).encode()) is not None
    escaped = octets(merchantName="caf_").replace(b"caf_", rb"caf\u00e9")
    assert reading().decoded(escaped) is not None
    assert reading().decoded(octets(merchantName='"a"') + b" ") is None
    spelt = octets(merchantName="caf_").replace(b"caf_", rb"caf\u0022")
    assert reading().decoded(spelt) is None


def test_a_text_cannot_make_up_for_a_member_that_comes_twice() -> None:
    """F1: the second mcc is missed with its four quotation marks, and the name brings four others."""
    cheating = octets(merchantName="tea_").replace(b"tea_", rb"\u0022" * 4)
    assert reading().decoded(b'{"mcc":"5499",' + cheating[1:]) is None
    honest = octets(merchantName="tea_").replace(b"tea_", rb"\u0041" * 4)
    assert reading().decoded(honest) is not None


def test_a_number_that_is_not_whole_is_looked_at_more_closely() -> None:
    """F1: it could grow when it is written back, and hide a member that came twice."""
    for number, whole in ((12, True), (1.5, False)):
        data = wire(extended({"n": number}))
        assert (reading().decoded(data) is not None) is whole


@pytest.mark.parametrize(("levels", "fits"), [(DEPTH_MAX - 4, True), (DEPTH_MAX - 3, False)])
def test_what_may_hold_anything_does_not_do_so_however_deep(*, levels: int, fits: bool) -> None:
    """F1: an extension's data; an attacker would nest what nobody could follow."""
    data = wire(extended({"n": nested(levels)}))
    assert (reading().decoded(data) is not None) is fits


def test_many_brackets_are_not_deep() -> None:
    """F1: a list of many short objects is long and no more."""
    many: Json = [{"a": "b"} for _ in range(DEPTH_MAX)]
    for levels, fits in ((1, True), (DEPTH_MAX - 4, True), (DEPTH_MAX - 3, False)):
        told: Json = {"n": nested(levels), "m": many}
        data = wire(extended(told))
        assert (reading().decoded(data) is not None) is fits


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (
            place(Form.AREQ, V231, Channel.APP, Category.NON_PAYMENT),
            {
                "messageType": {"AReq"},
                "messageVersion": {"2.3.1"},
                "deviceChannel": {"01"},
                "messageCategory": {"02", *(str(code) for code in range(80, 100))},
            },
        ),
        (
            place(Form.RREQ),
            {"messageType": {"RReq"}, "messageVersion": {"2.2.0"}, "messageCategory": {"01"}},
        ),
        (
            place(Form.CRES, V210, Channel.APP),
            {
                "messageType": {"CRes"},
                "messageVersion": {"2.1.0"},
                "challengeCompletionInd": {"N"},
            },
        ),
        (
            place(Form.FINAL_CRES, V220, Channel.APP),
            {
                "messageType": {"CRes"},
                "messageVersion": {"2.2.0"},
                "challengeCompletionInd": {"Y"},
            },
        ),
    ],
    ids=lambda each: each.form.value if isinstance(each, Place) else "",
)
def test_a_message_says_where_it_stands(where: Place, said: dict[str, set[str]]) -> None:
    """F1: what it must say to be read as one of that place, and nothing else."""
    assert placing_values(where) == said
