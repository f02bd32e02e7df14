"""Explanations at the edges: versions that are not ours, ranges known before, very large messages."""

import json
from typing import Final

import pytest

from sekisho.protocol import ErrorCode, Json, NoMessage, Reading, Version, explain
from sekisho.protocol.explanation.heading import nearest_version
from sekisho.protocol.explanation.masking import CHARACTERS_SHOWN, ITEMS_SHOWN, masked, shown
from sekisho.testkit import samples
from sekisho.testkit.canary import traces_of
from sekisho.testkit.cards import sandbox_cards
from sekisho.testkit.samples import wire
from tests.unit.protocol.test_explain import STRICT, V210, V220, V231, element, told

CARD: Final = sandbox_cards(("0003",))[0].pan.digits


@pytest.mark.parametrize(
    ("said", "nearest"),
    [
        ("2.0.1", V210), ("1.0.2", V210), ("2.1.0", V210), ("2.1.9", V210), ("2.2.0", V220),
        ("2.3.0", V220), ("2.3.1", V231), ("2.10.0", V231), ("3.0.0", V231),
        ("2.3", None), ("", None), ("2.3.1.1", None), ("9" * 40 + ".0.0", None),
        ("9" * 28 + ".0.0", V231), ("9" * 29 + ".0.0", None),
    ],
)  # fmt: skip
def test_the_nearest_version_is_the_next_older_one(said: str, nearest: Version | None) -> None:
    """F1: what a newer version kept, the older one names."""
    assert nearest_version(said) is nearest


def test_an_unsupported_version_is_102_and_the_elements_are_listed_by_the_nearest() -> None:
    """F1: its rules are not ours to judge, its elements are ours to name."""
    areq = samples.areq(V231, messageVersion="2.4.0", mcc=None, trustListStatus="Y")
    explanation = explain(wire(areq))
    assert told(explanation) == [("102", "messageVersion")]
    assert explanation.reported[STRICT].error_detail == "2.1.0,2.2.0,2.3.1"
    assert (explanation.read_as, explanation.listed_by) == (None, V231)
    assert explanation.channel is None
    assert element(explanation, "trustListStatus").inclusion == "O"
    assert element(explanation, "messageType").inclusion == "R"
    older = explain(wire(samples.areq(V210, messageVersion="2.0.1", trustListStatus="Y")))
    assert older.listed_by is V210
    assert element(older, "trustListStatus").remark == "younger than 2.1.0; ignored"


def test_operation_messages_are_listed_as_the_version_that_has_them() -> None:
    """F1: an OReq of 2.2.0 is none."""
    explanation = explain(b'{"messageType":"OReq","messageVersion":"2.2.0","opSeqId":"x"}')
    assert told(explanation) == [("101", "messageType")]
    assert (explanation.read_as, explanation.listed_by) == (None, V231)


def test_a_version_in_bad_form_lists_names_only() -> None:
    """F1: 203, and no column to look into."""
    explanation = explain(wire(samples.areq(messageVersion="2.2")))
    assert told(explanation) == [("203", "messageVersion")]
    assert explanation.listed_by is None
    assert element(explanation, "mcc").inclusion is None
    assert element(explanation, "mcc").title
    assert explain(b'{"messageType":"AReq","messageVersion":5}').listed_by is None


def bounds(first: int, last: int) -> tuple[str, str]:
    return f"4{first:015d}", f"4{last:015d}"


def pres(*rows: tuple[int, int, str], version: Version = V231) -> dict[str, Json]:
    listed = [samples.card_range(version, *bounds(a, b), action=action) for a, b, action in rows]
    return samples.pres(version, cardRangeData=list(listed))


def preq(**changes: Json) -> dict[str, Json]:
    members = {
        name: value
        for name, value in samples.pres(V231).items()
        if name in ("messageVersion", "threeDSServerTransID")
    }
    return {**members, "messageType": "PReq", **changes}


