"""Messages of 3-D Secure 1.0.2 are explained in the terms of their own generation."""

import base64
import re
import zlib
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from sekisho.protocol import Explanation, NoMessage, Reading, explain
from sekisho.protocol.explanation.old import ECHOED
from sekisho.protocol.threeds1 import PAResSigner, deflated, parse_as, sign
from sekisho.protocol.threeds1.records import PARes
from sekisho.testkit import samples
from sekisho.testkit.samples import wire
from tests.unit.protocol.jose.material import NOW, ROOT, ROOT_KEY, certificate, rsa, vector
from tests.unit.protocol.test_explain import told

PARES: Final = vector("threeds_1_0_2", "pares-signed-real")
PAREQ: Final = vector("threeds_1_0_2", "pareq-derived")
XML: Final = PAREQ["xml"].encode()


@pytest.mark.parametrize(
    ("capture", "came_as"),
    [
        (XML, "XML of 1.0.2"),
        (b"\n" + XML, "XML of 1.0.2"),
        (zlib.compress(XML), "deflated XML of 1.0.2"),
        (deflated(XML).encode(), "base64 of deflated XML of 1.0.2"),
        (f"PaReq={quote(deflated(XML))}&MD=x".encode(), "form field PaReq, deflated XML of 1.0.2"),
        (f"MD=x&pareq={deflated(XML)}".encode(), "form field PaReq, deflated XML of 1.0.2"),
        (
            f"POST /acs HTTP/1.1\nHost: acs\n\nMD=x&PaReq={quote(deflated(XML))}".encode(),
            "HTTP request, form field PaReq, deflated XML of 1.0.2",
        ),
        (
            f'<form><input name="PaReq" value="{deflated(XML)}"></form>'.encode(),
            "HTML form, field PaReq, deflated XML of 1.0.2",
        ),
    ],
)
def test_each_form_of_a_pareq_leads_to_the_same_message(capture: bytes, came_as: str) -> None:
    """F2: browsers carry it deflated, logs in any form."""
    explanation = explain(capture)
    assert (explanation.came_as, explanation.subject) == (came_as, "PAReq")
    assert (explanation.message_type, explanation.message_version) == ("PAReq", "1.0.2")
    assert explanation.faults == ()
    assert explanation.reported == {}
    values = {each.name: each.value for each in explanation.elements}
    assert values["PAReq.Purchase.purchAmount"] == "1000"
    titles = {each.name: each.title for each in explanation.elements}
    assert titles["PAReq.Purchase.purchAmount"] == "Amount in minor units"


def test_a_published_pares_is_explained() -> None:
    """F2: a real one; card number and proof are not shown."""
    explanation = explain(f"PaRes={PARES['pares_form_value']}".encode())
    assert (explanation.message_type, explanation.faults) == ("PARes", ())
    assert "PARes.TX.status" in {each.name for each in explanation.elements}
    assert explanation.read_as is explanation.receiver is explanation.channel is None


@pytest.mark.parametrize(
    ("changed", "code", "detail"),
    [
        ((b"<purchAmount>1000</purchAmount>", b""), "3", "Purchase.purchAmount"),
        ((b"<currency>840<", b"<currency>84x<"), "5", "Purchase.currency"),
        ((b"<version>1.0.2<", b"<version>1.0.1<"), "6", "version"),
    ],
)
def test_faults_have_the_codes_of_their_generation(
    changed: tuple[bytes, bytes], code: str, detail: str
) -> None:
    """F2: error 5 of 1.0.2 is no error of EMV 3DS."""
    assert changed[0] in XML
    explanation = explain(XML.replace(*changed))
    assert told(explanation) == [(code, f"PAReq.{detail}")]
    assert explanation.reported[Reading.STRICT].error_code == code
    assert explanation.reported[Reading.LENIENT].error_detail == detail
    fault = explanation.faults[0]
    assert fault.rule == f"protocol facts of 1.0.2, error {code}"
    assert fault.readings == tuple(Reading)
    assert fault.expected


def test_a_fault_quotes_what_stands_there() -> None:
    """F3: as far as it may be shown."""
    (fault,) = explain(XML.replace(b"<currency>840<", b"<currency>84x<")).faults
    assert fault.found == '"84x"'
    (fault,) = explain(XML.replace(b"<currency>840</currency>", b"")).faults
    assert fault.found == "absent, or not so"


@pytest.mark.parametrize("value", ["", "!", base64.b64encode(b"x").decode(), "é"])
def test_a_form_field_that_does_not_inflate_is_a_fault(value: str) -> None:
    """F2: error 1; it was sent as a message, and nobody can read it."""
    explanation = explain(f"PaReq={value}".encode())
    assert told(explanation) == [("1", "ThreeDSecure")]
    assert explanation.subject == "a message of 3-D Secure 1.0.2"
    assert explanation.message_type is None
    assert "a form field" in explanation.faults[0].expected


