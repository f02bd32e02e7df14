"""Who is believed: the signature of a PARes, and every way to have another one believed."""

import base64
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sekisho.kernel.errors import Misuse
from sekisho.protocol.jose.trust import Roots
from sekisho.protocol.threeds1 import (
    BadSignature,
    ErrorCode,
    Message,
    MessageName,
    PAResSigner,
    ThreeDS1Fault,
    Trust,
    build,
    encode,
    error_for,
    sign,
    verify,
)
from sekisho.protocol.threeds1.records import Body, Extension, PARes, Transaction
from sekisho.protocol.threeds1.signature import CERTIFICATES_MAX, Hash
from sekisho.protocol.threeds1.signed_xml import DSIG, canonical
from sekisho.protocol.threeds1.vocabulary import Status
from sekisho.testkit.threeds1_messages import messages
from tests.unit.protocol.threeds1.material import (
    KEY,
    LEAF,
    MIDDLE,
    MIDDLE_KEY,
    NOW,
    PAREQ,
    PARES,
    REAL,
    REAL_AT,
    ROOT,
    SIGNED,
    SIGNER,
    TRUST,
    fault_of,
    leaf,
    reason_of,
    tree,
)

LEGACY: Final = SHA1()  # noqa: S303 - what 1.0.2 demands
REAL_XML: Final = REAL["xml"].encode()
REAL_CERTIFICATES: Final = [
    x509.load_der_x509_certificate(base64.b64decode(each.text or ""))
    for each in tree(REAL_XML).iter(f"{{{DSIG}}}X509Certificate")
]
REAL_TRUST: Final = Trust(roots=Roots(REAL_CERTIFICATES[2:]))
NOT_GENUINE: Final = "the signature is not genuine"
UNTRUSTED: Final = "the certificate is not trusted"

Edit = Callable[[etree._Element], object]


def believed(data: bytes, **facts: Any) -> Message[PARes]:
    """Read as our merchant plug-in does."""
    return verify(data, **{"trust": TRUST, "at": NOW} | facts)


def changed(edit: Edit, data: bytes = SIGNED) -> bytes:
    """Change a signed document."""
    root = tree(data)
    edit(root)
    return etree.tostring(root)


def part(root: etree._Element, name: str) -> etree._Element:
    """Find an element of the signature."""
    return next(root.iter(f"{{{DSIG}}}{name}"))


def refused(data: bytes, reason: str, **facts: Any) -> None:
    """Expect the refusal, for that reason."""
    assert reason_of(lambda: believed(data, **facts)) == reason


def test_the_real_pares_is_believed() -> None:
    """F1: made by an ACS in 2020: digest, RSA signature and chain hold at its own time."""
    message = verify(REAL_XML, trust=REAL_TRUST, at=REAL_AT)
    assert message.signed
    assert message.id == "PAReq:XzOLA9WaaST6HCwqn7Ju7Q"
    assert message.body.tx.cavv == REAL["fields"]["cavv"]
    assert message.body.tx.status is Status.AUTHENTICATED


def test_the_canonical_form_is_that_of_the_vector() -> None:
    """F1: the octets themselves, which one library gets wrong for an element inside a tree."""
    root = tree(REAL_XML)
    key = REAL_CERTIFICATES[0].public_key()
    signature = base64.b64decode(part(root, "SignatureValue").text or "")
    key.verify(signature, canonical(part(root, "SignedInfo")), PKCS1v15(), LEGACY)
    wrong = etree.tostring(part(root, "SignedInfo"), method="c14n")
    assert b'xmlns=""' in wrong
    assert b'xmlns=""' not in canonical(part(root, "SignedInfo"))


def test_the_real_certificates_have_ended() -> None:
    """The chain of the vector is good at its time and at no other."""
    for at in (NOW, datetime(2019, 1, 1, tzinfo=NOW.tzinfo)):
        fault = fault_of(lambda at=at: verify(REAL_XML, trust=REAL_TRUST, at=at))
        assert isinstance(fault, BadSignature)
        assert fault.reason == UNTRUSTED


