"""A captured message is explained: its elements in words, and every fault of it."""

import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.protocol import (
    Category,
    Channel,
    Component,
    ErrorCode,
    Explanation,
    Json,
    MessageType,
    NoMessage,
    ProtocolFault,
    Reading,
    Version,
    explain,
    parse,
)
from sekisho.protocol.checks import cross, walked
from sekisho.protocol.elements import ELEMENTS, Element, Kind, Scene
from sekisho.protocol.explanation import ExplainedElement
from sekisho.protocol.explanation.judging import CROSS_RULES
from sekisho.protocol.explanation.roads import ROADS as WAYS
from sekisho.protocol.explanation.wording import described
from sekisho.protocol.places import place_of
from sekisho.protocol.vocabulary import ACCEPTED_BY, Form
from sekisho.testkit import samples
from sekisho.testkit.messages import ROADS, messages
from sekisho.testkit.samples import wire

V210, V220, V231 = Version
STRICT, LENIENT = Reading
LOCATED: Final = {"messageType", "messageVersion", "deviceChannel", "messageCategory"}


def element(explanation: Explanation, path: str) -> ExplainedElement:
    names = path.split(".")
    elements = explanation.elements
    for name in names[:-1]:
        elements = next(each for each in elements if each.name == name).children
    return next(each for each in elements if each.name == names[-1])


def told(explanation: Explanation, reading: Reading = LENIENT) -> list[tuple[str, str]]:
    return [(fault.error_code.value, fault.element) for fault in explanation.faults_in(reading)]


def test_every_fault_is_told_not_only_the_reported_one() -> None:
    """F3: who mends one fault must not have to send again to learn of the next."""
    broken = samples.areq(mcc=None, purchaseDate="2020-05-17", purchaseCurrency="999")
    explanation = explain(wire(broken))
    assert told(explanation) == [
        ("201", "mcc"),
        ("203", "purchaseDate"),
        ("304", "purchaseCurrency"),
    ]
    assert explanation.reported[STRICT].error_detail == "mcc"


def test_elements_stand_in_the_order_they_came_with_their_meaning() -> None:
    """F3: the explanation can be laid beside the capture."""
    members = samples.areq(merchantName="関所書店", acctInfo={"chAccAgeInd": "01"}, ours=1)
    explanation = explain(wire(members))
    assert [each.name for each in explanation.elements] == list(members)
    assert element(explanation, "merchantName").value == "関所書店"
    assert element(explanation, "messageCategory").meaning == "PA payment authentication"
    assert element(explanation, "acctInfo.chAccAgeInd").meaning == "no account (guest)"
    assert element(explanation, "mcc").inclusion == "R"
    assert element(explanation, "ours").remark == "unknown"


@pytest.mark.parametrize(
    ("version", "name", "remark"),
    [
        (V220, "transStatus", "not an element of AReq 2.2.0; ignored"),
        (V220, "trustListStatus", "younger than 2.2.0; ignored"),
        (V231, "whiteListStatus", "until 2.2.0 only; ignored"),
    ],
)
def test_an_element_out_of_place_is_marked(version: Version, name: str, remark: str) -> None:
    """F3: an ignored member is often the reason why a peer behaves oddly."""
    assert element(explain(wire(samples.areq(version, **{name: "Y"}))), name).remark == remark


def test_a_list_is_numbered_and_the_directory_server_s_own_codes_are_called_so() -> None:
    """F3: each coded item of a list is put in words; codes nobody lists have none."""
    areq = samples.areq(V231, threeDSRequestorChallengeInd=["01", "85", "ZZ"])
    items = element(explain(wire(areq)), "threeDSRequestorChallengeInd").children
    assert [item.name for item in items] == ["[1]", "[2]", "[3]"]
    assert items[0].meaning
    assert items[1].meaning == "the Directory Server's own"
    assert items[2].meaning is None