def test_xml_that_is_no_message_is_explained_as_far_as_it_goes() -> None:
    """F2: error 2 for a message that nobody defined."""
    explanation = explain(b'<ThreeDSecure><Message id="1"><XXReq/></Message></ThreeDSecure>')
    assert explanation.subject == "a message of 3-D Secure 1.0.2"
    assert [code for code, _ in told(explanation)] == ["2"]
    assert [code for code, _ in told(explain(b"<ThreeDSecure><!DOCTYPE x>"))] == ["1"]


def signed(key: RSAPrivateKey) -> bytes:
    """Sign the published PARes anew, for another merchant: the published one's looks like a card."""
    text = str(PARES["xml"])
    text = text[: text.index("<Signature")] + text[text.index("</Signature>") + 12 :]
    text = re.sub("<merID>[^<]*<", "<merID>SHOP1<", text)
    leaf = certificate("ACS", key, issuer="DS", issuer_key=ROOT_KEY)
    return sign(parse_as(PARes, text.encode()), PAResSigner(key=key, chain=(leaf,)))


ROOT_PEM: Final = ROOT.public_bytes(Encoding.PEM)


def judged(xml: bytes, **options: Any) -> Explanation:
    return explain(deflated(xml).encode(), **options)


def test_the_signature_of_a_pares_is_verified_where_a_root_is_given() -> None:
    """F2: by whom, and when."""
    xml = signed(rsa())
    assert judged(xml).came_as == "base64 of deflated XML of 1.0.2"
    sure = judged(xml, root=ROOT_PEM, at=NOW)
    assert sure.faults == ()
    assert sure.came_as == "base64 of deflated XML of 1.0.2; signature verified"
    late = judged(xml, root=ROOT_PEM, at=datetime(2060, 1, 1, tzinfo=UTC))
    assert told(late) == [("5", "Signature")]
    assert late.faults[0].expected == "the certificate is not trusted"
    assert late.came_as == "base64 of deflated XML of 1.0.2"
    broken = judged(xml.replace(b"<status>Y<", b"<status>A<"), root=ROOT_PEM, at=NOW)
    assert told(broken) == [("5", "Signature")]
    real = explain(f"PaRes={PARES['pares_form_value']}".encode(), root=ROOT_PEM, at=NOW)
    assert told(real) == [("5", "Signature")]


def pareq_of(pares: Explanation, **changes: str) -> bytes:
    """Write the PAReq that a PARes answers."""
    values = {each.name.removeprefix("PARes."): str(each.value) for each in pares.elements}
    text = XML.decode()
    own = {each.name.removeprefix("PAReq."): str(each.value) for each in explain(XML).elements}
    for name in ECHOED:
        tag = name.rpartition(".")[2]
        wanted = changes.get(tag, values[name])
        if tag == "id":
            text = text.replace(f'id="{own[name]}"', f'id="{wanted}"')
        else:
            text = text.replace(f"<{tag}>{own[name]}<", f"<{tag}>{wanted}<")
    return text.encode()


def test_a_pares_must_give_back_what_its_pareq_had() -> None:
    """F2: a genuine PARes of a cheaper basket is no answer."""
    xml = signed(rsa())
    plain = judged(xml)
    assert judged(xml, reply_to=pareq_of(plain)).faults == ()
    other = judged(xml, reply_to=pareq_of(plain, purchAmount="1", id="other"))
    assert told(other) == [("5", "Message.id"), ("5", "PARes.Purchase.purchAmount")]
    amount = other.faults[1]
    assert amount.expected == "as in the PAReq: 1"
    assert amount.error_detail == "Purchase.purchAmount"
    for name in ECHOED - {"Message.id"}:
        changed = judged(xml, reply_to=pareq_of(plain, **{name.rpartition(".")[2]: "7"}))
        assert told(changed) == [("5", f"PARes.{name}")]
    both = judged(xml, reply_to=pareq_of(plain, xid="x"), root=ROOT_PEM, at=NOW)
    assert told(both) == [("5", "PARes.Purchase.xid")]
    assert both.came_as.endswith("; signature verified")


def test_generations_are_not_mixed() -> None:
    """F3: an earlier message of the other generation is a mistake worth a word."""
    with pytest.raises(NoMessage) as caught:
        explain(wire(samples.ares()), reply_to=XML)
    assert caught.value.saw.startswith("the earlier one is a message of 3-D Secure 1.0.2")
    with pytest.raises(NoMessage) as caught:
        judged(signed(rsa()), reply_to=wire(samples.areq()))
    assert "PARes answers nothing else" in caught.value.saw


def test_critical_extensions_may_be_understood() -> None:
    """F2: error 4 otherwise."""
    extension = b'<Extension id="x" critical="true">y</Extension></PAReq>'
    xml = XML.replace(b"</PAReq>", extension)
    assert "4" in dict(told(explain(xml)))
    assert "4" not in dict(told(explain(xml, understood=("x",))))


def test_elements_have_no_letter() -> None:
    """F2: inclusion is a word of the other generation."""
    assert {each.inclusion for each in explain(XML).elements} == {None}
