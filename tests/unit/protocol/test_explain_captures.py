"""The forms a message is captured in are told apart, and what is no message is called by name."""

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.protocol import (
    Component,
    Message,
    MessageType,
    NoMessage,
    ProtocolFault,
    Reading,
    Version,
    explain,
    parse,
)
from sekisho.protocol.explanation import Reported
from sekisho.protocol.forms import base64url
from sekisho.testkit import samples
from sekisho.testkit.canary import traces_of
from sekisho.testkit.cards import sandbox_cards
from sekisho.testkit.messages import messages
from sekisho.testkit.samples import wire
from tests.unit.protocol import test_vectors
from tests.unit.protocol.test_explain import element, told
from tests.unit.protocol.test_vectors import FAULTY, PUBLISHED, RECEIVERS, STIMULI, vectors

CREQ = base64url(wire(samples.creq()))
METHOD = base64url(
    wire(
        {
            "threeDSServerTransID": samples.areq()["threeDSServerTransID"],
            "threeDSMethodNotificationURL": "https://shop.example/done",
        }
    )
)


@pytest.mark.parametrize(
    ("capture", "came_as"),
    [
        (wire(samples.creq()).decode(), "EMV 3DS JSON"),
        (f"\n  {wire(samples.creq()).decode()}\n", "EMV 3DS JSON"),
        (CREQ, "base64url of JSON"),
        (f"{CREQ[:40]}\n{CREQ[40:]}==", "base64url of JSON"),
        (f"creq={CREQ}&threeDSSessionData=YQ", "form field creq, base64url of JSON"),
        (f"threeDSSessionData=YQ&creq={quote(CREQ + '==')}", "form field creq, base64url of JSON"),
        (f"https://acs.example/c?creq={CREQ}#top", "form field creq, base64url of JSON"),
        (
            f"POST /c HTTP/1.1\r\n\r\ncreq={CREQ}",
            "HTTP request, form field creq, base64url of JSON",
        ),
    ],
)
def test_each_form_of_a_capture_leads_to_the_same_message(capture: str, came_as: str) -> None:
    """F3: what a proxy, a log or a browser's tools give can be used as it is."""
    explanation = explain(capture.encode())
    assert explanation.came_as == came_as
    assert explanation.message_type is MessageType.CREQ
    assert explanation.faults == ()


def test_plain_base64_is_explained_and_named_as_a_fault() -> None:
    """F1: a common mistake, which only some values show: + and / are refused by a receiver."""
    data = b64encode(wire(samples.creq(challengeWindowSize="ÿÿÿ>>>???")))
    assert b"+" in data or b"/" in data
    explanation = explain(b"creq=" + data)
    assert told(explanation)[0] == ("101", "creq")
    assert explanation.message_type is MessageType.CREQ


def test_3ds_method_data_is_explained() -> None:
    """A2: it names no message type, and its notification has no address."""
    request = explain(f"threeDSMethodData={METHOD}".encode())
    assert (request.faults, request.receiver) == ((), Component.ACS)
    assert explain(METHOD.encode()).subject == "3DS Method data: the request"
    done = explain(b'{"threeDSServerTransID":"8a880dc0-d2d2-4067-bcb1-b08d1690b26e"}')
    assert done.subject == "3DS Method data: the ACS's notification"
    assert done.faults == ()
    odd = base64url(b'{"threeDSMethodNotificationURL":"javascript:1","x":1}')
    explanation = explain(f"threeDSMethodData={odd}".encode())
    assert told(explanation) == [
        ("201", "threeDSServerTransID"),
        ("203", "threeDSMethodNotificationURL"),
    ]
    assert element(explanation, "x").remark == "unknown"


JWE = ".".join([base64url(b'{"alg":"dir","enc":"A128GCM"}'), "", "YQ", "YQ", "YQ"])
JWS = ".".join([base64url(b'{"alg":"PS256"}'), "YQ", "YQ"])


