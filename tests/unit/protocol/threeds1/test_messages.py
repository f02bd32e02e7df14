"""Messages of 1.0.2: what is written is read, and whatever breaks a rule is refused for that rule."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret
from sekisho.protocol.threeds1 import (
    ErrorCode,
    Message,
    MessageName,
    ThreeDS1Fault,
    build,
    deflated,
    encode,
    inflated,
    parse,
    parse_as,
)
from sekisho.protocol.threeds1.records import (
    Body,
    Enrolment,
    ErrorMessage,
    Extension,
    PAReq,
    PARes,
    RequestingMerchant,
    VEReq,
    VERes,
)
from sekisho.protocol.threeds1.safe_xml import Limits
from sekisho.protocol.threeds1.vocabulary import Enrolled
from sekisho.testkit.threeds1_messages import messages
from sekisho.testkit.threeds1_mutations import mutations
from tests.unit.protocol.threeds1.material import (
    PAN,
    PAREQ,
    PARES,
    REAL,
    SOUND,
    VECTORS,
    VEREQ,
    VERES,
    fault_of,
)

ANY = st.sampled_from(MessageName).flatmap(messages)


@pytest.mark.parametrize("one", VECTORS.values(), ids=lambda one: one["id"])
def test_every_vector_is_read_and_written_again(one: dict[str, Any]) -> None:
    """F1: a real PARes of an ACS and a PAReq made by hand, in form and in XML."""
    form = one.get("pares_form_value") or one["pareq_form_value"]
    assert inflated(form) == one["xml"].encode()
    assert inflated(deflated(one["xml"].encode())) == one["xml"].encode()
    (message,) = parse(one["xml"].encode())
    (again,) = parse(encode(message))
    assert again == replace(message, signed=False)


def test_the_real_pares_says_what_the_vector_says() -> None:
    """F1: by the field's own names."""
    message = parse_as(PARes, REAL["xml"].encode())
    body, fields = message.body, REAL["fields"]
    assert message.name is MessageName.PARES
    assert message.signed
    assert message.id == "PAReq:XzOLA9WaaST6HCwqn7Ju7Q"
    assert (body.tx.status, body.tx.eci, body.tx.cavv) == (
        fields["status"], fields["eci"], fields["cavv"],
    )  # fmt: skip
    assert body.tx.cavv_algorithm == fields["cavvAlgorithm"]
    assert (body.purchase.xid, body.purchase.purch_amount) == (fields["xid"], fields["purchAmount"])
    assert (body.purchase.currency, body.purchase.exponent) == ("643", "2")
    assert body.pan == fields["pan"]
    assert body.i_req is None
    assert body.extensions == ()


@given(ANY)
def test_what_is_written_is_read(message: Message[Body]) -> None:
    """F1: for every message with every combination of its elements."""
    assert parse(encode(message)) == (message,)


@settings(max_examples=40)
@given(ANY)
def test_every_broken_rule_gives_exactly_its_error(message: Message[Body]) -> None:
    """F1: one rule broken, one code, one name; the id is told as long as there is one."""
    for mutation in mutations(message):
        fault = fault_of(lambda xml=mutation.xml: parse(xml))
        told = (fault.error_code, fault.elements)
        assert told == (mutation.error_code, mutation.elements), mutation.rule


@pytest.mark.parametrize("message", SOUND, ids=lambda message: message.name.value)
def test_every_message_can_be_broken(message: Message[Body]) -> None:
    """A mutator that breaks nothing would prove nothing."""
    found = list(mutations(message))
    assert len({each.xml for each in found} - {encode(message)}) > 30
    codes = {each.error_code for each in found}
    assert codes >= {
        ErrorCode.ROOT_INVALID, ErrorCode.MESSAGE_UNDEFINED, ErrorCode.ELEMENT_MISSING,
        ErrorCode.FORMAT_INVALID,
    }  # fmt: skip
    assert (ErrorCode.VERSION_TOO_OLD in codes) is (message.name is not MessageName.ERROR)


WHOLE = [
    encode(VEREQ), encode(VERES), encode(PAREQ), encode(PARES), encode(PAREQ, VEREQ),
    REAL["xml"].encode(),
]  # fmt: skip


@settings(max_examples=300)
@given(
    st.binary(max_size=200)
    | st.text().map(str.encode)
    | st.builds(
        lambda xml, at, gone, new: xml[: at % len(xml)] + new + xml[at % len(xml) + gone :],
        st.sampled_from(WHOLE),
        st.integers(0, 5000),
        st.integers(0, 40),
        st.binary(max_size=6)
        | st.sampled_from([b"<", b">", b"</CH>", b"<!--", b"&#0;", b"<![CDATA["]),
    )
)
def test_whatever_the_bytes_a_message_or_a_fault(data: bytes) -> None:
    """F1: nothing else comes out, however a message was cut and pasted."""
    try:
        found = parse(data)
    except ThreeDS1Fault:
        return
    assert found