KNOWN: Final = pres((0, 9, "A"), (20, 29, "A"))


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([(10, 19, "A")], None),
        ([(0, 9, "M")], None),
        ([(0, 9, "D"), (0, 5, "A")], None),
        ([(5, 15, "A")], ErrorCode.RANGES_OVERLAP),
        ([(0, 9, "A")], ErrorCode.RANGE_ACTION_IMPOSSIBLE),
        ([(40, 49, "D")], ErrorCode.RANGE_ACTION_IMPOSSIBLE),
        ([(40, 49, "M")], ErrorCode.RANGE_ACTION_IMPOSSIBLE),
    ],
)
def test_changed_ranges_are_held_against_the_ranges_before(
    rows: list[tuple[int, int, str]], code: ErrorCode | None
) -> None:
    """F1: 205 and 206 take two messages to find."""
    explanation = explain(wire(pres(*rows)), reply_to=wire(KNOWN))
    assert told(explanation) == ([] if code is None else [(code.value, "cardRangeData")])
    if code is not None:
        reported = explanation.reported[STRICT]
        assert reported.error_code is code
        assert reported.error_detail.startswith("4000000000000")
        fault = explanation.faults[0]
        assert fault.rule == "card ranges, held against the earlier message"
        assert fault.expected.startswith("ranges that do not overlap")
        assert fault.found == reported.error_detail
        assert fault.readings == tuple(Reading)


def test_before_231_it_is_203() -> None:
    """F1: 205 and 206 are younger."""
    known = wire(pres((0, 9, "A"), version=V220))
    explanation = explain(wire(pres((5, 15, "A"), version=V220)), reply_to=known)
    assert told(explanation) == [("203", "cardRangeData")]


def test_the_preq_tells_whether_the_whole_was_asked_for() -> None:
    """F1: with a serial number the ranges before are not known, and nothing is guessed."""
    overlapping = wire(pres((0, 9, "A"), (5, 15, "A")))
    whole = explain(overlapping, reply_to=wire(preq()))
    assert told(whole) == [("205", "cardRangeData")]
    assert told(explain(overlapping, reply_to=wire(preq(serialNum="7")))) == []
    assert told(explain(overlapping)) == []
    sound = explain(wire(pres((0, 9, "A"))), reply_to=wire(preq()))
    assert sound.faults == ()
    foreign = explain(
        wire(pres((0, 9, "A"))), reply_to=wire(preq(threeDSServerTransID=samples.SDK_ID))
    )
    assert told(foreign) == [("301", "threeDSServerTransID")]


def test_ranges_before_that_cannot_be_relied_on_are_left_aside() -> None:
    """F1: the earlier message must be explained first."""
    row = samples.card_range(V231, *bounds(5, 15))
    change = wire(samples.pres(V231, cardRangeData=[row]))
    for unsound in (
        {**KNOWN, "cardRangeData": "x"},
        {**KNOWN, "cardRangeData": [{"ranges": [{}]}]},
        pres((0, 9, "A"), (5, 9, "A")),
    ):
        assert told(explain(change, reply_to=wire(unsound))) == []
    assert told(explain(change, reply_to=wire(samples.areq(V231)))) == []


def test_each_reading_judges_the_ranges_as_it_reads_them() -> None:
    """F1: under the old names they are ranges to the lenient reading only."""
    start, end = bounds(5, 15)
    row = {
        **samples.card_range(V231, start, end),
        "ranges": [{"startRange": start, "endRange": end}],
    }
    explanation = explain(wire(samples.pres(V231, cardRangeData=[row])), reply_to=wire(KNOWN))
    assert told(explanation) == [("205", "cardRangeData")]
    assert "205" not in dict(told(explanation, STRICT))


def test_a_long_list_is_shown_by_its_first_items() -> None:
    """F1: a PRes may have hundreds of thousands of ranges; all are judged, a hundred shown."""
    rows = [samples.card_range(V231, *bounds(at, at)) for at in range(ITEMS_SHOWN + 2)]
    shown = element(explain(wire(samples.pres(V231, cardRangeData=list(rows)))), "cardRangeData")
    assert len(shown.children) == ITEMS_SHOWN + 1
    assert (shown.children[-1].name, shown.children[-1].remark) == ("…", "2 more items")
    rows = rows[:ITEMS_SHOWN]
    shown = element(explain(wire(samples.pres(V231, cardRangeData=list(rows)))), "cardRangeData")
    assert [each.name for each in shown.children[-1:]] == [f"[{ITEMS_SHOWN}]"]
    assert shown.children[-1].children


