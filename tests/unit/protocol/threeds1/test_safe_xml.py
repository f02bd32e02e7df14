"""What XML can do to whoever reads it carelessly, and does not do to us."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sekisho.protocol.threeds1 import ErrorCode, MessageName, encode, parse
from sekisho.protocol.threeds1.safe_xml import (
    MESSAGE_LIMITS,
    RANGES_LIMITS,
    Limits,
    inner_xml,
    read_xml,
    safe_parser,
)
from tests.unit.protocol.threeds1.material import PAN, PAREQ, PARES, VEREQ, fault_of, tree

XML = encode(PAREQ)
BARE = XML.partition(b"?>\n")[2]


def refused(data: bytes, reason: str) -> None:
    """Expect the one error of what is no document, for that reason."""
    fault = fault_of(lambda: parse(data))
    assert fault.error_code is ErrorCode.ROOT_INVALID
    assert fault.elements == ("ThreeDSecure",)
    assert fault.reason == reason
    assert fault.message_id is None
    assert fault.answerable


DOCTYPE = "a document type, comment, instruction or foreign encoding"
ATTACKS = {
    "billion laughs": b'<!DOCTYPE T [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><ThreeDSecure>&b;',
    "external entity": b'<!DOCTYPE T [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + BARE,
    "external subset": b'<!DOCTYPE ThreeDSecure SYSTEM "http://127.0.0.1:9/x.dtd">' + BARE,
    "parameter entity": b'<!DOCTYPE T [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;]>' + BARE,
    "quadratic blow-up": b'<!DOCTYPE T [<!ENTITY a "' + b"x" * 9999 + b'">]><T>' + b"&a;" * 9999,
    "default attributes": b'<!DOCTYPE T [<!ATTLIST Message id CDATA "1">]>' + BARE,
    "document type after the root": BARE + b"<!DOCTYPE T>",
    "stylesheet": b'<?xml-stylesheet href="http://127.0.0.1:9/"?>' + BARE,
    "instruction inside": BARE.replace(b"392", b"3<?x?>92"),
    "comment inside": BARE.replace(b"392", b"3<!-- -->92"),
    "declaration twice": b"<?xml version='1.0'?><?xml version='1.0'?>" + BARE,
    "declaration late": b" " + XML,
    "version 1.1": b"<?xml version='1.1'?>" + BARE,
    "declared as UTF-16": b"<?xml version='1.0' encoding='UTF-16'?>" + BARE,
    "declared as UTF-7": b"<?xml version='1.0' encoding='UTF-7'?>" + BARE,
    "declared as ISO-8859-1": b"<?xml version='1.0' encoding='ISO-8859-1'?>" + BARE,
    "declared as EBCDIC": b"<?xml version='1.0' encoding='IBM037'?>" + BARE,
}


@pytest.mark.parametrize("data", ATTACKS.values(), ids=ATTACKS)
def test_no_document_type_comment_instruction_or_foreign_encoding(data: bytes) -> None:
    """F6: none of it reaches the parser, so that nothing depends on how the parser is built."""
    refused(data, DOCTYPE)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"])
def test_a_document_type_hides_behind_no_encoding(encoding: str) -> None:
    """F6: what is not UTF-8 is not read, and what is, is looked at as UTF-8."""
    text = '<!DOCTYPE T [<!ENTITY a "b">]>' + BARE.decode()
    fault = fault_of(lambda: parse(text.encode(encoding)))
    assert fault.error_code is ErrorCode.ROOT_INVALID
    refused(BARE.decode().encode("utf-16"), "not UTF-8")


@pytest.mark.parametrize(
    "data",
    [
        b"", b" ", b"<", b"<ThreeDSecure>", b"text", b"{}", b"\x00", BARE + b"\x00", BARE + BARE,
        BARE.replace(b"392", b"&undefined;"), BARE.replace(b"392", b"&#0;"),
        BARE.replace(b"<Message ", b'<Message id="2" '), BARE.replace(b"<PAReq>", b"<x:PAReq>"),
        b"<ThreeDSecure xmlns:a='u' xmlns:a='v'/>", b"<ThreeDSecure><![CDATA[</ThreeDSecure>",
    ],
)  # fmt: skip
def test_what_is_not_well_formed_is_refused(data: bytes) -> None:
    """Section 12.4: an Error answers it; the parser's own words, which may quote it, stay here."""
    refused(data, "not well-formed")