@pytest.mark.parametrize(
    ("changes", "path", "expected", "found"),
    [
        ({"mcc": None}, "mcc", "required", "absent"),
        ({"mcc": ""}, "mcc", "required", '""'),
        ({"email": ""}, "email", "left out when it has no value", '""'),
        ({"acquirerBIN": 5}, "acquirerBIN", "digits", "5"),
        ({"browserJavaEnabled": "true"}, "browserJavaEnabled", "true or false", '"true"'),
        ({"acctInfo": "x"}, "acctInfo", "an object", '"x"'),
        ({"acctInfo": {"chAccAgeInd": "09"}}, "acctInfo.chAccAgeInd", "one of 01", '"09"'),
        ({"messageExtension": "x"}, "messageExtension", "an array of 1 to 10", '"x"'),
        ({"purchaseCurrency": "999"}, "purchaseCurrency", "ISO 4217", '"999"'),
        ({"purchaseExponent": "3"}, "purchaseExponent", "ISO 4217", 'purchaseExponent "3"'),
        ({"merchantName": "関" * 300}, "merchantName", "1 to 40 characters", "…"),
        ({"messageVersion": None}, "messageVersion", "2.1.0 or 2.2.0 or 2.3.1", "absent"),
        ({"messageVersion": "9.9.9"}, "messageVersion", "2.1.0 or 2.2.0", '"9.9.9"'),
        ({"messageType": "ABCD"}, "messageType", "one of AReq", '"ABCD"'),
        ({"messageType": "OReq"}, "messageType", "in 2.3.1 only", '"OReq"'),
    ],
)
def test_a_fault_says_what_was_expected_and_what_was_found(
    changes: dict[str, Json], path: str, expected: str, found: str
) -> None:
    """F3: a name and a code alone send people to the specification."""
    # `areq` leaves out what is None, and passes everything else on.
    explanation = explain(wire(samples.areq(**changes)))
    fault = next(each for each in explanation.faults if each.element == path)
    assert expected in fault.expected
    assert found in fault.found
    assert fault.rule


def test_a_condition_is_named() -> None:
    """F3: a conditional element is wrong only together with another."""
    present = explain(wire(samples.ares(acsURL="https://acs.example/challenge")))
    fault = next(each for each in present.faults if each.element == "acsURL")
    assert fault.expected.startswith("there only if ")
    missing = explain(wire(samples.challenge_ares(acsURL=None)))
    fault = next(each for each in missing.faults if each.element == "acsURL")
    assert fault.expected.startswith("required if ")


def test_faults_inside_objects_and_lists_are_found_where_they_lie() -> None:
    """F3: the offending one of many ranges is quoted, not the first."""
    good = samples.card_range(V220, "4" * 15 + "0", "4" * 15 + "9")
    rows: list[Json] = [good, {**good, "acsInfoInd": ["01", "01"]}]
    explanation = explain(wire(samples.pres(cardRangeData=rows)))
    fault = explanation.faults[0]
    assert (fault.error_code, fault.element) == ("204", "cardRangeData.acsInfoInd")
    assert fault.expected == "no item twice"
    app = samples.app_areq(deviceRenderOptions={"sdkInterface": "03"})
    fault = explain(wire(app)).faults[0]
    assert (fault.element, fault.expected) == ("deviceRenderOptions.sdkUiType", "required")
    assert fault.found == "absent"


def test_where_the_readings_differ_each_fault_says_under_which_it_is_one() -> None:
    """F1: what one reading forgives may be what the other party does not."""
    explanation = explain(wire(samples.areq(acctInfo={})))
    assert [fault.readings for fault in explanation.faults] == [(STRICT,)]
    assert LENIENT not in explanation.reported


@pytest.mark.parametrize(
    ("earlier", "later", "fault"),
    [
        (samples.areq(), samples.rreq(V210), ("203", "messageVersion")),
        (
            samples.areq(),
            samples.ares(threeDSServerTransID=samples.SDK_ID),
            ("301", "threeDSServerTransID"),
        ),
        (samples.rreq(), samples.rres(acsTransID=samples.SDK_ID), ("301", "acsTransID")),
    ],
)
def test_the_earlier_message_serves_the_rules_that_need_it(
    earlier: dict[str, Json], later: dict[str, Json], fault: tuple[str, str]
) -> None:
    """F1: identifiers echo, the version stays."""
    assert fault in told(explain(wire(later), reply_to=wire(earlier)))
    assert fault not in told(explain(wire(later)))


