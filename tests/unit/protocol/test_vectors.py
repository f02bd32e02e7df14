"""The collected test vectors: published messages, published forms, and derived error cases.

They lie beside the working copy, in ../shared. What a published sample breaks is named here, so
that a change of opinion about it shows.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

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
from sekisho.protocol.card_ranges.cadence import Exchanges, Load, Outcome, check_cadence
from sekisho.protocol.directory_checks import Register, check_areq, check_preq
from sekisho.protocol.forms import base64url, decode_form_bytes, from_base64url
from sekisho.protocol.jose import Enc, open_device_data, seal_with_ec
from sekisho.protocol.jose.secure_channel import Side, agree_channel, open_message, seal
from sekisho.protocol.states import browser_events as browser
from sekisho.protocol.states import directory_events as relaying
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.browser_challenge import BrowserChallenge
from sekisho.protocol.states.browser_challenge import begin as begin_challenge
from sekisho.protocol.states.browser_challenge import decide as decide_challenge
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.directory_relay import begin as begin_relay
from sekisho.protocol.states.directory_relay import decide as decide_relay
from sekisho.protocol.vocabulary import ACCEPTED_BY
from sekisho.testkit import samples
from sekisho.testkit.samples import wire
from tests.unit.protocol.jose.material import ec as private_key
from tests.unit.protocol.states import transactions as talk

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

REGISTER: Final = Register(
    servers={str(samples.areq()["threeDSServerRefNumber"])},
    acss={str(samples.ares()["acsReferenceNumber"])},
    routed=lambda card: card.startswith("4"),
    mcc_allowed=lambda mcc: mcc != "0000",
)
"""What our Directory Server knows."""


def checked(**changes: Json) -> None:
    check_areq(directory(samples.areq(**changes)), REGISTER)


def preq(**changes: Json) -> Message:
    members: dict[str, Json] = {
        "messageType": "PReq",
        "messageVersion": "2.2.0",
        "threeDSServerTransID": samples.SERVER_ID,
        "threeDSServerRefNumber": samples.areq()["threeDSServerRefNumber"],
    }
    return directory({**members, **changes})


def asked_too_often() -> None:
    before = Exchanges().after(Load.FULL, Outcome.LOADED, talk.NOON)
    check_cadence(before, preq(), at=talk.after(3599))


def undecipherable() -> None:
    of_another = {"ec": private_key(23)}
    sealed = seal_with_ec(
        b"{}",
        key=private_key(21).public_key(),
        kid="ec",
        enc=Enc.GCM,
        ephemeral=private_key(22),
        directory_server_id="A000000003",
        iv=bytes(12),
    )
    open_device_data(
        sealed,
        keys=of_another,
        directory_server_id="A000000003",
        version=V231,
        spare=bytes(32),
    )


def out_of_count() -> None:
    """Open a genuine CReq whose counter is not the next."""
    sdk, acs = (
        agree_channel(
            side,
            own=private_key(own),
            peers=private_key(peer).public_key(),
            sdk_reference_number="3DS_LOA_SDK_SEKI_020200_00001",
            acs_trans_id=samples.ACS_ID,
            enc=enc,
        )
        for side, own, peer, enc in ((Side.SDK, 31, 32, Enc.CBC), (Side.ACS, 32, 31, None))
    )
    creq = samples.app_creq(sdkCounterStoA="004")
    text, _ = seal(replace(sdk, sent=4), wire(creq), random=bytes(16))
    open_message(acs, text)


def browser_creq(record: BrowserChallenge, at: datetime) -> BrowserChallenge:
    message = talk.creq(record.transaction.version)
    return decide_challenge(record, browser.CReqReceived(at=at, message=message))[0]


def begun(version: Version) -> BrowserChallenge:
    return begin_challenge(talk.transaction(version), at=talk.NOON, refuses_repeats=True)[0]


def creq_after_rreq() -> None:
    record = browser_creq(begun(V231), talk.NOON)
    passed = OutcomeReached(at=talk.after(9), result=ChallengeResult(trans_status="Y"))
    browser_creq(decide_challenge(record, passed)[0], talk.after(10))


def relayed(*reports: str, ares: str) -> None:
    """Relay an AReq, its ARes, and what results an ACS then reports."""
    relay = begin_relay(
        talk.areq(V231), at=talk.NOON, ds_trans_id=samples.DS_ID, digest="areq", rules=None
    )
    answer = talk.ares(ares, V231)
    told: list[relaying.Event] = [
        relaying.AReqPassed(at=talk.NOON),
        relaying.AResReceived(at=talk.NOON, message=answer),
        *(
            relaying.RReqReceived(at=talk.after(60), message=talk.rreq(status, V231), digest=status)
            for status in reports
        ),
    ]
    for event in told:
        relay = decide_relay(relay, event)[0]


DECIDED_IN_STATES: Final[Mapping[str, Callable[[], object]]] = {
    "cannot decrypt": undecipherable,
    "counter mismatch": out_of_count,
    "unknown reference number": lambda: checked(threeDSServerRefNumber="3DS_LOA_SER_NONE"),
    "PAN outside every range": lambda: checked(acctNumber="5111111100000003"),
    "MCC not accepted": lambda: checked(mcc="0000"),
    "unknown serial": lambda: check_preq(preq(serialNum="7"), REGISTER, serials={"8"}),
    "PReq too often": asked_too_often,
    "first CReq too late": lambda: browser_creq(begun(Version.V220), talk.after(31)),
    "second browser CReq": lambda: browser_creq(
        browser_creq(begun(V231), talk.NOON), talk.after(9)
    ),
    "CReq after RReq": creq_after_rreq,
    "RReq for ARes Y": lambda: relayed("Y", ares="Y"),
    "duplicate RReq": lambda: relayed("Y", "N", ares="C"),
}
"""Cases that take more than a message: keys, registers, clocks, what went before."""

OWN_DETAILS: Final = {
    "duplicate array element": "cardRangeData.acsInfoInd",
    "unsupported version": "2.1.0,2.2.0,2.3.1",
    "overlapping ranges": "1100000000000000-1500000000000000,1300000000000000-1700000000000000",
    "delete of unknown range": "1100000000000000-1500000000000000,D",
}
"""What errorDetail says where the case describes it in words, or leaves out the parent."""


IN_WORDS: Final = frozenset({"description", "timeout", "transaction id"})
"""What a case says in place of an errorDetail that is ours to word."""


@pytest.mark.parametrize("case", vectors("derived_error_cases"), ids=lambda case: case["case"])
def test_an_error_case_is_answered_with_its_error(case: dict[str, Any]) -> None:
    """F1: the right error message, by code, detail and component, for every case."""
    name = case["case"]
    with pytest.raises(ProtocolFault) as caught:
        {**STIMULI, **DECIDED_IN_STATES}[name]()
    fault = caught.value
    assert fault.error_code == case["errorCode"][:3]
    if case["errorDetail"] in IN_WORDS:
        assert fault.error_detail
    else:
        assert fault.error_detail == OWN_DETAILS.get(name, case["errorDetail"])
    component = Component.DIRECTORY
    if case["errorComponent"] != "any":
        component = Component(case["errorComponent"][0])
        accepted = {*ACCEPTED_BY[component], None}
        assert (fault.message_type in accepted) is (name != "wrong component")
    erro = erro_for(fault, component=component, version=V231)
    assert erro["errorDetail"] == fault.error_detail
    assert erro["errorComponent"] == component.value


def test_every_error_case_is_set_off() -> None:
    """F1: none is left to somebody else, and none is set off twice."""
    names = [case["case"] for case in vectors("derived_error_cases")]
    assert sorted(names) == sorted([*STIMULI, *DECIDED_IN_STATES])


USED: Final[Mapping[str, tuple[str, ...]]] = {
    "key_agreement_and_kdf": ("jose/test_agreement.py", "jose/test_device_data.py"),
    "challenge_channel_jwe": ("jose/test_secure_channel.py",),
    "sdkEncData_jwe": ("jose/test_device_data.py",),
    "acsSignedContent_jws": ("jose/test_signed_content.py",),
    "base64url_forms": ("test_vectors.py",),
    "messages": ("test_vectors.py",),
    "derived_error_cases": ("test_vectors.py",),
    "threeds_1_0_2": ("threeds1",),
    "authentication_values": ("test_vectors.py",),
    "test_cards": ("test_vectors.py",),
}
"""Where each list of vectors is put to the proof."""


def test_every_list_of_vectors_is_used() -> None:
    """F1: a list that nobody reads proves nothing."""
    everything = json.loads(VECTORS.read_text())
    assert set(everything) - {"note"} == set(USED)
    here = Path(__file__).parent
    for name, places in USED.items():
        for place in places:
            found = here / place
            files = sorted(found.glob("*.py")) if found.is_dir() else [found]
            assert any(f'"{name}"' in file.read_text() for file in files), (name, place)


@pytest.mark.parametrize("vector", vectors("key_agreement_and_kdf"), ids=lambda one: one["id"])
def test_a_key_agreement_vector_is_whole(vector: dict[str, Any]) -> None:
    """F2: each of them has a shared secret, and what is derived from it is of the stated length."""
    assert len(bytes.fromhex(vector["Z_hex"])) == 32
    if "otherInfo_hex" in vector:
        bits = int(vector["otherInfo_hex"][-8:], 16)
        derived = from_base64url(vector.get("derived_key_b64u") or vector["CEK_b64u"])
        assert len(derived) * 8 == bits


PANS: Final = sorted({str(card["pan"]) for card in vectors("test_cards") if "pan" in card})


@pytest.mark.parametrize("pan", PANS)
def test_a_published_test_card_fits_into_an_areq(pan: str) -> None:
    """F1: the numbers of other sandboxes, check digit or none, are read like any other."""
    if 13 <= len(pan) <= 19 and pan.isdigit():
        assert directory(samples.areq(acctNumber=pan))["acctNumber"] == pan
    else:
        with pytest.raises(ProtocolFault):
            directory(samples.areq(acctNumber=pan))
