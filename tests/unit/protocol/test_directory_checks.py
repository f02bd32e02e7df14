"""What a Directory Server's register decides of messages that are sound in themselves."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sekisho.protocol import Component, Json, Message, ProtocolFault, Version, parse
from sekisho.protocol.directory_checks import Register, check_areq, check_ares, check_preq
from sekisho.testkit import samples
from sekisho.testkit.samples import wire

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