def test_the_earlier_message_lends_its_channel_and_category() -> None:
    """F1: an ARes says neither."""
    areq = samples.app_areq(messageCategory="02")
    explanation = explain(wire(samples.ares()), reply_to=wire(areq))
    assert (explanation.channel, explanation.category) == (Channel.APP, Category.NON_PAYMENT)
    asked = explain(wire(samples.ares()), reply_to=wire(samples.areq()))
    assert asked.category is Category.PAYMENT
    said = explain(
        wire(samples.ares()), reply_to=wire(samples.areq()), category=Category.NON_PAYMENT
    )
    assert said.category is Category.NON_PAYMENT


def test_a_version_that_is_missing_is_one_fault_beside_those_of_the_agreed_version() -> None:
    """F1: with the earlier message its rules are known all the same."""
    ares = {**samples.ares(transStatus=None), "messageVersion": ""}
    explanation = explain(wire(ares), reply_to=wire(samples.areq()))
    assert told(explanation) == [("201", "messageVersion"), ("201", "transStatus")]
    assert explanation.faults[0].readings == (STRICT, LENIENT)


def test_names_that_a_lenient_reading_takes_for_others_are_strict_faults() -> None:
    """F1: public simulators send the ranges of 2.3.1 under the names of 2.2.0."""
    row = samples.card_range(V231, "4" * 15 + "0", "4" * 15 + "9")
    ranges = [{"startRange": "4" * 15 + "0", "endRange": "4" * 15 + "9"}]
    explanation = explain(wire(samples.pres(V231, cardRangeData=[{**row, "ranges": ranges}])))
    assert told(explanation) == []
    assert ("201", "cardRangeData.ranges.start") in told(explanation, STRICT)


def test_an_item_that_is_no_object_does_not_hide_the_faults_of_the_others() -> None:
    """F3: each range is looked at, the sound ones passed over."""
    good = samples.card_range(V220, "4" * 15 + "0", "4" * 15 + "9")
    bad = {name: value for name, value in good.items() if name != "startRange"}
    explanation = explain(wire(samples.pres(cardRangeData=[5, good, bad])))
    assert told(explanation) == [
        ("201", "cardRangeData.startRange"),
        ("203", "cardRangeData"),
    ]


def test_pairs_and_texts_or_objects_are_described() -> None:
    """F3: the two odd kinds of the table have their words, too."""
    kinds = {row.kind: row for row in ELEMENTS}
    place = samples.areq()
    scene = Scene(place, place, Form.CRES, V210, Channel.APP, Category.PAYMENT, None, None, STRICT)
    pairs = described(kinds[Kind.PAIRS], ErrorCode.FORMAT_INVALID, scene)
    assert "one pair of texts each" in pairs
    either = Element(name="either", kind=Kind.ANY)
    assert described(either, ErrorCode.FORMAT_INVALID, scene).startswith("an object, or text")


def test_the_reader_follows_from_the_message_or_its_sender() -> None:
    """F1: an AReq that carries what the Directory Server adds is on its way to the ACS."""
    assert explain(wire(samples.areq())).receiver is Component.DIRECTORY
    assert explain(wire(samples.areq(dsURL="https://ds.example"))).receiver is Component.ACS
    assert explain(wire(samples.ares())).receiver is None
    sent = explain(wire(samples.ares()), from_component=Component.ACS)
    assert sent.receiver is Component.DIRECTORY
    assert explain(wire(samples.final_cres())).receiver is Component.SERVER
    astray = explain(wire(samples.areq()), to_component=Component.SERVER)
    assert told(astray) == [("101", "messageType")]
    assert astray.faults[0].error_detail == "Invalid Message for the receiving component"


def test_every_way_is_one_that_its_reader_accepts() -> None:
    """F1: the ways and the lists of accepted messages are of one mind."""
    assert set(WAYS) == set(MessageType)
    assert all(kind in ACCEPTED_BY[reader] for kind, ways in WAYS.items() for _, reader in ways)


def test_every_rule_across_elements_has_its_words() -> None:
    """F3: a rule without words would stop the explanation of what it refuses."""
    assert set(CROSS_RULES) == {rule for rules in cross.RULES.values() for rule in rules}


def test_extensions_are_judged_as_a_receiver_does() -> None:
    """F1: 202 for a critical one that is not known, 204 for an id that is used twice."""
    extension: Json = {"name": "n", "id": "X", "criticalityIndicator": True, "data": {"a": "b"}}
    other: Json = {"name": "m", "id": "X", "criticalityIndicator": False, "data": {"a": "c"}}
    areq = wire(samples.areq(messageExtension=[extension, other]))
    assert told(explain(areq)) == [("204", "messageExtension"), ("202", "X")]
    assert told(explain(areq, understood=("X",)), STRICT) == [
        ("203", "messageExtension.id"),  # critical, but not one that EMVCo gave out
        ("204", "messageExtension"),
    ]