@pytest.mark.parametrize("hash", Hash)
def test_what_we_sign_is_believed(hash: Hash) -> None:
    """F1: SHA-1 as 1.0.2 demands, SHA-256 for whoever takes it."""
    data = sign(PARES, replace(SIGNER, hash=hash))
    assert believed(data) == replace(PARES, signed=True)
    assert (b"#rsa-sha1" in data) is (hash is Hash.SHA1)
    assert (b"xmldsig-more#rsa-sha256" in data) is (hash is Hash.SHA256)
    assert (b"xmldsig#sha1" in data) is (hash is Hash.SHA1)
    assert (b"xmlenc#sha256" in data) is (hash is Hash.SHA256)
    value = base64.b64decode(part(tree(data), "SignatureValue").text or "")
    octets = canonical(part(tree(data), "SignedInfo"))
    LEAF.public_key().verify(  # without the library that made it
        value, octets, PKCS1v15(), LEGACY if hash is Hash.SHA1 else SHA256()
    )


def test_the_signature_stands_as_the_facts_have_it() -> None:
    """Section 12.3: beside the PARes, one reference to its id, the certificates from signer to root."""
    root = tree(SIGNED)
    assert [child.tag for child in root[0]] == ["PARes", f"{{{DSIG}}}Signature"]
    assert [each.get("URI") for each in root.iter(f"{{{DSIG}}}Reference")] == ["#p1"]
    method = part(root, "CanonicalizationMethod").get("Algorithm")
    assert method == "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    carried = [
        x509.load_der_x509_certificate(base64.b64decode(each.text or ""))
        for each in root.iter(f"{{{DSIG}}}X509Certificate")
    ]
    assert carried == [LEAF, MIDDLE, ROOT]
    assert b"PRIVATE" not in SIGNED


@settings(max_examples=30)
@given(messages(MessageName.PARES))
def test_every_pares_survives_signing(message: Message[Body]) -> None:
    """F1: whatever text and extensions it holds; ids must differ, or nobody knows which is meant."""
    if not isinstance(message.body, PARes) or _taken(message.body, message.id):
        return
    pares = Message(id=message.id, body=message.body)
    assert believed(sign(pares, SIGNER)) == replace(pares, signed=True)


def _taken(body: PARes, id: str) -> bool:
    ids = [id, *(extension.id for extension in body.extensions)]
    return body.id in ids or any("<a" in each.content for each in body.extensions)


@settings(max_examples=200)
@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_whatever_byte_is_changed_nothing_else_is_believed(at: int, flip: int) -> None:
    """F6: the PARes that went out, or a fault; the id of the message stands outside of it."""
    data = bytearray(SIGNED)
    data[at] ^= flip
    try:
        message = believed(bytes(data))
    except ThreeDS1Fault:
        return
    assert message.body == PARES.body


REPLACED = {
    "cavv": (b"AAABBBCCCDDDEEEFFFGGGHHHIIA=", b"BBBBBBCCCDDDEEEFFFGGGHHHIIA="),
    "status": (b"<status>Y<", b"<status>A<"),
    "eci": (b"<eci>05<", b"<eci>06<"),
    "amount": (b"<purchAmount>1000<", b"<purchAmount>1<"),
    "xid": (b"MDAwMDAwMDAwMDAwMDAwMDAwMDE=", b"MDAwMDAwMDAwMDAwMDAwMDAwMDI="),
    "merchant": (b"MER123", b"MER124"),
    "pan": (b"0000000000000002", b"0000000000000003"),
}


@pytest.mark.parametrize(("old", "new"), REPLACED.values(), ids=REPLACED)
def test_a_replaced_value_is_not_believed(old: bytes, new: bytes) -> None:
    """F6: a cavv of another purchase, a status that turned to Y, a price that shrank."""
    assert SIGNED.count(old) == 1
    refused(SIGNED.replace(old, new), NOT_GENUINE)


def test_a_replaced_digest_is_not_believed() -> None:
    """F6: the digest of another PARes is covered by the signature."""
    other = sign(replace(PARES, body=replace(PARES.body, pan="0000000000000009")), SIGNER)
    digest = part(tree(other), "DigestValue").text
    refused(changed(lambda root: setattr(part(root, "DigestValue"), "text", digest)), NOT_GENUINE)
    value = part(tree(other), "SignatureValue").text
    refused(changed(lambda root: setattr(part(root, "SignatureValue"), "text", value)), NOT_GENUINE)