def test_a_document_says_its_encoding() -> None:
    """Section 12.2: UTF-8, declared for those who would guess."""
    head = b"<?xml version='1.0' encoding='UTF-8'?>\n<ThreeDSecure><Message id=\"m1\"><PAReq>"
    assert encode(PAREQ).startswith(head)
    assert "¥1,000".encode() in encode(PAREQ)


def test_only_an_extension_can_be_critical() -> None:
    """The attribute on another element is one that the table does not know."""
    xml = encode(VEREQ).replace(b"<Merchant>", b'<Merchant critical="true">')
    fault = fault_of(lambda: parse(xml))
    assert (fault.error_code, fault.elements) == (ErrorCode.FORMAT_INVALID, ("Merchant",))


def test_a_root_may_hold_several_messages() -> None:
    """Section 12.2; each with an id of its own."""
    assert parse(encode(VEREQ, PAREQ)) == (VEREQ, PAREQ)
    fault = fault_of(lambda: parse(encode(VEREQ).replace(b"</T", b"<Message id='2'/></T")))
    assert fault.error_code is ErrorCode.MESSAGE_UNDEFINED


def test_two_messages_of_one_id_are_refused() -> None:
    """A reader that looks one up would not know which."""
    with pytest.raises(Misuse, match=r"5 Message\.id"):
        encode(PAREQ, PARES)


def test_who_waits_for_one_message_takes_no_other() -> None:
    """The browser carries one message; a second one is somebody else's idea."""
    assert parse_as(PAReq, encode(PAREQ)) == PAREQ
    for xml in (encode(PARES), encode(PAREQ, VEREQ)):
        fault = fault_of(lambda xml=xml: parse_as(PAReq, xml))
        assert fault.error_code is ErrorCode.MESSAGE_UNDEFINED
        assert fault.elements == ("Message",)
        assert fault.reason == "one PAReq was waited for"
        assert fault.message_id == "m1"
    assert fault.message_name is MessageName.PAREQ


def test_who_waits_for_card_ranges_reads_more() -> None:
    """The limits are the caller's: only a CRRes is long by nature."""
    few = Limits(octets=10_000, tags=5, attributes=9, depth=9)
    assert fault_of(lambda: parse_as(VEReq, encode(VEREQ), limits=few)).reason
    assert parse_as(VEReq, encode(VEREQ)) == VEREQ


def test_a_fault_collects_every_name_of_its_code() -> None:
    """Section 12.4: one code, and all elements that it concerns, in the order of the table."""
    xml = encode(PAREQ).decode()
    for gone in ("<acqBIN>411111</acqBIN>", "<expiry>2712</expiry>"):
        xml = xml.replace(gone, "")
    fault = fault_of(lambda: parse(xml.replace("2026", "x").encode()))
    assert fault.error_code is ErrorCode.ELEMENT_MISSING
    assert fault.elements == ("Merchant.acqBIN", "CH.expiry")
    assert fault.error_detail == "Merchant.acqBIN,CH.expiry"
    assert (fault.message_id, fault.message_name) == ("m1", MessageName.PAREQ)
    assert str(fault) == "3 Merchant.acqBIN,CH.expiry"


def test_an_old_version_comes_before_what_else_is_wrong() -> None:
    """Its rules may have been others: 6 alone says what to do about it."""
    xml = encode(PAREQ).replace(b"1.0.2", b"1.0.1").replace(b"<expiry>2712</expiry>", b"")
    fault = fault_of(lambda: parse(xml))
    assert (fault.error_code, fault.elements) == (ErrorCode.VERSION_TOO_OLD, ("version",))
    tenth = encode(PAREQ).replace(b"1.0.2", b"0.10.10")
    assert fault_of(lambda: parse(tenth)).error_code is ErrorCode.VERSION_TOO_OLD
    newer = encode(PAREQ).replace(b"1.0.2", b"1.0.10")
    assert fault_of(lambda: parse(newer)).error_code is ErrorCode.FORMAT_INVALID


def test_an_error_is_read_whatever_its_version() -> None:
    """It ends a transaction and must not start a quarrel."""
    error = ErrorMessage(version="1.0.1", error_code=ErrorCode.TRANSIENT_FAILURE,
                         error_message="busy", error_detail="busy")  # fmt: skip
    (read,) = parse(encode(build("1", error)))
    assert read.body == error


def test_a_critical_extension_must_be_understood() -> None:
    """Section 12.4, code 4; one that is not critical may be ignored."""
    known = Extension(id="a", critical=True, content="<b>c</b>")
    message = build("1", replace(VEREQ.body, extensions=(known,)))
    assert parse(encode(message), understood=["a"]) == (message,)
    fault = fault_of(lambda: parse(encode(message), understood=["b"]))
    assert fault.error_code is ErrorCode.EXTENSION_NOT_RECOGNISED
    assert fault.elements == ("Extension",)
    assert parse_as(VEReq, encode(message), understood=["a"]) == message
    assert fault_of(lambda: parse_as(VEReq, encode(message))).elements == ("Extension",)