def test_namespaces_disguise_nothing() -> None:
    """F6: an element of another namespace is another element, whatever its local name."""
    refused(BARE.replace(b"<ThreeDSecure", b"<ThreeDSecure xmlns='urn:x'"), "another root element")
    refused(b"<x:ThreeDSecure xmlns:x='urn:x'/>", "another root element")
    second = BARE.replace(b"<Message", b"<Message xmlns='urn:x'")
    assert fault_of(lambda: parse(second)).error_code is ErrorCode.MESSAGE_UNDEFINED
    third = BARE.replace(b"<PAReq", b"<PAReq xmlns='urn:x'")
    assert fault_of(lambda: parse(third)).error_code is ErrorCode.MESSAGE_UNDEFINED
    inner = BARE.replace(b"<xid>", b"<xid xmlns='urn:x'>")
    fault = fault_of(lambda: parse(inner))
    assert (fault.error_code, fault.elements) == (ErrorCode.ELEMENT_MISSING, ("Purchase.xid",))
    prefixed = BARE.replace(b"<Message id", b"<Message xmlns:x='urn:x' x:id='1' id")
    assert fault_of(lambda: parse(prefixed)).elements == ("Message",)


def test_a_prefix_that_is_declared_and_not_used_is_harmless() -> None:
    """Toolkits of the time declared what they might need."""
    xml = BARE.replace(b"<ThreeDSecure", b"<ThreeDSecure xmlns:ds='urn:ds'")
    assert parse(xml) == (PAREQ,)


def test_a_comment_does_not_split_a_card_number() -> None:
    """F6: one reader would see the first half, another both."""
    half = PAN[:8]
    xml = encode(VEREQ).replace(PAN.encode(), f"{half}<!-- -->{PAN[8:]}".encode())
    refused(xml, DOCTYPE)


@pytest.mark.parametrize(
    "head",
    [
        b"", b"\xef\xbb\xbf", b"<?xml version='1.0'?>", b'<?xml version="1.0" encoding="utf-8"?>',
        b'\xef\xbb\xbf<?xml  version = "1.0"  encoding = "UTF-8"  standalone = "yes" ?>\r\n',
        b"<?xml version='1.0' encoding='Utf-8' standalone='no'?>",
    ],
)  # fmt: skip
def test_every_way_to_declare_utf8_is_read(head: bytes) -> None:
    """Peers of twenty years wrote it in every way."""
    assert parse(head + BARE) == (PAREQ,)


def test_a_message_has_a_largest_size() -> None:
    """F6: larger than any honest message, small enough that a dishonest one costs nothing."""
    room = MESSAGE_LIMITS.octets - len(BARE)
    assert parse(BARE + b" " * room) == (PAREQ,)
    refused(BARE + b" " * (room + 1), f"{MESSAGE_LIMITS.octets + 1} bytes; the limit is 65536")


def test_elements_and_attributes_are_counted_before_a_tree_is_built() -> None:
    """F6: thousands of empty elements fit into few bytes and take many."""
    limits = Limits(octets=1000, tags=6, attributes=2, depth=3)
    assert read_xml(b"<a><b/><b></b></a>", limits).tag == "a"
    for data in (b"<a><b/><b/><b/></a>", b"<a><b></b><b></b><b></b></a>", b"<a b='' c='' d=''/>"):
        fault = fault_of(lambda data=data: read_xml(data, limits))
        assert fault.reason == "more elements or attributes than any message has"
    assert read_xml(b"<a b='' c=''/>", limits).get("c") == ""


