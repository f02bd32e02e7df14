"""What carried a captured message is taken off: HTTP as logs have it, forms, pages, quotation marks."""

import gzip
import html
import json
import zlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import MessageType, NoMessage, explain
from sekisho.protocol.explanation.carrying import carried
from sekisho.protocol.forms import base64url
from sekisho.testkit import samples
from sekisho.testkit.samples import wire
from tests.unit.protocol.test_explain_tokens import SESSION_KEY, sealed_creq

ARES: Final = wire(samples.ares())
CREQ: Final = base64url(wire(samples.creq()))
FORM: Final = f"threeDSSessionData=YQ&creq={quote(CREQ)}"


def http(start: str, headers: Mapping[str, str], body: bytes, *, mark: str = "") -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers.items()), ""]
    return "\r\n".join(f"{mark}{line}" for line in lines).encode() + b"\r\n" + body


def chunked(body: bytes, size: int = 100) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;x=y\r\n%b\r\n" % (len(each), each) for each in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("capture", "came_as", "kind"),
    [
        (http("POST /ds HTTP/1.1", {"Content-Type": "application/json"}, ARES), "HTTP request, EMV 3DS JSON", "ARes"),
        (http("HTTP/1.1 200 OK", {"Server": "x"}, ARES), "HTTP response, EMV 3DS JSON", "ARes"),
        (http("HTTP/2 200", {"server": "x"}, ARES, mark="< "), "HTTP response, EMV 3DS JSON", "ARes"),
        (http("POST /c HTTP/2", {"host": "x"}, FORM.encode(), mark="> "), "HTTP request, form field creq, base64url of JSON", "CReq"),
        (http("Content-Type: application/json", {"Host": "x"}, ARES), "HTTP headers and body, EMV 3DS JSON", "ARes"),
        (http("GET /c?" + FORM + " HTTP/1.1", {"Host": "x"}, b""), "HTTP request, form field creq, base64url of JSON", "CReq"),
        (b"GET /c?" + FORM.encode() + b" HTTP/1.1\nHost: x", "HTTP request, form field creq, base64url of JSON", "CReq"),
        (http("HTTP/1.1 200 OK", {"Transfer-Encoding": "chunked"}, chunked(ARES)), "HTTP response, EMV 3DS JSON", "ARes"),
        (http("HTTP/1.1 200 OK", {"Transfer-Encoding": "chunked"}, ARES), "HTTP response, EMV 3DS JSON", "ARes"),
        (http("HTTP/1.1 200 OK", {"Content-Encoding": "gzip"}, gzip.compress(ARES)), "HTTP response, EMV 3DS JSON", "ARes"),
        (http("HTTP/1.1 200 OK", {"Content-Encoding": "deflate"}, zlib.compress(ARES)), "HTTP response, EMV 3DS JSON", "ARes"),
        (http("HTTP/1.1 200 OK", {"Content-Encoding": "gzip"}, ARES), "HTTP response, EMV 3DS JSON", "ARes"),
        (http("HTTP/1.1 200 OK", {"Content-Encoding": "gzip", "Transfer-Encoding": "Chunked"}, chunked(gzip.compress(ARES))), "HTTP response, EMV 3DS JSON", "ARes"),
        (http("HTTP/1.1 200 OK", {"Content-Length": str(len(ARES))}, ARES), "HTTP response, EMV 3DS JSON", "ARes"),
        (json.dumps(ARES.decode()).encode(), "text in quotation marks, EMV 3DS JSON", "ARes"),
        (quote(ARES.decode()).encode(), "EMV 3DS JSON", "ARes"),
        (f"CREQ={CREQ}".encode(), "form field creq, base64url of JSON", "CReq"),
    ],
)  # fmt: skip
def test_each_carrier_is_taken_off(capture: bytes, came_as: str, kind: str) -> None:
    """F3: what a log, a proxy or `curl -v` shows can be pasted as it is."""
    explanation = explain(capture)
    assert (explanation.came_as, explanation.message_type) == (came_as, kind)
    assert explanation.faults == ()


