"""`sekisho explain`, run as a command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click import unstyle
from cryptography.hazmat.primitives.serialization import Encoding

from sekisho.app import explain_command
from sekisho.app.explanation_text import explanation_text
from sekisho.protocol import Channel, Reading, Version, explain
from sekisho.protocol.forms import base64url
from sekisho.testkit import samples
from sekisho.testkit.canary import traces_of
from sekisho.testkit.cards import sandbox_cards
from sekisho.testkit.samples import wire
from tests.unit.protocol.jose.material import ROOT
from tests.unit.protocol.test_explain_tokens import SESSION_KEY, sealed_creq, signed_acs_content

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
    assert b"C (sdk), S (server), D (directory), A (acs)" in done.stderr


def test_the_lenient_reading_forgives_where_sources_disagree() -> None:
    """F1: the strict fault is still shown, as one of the other reading."""
    areq = wire(samples.areq(acctInfo={}))
    assert run(areq, "-")[0] == 1
    status, text = run(areq, "-", "--lenient")
    assert status == 0
    assert "203 acctInfo (strict reading only)" in text


@pytest.mark.parametrize("columns", [20, 60, 120])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(columns: int) -> None:
    """F3: Japanese letters take two columns; what does not fit goes on below itself."""
    areq = samples.areq(
        merchantName="関所" * 40,
        acctInfo={"chAccAgeInd": "01"},
        messageExtension=["x" * 200],
        notificationURL="https://shop.example/" + "long-path/" * 12,
        **{"n" * 90: "v" * 30},
    )
    text = unstyle(explanation_text(explain(wire(areq)), Reading.STRICT, columns))
    wide = [sum(2 if ord(each) > 0x2FFF else 1 for each in line) for line in text.splitlines()]
    # A name cannot be broken, and a terminal of 20 columns is no terminal.
    names = ("n" * 90, "threeDSRequestorAuthenticationInd")
    lines = zip(wide, text.splitlines(), strict=True)
    assert [
        line
        for length, line in lines
        if length > max(columns, 40) and not any(name in line for name in names)
    ] == []
    together = "".join(text.split())
    assert "関所" * 40 in together
    assert "https://shop.example/" + "long-path/" * 12 in together


def test_words_are_broken_between_and_not_within_where_they_can_be() -> None:
    """F3: an explanation is read, so it breaks as text does; only what has no space is cut up."""
    text = unstyle(explanation_text(explain(wire(samples.areq(mcc=None))), Reading.STRICT, 60))
    assert "\n      found     absent\n" in text
    long = explain(wire(samples.areq(**{f"n{at}": "x" for at in range(3)}, purchaseDate="1")))
    lines = unstyle(explanation_text(long, Reading.STRICT, 60)).splitlines()
    at = lines.index("      expected  YYYYMMDDHHMMSS, UTC, 14 characters")
    assert lines[at + 1] == '      found     "1" (1 characters)'
    (rule,) = (n for n, line in enumerate(lines) if "rule" in line)
    assert lines[rule : rule + 2] == [
        "      rule      element table, purchaseDate in AReq 2.2.0",
        "                (R)",
    ]


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """F3: no-color.org; colour is for terminals whose user wants it."""
    written = []
    monkeypatch.setattr(click, "echo", lambda text, color: written.append((text, color)))
    monkeypatch.delenv("NO_COLOR", raising=False)
    explain_command._say("text")
    monkeypatch.setenv("NO_COLOR", "")
    explain_command._say("text")
    monkeypatch.setenv("NO_COLOR", "1")
    explain_command._say("text")
    assert written == [("text", None), ("text", None), ("text", False)]


def test_channel_category_and_reading_are_taken_by_code_or_name() -> None:
    """F3: what an ARes does not say of itself."""
    ares = wire(samples.ares(Version.V220))
    for options in (
        ["--channel", "app", "--category", "02"],
        ["--channel=01", "--category=non-payment"],
    ):
        document = json.loads(run(ares, "-", "--json", *options)[1])
        assert (document["deviceChannel"], document["messageCategory"]) == ("01", "02")
    areq = wire(samples.areq(acctInfo={}))
    assert run(areq, "-", "--reading", "lenient")[0] == 0
    assert run(areq, "-", "--reading", "strict")[0] == 1


def test_a_key_opens_a_jwe_and_comes_from_a_file_only(tmp_path: Path) -> None:
    """F2: a key on a command line stands in everybody's process list."""
    key = tmp_path / "key.hex"
    key.write_text(SESSION_KEY.hex() + "\n")
    jwe = sealed_creq()
    status, text = run(jwe.encode(), "-", "--key", str(key))
    assert status == 0
    assert text.startswith("CReq 2.2.0\n  came as  JWE (A128GCM), with EMV 3DS JSON\n")
    assert SESSION_KEY.hex() not in text
    assert run(jwe.encode(), "-")[0] == 2
    key.write_text("no key at all")
    done = subprocess.run(
        [sys.executable, "-m", "sekisho.app", "explain", "-", "--key", str(key)],
        input=jwe.encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(b"Error: --key or --root: neither PEM")
    assert b"no key at all" not in done.stderr


def test_signatures_are_judged_at_the_moment_given(tmp_path: Path) -> None:
    """F2: a capture is often older than the certificate that signed it."""
    signed = signed_acs_content()
    root = tmp_path / "root.pem"
    root.write_bytes(ROOT.public_bytes(Encoding.PEM))
    for moment, status in (("2026-11-23", 0), ("2055-01-01T00:00:00+09:00", 1)):
        assert run(signed.encode(), "-", "--root", str(root), "--at", moment)[0] == status
    assert run(signed.encode(), "-", "--root", str(root))[0] == 0
    done = subprocess.run(
        [sys.executable, "-m", "sekisho.app", "explain", "-", "--at", "yesterday"],
        input=b"", capture_output=True, check=False,
    )  # fmt: skip
    assert b"a moment such as 2026-11-23T09:00:00Z" in done.stderr


def test_elements_of_an_unknown_version_are_listed_by_the_nearest() -> None:
    """F1: 102, and still an explanation."""
    status, text = run(wire(samples.areq(messageVersion="2.4.0")), "-")
    assert status == 1
    assert "  read as  elements only, as 2.3.1 has them\n" in text
    assert "reported: 102 2.1.0,2.2.0,2.3.1" in text


def test_messages_of_an_unknown_place_are_written_too() -> None:
    """F3: no channel, no reader, no version: said is what is known."""
    text = explanation_text(explain(b'{"messageType":"X","a":"b"}'), Reading.STRICT, 80)
    assert text.splitlines()[0].endswith("a message of no known type\x1b[0m")
    three_ri = explain(wire(samples.ares(Version.V220)), channel=Channel.THREE_RI)
    assert "read as  3RI, payment" in explanation_text(three_ri, Reading.STRICT, 80)
