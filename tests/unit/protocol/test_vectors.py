"""The collected test vectors: published messages, published forms, and derived error cases.

They lie beside the working copy, in ../shared. What a published sample breaks is named here, so
that a change of opinion about it shows.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from sekisho.protocol import (
    Channel,
    Component,
    Json,
    Message,
    ProtocolFault,
    Version,
    erro_for,
    parse,
)
from sekisho.protocol.authentication_value import octets_of
from sekisho.protocol.card_range_updates import KnownRanges, updated
from sekisho.protocol.forms import base64url, decode_form_bytes, from_base64url
from sekisho.testkit import samples
from sekisho.testkit.samples import wire

VECTORS: Final = Path(__file__).parents[4] / "shared" / "protocol" / "vectors.json"


def vectors(name: str) -> list[dict[str, Any]]:
    """Load one list of vectors; their absence fails the module, it does not skip it."""
    assert VECTORS.is_file(), f"the test vectors must lie beside the working copy: {VECTORS.name}"
    loaded: list[dict[str, Any]] = json.loads(VECTORS.read_text())[name]
    return loaded


RECEIVERS: Final = {
    "AReq": Component.DIRECTORY,
    "ARes": Component.SERVER,
    "CReq": Component.ACS,
    "CRes": Component.SDK,
    "RReq": Component.SERVER,
    "RRes": Component.ACS,
    "PReq": Component.DIRECTORY,
    "PRes": Component.SERVER,
    "Erro": Component.SERVER,
}

PUBLISHED: Final = [
    (f"{sample['id']} {name}", members)
    for sample in vectors("messages")
    for name, members in sample["messages"].items()
    if "messageType" in members
]

FAULTY: Final[Mapping[str, tuple[str, str]]] = {
    # Made by a certification tool that fills ISO codes with any three digits.
    "rbk-visa-3DSS-210-101 areq": (
        "304",
        "merchantRiskIndicator.giftCardCurr,billAddrCountry,shipAddrCountry",
    ),
    "rbk-visa-3DSS-220-101 areq": ("304", "merchantRiskIndicator.giftCardCurr"),
    "ul-210-app-challenge ares_challenge": ("203", "acsSignedContent"),  # cut off by its publisher
    "ul-210-app-challenge cres": ("201", "sdkTransID,acsUiType"),
}


@pytest.mark.parametrize(("name", "members"), PUBLISHED, ids=[name for name, _ in PUBLISHED])
def test_a_published_message_is_read(name: str, members: dict[str, Json]) -> None:
    """F1: what others send on live and test systems is understood, its flaws named exactly."""
    receiver = RECEIVERS[str(members["messageType"])]
    if name in FAULTY:
        with pytest.raises(ProtocolFault) as caught:
            parse(json.dumps(members).encode(), receiver=receiver)
        assert (caught.value.error_code, caught.value.error_detail) == FAULTY[name]
    else:
        message = parse(json.dumps(members).encode(), receiver=receiver)
        assert message.received == members


def test_the_published_2_3_1_card_ranges_are_read() -> None:
    """F1: card ranges in the form of 2.3.1, with message extensions and addresses by country."""
    part = next(
        sample["messages"]["pres_part"]
        for sample in vectors("messages")
        if "pres_part" in sample["messages"]
    )
    pres = parse(wire(samples.pres(Version.V231, **part)), receiver=Component.SERVER)
    known = updated(KnownRanges(), pres, whole=True)
    found = known.find("1000000000006500")
    assert found is not None
    assert found.method_url(Version.V231) == "https://www.acs.com/script3"
    assert known.find("1000000000005500") is None


@pytest.mark.parametrize("vector", vectors("base64url_forms"), ids=lambda vector: vector["id"])
def test_a_published_form_field_decodes_and_encodes(vector: dict[str, Any]) -> None:
    """A2: creq, cres, threeDSMethodData and threeDSSessionData, letter for letter."""
    octets = from_base64url(vector["base64url"])
    assert base64url(octets) == vector["base64url"].rstrip("=")
    decoded = vector["decoded"]
    if isinstance(decoded, str):
        assert octets.decode() == decoded
    else:
        assert json.loads(octets) == decoded


@pytest.mark.parametrize(
    ("vector_id", "code", "detail"),
    [
        ("creq-spec-example", "102", "2.1.0,2.2.0,2.3.1"),
        ("cres-spec-example-invalid-json", "101", "Invalid Formatted Message"),
    ],
)
def test_the_specification_s_own_faulty_examples_are_refused(
    vector_id: str, code: str, detail: str
) -> None:
    """F1: a trailing comma is no JSON, and 2.3.0 is a dead version."""
    vector = next(each for each in vectors("base64url_forms") if each["id"] == vector_id)
    receiver = Component.ACS if "creq" in vector_id else Component.SERVER
    with pytest.raises(ProtocolFault) as caught:
        parse(decode_form_bytes(vector["base64url"]), receiver=receiver, channel=Channel.BROWSER)
    assert (caught.value.error_code, caught.value.error_detail) == (code, detail)


@pytest.mark.parametrize("vector_id", ["cres-real-acs-mir", "cres-browser-final"])
def test_a_real_final_cres_is_read(vector_id: str) -> None:
    """A4: one of them printed over several lines, as a live ACS sends it."""
    vector = next(each for each in vectors("base64url_forms") if each["id"] == vector_id)
    message = parse(
        decode_form_bytes(vector["base64url"]), receiver=Component.SERVER, channel=Channel.BROWSER
    )
    assert message["transStatus"] in ("Y", "N")


@pytest.mark.parametrize("vector", vectors("authentication_values"), ids=lambda each: each["value"])
def test_an_authentication_value_is_twenty_octets_or_none(vector: dict[str, Any]) -> None:
    """A3: values of every brand have the form of 2.2.0; the mistyped one has not."""
    octets = octets_of(vector["value"])
    if vector["valid_20_bytes"]:
        assert octets is not None
        assert octets.hex() == vector["hex"]
    else:
        assert octets is None


def directory(members: Mapping[str, Json]) -> Message:
    return parse(wire(members), receiver=Component.DIRECTORY)


def answer_to(areq: Mapping[str, Json], ares: Mapping[str, Json]) -> Message:
    return parse(wire(ares), receiver=Component.DIRECTORY, request=directory(areq))


def app_creq(members: Mapping[str, Json]) -> Message:
    return parse(wire(members), receiver=Component.ACS, channel=Channel.APP)


EXTENSION: Final[dict[str, Json]] = {
    "name": "ours",
    "id": "X",
    "criticalityIndicator": True,
    "data": {"a": "b"},
}

V231 = Version.V231

STIMULI: Final[Mapping[str, Callable[[], object]]] = {
    "missing required": lambda: directory(samples.areq(mcc=None)),
    "missing nested required": lambda: directory(
        samples.app_areq(deviceRenderOptions={"sdkInterface": "03"})
    ),
    "two missing": lambda: directory(samples.areq(merchantName=None, mcc=None)),
    "bad format": lambda: directory(samples.areq(purchaseDate="2020-05-17")),
    "empty optional": lambda: directory(samples.areq(email="")),
    "null optional": lambda: parse(
        wire(samples.areq())[:-1] + b',"email":null}', receiver=Component.DIRECTORY
    ),
    "reserved EMVCo value 2.2.0": lambda: directory(
        samples.areq(threeDSRequestorChallengeInd="10")
    ),
    "reserved EMVCo value 2.3.1": lambda: directory(
        samples.areq(V231, threeDSRequestorChallengeInd=["15"])
    ),
    "duplicate member": lambda: parse(
        b'{"messageType":"AReq",' + wire(samples.areq())[1:], receiver=Component.DIRECTORY
    ),
    "duplicate array element": lambda: parse(
        wire(
            samples.pres(
                cardRangeData=[
                    {
                        **samples.card_range(Version.V220, "4" * 16, "4" * 16),
                        "acsInfoInd": ["01", "01"],
                    }
                ]
            )
        ),
        receiver=Component.SERVER,
    ),
    "excluded currency": lambda: directory(samples.areq(purchaseCurrency="999")),
    "exponent mismatch": lambda: directory(
        samples.areq(purchaseCurrency="392", purchaseExponent="2")
    ),
    "unknown critical extension": lambda: directory(samples.areq(messageExtension=[EXTENSION])),
    "unknown message type": lambda: directory(samples.areq(messageType="ABCD")),
    "wrong component": lambda: parse(wire(samples.areq()), receiver=Component.SERVER),
    "not JSON": lambda: parse(b'{"messageType":', receiver=Component.DIRECTORY),
    "unsupported version": lambda: directory(samples.areq(messageVersion="9.9.9")),
    "version changed": lambda: parse(
        wire(samples.rreq(Version.V210)),
        receiver=Component.DIRECTORY,
        request=directory(samples.areq()),
    ),
    "unknown transaction": lambda: parse(
        wire(samples.rres(acsTransID=samples.SDK_ID)),
        receiver=Component.ACS,
        request=parse(wire(samples.rreq()), receiver=Component.DIRECTORY, channel=Channel.BROWSER),
    ),
    "overlapping ranges": lambda: updated(
        KnownRanges(),
        parse(
            wire(
                samples.pres(
                    V231,
                    cardRangeData=[
                        samples.card_range(V231, "1100000000000000", "1500000000000000"),
                        samples.card_range(V231, "1300000000000000", "1700000000000000"),
                    ],
                )
            ),
            receiver=Component.SERVER,
        ),
        whole=True,
    ),
    "delete of unknown range": lambda: updated(
        KnownRanges(),
        parse(
            wire(
                samples.pres(
                    V231,
                    cardRangeData=[
                        samples.card_range(V231, "1100000000000000", "1500000000000000", action="D")
                    ],
                )
            ),
            receiver=Component.SERVER,
        ),
        whole=False,
    ),
    "SDK type/variant invalid": lambda: directory(
        samples.app_areq(V231, sdkType="02", defaultSdkType=None, sdkServerSignedContent="YQ.YQ.YQ")
    ),
    "conditional present wrongly": lambda: parse(
        wire(samples.ares(acsURL="https://acs.example/challenge")), receiver=Component.DIRECTORY
    ),
    "C on 3RI": lambda: parse(
        wire(samples.challenge_ares(acsURL=None)),
        receiver=Component.DIRECTORY,
        channel=Channel.THREE_RI,
    ),
    "D not requested": lambda: answer_to(
        samples.areq(),
        samples.challenge_ares(
            transStatus="D", acsURL=None, acsDecConInd="Y", cardholderInfo="See your bank's app."
        ),
    ),
    "CReq combination": lambda: app_creq(
        samples.app_creq(challengeCancel="01", resendChallenge="Y")
    ),
    "native UI with HTML template": lambda: parse(
        wire(
            samples.challenge_ares(
                V231,
                acsURL=None,
                sdkTransID=samples.SDK_ID,
                acsSignedContent="YQ.YQ.YQ",
                deviceInfoRecognisedVersion="1.5",
                threeDSRequestorAppURLInd="N",
                acsRenderingType={
                    "acsInterface": "01",
                    "acsUiTemplate": "05",
                    "deviceUserInterfaceMode": "01",
                },
            )
        ),
        receiver=Component.DIRECTORY,
        channel=Channel.APP,
    ),
}

DECIDED_ELSEWHERE: Final[Mapping[str, str]] = {
    "cannot decrypt": "needs the Directory Server's key",
    "unknown reference number": "needs the list of members",
    "PAN outside every range": "needs the Directory Server's routes",
    "MCC not accepted": "a Directory Server's rule",
    "unknown serial": "needs the Directory Server's store",
    "PReq too often": "needs the Directory Server's store and the time",
    "first CReq too late": "needs the time of the ARes",
    "counter mismatch": "needs the ACS's record of the challenge",
    "second browser CReq": "needs the ACS's record of the challenge",
    "CReq after RReq": "needs the ACS's record of the challenge",
    "RReq for ARes Y": "needs the record of the authentication",
    "duplicate RReq": "needs the record of the authentication",
}
"""Cases whose error no message shows by itself; the rooms hold them."""

OWN_DETAILS: Final = {
    "duplicate array element": "cardRangeData.acsInfoInd",
    "unsupported version": "2.1.0,2.2.0,2.3.1",
    "overlapping ranges": "1100000000000000-1500000000000000,1300000000000000-1700000000000000",
    "delete of unknown range": "1100000000000000-1500000000000000,D",
}
"""What errorDetail says where the case describes it in words, or leaves out the parent."""


@pytest.mark.parametrize("case", vectors("derived_error_cases"), ids=lambda case: case["case"])
def test_an_error_case_is_answered_with_its_error(case: dict[str, Any]) -> None:
    """F1: the right error message, by code and detail, for every case a message can show."""
    name = case["case"]
    if name in DECIDED_ELSEWHERE:
        assert name not in STIMULI
        return
    with pytest.raises(ProtocolFault) as caught:
        STIMULI[name]()
    fault = caught.value
    assert fault.error_code == case["errorCode"][:3]
    assert fault.error_detail == OWN_DETAILS.get(name, case["errorDetail"])
    erro = erro_for(fault, component=Component.DIRECTORY, version=Version.V220)
    assert erro["errorDetail"] == fault.error_detail