@pytest.mark.parametrize(
    "content", ["<a>", "</Extension>", "&x;", "<!-- x -->", "\x00", "x" * 4097]
)
def test_an_extension_of_ours_stays_inside_its_element(content: str) -> None:
    """What we send is sound, or we do not send it."""
    extension = Extension(id="a", critical=False, content=content)
    with pytest.raises(Misuse):
        build("1", replace(VEREQ.body, extensions=(extension,)))


@pytest.mark.parametrize(
    ("id", "body"),
    [
        ("", PAREQ.body),
        ("\x00", PAREQ.body),
        ("1", replace(VEREQ.body, pan=Secret("400000000000"))),
        ("1", replace(VEREQ.body, pan=Secret("4" * 20))),
        ("1", replace(VERES.body, url="http://acs.example")),
        ("1", VERes(ch=Enrolment(enrolled=Enrolled.NO), url="https://acs.example")),
        ("1", replace(PARES.body, tx=replace(PARES.body.tx, cavv=None))),
        ("1", replace(PARES.body, pan=PAN)),
    ],
    ids=["id", "byte", "short", "long", "http", "url", "cavv", "pan"],
)
def test_what_we_send_is_always_sound(id: str, body: Body) -> None:
    """A broken message of ours is our mistake, found before it leaves."""
    with pytest.raises(Misuse):
        build(id, body)


def test_a_misuse_names_the_rule() -> None:
    """F1: who builds a message finds the element at once, and no value of it."""
    with pytest.raises(Misuse, match=r"^our own message breaks the protocol: 5 pan$"):
        build("1", replace(PARES.body, pan=PAN))
    with pytest.raises(Misuse, match=r"^our own message holds what XML cannot hold$"):
        build("\x00", PAREQ.body)


def test_elements_may_come_in_any_order() -> None:
    """Sequence rules are of low confidence: we write the order of the table and read any."""
    xml = encode(PAREQ).decode()
    currency = "<currency>392</currency>"
    moved = xml.replace(currency, "").replace("<xid>", f"{currency}<xid>")
    assert moved != xml
    assert parse(moved.encode()) == (PAREQ,)


def test_white_space_between_elements_is_nothing() -> None:
    """Captured messages are indented; inside a text every character counts."""
    xml = encode(PAREQ).decode().replace("><", ">\r\n\t <")
    assert parse(xml.encode()) == (PAREQ,)
    fault = fault_of(lambda: parse(encode(PAREQ).replace(b"2712", b" 2712")))
    assert fault.elements == ("CH.expiry",)
    fault = fault_of(lambda: parse(encode(PAREQ).replace(b"<expiry>", b"x<expiry>")))
    assert fault.elements == ("CH",)


def test_no_record_prints_what_it_holds() -> None:
    """F6: card number, password, cavv and acctID stay out of logs and tracebacks."""
    for message in (VEREQ, VERES, PAREQ, PARES):
        shown = repr(message) + str(message) + f"{message.body}"
        for secret in (PAN, "pass", "ACCT-1", "AAABBB", "2712", "Shop"):
            assert secret not in shown
    assert repr(VEREQ.body) == "<VEReq>"
    assert str(VEREQ.body.pan) == "<secret>"


def test_a_card_number_in_a_fault_is_not_repeated() -> None:
    """F6: a fault holds names of the table only, even where the peer's own names are wrong."""
    xml = encode(VEREQ).replace(b"<merID>", f"<_{PAN}/><merID>".encode())
    fault = fault_of(lambda: parse(xml))
    assert fault.elements == ("Merchant",)
    assert PAN not in repr(fault) + str(fault)
    bad = encode(VEREQ).replace(PAN.encode(), PAN.encode() + b"x")
    assert PAN not in str(fault_of(lambda: parse(bad)))


def test_text_in_cdata_is_text() -> None:
    """A merchant called `A & B` may be written either way."""
    named = replace(PAREQ.body.merchant, name="A & <B>")
    message = build("m1", replace(PAREQ.body, merchant=named))
    xml = encode(message)
    assert b"A &amp; &lt;B&gt;" in xml
    other = xml.replace(b"A &amp; &lt;B&gt;", b"<![CDATA[A & ]]>&lt;<![CDATA[B>]]>")
    assert parse(other) == (message,)


def test_only_a_pares_may_have_a_signature() -> None:
    """One at most: two signatures are two opinions."""
    signature = b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'
    beside = encode(PAREQ).replace(b"</PAReq>", b"</PAReq>" + signature)
    fault = fault_of(lambda: parse(beside))
    assert (fault.error_code, fault.elements) == (ErrorCode.FORMAT_INVALID, ("Signature",))
    once = encode(PARES).replace(b"</PARes>", b"</PARes>" + signature)
    assert parse(once)[0].signed
    twice = once.replace(signature, signature * 2)
    assert fault_of(lambda: parse(twice)).elements == ("Signature",)


def test_a_password_is_a_secret() -> None:
    """F6: it is compared in constant time and shows itself to nobody."""
    merchant = parse_as(VEReq, encode(VEREQ)).body.merchant
    assert merchant == RequestingMerchant(
        acq_bin="411111", mer_id="MER123", password=Secret("pass")
    )
    assert merchant.password is not None
    assert merchant.password.matches("pass")
