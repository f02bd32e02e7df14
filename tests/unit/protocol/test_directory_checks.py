"""What a Directory Server's register decides of messages that are sound in themselves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sekisho.protocol import Component, Json, Message, ProtocolFault, Version, parse
from sekisho.protocol.directory_checks import (
    Register,
    check_areq,
    check_ares,
    check_preq,
    check_split_sdk,
)
from sekisho.protocol.jose import Roots, SdkServerContent, Signer, sign_sdk_server_content
from sekisho.testkit import samples
from sekisho.testkit.samples import wire
from tests.unit.protocol.jose.material import NOW, ROOT, ROOT_KEY, certificate, ec

REGISTER = Register(
    servers={"3DS_LOA_SER_SEKI_020200_00001"},
    acss={"3DS_LOA_ACS_SEKI_020200_00001"},
    sdks={"3DS_LOA_SDK_SEKI_020200_00001"},
)


def read(members: dict[str, Json]) -> Message:
    return parse(wire(members), receiver=Component.DIRECTORY)


def told(check: Callable[[], None]) -> tuple[str, str]:
    with pytest.raises(ProtocolFault) as caught:
        check()
    return caught.value.error_code.value, caught.value.error_detail


def test_who_is_registered_passes() -> None:
    """By default every card, category and requestor is welcome."""
    check_areq(read(samples.areq()), REGISTER)
    check_areq(read(samples.areq(messageCategory="02", mcc=None)), REGISTER)
    check_areq(read(samples.app_areq()), REGISTER)
    check_ares(read(samples.ares()), REGISTER)


def test_an_unknown_sdk_comes_before_everything_else() -> None:
    """305, then 303 (section 8)."""
    areq = read(samples.app_areq(threeDSServerRefNumber="none"))
    assert told(lambda: check_areq(areq, replace(REGISTER, sdks=()))) == (
        "305",
        "sdkReferenceNumber",
    )
    assert told(lambda: check_areq(areq, REGISTER)) == ("303", "threeDSServerRefNumber")


def test_a_requestor_and_a_version_are_the_register_s_to_refuse() -> None:
    """303 for the one; 102 with the active versions for the other."""
    areq = read(samples.areq())
    closed = replace(REGISTER, requestor_allowed=lambda _: False)
    assert told(lambda: check_areq(areq, closed)) == ("303", "threeDSRequestorID")
    others = replace(REGISTER, versions_of=lambda _: (Version.V231, Version.V210))
    assert told(lambda: check_areq(areq, others)) == ("102", "2.1.0,2.3.1")


def test_an_ares_is_of_a_known_acs_or_the_directory_s_own() -> None:
    """303; standing in, the Directory Server answers under its own number (section 2.11)."""
    stranger = read(samples.ares(acsReferenceNumber="none"))
    assert told(lambda: check_ares(stranger, REGISTER)) == ("303", "acsReferenceNumber")
    check_ares(read(samples.ares(acsReferenceNumber="DS_LOA_DIS_SEKI_020200_00001")), REGISTER)


def test_a_preq_is_of_a_known_server_and_goes_on_from_a_known_serial() -> None:
    """303 and 307; without a serial number there is nothing to know."""
    members: dict[str, Json] = {
        "messageType": "PReq",
        "messageVersion": "2.2.0",
        "threeDSServerTransID": samples.SERVER_ID,
        "threeDSServerRefNumber": "3DS_LOA_SER_SEKI_020200_00001",
    }
    check_preq(read(members), REGISTER, serials=())
    check_preq(read({**members, "serialNum": "7"}), REGISTER, serials={"7"})
    older = read({**members, "serialNum": "6"})
    assert told(lambda: check_preq(older, REGISTER, serials={"7"})) == ("307", "serialNum")
    stranger = read({**members, "threeDSServerRefNumber": "none"})
    assert told(lambda: check_preq(stranger, REGISTER, serials=()))[0] == "303"


SDK_KEY = ec(61)
OWN = Signer(
    key=SDK_KEY, chain=(certificate("SDK server", SDK_KEY, issuer="DS", issuer_key=ROOT_KEY),)
)
FOREIGN = Signer(
    key=SDK_KEY, chain=(certificate("SDK server", SDK_KEY, issuer="DS", issuer_key=SDK_KEY),)
)


def split(signer: Signer, **changes: str) -> Message:
    """An AReq of a split SDK, whose server says of it what `changes` do not."""
    said = {
        "sdk_trans_id": samples.SDK_ID,
        "sdk_reference_number": "3DS_LOA_SDK_SEKI_020200_00001",
        "split_sdk_server_id": "split-1",
    }
    content = SdkServerContent(**{**said, **changes}, signed_at=NOW)
    members = samples.app_areq(
        Version.V231,
        defaultSdkType=None,
        sdkType="02",
        splitSdkType={"sdkVariant": "01"},
        sdkServerSignedContent=sign_sdk_server_content(content, signer),
    )
    return read(members)


@pytest.mark.parametrize("at", [NOW, NOW + timedelta(minutes=30)])
def test_the_server_of_a_split_sdk_vouches_for_the_areq(at: datetime) -> None:
    """Section 2.9; how old it may be is a rule of its own."""
    check_split_sdk(split(OWN), roots=Roots([ROOT]), at=at)


@pytest.mark.parametrize(
    ("areq", "at"),
    [
        (split(FOREIGN), NOW),
        (split(OWN, sdk_trans_id="b2385523-a66c-4907-ac3c-91848e8c0068"), NOW),
        (split(OWN, sdk_reference_number="another"), NOW),
        (split(OWN), NOW + timedelta(days=20_000)),
    ],
    ids=["another root", "another transaction", "another SDK", "another century"],
)
def test_what_does_not_hold_is_308(areq: Message, at: datetime) -> None:
    """Section 8; the Erro names the element and the transaction."""
    with pytest.raises(ProtocolFault) as caught:
        check_split_sdk(areq, roots=Roots([ROOT]), at=at)
    fault = caught.value
    assert (fault.error_code.value, fault.error_detail) == ("308", "sdkServerSignedContent")
    assert fault.ids["threeDSServerTransID"] == areq["threeDSServerTransID"]


def test_an_sdk_without_a_server_signs_nothing() -> None:
    """sdkType 01, and everything before 2.3.1."""
    for version in Version:
        check_split_sdk(read(samples.app_areq(version)), roots=Roots([ROOT]), at=NOW)
