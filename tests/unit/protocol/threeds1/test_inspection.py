"""What people are shown of a captured document: everything, but no card number and no secret."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.protocol.threeds1 import (
    ErrorCode,
    Inspection,
    Message,
    MessageName,
    build,
    encode,
    inspect,
    parse,
)
from sekisho.protocol.threeds1.answers import unusable_vereq
from sekisho.protocol.threeds1.inspection import InspectedElement, InspectedFault
from sekisho.protocol.threeds1.records import Body, Extension, IReq
from sekisho.protocol.threeds1.vocabulary import IReqCode
from sekisho.testkit.threeds1_messages import messages
from sekisho.testkit.threeds1_mutations import mutations
from tests.unit.protocol.threeds1.material import (
    PAN,
    PAREQ,
    PARES,
    REAL,
    VEREQ,
    VERES,
    crres,
)

ANY = st.sampled_from(MessageName).flatmap(messages)


def value_of(inspection: Inspection, path: str) -> tuple[str, str]:
    (found,) = [(each.value, each.meaning) for each in inspection.elements if each.path == path]
    return found


def test_every_element_is_told_with_its_meaning() -> None:
    """F1: in words, coded values included."""
    found = inspect(REAL["xml"].encode())
    assert found.message_type is MessageName.PARES
    assert found.version == "1.0.2"
    assert found.faults == ()
    assert [each.path for each in found.elements] == [
        "Message.id", "PARes.id", "PARes.version", "PARes.Merchant.acqBIN",
        "PARes.Merchant.merID", "PARes.Purchase.xid", "PARes.Purchase.date",
        "PARes.Purchase.purchAmount", "PARes.Purchase.currency", "PARes.Purchase.exponent",
        "PARes.pan", "PARes.TX.time", "PARes.TX.status", "PARes.TX.cavv", "PARes.TX.eci",
        "PARes.TX.cavvAlgorithm", "Signature",
    ]  # fmt: skip
    assert value_of(found, "PARes.TX.status") == ("Y", "Result: authenticated")
    assert value_of(found, "PARes.TX.eci") == ("05", "Electronic commerce indicator")
    assert value_of(found, "PARes.TX.cavv")[0] == "AAAB…"
    assert value_of(found, "PARes.pan")[0] == "••••••••••••0040"
    assert value_of(found, "Message.id")[1] == "Identifier: the answer has that of the request"
    assert value_of(found, "Signature") == ("present", "XML signature; not verified here")


def test_no_card_number_and_no_secret_is_shown() -> None:
    """F6: an explanation is pasted into tickets."""
    found = inspect(encode(VEREQ))
    assert value_of(found, "VEReq.pan") == ("••••••••••••0002", "Card number")
    assert value_of(found, "VEReq.Merchant.password")[0] == "<hidden, 4 characters>"
    shown = inspect(encode(PAREQ))
    assert value_of(shown, "PAReq.CH.acctID")[0] == "<hidden, 6 characters>"
    assert value_of(shown, "PAReq.CH.expiry")[0] == "<hidden, 4 characters>"
    assert value_of(inspect(encode(VERES)), "VERes.CH.acctID")[0] == "<hidden, 6 characters>"


def test_a_card_number_in_a_free_text_is_masked() -> None:
    """F6: wherever it stands, what stands near it, and in names of elements too."""
    purchase = replace(PAREQ.body.purchase, desc=f"card {PAN}, thanks 1234567890123456")
    xml = encode(build("m1", replace(PAREQ.body, purchase=purchase)))
    assert value_of(inspect(xml), "PAReq.Purchase.desc")[0] == (
        "card ••••••••••••0002, thanks 1234567890123456"
    )
    strange = xml.replace(b"<desc>", f"<_{PAN} a_{PAN}='{PAN}'>{PAN}</_{PAN}><desc>".encode())
    found = inspect(strange.replace(b'id="m1"', f'id="{PAN}"'.encode()))
    assert PAN not in repr(found)
    masked = "PAReq.Purchase._••••••••••••0002"
    assert value_of(found, masked) == ("••••••••••••0002", "not in the table")
    unknown = xml.replace(b"<version>1.0.2", f"<version>{PAN}".encode())
    assert PAN not in repr(inspect(unknown))


@pytest.mark.parametrize(
    ("merchant", "seen"),
    [
        ("000601229068593", "000601229068593"),  # of the published PARes: its check digit holds
        ("378282246310005", "•••••••••••0005"),  # a card of American Express
        (PAN, "••••••••••••0002"),
    ],
)
def test_a_merchant_s_number_is_no_card_s(merchant: str, seen: str) -> None:
    """F6: acquirers give out 15 digits; what begins like a card of as many is masked all the same."""
    body = replace(PAREQ.body, merchant=replace(PAREQ.body.merchant, mer_id=merchant))
    found = inspect(encode(build("m1", body)))
    assert value_of(found, "PAReq.Merchant.merID")[0] == seen


@pytest.mark.parametrize("cavv", ["AAAABBBBCCCC", ""])
def test_a_short_value_would_be_told_by_its_beginning(cavv: str) -> None:
    """F6: a wrong cavv is hidden whole."""
    xml = encode(PARES).decode().replace(PARES.body.tx.cavv or "-", cavv).encode()
    assert value_of(inspect(xml), "PARes.TX.cavv")[0] == f"<hidden, {len(cavv)} characters>"
    longer = encode(PARES).decode().replace(PARES.body.tx.cavv or "-", "AAAABBBBCCCCD").encode()
    assert value_of(inspect(longer), "PARes.TX.cavv")[0] == "AAAA…"


def test_a_value_is_shown_as_it_is_meant() -> None:
    """Not as XML escapes it; what is inside an element where a text belongs is shown as XML."""
    merchant = replace(PAREQ.body.merchant, name="A & B")
    xml = encode(build("m1", replace(PAREQ.body, merchant=merchant)))
    assert value_of(inspect(xml), "PAReq.Merchant.name")[0] == "A & B"
    nested = xml.replace(b"A &amp; B", b"A &amp; <b/>")
    assert value_of(inspect(nested), "PAReq.Merchant.name")[0] == "A &amp; <b/>"


def test_card_ranges_are_told_however_many() -> None:
    """The largest document that anybody captures is a CRRes."""
    changes = [(f"4{n:015d}", f"4{n:015d}", "A") for n in range(300)]
    found = inspect(encode(crres(*changes)))
    assert found.faults == ()
    assert sum(each.path == "CRRes.CR.begin" for each in found.elements) == 300


def test_long_values_are_cut() -> None:
    """A page of text hides what is around it."""
    for length, shown in ((2048, "x" * 2048), (2049, "x" * 2048 + "…")):
        xml = encode(PAREQ).replace(b"<name>Shop", b"<name>" + b"x" * length)
        assert value_of(inspect(xml), "PAReq.Merchant.name")[0] == shown


def test_extensions_are_told_and_their_content_is_not() -> None:
    """Nobody knows what is in it."""
    extension = Extension(id="a", critical=True, content="<b>secret</b>")
    message = build("1", replace(VEREQ.body, extensions=(extension,)))
    found = inspect(encode(message))
    assert value_of(found, "VEReq.Extension.id") == ("a", "Name of the extension")
    assert value_of(found, "VEReq.Extension.critical")[0] == "true"
    assert value_of(found, "VEReq.Extension")[0] == "<hidden, 13 characters>"
    rule = "a critical extension is known to whoever reads it"
    assert found.faults == (
        InspectedFault(ErrorCode.EXTENSION_NOT_RECOGNISED, "Extension", "VEReq.Extension", rule),
    )
    assert inspect(encode(message), understood=["a"]).faults == ()


def test_every_fault_is_told_with_its_rule() -> None:
    """Where a receiver stops at one code, this names them all."""
    xml = encode(PAREQ).decode()
    xml = xml.replace("<acqBIN>411111</acqBIN>", "").replace("2712", "2713")
    xml = xml.replace('id="m1"', 'id="m 1"').replace("1.0.2", "1.0.1")
    found = inspect(xml.encode())
    assert found.version == "1.0.1"
    assert found.faults == (
        InspectedFault(
            ErrorCode.FORMAT_INVALID, "Message.id", "Message.id",
            "printable ASCII without space, quote and number sign, 1 to 128 characters",
        ),
        InspectedFault(
            ErrorCode.ELEMENT_MISSING, "Merchant.acqBIN", "PAReq.Merchant.acqBIN", "required"
        ),
        InspectedFault(
            ErrorCode.FORMAT_INVALID, "CH.expiry", "PAReq.CH.expiry", "YYMM, 4 characters"
        ),
        InspectedFault(
            ErrorCode.VERSION_TOO_OLD, "version", "PAReq.version", "the version is 1.0.2"
        ),
    )  # fmt: skip


RULES = {
    "<a/>": ("PAReq", "no element but those of the table"),
    "text": ("PAReq", "no text between its elements"),
    "<CH/>": ("CH", "once only"),
}


@pytest.mark.parametrize(("added", "told"), RULES.items())
def test_a_rule_is_said_in_words(added: str, told: tuple[str, str]) -> None:
    """F1: of what does not belong there."""
    found = inspect(encode(PAREQ).replace(b"</PAReq>", added.encode() + b"</PAReq>"))
    assert (found.faults[0].error_detail, found.faults[0].rule) == told
    assert found.faults[0].error_code is ErrorCode.FORMAT_INVALID


def test_conditions_are_said_in_words() -> None:
    """F1: what depends on another element names it."""
    for change, rule in (
        (("<url>https://acs.example/pareq</url>", ""), "required when CH.enrolled is Y"),
        ((">Y<", ">N<"), "only when CH.enrolled is Y"),
        (
            ("</VERes>", "<IReq><iReqCode>50</iReqCode></IReq></VERes>"),
            "only when CH.enrolled is not Y",
        ),
        ((">Y<", ">X<"), "one of Y, N, U"),
        (("<url>", "<url><a/>"), "text only: no element and no attribute"),
        (("<CH>", "<CH a='b'>"), "no attribute but those of the table"),
    ):
        faults = inspect(encode(VERES).decode().replace(*change).encode()).faults
        assert {fault.rule for fault in faults} == {rule}


def test_the_envelope_has_rules_of_its_own() -> None:
    """F1: told under its own name."""
    for change, rule in (
        ((b"<Message id=", b"<Message a='b' id="), "an id and one message"),
        ((b"</Message>", b"<Other/></Message>"), "one of the messages"),
        ((b' id="m1"', b""), "required"),
        ((b"</PAReq>", b'</PAReq><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'),
         "one, beside a PARes"),
    ):  # fmt: skip
        faults = inspect(encode(PAREQ).replace(*change)).faults
        assert [fault.rule for fault in faults] == [rule]
        assert faults[0].element == faults[0].error_detail
    twice = inspect(encode(PAREQ, VEREQ).replace(b'id="1"', b'id="m1"')).faults
    assert [fault.element for fault in twice] == ["Message.id", "Message[2].Message.id"]
    assert {fault.rule for fault in twice} == {"once in a document"}


def test_what_is_no_message_is_shown_as_far_as_it_goes() -> None:
    """Its elements are not in any table."""
    found = inspect(
        b'<ThreeDSecure><Message id="1"><IPReq><a>b</a></IPReq></Message></ThreeDSecure>'
    )
    assert found.message_type is None
    assert found.version is None
    assert found.elements[1:] == (
        InspectedElement("Message.id", "1", "not in the table"),
        InspectedElement("Message.IPReq", "<a>b</a>", "not in the table"),
    )
    assert found.faults == (
        InspectedFault(ErrorCode.MESSAGE_UNDEFINED, "Message", "Message", "one of the messages"),
    )


def test_several_messages_are_told_apart() -> None:
    """The first one says what the document is."""
    found = inspect(encode(PAREQ, VEREQ))
    assert found.message_type is MessageName.PAREQ
    assert value_of(found, "Message[2].VEReq.version")[0] == "1.0.2"
    assert value_of(found, "Message[2].Message.id")[0] == "1"
    assert value_of(found, "PAReq.version")[0] == "1.0.2"


@pytest.mark.parametrize(
    ("data", "detail", "rule"),
    [
        (b"{}", "ThreeDSecure", "not well-formed"),
        (b"<a/>", "ThreeDSecure", "another root element"),
        (b"<ThreeDSecure><a/></ThreeDSecure>", "ThreeDSecure",
         "The message is none of those defined."),
        (b"<ThreeDSecure/>", "Message", "A required element is missing."),
    ],
)  # fmt: skip
def test_what_is_no_document_is_a_fault_too(data: bytes, detail: str, rule: str) -> None:
    """It raises nothing: whoever asks wants to know."""
    found = inspect(data)
    assert found[:3] == (None, None, ())
    assert [each[1:] for each in found.faults] == [(detail, detail, rule)]


@given(ANY)
def test_a_sound_message_has_no_fault(message: Message[Body]) -> None:
    """F1: it finds what `parse` finds."""
    found = inspect(encode(message))
    assert found.faults == ()
    assert found.message_type is message.name
    assert value_of(found, f"{message.name.value}.version")[0] == "1.0.2"


@settings(max_examples=25)
@given(ANY)
def test_every_broken_rule_is_among_the_faults(message: Message[Body]) -> None:
    """F1: the one that a receiver reports is told, under the same code and name."""
    for mutation in mutations(message):
        told = {(each.error_code, each.error_detail) for each in inspect(mutation.xml).faults}
        assert {(mutation.error_code, name) for name in mutation.elements} <= told


@given(st.binary(max_size=80), st.integers(0, 400), st.integers(0, 30))
def test_whatever_the_bytes_something_is_told(data: bytes, at: int, gone: int) -> None:
    """F1: and as long as nothing is wrong, the document can be read."""
    xml = encode(PAREQ)
    found = inspect(xml[:at] + data + xml[at + gone :])
    assert found.faults or parse(xml[:at] + data + xml[at + gone :])
    assert inspect(data).faults


def test_an_ireq_is_told_by_its_meaning() -> None:
    """Section 12.4."""
    answer = unusable_vereq(VEREQ, IReq(i_req_code=IReqCode.ACCESS_DENIED))
    found = inspect(encode(answer))
    assert value_of(found, "VERes.IReq.iReqCode") == ("58", "Reason: access is denied")


def test_a_fault_that_repeats_itself_is_told_once() -> None:
    """F6: a hundred thousand card ranges may all be wrong in the same way."""
    xml = encode(crres()).replace(b"</CRRes>", b"<CR/>" * 50 + b"</CRRes>")
    assert [each.element for each in inspect(xml).faults] == [
        "CRRes.CR.begin", "CRRes.CR.end", "CRRes.CR.action",
    ]  # fmt: skip