def test_nesting_is_bounded() -> None:
    """F6: what walks down a tree must come to an end."""
    limits = Limits(octets=1000, tags=100, attributes=9, depth=3)
    assert read_xml(b"<a><b><c>text</c></b></a>", limits).tag == "a"
    fault = fault_of(lambda: read_xml(b"<a><b><c><d/></c></b></a>", limits))
    assert fault.reason == "nested deeper than 3"
    refused(b"<ThreeDSecure>" * 17 + b"</ThreeDSecure>" * 17, "nested deeper than 16")
    refused(b"<ThreeDSecure>" * 400 + b"</ThreeDSecure>" * 400, "not well-formed")


def test_the_limits_hold_the_memory_down() -> None:
    """F6: the worst that fits costs a bounded amount, tree and all."""
    worst = b"<ThreeDSecure>" + b"<a b=''/>" * 499 + b"</ThreeDSecure>"
    tracemalloc.start()
    fault = fault_of(lambda: parse(worst))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert fault.error_code is ErrorCode.MESSAGE_UNDEFINED
    assert most < 8 * 1024 * 1024


def test_card_ranges_have_limits_of_their_own() -> None:
    """A CRRes is the one message that is long by nature."""
    xml = encode_ranges([(f"4{n:015d}", f"4{n:015d}", "A") for n in range(300)])
    refused(xml, "more elements or attributes than any message has")
    (message,) = parse(xml, limits=RANGES_LIMITS)
    assert message.name is MessageName.CRRES
    assert xml.count(b"<begin>") == 300 == encode(message).count(b"<begin>")


def encode_ranges(changes: list[tuple[str, str, str]]) -> bytes:
    """Write a CRRes by hand, as `encode` writes no message that a peer would not read."""
    rows = "".join(
        f"<CR><begin>{begin}</begin><end>{end}</end><action>{action}</action></CR>"
        for begin, end, action in changes
    )
    body = f"<CRRes><version>1.0.2</version>{rows}</CRRes>"
    return f'<ThreeDSecure><Message id="1">{body}</Message></ThreeDSecure>'.encode()


@given(st.sampled_from(["", "a", "<b/>", "a<b c='d'>e</b>f", "&lt;", "<x:y xmlns:x='u'/>", "a\nb"]))
def test_what_is_inside_an_element_is_written_as_it_is_read(content: str) -> None:
    """An extension passes through us unchanged."""
    first = inner_xml(tree(f"<Extension id='1'>{content}</Extension>".encode()))
    assert inner_xml(tree(f"<y>{first}</y>".encode())) == first
    assert first.replace('"', "'") == content


def test_a_text_may_be_as_long_as_the_table_says_and_no_longer() -> None:
    """F6: huge texts end at the table, not somewhere behind it."""
    long = BARE.replace(b"http://shop.example", b"http://shop.example/" + b"x" * 2028)
    assert len(parse(long)[0].body.merchant.url) == 2048
    longer = BARE.replace(b"http://shop.example", b"http://shop.example/" + b"x" * 2029)
    assert fault_of(lambda: parse(longer)).elements == ("Merchant.url",)


def test_a_pares_with_its_certificates_is_far_from_the_limits() -> None:
    """A limit that honest messages meet would be one too many."""
    assert len(encode(PARES)) < MESSAGE_LIMITS.octets / 50


def test_the_parser_is_a_second_wall(tmp_path: Path) -> None:
    """F6: were a document type ever to reach it, it would still open nothing and replace nothing."""
    (tmp_path / "x.dtd").write_text('<!ENTITY a "outside"><!ATTLIST T b CDATA "default">')
    (tmp_path / "secret").write_text("secret")
    outside = f'<!DOCTYPE T SYSTEM "{tmp_path}/x.dtd"><T/>'.encode()
    assert dict(etree.fromstring(outside, safe_parser()).attrib) == {}
    for entity in ('"inside"', f'SYSTEM "file://{tmp_path}/secret"'):
        data = f"<!DOCTYPE T [<!ENTITY a {entity}>]><T>&a;</T>".encode()
        root = etree.fromstring(data, safe_parser())
        assert root.text is None
        assert [child.tag for child in root] == [etree.Entity]
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(b"<T><a></T>", safe_parser())
    deep = b"<a>" * 300 + b"</a>" * 300
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(deep, safe_parser())