# Signature wrapping: the signed PARes moves away, another one is read in its place.


def forged(root: etree._Element, id: str) -> etree._Element:
    """Make a PARes that says something else."""
    pares = deepcopy(root[0][0])
    pares.set("id", id)
    pan = pares.find("pan")
    assert pan is not None
    pan.text = "0000000000000009"
    return pares


def moved_into_an_extension(root: etree._Element) -> None:
    """The genuine PARes becomes part of an extension of a forged one with another id."""
    genuine, false = root[0][0], forged(root, "p2")
    extension = etree.SubElement(false, "Extension", id="x", critical="false")
    root[0].replace(genuine, false)
    extension.append(genuine)


def moved_into_an_extension_under_its_own_id(root: etree._Element) -> None:
    """Both PAReses have the id that the reference names."""
    moved_into_an_extension(root)
    root[0][0].set("id", "p1")


def moved_into_the_signature(root: etree._Element) -> None:
    """The genuine PARes stands in an Object of the signature."""
    genuine, false = root[0][0], forged(root, "p2")
    root[0].replace(genuine, false)
    etree.SubElement(root[0][1], f"{{{DSIG}}}Object").append(genuine)


def moved_into_the_certificates(root: etree._Element) -> None:
    """The genuine PARes stands beside the certificates."""
    genuine, false = root[0][0], forged(root, "p1")
    root[0].replace(genuine, false)
    part(root, "X509Data").append(genuine)


def named_by_an_attribute_of_another_spelling(root: etree._Element) -> None:
    """Libraries look for Id, ID, id and xml:id in some order of their own."""
    extension = etree.SubElement(root[0][0], "Extension", id="x", critical="false")
    etree.SubElement(extension, "a", Id="p1")


def named_by_the_namespace_of_xml(root: etree._Element) -> None:
    """The attribute that is an id by definition."""
    extension = etree.SubElement(root[0][0], "Extension", id="x", critical="false")
    etree.SubElement(extension, "a").set("{http://www.w3.org/XML/1998/namespace}id", "p1")


def named_by_the_message(root: etree._Element) -> None:
    """The envelope takes the id of the PARes."""
    root[0].set("id", "p1")


AMBIGUOUS: Final = "another element has the id of the PARes"
ELSEWHERE: Final = "the reference names something else than the PARes"
WRAPPED: Final[dict[Edit, str]] = {
    moved_into_an_extension: ELSEWHERE,
    moved_into_an_extension_under_its_own_id: AMBIGUOUS,
    moved_into_the_signature: "Signature is not of the expected shape",
    moved_into_the_certificates: "X509Data is not of the expected shape",
    named_by_an_attribute_of_another_spelling: AMBIGUOUS,
    named_by_the_namespace_of_xml: AMBIGUOUS,
    named_by_the_message: AMBIGUOUS,
}


@pytest.mark.parametrize(
    ("edit", "reason"), WRAPPED.items(), ids=lambda one: getattr(one, "__name__", "")
)
def test_a_signature_is_not_wrapped_around_another_pares(edit: Edit, reason: str) -> None:
    """F6: what is read must be the very thing that was signed."""
    refused(changed(edit), reason)


def test_a_second_message_is_not_carried_along() -> None:
    """F6: one message is verified and another is read, if there may be two."""

    def doubled(root: etree._Element) -> None:
        false = deepcopy(root[0])
        false.set("id", "m2")
        false[0].set("id", "p2")
        root.insert(0, false)

    fault = fault_of(lambda: believed(changed(doubled)))
    assert fault.error_code is ErrorCode.MESSAGE_UNDEFINED
    assert fault_of(lambda: believed(encode(PAREQ))).error_code is ErrorCode.MESSAGE_UNDEFINED


def test_a_second_pares_beside_the_first_is_refused() -> None:
    """F6: a message holds one thing."""
    double = changed(lambda root: root[0].insert(0, forged(root, "p2")))
    assert fault_of(lambda: believed(double)).error_code is ErrorCode.MESSAGE_UNDEFINED


# The shape of the signature.


