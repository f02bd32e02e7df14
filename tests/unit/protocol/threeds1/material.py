"""Messages, keys and certificates that the tests of this folder share; none of them guards anything."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from lxml import etree

from sekisho.kernel.secret import Secret
from sekisho.protocol.jose.trust import Roots
from sekisho.protocol.threeds1 import (
    BadSignature,
    ErrorCode,
    Message,
    PAResSigner,
    ThreeDS1Fault,
    Trust,
    build,
    sign,
)
from sekisho.protocol.threeds1.records import (
    AskedCardholder,
    CardRange,
    CRReq,
    CRRes,
    EchoedMerchant,
    EchoedPurchase,
    Enrolment,
    ErrorMessage,
    PAReq,
    PARes,
    RequestingMerchant,
    ShownMerchant,
    ShownPurchase,
    Transaction,
    VEReq,
    VERes,
)
from sekisho.protocol.threeds1.vocabulary import (
    CavvAlgorithm,
    Enrolled,
    RangeAction,
    Status,
)
from tests.unit.protocol.jose.material import certificate, vectors

NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VECTORS: Final = {one["id"]: one for one in vectors("threeds_1_0_2")}
REAL: Final = VECTORS["pares-signed-real"]
REAL_AT: Final = datetime(2020, 8, 12, 6, 26, tzinfo=UTC)
"""When the real PARes was made: its certificates have ended since."""

XID: Final = "MDAwMDAwMDAwMDAwMDAwMDAwMDE="
CAVV: Final = "AAABBBCCCDDDEEEFFFGGGHHHIIA="
PAN: Final = "4000000000000002"

VEREQ: Final = build(
    "1",
    VEReq(
        pan=Secret(PAN),
        merchant=RequestingMerchant(acq_bin="411111", mer_id="MER123", password=Secret("pass")),
    ),
)
VERES: Final = build(
    "1",
    VERes(
        ch=Enrolment(enrolled=Enrolled.YES, acct_id="ACCT-1"),
        url="https://acs.example/pareq",
        protocols=("ThreeDSecure",),
    ),
)
PAREQ: Final = build(
    "m1",
    PAReq(
        merchant=ShownMerchant(
            acq_bin="411111", mer_id="MER123", name="Shop", country="392", url="http://shop.example"
        ),
        purchase=ShownPurchase(
            xid=XID,
            date="20260102 03:04:05",
            amount="¥1,000",
            purch_amount="1000",
            currency="392",
            exponent="0",
        ),
        ch=AskedCardholder(acct_id="ACCT-1", expiry="2712"),
    ),
)
PARES: Final = build(
    "m1",
    PARes(
        id="p1",
        merchant=EchoedMerchant(acq_bin="411111", mer_id="MER123"),
        purchase=EchoedPurchase(
            xid=XID, date="20260102 03:04:05", purch_amount="1000", currency="392", exponent="0"
        ),
        pan="0000000000000002",
        tx=Transaction(
            time="20260102 03:05:06",
            status=Status.AUTHENTICATED,
            cavv=CAVV,
            eci="05",
            cavv_algorithm=CavvAlgorithm.CVV_WITH_ATN,
        ),
    ),
)
CRREQ: Final = build(
    "c1", CRReq(merchant=RequestingMerchant(acq_bin="411111", mer_id="MER123"), serial_number="1")
)


def crres(*changes: tuple[str, str, str], serial: str | None = "2") -> Message[CRRes]:
    """Make a CRRes of changes, each begin, end and action."""
    ranges = tuple(
        CardRange(begin=begin, end=end, action=RangeAction(action))
        for begin, end, action in changes
    )
    return build("c1", CRRes(card_ranges=ranges, serial_number=serial))


ERROR: Final = build(
    "1",
    ErrorMessage(error_code=ErrorCode.TRANSIENT_FAILURE, error_message="busy", error_detail="busy"),
)
SOUND: Final = (
    VEREQ, VERES, PAREQ, PARES, CRREQ,
    crres(("4000000000000000", "4000000000000009", "A")), ERROR,
)  # fmt: skip
"""One of each."""

ROOT_KEY: Final = generate_private_key(65537, 2048)
ROOT: Final = certificate("Root", ROOT_KEY, issuer="Root", issuer_key=ROOT_KEY, ca=True, signs=True)
MIDDLE_KEY: Final = generate_private_key(65537, 2048)
MIDDLE: Final = certificate(
    "Issuing", MIDDLE_KEY, issuer="Root", issuer_key=ROOT_KEY, ca=True, signs=True
)
KEY: Final = generate_private_key(65537, 2048)
LEAF: Final = certificate("ACS", KEY, issuer="Issuing", issuer_key=MIDDLE_KEY, signs=True)
SIGNER: Final = PAResSigner(key=KEY, chain=(LEAF, MIDDLE, ROOT))
TRUST: Final = Trust(roots=Roots([ROOT]))
SIGNED: Final = sign(PARES, SIGNER)


def leaf(key: RSAPrivateKey = KEY, **facts: Any) -> x509.Certificate:
    """Issue another certificate for an ACS."""
    return certificate("ACS", key, **{"issuer": "Issuing", "issuer_key": MIDDLE_KEY} | facts)


def fault_of(call: Callable[[], object]) -> ThreeDS1Fault:
    """Call what must be refused; give the fault."""
    with pytest.raises(ThreeDS1Fault) as caught:
        call()
    return caught.value


def reason_of(call: Callable[[], object]) -> str:
    """Call what must be refused for its signature; give the reason."""
    with pytest.raises(BadSignature) as caught:
        call()
    return caught.value.reason


def tree(xml: bytes) -> etree._Element:
    """Read a document that a test made."""
    return etree.fromstring(xml)
