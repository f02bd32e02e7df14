"""`sekisho explain`, run as a command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sekisho.app.explanation_text import explanation_text
from sekisho.protocol import Channel, Reading, Version, explain
from sekisho.protocol.forms import base64url
from sekisho.testkit import samples
from sekisho.testkit.canary import traces_of
from sekisho.testkit.cards import sandbox_cards
from sekisho.testkit.samples import wire

CARD = sandbox_cards(("0003",))[0].pan.digits


def run(data: bytes, *options: str, columns: int = 100) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "sekisho.app", "explain", *options],
        input=data,
        capture_output=True,
        check=False,
        env={**os.environ, "COLUMNS": str(columns)},
    )
    assert done.stderr == b""
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (wire(samples.areq()), 0),
        (base64url(wire(samples.creq())).encode(), 0),
        (wire(samples.areq(mcc=None)), 1),
        (b"hello", 2),
        (b"", 2),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_exit_status_tells_a_sound_message_from_a_faulty_one_and_from_none(
    data: bytes, status: int, options: tuple[str, ...]
) -> None:
    """F3: so that scripts can ask."""
    assert run(data, "-", *options)[0] == status


def test_one_json_document_has_the_message_its_elements_and_its_faults() -> None:
    """F3: for programs; letters are not escaped."""
    areq = samples.areq(mcc=None, merchantName="関所書店", acctInfo={"chAccAgeInd": "01"})
    status, text = run(wire(areq), "-", "--json")
    document = json.loads(text)
    assert status == 1
    assert (document["messageType"], document["messageVersion"]) == ("AReq", "2.2.0")
    assert [each["name"] for each in document["elements"]] == list(areq)
    assert document["elements"][-1]["children"][0]["meaning"] == "no account (guest)"
    fault = document["faults"][0]
    assert (fault["errorCode"], fault["errorDetail"], fault["element"]) == ("201", "mcc", "mcc")
    assert document["reported"] == {"errorCode": "201", "errorDetail": "mcc"}
    assert "関所書店" in text


def test_what_is_no_message_is_still_described() -> None:
    """F3: the document says what was seen, under the receiver's own code."""
    document = json.loads(run(b"[]", "-", "--json")[1])
    assert "array" in document["saw"]
    assert document["faults"][0]["errorCode"] == "101"
    assert run(b"[]", "-")[1].startswith("No message: EMV 3DS JSON, but it is an array")


def test_the_text_names_faults_and_has_no_colour_in_a_pipe() -> None:
    """F3: what a person reads; no card number, no control character of the peer's."""
    areq = samples.areq(mcc=None, merchantName="関所\x1b[31m", note=CARD, acctNumber=CARD)
    text = run(wire(areq), "-")[1]
    assert "1 fault in the strict reading; reported: 201 mcc" in text
    assert "関所\\u001b[31m" in text
    assert "\x1b" not in text
    assert traces_of(CARD, text.encode()) == []


def test_sender_reader_and_earlier_message_are_taken(tmp_path: Path) -> None:
    """F1: rules that depend on the road or on the request."""
    earlier = tmp_path / "areq.json"
    earlier.write_bytes(wire(samples.areq()))
    later = tmp_path / "ares.json"
    later.write_bytes(wire(samples.ares(threeDSServerTransID=samples.SDK_ID)))
    assert run(b"", str(later))[0] == 0
    status, text = run(b"", str(later), "--reply-to", str(earlier), "--from", "acs")
    assert status == 1
    assert "301 threeDSServerTransID" in text
    assert "read by  DIRECTORY" in text
    assert "101" in run(b"", str(later), "--to", "A")[1]
    earlier.write_bytes(b"")
    assert "the earlier one is nothing" in run(b"", str(later), "--reply-to", str(earlier))[1]


def test_an_unknown_component_is_refused_by_name() -> None:
    """F3: the letters of errorComponent or the names, nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "sekisho.app", "explain", "-", "--to", "bank"],
        input=b"",
        capture_output=True,
        check=False,
    )
    assert b"S (server), D (directory), A (acs) or C (sdk)" in done.stderr


def test_the_lenient_reading_forgives_where_sources_disagree() -> None:
    """F1: the strict fault is still shown, as one of the other reading."""
    areq = wire(samples.areq(acctInfo={}))
    assert run(areq, "-")[0] == 1
    status, text = run(areq, "-", "--lenient")
    assert status == 0
    assert "203 acctInfo (strict reading only)" in text


@pytest.mark.parametrize("columns", [20, 60, 120])
def test_no_element_is_wider_than_the_terminal(columns: int) -> None:
    """F3: Japanese letters take two columns; what does not fit ends in an ellipsis."""
    areq = samples.areq(
        merchantName="関所" * 10, acctInfo={"chAccAgeInd": "01"}, messageExtension=["x" * 200]
    )
    text = explanation_text(explain(wire(areq)), Reading.STRICT, columns)
    elements = text.split("\n\n")[1].splitlines()
    wide = [sum(2 if ord(each) > 0x2FFF else 1 for each in line) for line in elements]
    assert max(wide) <= max(columns, 40)
    assert ("関所" * 10 in text) == (columns > 60)


def test_messages_of_an_unknown_place_are_written_too() -> None:
    """F3: no channel, no reader, no version: said is what is known."""
    text = explanation_text(explain(b'{"messageType":"X","a":"b"}'), Reading.STRICT, 80)
    assert text.splitlines()[0].endswith("a message of no known type\x1b[0m")
    three_ri = explain(wire(samples.ares(Version.V220)), channel=Channel.THREE_RI)
    assert "read as  3RI, payment" in explanation_text(three_ri, Reading.STRICT, 80)