def with_reference(root: etree._Element) -> None:
    part(root, "SignedInfo").append(deepcopy(part(root, "Reference")))


def without(name: str, root: etree._Element) -> None:
    gone = part(root, name)
    parent = gone.getparent()
    assert parent is not None
    parent.remove(gone)


def naming(name: str, value: str, root: etree._Element, attribute: str = "Algorithm") -> None:
    part(root, name).set(attribute, value)


def holding(name: str, text: str, root: etree._Element) -> None:
    part(root, name).text = text


def with_child(name: str, child: str, root: etree._Element) -> None:
    etree.SubElement(part(root, name), f"{{{DSIG}}}{child}").text = "40"


def key_value_only(root: etree._Element) -> None:
    """The signer says by itself which key is to be believed."""
    key_info = part(root, "KeyInfo")
    key_info.clear()
    etree.SubElement(key_info, f"{{{DSIG}}}KeyValue")


HMAC = "http://www.w3.org/2000/09/xmldsig#hmac-sha1"
SHAPE = "{} is not of the expected shape"
ALGORITHM = "{} names another algorithm"
MISSHAPEN: Final[dict[str, tuple[Edit, str]]] = {
    "second reference": (with_reference, SHAPE.format("SignedInfo")),
    "no reference": (partial(without, "Reference"), SHAPE.format("SignedInfo")),
    "no key": (partial(without, "KeyInfo"), SHAPE.format("Signature")),
    "no value": (partial(without, "SignatureValue"), SHAPE.format("Signature")),
    "no digest": (partial(without, "DigestValue"), SHAPE.format("Reference")),
    "no digest method": (partial(without, "DigestMethod"), SHAPE.format("Reference")),
    "no method": (partial(without, "SignatureMethod"), SHAPE.format("SignedInfo")),
    "key value only": (key_value_only, SHAPE.format("KeyInfo")),
    "key value beside": (partial(with_child, "KeyInfo", "KeyValue"), SHAPE.format("KeyInfo")),
    "object": (partial(with_child, "Signature", "Object"), SHAPE.format("Signature")),
    "hmac": (partial(naming, "SignatureMethod", HMAC), ALGORITHM.format("SignatureMethod")),
    "none": (partial(naming, "SignatureMethod", ""), ALGORITHM.format("SignatureMethod")),
    "hmac cut short": (
        partial(with_child, "SignatureMethod", "HMACOutputLength"),
        ALGORITHM.format("SignatureMethod"),
    ),
    "md5": (
        partial(naming, "DigestMethod", "http://www.w3.org/2001/04/xmldsig-more#md5"),
        ALGORITHM.format("DigestMethod"),
    ),
    "exclusive": (
        partial(naming, "CanonicalizationMethod", "http://www.w3.org/2001/10/xml-exc-c14n#"),
        ALGORITHM.format("CanonicalizationMethod"),
    ),
    "with comments": (
        partial(
            naming, "CanonicalizationMethod",
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        ),
        ALGORITHM.format("CanonicalizationMethod"),
    ),
    "xslt": (
        partial(naming, "Transform", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        ALGORITHM.format("Transform"),
    ),
    "xpath inside": (partial(with_child, "Transform", "XPath"), ALGORITHM.format("Transform")),
    "other than transforms": (
        partial(with_child, "Transforms", "XPath"), SHAPE.format("Transforms"),
    ),
    "whole document": (lambda root: naming("Reference", "", root, "URI"), ELSEWHERE),
    "xpointer": (lambda root: naming("Reference", "#xpointer(/)", root, "URI"), ELSEWHERE),
    "file": (lambda root: naming("Reference", "file:///etc/passwd", root, "URI"), ELSEWHERE),
    "no uri": (lambda root: part(root, "Reference").attrib.pop("URI"), ELSEWHERE),
    "another id": (lambda root: naming("Reference", "#m1", root, "URI"), ELSEWHERE),
    "empty digest": (partial(holding, "DigestValue", ""), "DigestValue is not base64"),
    "digest of nothing": (partial(holding, "DigestValue", "?"), "DigestValue is not base64"),
    "element in a value": (
        partial(with_child, "SignatureValue", "Object"),
        "SignatureValue is not base64",
    ),
    "value of nothing": (partial(holding, "SignatureValue", "é"), "SignatureValue is not base64"),
    "empty value": (partial(holding, "SignatureValue", ""), "SignatureValue is not base64"),
    "value with more": (
        lambda root: holding("SignatureValue", f"{part(root, 'SignatureValue').text}!", root),
        "SignatureValue is not base64",
    ),
    "text inside": (partial(holding, "SignedInfo", "text"), SHAPE.format("SignedInfo")),
    "text behind": (
        lambda root: setattr(part(root, "SignedInfo"), "tail", "text"),
        SHAPE.format("Signature"),
    ),
    "no certificate": (
        partial(holding, "X509Certificate", "AAAA"), "what is no certificate",
    ),
    "certificate not base64": (
        partial(holding, "X509Certificate", "A"), "X509Certificate is not base64",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "reason"), MISSHAPEN.values(), ids=MISSHAPEN)
def test_a_signature_has_exactly_the_expected_shape(edit: Edit, reason: str) -> None:
    """F6: what XML signatures can do beyond it has no use here but to attackers."""
    refused(changed(edit), reason)


def test_the_number_of_certificates_is_bounded() -> None:
    """F6: each one costs time to read."""

    def with_certificates(count: int, root: etree._Element) -> None:
        data = part(root, "X509Data")
        first = deepcopy(data[0])
        data.extend(deepcopy(first) for _ in range(count - len(data)))

    most = CERTIFICATES_MAX
    assert believed(changed(partial(with_certificates, most))).body == PARES.body
    over = changed(partial(with_certificates, most + 1))
    refused(over, f"{most + 1} certificates; 1 to {most} are read")
    none = changed(lambda root: part(root, "X509Data").clear())
    refused(none, f"0 certificates; 1 to {most} are read")


def test_a_reference_needs_no_transforms() -> None:
    """The real one has none; two that change nothing are read as well."""
    assert b"Transform" not in REAL_XML
    bare = resigned(lambda root: without("Transforms", root))
    assert believed(bare).body == PARES.body

    def doubled(root: etree._Element) -> None:
        transform = deepcopy(part(root, "Transform"))
        transform.set("Algorithm", f"{DSIG}enveloped-signature")
        part(root, "Transforms").insert(0, transform)

    assert believed(resigned(doubled)).body == PARES.body


def resigned(edit: Edit) -> bytes:
    """Change a signature as its own signer could: the value is made again."""
    root = tree(SIGNED)
    edit(root)
    octets = canonical(part(root, "SignedInfo"))
    value = KEY.sign(octets, PKCS1v15(), LEGACY)
    part(root, "SignatureValue").text = base64.b64encode(value).decode()
    return etree.tostring(root)


def test_values_may_be_broken_into_lines() -> None:
    """Encoders of the time wrote lines of 64 or 76 characters."""

    def folded(root: etree._Element) -> None:
        for name in ("SignatureValue", "X509Certificate"):
            text = part(root, name).text or ""
            lines = [text[at : at + 64] for at in range(0, len(text), 64)]
            part(root, name).text = "\r\n" + "\r\n".join(lines) + "\n"

    assert believed(changed(folded)).body == PARES.body


def test_a_signature_may_be_indented() -> None:
    """White space in it is signed as well, and means nothing."""

    def indented(root: etree._Element) -> None:
        for each in (part(root, "SignedInfo"), part(root, "Reference"), part(root, "Signature")):
            each.text = "\r\n\t"
            for child in each:
                child.tail = "\n  "

    assert believed(resigned(indented)).body == PARES.body


def test_namespaces_that_cannot_be_canonicalised_are_refused() -> None:
    """F6: a relative namespace is an error of its own kind in the library below."""
    extension = Extension(id="x", critical=False, content='<a xmlns="relative/name"/>')
    message = replace(PARES, body=replace(PARES.body, extensions=(extension,)))
    with pytest.raises(
        Misuse, match=r"^our own message has namespaces that cannot be canonicalised$"
    ):
        sign(message, SIGNER)
    attack = SIGNED.replace(b"<PARes ", b"<PARes xmlns:x='relative/name' ")
    refused(attack, NOT_GENUINE)


# Certificates.


def test_a_foreign_certificate_is_not_believed() -> None:
    """F6: a good signature of somebody whom no root of ours knows."""
    foreign_key = generate_private_key(65537, 2048)
    foreign = leaf(foreign_key, issuer="ACS", issuer_key=foreign_key, signs=True)
    data = sign(PARES, PAResSigner(key=foreign_key, chain=(foreign,)))
    refused(data, UNTRUSTED)
    refused(sign(PARES, PAResSigner(key=foreign_key, chain=(foreign, MIDDLE, ROOT))), UNTRUSTED)


def test_our_root_beside_a_foreign_signature_helps_nothing() -> None:
    """F6: the first certificate is the signer, and its key must have signed."""
    foreign_key = generate_private_key(65537, 2048)
    foreign = leaf(foreign_key, issuer="ACS", issuer_key=foreign_key)
    data = sign(PARES, PAResSigner(key=foreign_key, chain=(foreign,)))
    genuine = base64.b64encode(LEAF.public_bytes(Encoding.DER)).decode()
    text = part(tree(data), "X509Certificate").text or ""
    refused(data.replace(text.encode(), genuine.encode()), UNTRUSTED)
    refused(
        data.replace(text.encode(), genuine.encode()),
        NOT_GENUINE,
        trust=Trust(roots=Roots([MIDDLE])),
    )


@pytest.mark.parametrize(("at", "good"), [(0, True), (-400 * 20, False), (400 * 20, False)])
def test_an_expired_certificate_is_not_believed(at: int, good: bool) -> None:
    """F6: time is an argument; neither before nor after."""
    when = NOW + timedelta(days=at)
    if good:
        assert believed(SIGNED, at=when).body == PARES.body
    else:
        refused(SIGNED, UNTRUSTED, at=when)


def test_a_certificate_that_may_not_sign_is_not_believed() -> None:
    """F6: a key for encryption is no key for signatures; an end entity is no authority."""
    encrypting = leaf(signs=False)
    refused(sign(PARES, PAResSigner(key=KEY, chain=(encrypting, MIDDLE))), UNTRUSTED)
    other_key = generate_private_key(65537, 2048)
    below = leaf(other_key, issuer="ACS", issuer_key=KEY, signs=True)
    refused(sign(PARES, PAResSigner(key=other_key, chain=(below, LEAF, MIDDLE))), UNTRUSTED)


def test_an_intermediate_may_be_trusted_by_itself() -> None:
    """The root then need not be there."""
    trust = Trust(roots=Roots([MIDDLE]))
    data = sign(PARES, PAResSigner(key=KEY, chain=(LEAF,)))
    assert believed(data, trust=trust).body == PARES.body
    refused(data, UNTRUSTED)


def test_a_signer_may_be_vouched_for() -> None:
    """The allowance for certificates that were signed with SHA-1, which no root leads to for us."""
    vouched = leaf(issuer="Elsewhere", signs=True)
    data = sign(PARES, PAResSigner(key=KEY, chain=(vouched,)))
    refused(data, UNTRUSTED)
    trust = replace(TRUST, vouched_for=(vouched,))
    assert believed(data, trust=trust).body == PARES.body
    begin, end = vouched.not_valid_before_utc, vouched.not_valid_after_utc
    for at in (begin, end):
        assert believed(data, trust=trust, at=at).body == PARES.body
    second = timedelta(seconds=1)
    for at in (begin - second, end + second):
        refused(data, "the certificate was not valid at that time", trust=trust, at=at)
    refused(
        SIGNED.replace(b"<eci>05", b"<eci>06"),
        NOT_GENUINE,
        trust=replace(TRUST, vouched_for=(LEAF,)),
    )


def test_a_key_that_is_not_of_rsa_is_refused() -> None:
    """F6: 1.0.2 knows RSA only; another key has no business with the method."""
    curve = leaf(new_ec(SECP256R1()))  # type: ignore[arg-type]

    def swapped(root: etree._Element) -> None:
        der = curve.public_bytes(Encoding.DER)
        part(root, "X509Certificate").text = base64.b64encode(der).decode()

    refused(changed(swapped), "a certificate without an RSA key")


def test_a_moment_has_a_time_zone() -> None:
    """Otherwise a certificate would be valid for some and not for others."""
    with pytest.raises(Misuse, match=r"^a moment without a time zone$"):
        believed(SIGNED, at=NOW.replace(tzinfo=None))


def test_a_certificate_that_has_ended_still_signs() -> None:
    """Old traffic can be made again; who reads it says at what time."""
    ended = leaf(signs=True, until=2025)
    data = sign(PARES, PAResSigner(key=KEY, chain=(ended, MIDDLE)))
    refused(data, UNTRUSTED)
    assert believed(data, at=ended.not_valid_after_utc).body == PARES.body


def test_a_signature_inside_an_extension_is_not_the_one_that_counts() -> None:
    """F6: the one beside the PARes is looked for there and nowhere else."""
    inside = f'<Signature xmlns="{DSIG}"><SignedInfo/></Signature>'
    extension = Extension(id="x", critical=False, content=inside)
    message = build("m1", replace(PARES.body, extensions=(extension,)))
    assert believed(sign(message, SIGNER)).body == message.body


# Unsigned.

UNABLE: Final = build(
    "m1",
    replace(PARES.body, tx=Transaction(time="20260102 03:05:06", status=Status.UNABLE)),
)


def test_an_unsigned_pares_is_not_believed() -> None:
    """F6: to take the signature away is the oldest attack."""
    refused(encode(PARES), "not signed")
    refused(encode(PARES), "not signed", unsigned_u=True)
    fault = fault_of(lambda: believed(encode(PARES)))
    assert (fault.message_id, fault.message_name) == ("m1", MessageName.PARES)
    assert fault.elements == ("Signature",)


def test_an_unsigned_u_is_taken_only_by_whoever_asks_for_it() -> None:
    """Section 12.3: some ACSs do not sign a U; whoever takes one lets any card be unable."""
    refused(encode(UNABLE), "not signed")
    message = believed(encode(UNABLE), unsigned_u=True)
    assert message == UNABLE
    assert not message.signed
    assert believed(sign(UNABLE, SIGNER)).signed
    broken = sign(UNABLE, SIGNER).replace(b"MER123", b"MER124")
    refused(broken, NOT_GENUINE, unsigned_u=True)


# Signing.


def test_a_key_signs_only_under_its_own_certificate() -> None:
    """A signature that nobody can verify must not leave."""
    with pytest.raises(
        Misuse, match="our own signature does not hold: the signature is not genuine"
    ):
        sign(PARES, PAResSigner(key=MIDDLE_KEY, chain=(LEAF, MIDDLE)))


def test_the_id_of_a_pares_is_its_own() -> None:
    """A message of ours that a reader would have to refuse is our mistake."""
    with pytest.raises(Misuse, match=AMBIGUOUS):
        sign(replace(PARES, id="p1"), SIGNER)


def test_a_signer_has_one_to_five_certificates() -> None:
    """As many as a reader takes."""
    for chain in ((), (LEAF,) * (CERTIFICATES_MAX + 1)):
        with pytest.raises(Misuse, match=f"1 to {CERTIFICATES_MAX} certificates"):
            PAResSigner(key=KEY, chain=chain)
    assert PAResSigner(key=KEY, chain=(LEAF,) * CERTIFICATES_MAX).hash is Hash.SHA1


def test_a_signer_does_not_print_its_key() -> None:
    """F6."""
    assert "key" not in repr(SIGNER)


def test_a_critical_extension_is_understood_before_it_is_believed() -> None:
    """The caller's knowledge reaches the reader."""
    extension = Extension(id="x", critical=True)
    message = build("m1", replace(PARES.body, extensions=(extension,)))
    data = sign(message, SIGNER)
    assert believed(data, understood=["x"]).body == message.body
    assert fault_of(lambda: believed(data)).error_code is ErrorCode.EXTENSION_NOT_RECOGNISED


def test_a_bad_signature_can_be_told() -> None:
    """A directory that checks what passes answers with an Error under the id of the message."""
    fault = fault_of(lambda: believed(encode(PARES)))
    error = error_for(fault)
    assert (error.id, error.body.error_code) == ("m1", ErrorCode.FORMAT_INVALID)
    assert error.body.error_detail == "Signature"