@pytest.mark.parametrize(
    "field",
    [
        f'<input type="hidden" name="creq" value="{CREQ}"/>',
        f"<INPUT NAME='CREQ' VALUE='{CREQ}'>",
        f'<input value="{CREQ}=="\n name="creq">',
        f'<input name="other" value="x"><input name="creq" value="{html.escape(CREQ)}">',
    ],
)
def test_a_page_that_posts_itself_is_read(field: str) -> None:
    """F3: a browser's tools show the page that carries the creq."""
    explanation = explain(f"<html><form action=/c>{field}</form></html>".encode())
    assert explanation.came_as == "HTML form, field creq, base64url of JSON"
    assert explanation.message_type is MessageType.CREQ
    response = http("HTTP/1.1 200 OK", {}, f"<form>{field}</form>".encode())
    assert explain(response).came_as == "HTTP response, HTML form, field creq, base64url of JSON"


def test_tokens_are_carried_too() -> None:
    """F2: CReq and CRes of the app channel travel as the body of HTTP."""
    capture = http(
        "POST /app HTTP/1.1", {"Content-Type": "application/jose"}, sealed_creq().encode()
    )
    explanation = explain(capture, key=SESSION_KEY.hex().encode())
    assert explanation.came_as == "HTTP request, JWE (A128GCM), with EMV 3DS JSON"


@pytest.mark.parametrize(
    ("capture", "saw"),
    [
        (http("HTTP/1.1 502 Bad", {"Server": "x"}, b""), "HTTP response without a body"),
        (http("GET /health HTTP/1.1", {"Host": "x"}, b" \r\n"), "HTTP request without a body"),
        (b"HTTP/1.1 200 OK\nnot a header", "HTTP response without a body"),
        (http("POST / HTTP/1.1", {"Content-Length": "999"}, ARES[:50]), "; the body is cut off: 50 of 999 bytes"),
        (http("POST / HTTP/1.1", {"Content-Length": "999"}, b""), "; the body is cut off: 0 of 999 bytes"),
        (http("HTTP/1.1 200 OK", {}, b"<html>busy</html>"), "XML or HTML"),
        (b"<html><input name='x' value='y'><input></html>", "XML or HTML"),
        (b'"not closed', "neither JSON nor a form"),
        (b'"\\ud800"', "neither JSON nor a form"),
        (b"subject: hello", "neither JSON nor a form"),
        (b"subject: hello\nand more", "neither JSON nor a form"),
        (b": \n\n{}", "neither JSON nor a form"),
    ],
)  # fmt: skip
def test_a_carrier_without_a_message_is_called_by_its_name(capture: bytes, saw: str) -> None:
    """F3: a log cut off in the middle is the commonest capture that is no message."""
    with pytest.raises(NoMessage) as caught:
        explain(capture)
    assert saw in caught.value.saw


@pytest.mark.parametrize("length", ["", "x", "9" * 13, str(len(ARES) - 1), str(len(ARES)), "-1"])
def test_a_length_that_says_nothing_is_not_repeated(length: str) -> None:
    """F1: only a body that is shorter than its header says is cut off."""
    assert carried(http("HTTP/1.1 200 OK", {"Content-Length": length}, ARES)).remark == ""


def test_headers_have_an_end() -> None:
    """F1: two hundred headers are more than any log has; what follows is body or nothing."""
    many = {f"h{number}": "x" for number in range(199)}
    assert explain(http("HTTP/1.1 200 OK", many, ARES)).message_type == "ARes"
    with pytest.raises(NoMessage, match="101"):
        explain(http("HTTP/1.1 200 OK", {**many, "h199": "x", "h200": "x"}, ARES))


def test_a_bomb_stays_folded() -> None:
    """F1: a kilobyte must not become gigabytes."""
    bomb = gzip.compress(bytes(80 * 1024 * 1024))
    found = carried(http("HTTP/1.1 200 OK", {"Content-Encoding": "gzip"}, bomb))
    assert len(found.data) <= 64 * 1024 * 1024 + 1


@given(st.binary(max_size=300), st.sampled_from(["", "chunked"]), st.sampled_from(["", "gzip"]))
def test_whatever_is_carried_something_comes_out(data: bytes, chunks: str, packed: str) -> None:
    """F1: bytes and words for them, or the one refusal."""
    headers = {"Transfer-Encoding": chunks, "Content-Encoding": packed}
    for capture in (data, http("HTTP/1.1 200 OK", headers, data), b"<input name=creq>" + data):
        try:
            assert isinstance(carried(capture).data, bytes)
        except NoMessage:
            continue  # the one refusal