def test_members_that_occur_twice_are_all_named() -> None:
    """F1: 204; a receiver names those of the first object only."""
    data = b'{"messageType":"AReq","mcc":"1",' + wire(samples.areq())[1:]
    explanation = explain(data)
    assert {("204", "messageType"), ("204", "mcc")} <= set(told(explanation))
    assert explanation.reported[STRICT].error_detail == "messageType,mcc"


def test_a_message_larger_than_its_type_may_be_is_not_walked() -> None:
    """F1: a receiver would not read it at all."""
    explanation = explain(wire(samples.erro(errorDetail="x" * 70_000)))
    assert [fault.error_detail for fault in explanation.faults] == ["Invalid Formatted Message"]
    assert explanation.read_as is None
    assert element(explanation, "errorDetail").title


RECEIVED: Final = st.sampled_from([kind for kind in MessageType if kind not in ("OReq", "ORes")])


@settings(deadline=None)
@given(data=st.data(), kind=RECEIVED, version=st.sampled_from(Version))
def test_a_sound_message_is_explained_without_faults(
    data: st.DataObject, kind: MessageType, version: Version
) -> None:
    """F1: no false alarm, whatever the table lets a message hold."""
    message = data.draw(messages(kind, version))
    sender, reader = ROADS[kind]
    explanation = explain(
        message.encode(),
        from_component=sender,
        to_component=reader,
        channel=message.channel,
        category=message.category,
    )
    assert explanation.faults == ()


@settings(deadline=None)
@given(data=st.data(), version=st.sampled_from(Version), reading=st.sampled_from(Reading))
def test_an_explanation_has_the_faults_that_a_receiver_would_gather(
    data: st.DataObject, version: Version, reading: Reading
) -> None:
    """F1: the tool and the protocol are of one mind about every broken message."""
    areq = data.draw(messages(MessageType.AREQ, version))
    members = dict(areq.elements)
    for name in data.draw(st.sets(st.sampled_from(sorted(set(members) - LOCATED)), max_size=4)):
        members[name] = data.draw(st.sampled_from([None, "", 5, "…", [], {}, [{}], "15"]))
    explanation = explain(json.dumps(members).encode(), reading=reading)
    place = place_of(
        members, MessageType.AREQ, version, channel=None, category=None, reading=reading
    )
    scene = Scene(members, members, *place[:4], explanation.receiver, None, reading)
    everything = walked(scene).everything()
    assert set(told(explanation, reading)) == {
        (code.value, name) for code, names in everything.items() for name in names
    }
    reported = explanation.reported.get(reading)
    if reported is None:
        return
    with pytest.raises(ProtocolFault) as caught:
        parse(
            json.dumps(members).encode(),
            receiver=explanation.receiver or Component.DIRECTORY,
            reading=reading,
        )
    assert caught.value.error_code == reported.error_code
    assert caught.value.error_detail == reported.error_detail


def _explained(data: bytes, **options: Any) -> Explanation | None:  # Any: keywords of explain
    try:
        return explain(data, **options)
    except NoMessage:
        return None  # the one refusal


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_the_bytes_an_explanation_or_the_one_refusal(data: bytes) -> None:
    """F1: a tool for broken messages must not break on one."""
    _explained(data)
    _explained(b"creq=" + data, reply_to=data)


@settings(deadline=None)
@given(
    kind=st.sampled_from(MessageType),
    version=st.sampled_from(["2.1.0", "2.2.0", "2.3.1", "2.3.0"]),
    changes=st.dictionaries(
        st.sampled_from(
            ["acctInfo", "cardRangeData", "messageExtension", "transStatus", "deviceChannel", "x"]
        ),
        JSON,
    ),
)
def test_whatever_the_members_an_explanation_or_the_one_refusal(
    kind: MessageType, version: str, changes: dict[str, Json]
) -> None:
    """F1: the same where the bytes are JSON and name a type."""
    members = {"messageType": kind.value, "messageVersion": version, **changes}
    assert _explained(json.dumps(members).encode()) is not None or changes