def test_long_values_are_shown_by_their_beginning() -> None:
    """F1: a list or an object that is quoted in a fault, or that nobody knows."""
    many: list[Json] = [str(at) for at in range(ITEMS_SHOWN + 2)]
    assert shown("x", many) == [*many[:ITEMS_SHOWN], "… 2 more items"]
    assert shown("x", many[:ITEMS_SHOWN]) == many[:ITEMS_SHOWN]
    members: dict[str, Json] = {f"n{at}": "x" for at in range(ITEMS_SHOWN + 2)}
    assert shown("x", members) == dict(list(members.items())[:ITEMS_SHOWN])


MEGABYTES: Final = 16 * 1024 * 1024


def test_a_very_large_message_is_explained_in_bounded_time() -> None:
    """F1: a hundred thousand card ranges; what took a step for each pair of them would not end today."""
    row = json.dumps(samples.card_range(V231, *bounds(10**6, 10**6)))
    head = (
        wire(samples.pres(V231, cardRangeData=[]))[:-1].decode().replace(',"cardRangeData":[]', "")
    )
    rows = ",".join(
        row.replace(f"4{10**6:015d}", f"4{10**6 + at:015d}")
        for at in range((MEGABYTES - 4000) // (len(row) + 1))
    )
    data = f'{head},"cardRangeData":[{rows}]}}'.encode()
    assert MEGABYTES - 10_000 < len(data) <= MEGABYTES
    explanation = explain(data)
    assert explanation.message_type == "PRes"
    assert len(element(explanation, "cardRangeData").children) == ITEMS_SHOWN + 1


@pytest.mark.parametrize(
    "data",
    [
        b"a" * MEGABYTES,
        b"creq=" + b"A" * (MEGABYTES - 5),
        b"<" * MEGABYTES,
        b"<input " * (MEGABYTES // 7),
        b"h: x\n" * (MEGABYTES // 5),
        b'"' + b"x" * (MEGABYTES - 2) + b'"',
        b"." * MEGABYTES,
        b"%22" * (MEGABYTES // 3),
        b'<input name="' * (MEGABYTES // 13),
        b"<input " + b"name='x " * (MEGABYTES // 8) + b">",
        b"\xff" * MEGABYTES,
    ],
    ids=[
        "text",
        "form",
        "tags",
        "inputs",
        "headers",
        "quoted",
        "dots",
        "escapes",
        "names",
        "attributes",
        "binary",
    ],
)
def test_sixteen_mebibytes_of_anything_are_refused_in_bounded_time(data: bytes) -> None:
    """F1: the tool is given whatever lies in a log."""
    with pytest.raises(NoMessage):
        explain(data)


def test_a_very_long_value_is_masked_to_its_end_that_is_shown() -> None:
    """F1, F3: work is bounded, and the cut makes no half card number."""
    for before in range(CHARACTERS_SHOWN - 20, CHARACTERS_SHOWN + 2):
        text = "x" * before + CARD + "y" * 10_000
        assert traces_of(CARD, masked(text).encode()) == []
        assert masked(text).endswith(f"… ({len(text)} characters)")
    huge = "1 " * (8 * 1024 * 1024)
    assert len(masked(huge)) < CHARACTERS_SHOWN + 40
    assert masked("x" * CHARACTERS_SHOWN) == "x" * CHARACTERS_SHOWN


@pytest.mark.parametrize(
    ("merchant", "seen"),
    [
        ("000601229068593", "000601229068593"),
        ("378282246310005", "<card 0005>"),
        (CARD, f"<card {CARD[-4:]}>"),
    ],
)
def test_a_merchant_s_number_is_no_card_s(merchant: str, seen: str) -> None:
    """F6: acquirers give out 15 digits; what begins like a card of as many is masked all the same."""
    assert shown("acquirerMerchantID", merchant) == seen
    assert shown("acquirerMerchantID", None) is None
    assert shown("merchantName", merchant) != merchant