@pytest.mark.parametrize(
    ("data", "saw"),
    [
        (b"", "nothing"),
        (b" \n", "nothing"),
        (b"\xff\xfe\x00", "3 bytes that are no UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a":', "broken at line 1, column 6"),
        (b'{"messageType":"AReq",}', "broken at line 1"),
        (b"[1]", "an array"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "levels"),
        (b'{"a":1,"a":' + b"[" * 40 + b"]" * 40 + b"}", "levels"),
        (b'{"a":' * 5000, "nested beyond sense"),
        (b"<html></html>", "XML or HTML"),
        (b"x\x9c\xff\xff\xff", "no UTF-8"),
        (JWE.encode(), "encrypted message (JWE)"),
        (JWS.encode(), "signed object (JWS)"),
        (b"a.b.c", "neither JSON nor a form"),
        (b"MQ.b.c", "neither JSON nor a form"),
        (b"creq=", "creq, which is empty"),
        (b"creq=%21", "creq, which holds no base64url of JSON"),
        (b"creq=YWJj", "which holds no base64url of JSON"),
        (b"cres=" + base64url(b'{"a":}').encode(), "form field cres"),
        (b"hello world", "neither JSON nor a form"),
    ],
)
def test_what_is_no_message_is_called_by_its_name(data: bytes, saw: str) -> None:
    """F3: "garbage" helps nobody; the refusal is the receiver's own, 101."""
    with pytest.raises(NoMessage) as caught:
        explain(data)
    assert saw in caught.value.saw
    assert (caught.value.error_code, caught.value.error_detail) == (
        "101",
        "Invalid Formatted Message",
    )


def test_more_bytes_than_any_message_has_are_not_read() -> None:
    """F1: the tool has the limits of the protocol."""
    with pytest.raises(NoMessage, match="101"):
        explain(b" " * (64 * 1024 * 1024 + 1))


def test_a_number_that_python_refuses_is_no_crash() -> None:
    """F1: five thousand digits, in an object with a repeated member."""
    data = b'{"messageType":"AReq","a":1,"a":' + b"9" * 5000 + b"}"
    with pytest.raises(NoMessage):
        explain(data)


def test_depths_that_one_parser_follows_and_another_does_not_are_no_crash() -> None:
    """F1: a repeated member before a value nested as deeply as parsers can follow."""
    for depth in range(600, 1001):
        with pytest.raises(NoMessage):
            explain(b'{"in":{"a":1,"a":2},"b":' + b"[" * depth + b"]" * depth + b"}")


@pytest.mark.parametrize(("name", "members"), PUBLISHED, ids=[name for name, _ in PUBLISHED])
def test_a_published_message_is_explained(name: str, members: dict[str, object]) -> None:
    """F1: the sound ones without faults, the others with the fault that they are known for."""
    explanation = explain(
        json.dumps(members).encode(),
        to_component=RECEIVERS[str(members["messageType"])],
        reading=Reading.LENIENT,
    )
    assert len(explanation.elements) == len(members)
    reported = explanation.reported.get(Reading.LENIENT)
    found = None if reported is None else (reported.error_code, reported.error_detail)
    assert found == FAULTY.get(name)


NO_MESSAGES = {
    "cres-spec-example-invalid-json": "the JSON is broken at line",
    "threeDSSessionData": "neither JSON nor a form",
}


@pytest.mark.parametrize("vector", vectors("base64url_forms"), ids=lambda vector: vector["id"])
def test_a_published_form_field_is_explained_or_named(vector: dict[str, str]) -> None:
    """F3: A2's forms as they were published; what is none says what it is."""
    data = vector["base64url"].encode()
    saw = NO_MESSAGES.get(vector["id"])
    if saw is None:
        assert explain(data).elements
    else:
        with pytest.raises(NoMessage) as caught:
            explain(data)
        assert saw in caught.value.saw


CARDS = [card.pan.digits for card in sandbox_cards(("0003", "0072"))]


@settings(deadline=None)
@given(
    data=st.data(),
    kind=st.sampled_from([MessageType.AREQ, MessageType.ARES, MessageType.ERRO]),
    version=st.sampled_from(Version),
    card=st.sampled_from(CARDS),
)
def test_no_card_number_is_in_an_explanation(
    data: st.DataObject, kind: MessageType, version: Version, card: str
) -> None:
    """F3: explanations are pasted into tickets; wherever the number stood, it is masked."""
    members = dict(data.draw(messages(kind, version)).elements)
    spaced = " ".join(card[at : at + 4] for at in range(0, len(card), 4))
    written = st.sampled_from([card, spaced, f"card {card}, please", [card], {"a": card}])
    for name in data.draw(
        st.sets(st.sampled_from([*members, "acctNumber", "ours", card]), max_size=4)
    ):
        members[name] = data.draw(written)
    members |= {"amount": int(card), f"n{card}": "x"}
    members["messageExtension"] = [
        {"id": card, "name": "n", "criticalityIndicator": True, "data": {card: float(card)}}
    ]
    shown = str(explain(json.dumps(members).encode()))
    assert traces_of(card, shown.encode()) == []


def test_secrets_are_hidden_and_harmless_digits_are_not() -> None:
    """F3: what was typed and what proves a payment; times and identifiers stay readable."""
    creq = samples.app_creq(challengeDataEntry="123456")
    assert element(explain(wire(creq)), "challengeDataEntry").value == "<hidden, 6 characters>"
    secrets = {**samples.ares(), "challengeDataEntry": ["1234"], "authenticationValue": "short"}
    explanation = explain(wire(secrets))
    assert element(explanation, "challengeDataEntry").value == "<hidden>"
    assert element(explanation, "authenticationValue").value == "<hidden, 5 characters>"
    proof = element(explain(wire(samples.ares())), "authenticationValue").value
    assert str(proof).endswith("… (28 characters)")
    areq = samples.areq(
        purchaseDate="20260101120000",
        acctNumber="4000x",
        ours="9" * 19 + "8" * 9,
        fullwidth="4000000000000002".translate({48 + n: 0xFF10 + n for n in range(10)}),
        escaped="https://shop.example/?q=%224000000000000002%22",
        unicode="\\u00224000000000000002",
        long="関" * 3000,
    )
    explained = explain(wire(areq))
    assert element(explained, "purchaseDate").value == "20260101120000"
    assert element(explained, "acctNumber").value == "<hidden, 5 characters, no card number>"
    assert element(explained, "ours").value == "9" * 19 + "8" * 9
    assert element(explained, "fullwidth").value == "<card 0002>"
    assert str(element(explained, "escaped").value).endswith("%22<card 0002>%22")
    assert element(explained, "unicode").value == "\\u0022<card 0002>"
    assert str(element(explained, "long").value).endswith("… (3000 characters)")


OVER_SEVERAL_MESSAGES = {"overlapping ranges", "delete of unknown range"}
"""Ranges are held against those that are known already, not against a rule of the message."""


@pytest.mark.parametrize("name", sorted(set(STIMULI) - OVER_SEVERAL_MESSAGES))
def test_an_error_case_is_explained_with_its_error(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F1: for every case that a message can show, what a receiver reports is what is told."""
    reads: list[tuple[bytes, dict[str, Any]]] = []

    def listened(data: bytes, **options: Any) -> Message:  # Any: keywords of parse
        reads.append((data, options))
        return parse(data, **options)

    monkeypatch.setattr(test_vectors, "parse", listened)
    with pytest.raises(ProtocolFault) as caught:
        STIMULI[name]()
    data, options = reads[-1]
    request = options.get("request")
    try:
        explanation = explain(
            data,
            to_component=options["receiver"],
            channel=options.get("channel"),
            reply_to=None if request is None else request.encode(),
        )
    except NoMessage as nothing:
        reported: NoMessage | Reported = nothing
    else:
        reported = explanation.reported[Reading.LENIENT]
        named = {fault.element for fault in explanation.faults_in(Reading.LENIENT)}
        assert named >= set(caught.value.elements)
    assert reported.error_code == caught.value.error_code
    assert reported.error_detail == caught.value.error_detail
