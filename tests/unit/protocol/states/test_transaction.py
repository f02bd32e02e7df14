"""What all parties of a transaction know of it, and how silence is told from an answer."""

from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest

from sekisho.kernel.effects import Later
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    ErrorCode,
    Json,
    MessageType,
    ProtocolFault,
    Version,
    build,
)
from sekisho.protocol.states.table import Bring
from sekisho.protocol.states.transaction import Transaction, fault_in, prior_references
from sekisho.protocol.states.waiting import TimeRanOut, timer
from sekisho.testkit.samples import ACS_ID, DS_ID, SDK_ID, SERVER_ID
from tests.unit.protocol.states.transactions import (
    NOON,
    OTHER_ID,
    areq,
    ares,
    message,
    rreq,
    transaction,
)


def test_a_transaction_is_what_its_areq_says() -> None:
    """And nothing that must not be kept, such as the card number."""
    wishes: dict[str, Json] = {
        "dsTransID": DS_ID,
        "acctNumber": "4111111100000003",
        "threeDSRequestorDecReqInd": "B",
        "threeDSRequestorDecMaxTime": "10080",
        "threeDSRequestorChallengeInd": ["02", "06"],
        "threeDSRequestorSpcSupport": "Y",
        "threeRIInd": "19",
    }
    request = areq(Version.V231, Channel.APP, Category.NON_PAYMENT, **wishes)
    assert Transaction.of(request) == Transaction(
        version=Version.V231,
        channel=Channel.APP,
        category=Category.NON_PAYMENT,
        server_trans_id=SERVER_ID,
        ds_trans_id=DS_ID,
        sdk_trans_id=SDK_ID,
        decoupled="B",
        decoupled_time=timedelta(days=7),
        challenge_forbidden=True,
        spc_supported=True,
        is_fallback=True,
    )
    assert "4111111100000003" not in repr(Transaction.of(request))


def test_a_plain_areq_wishes_for_nothing() -> None:
    """Absent is N (element table)."""
    plain = Transaction.of(areq())
    assert plain == Transaction(
        version=Version.V220,
        channel=Channel.BROWSER,
        category=Category.PAYMENT,
        server_trans_id=SERVER_ID,
    )
    assert (plain.decoupled, plain.decoupled_time) == ("N", timedelta(0))


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(("wish", "forbidden"), [("06", True), ("05", False)])
def test_who_only_shares_data_cannot_be_challenged(
    version: Version, wish: str, forbidden: bool
) -> None:
    """threeDSRequestorChallengeInd 06 forbids C (section 7); it is one code before 2.3.1."""
    told: Json = [wish] if version is Version.V231 else wish
    asked = transaction(version, threeDSRequestorChallengeInd=told)
    assert asked.challenge_forbidden is forbidden
    assert asked.allows("C") is not forbidden
    assert asked.allows("Y")


def test_nobody_is_challenged_whom_nobody_sees() -> None:
    """A 3RI authentication has no cardholder at hand (section 7)."""
    assert not transaction(channel=Channel.THREE_RI).allows("C")
    assert transaction(channel=Channel.APP).allows("C")


@pytest.mark.parametrize(("method", "tried"), [("05", True), ("02", False)])
def test_a_confirmation_is_tried_once(method: str, tried: bool) -> None:
    """An AReq after Secure Payment Confirmation refers to it with method 05 (section 2.8)."""
    prior: Json = [{"threeDSReqPriorRef": ACS_ID, "threeDSReqPriorAuthMethod": method}]
    wishes: dict[str, Json] = {
        "threeDSRequestorSpcSupport": "Y",
        "threeDSRequestorPriorAuthenticationInfo": prior,
    }
    asked = transaction(Version.V231, **wishes)
    assert asked.spc_tried is tried
    assert asked.allows("S") is not tried


def test_an_ares_of_strangers_names_each_of_them() -> None:
    """301 lists them (section 8)."""
    flaw = transaction().flaw_of(ares(threeDSServerTransID=OTHER_ID, dsTransID=OTHER_ID))
    assert flaw is not None
    assert flaw.error_detail == "threeDSServerTransID,dsTransID"


def test_the_ares_brings_the_peers_identifiers() -> None:
    """The 3DS Server and the Directory Server learn them so (section 2.1)."""
    named = Transaction.of(areq(channel=Channel.APP)).named(ares())
    assert named.ids == {
        "threeDSServerTransID": SERVER_ID,
        "dsTransID": DS_ID,
        "acsTransID": ACS_ID,
        "sdkTransID": SDK_ID,
    }


def test_every_strange_identifier_is_named() -> None:
    """301 lists them (section 8); what one side does not have is not compared."""
    stranger = rreq(acsTransID=OTHER_ID, dsTransID=OTHER_ID, sdkTransID=OTHER_ID)
    with pytest.raises(ProtocolFault) as refused:
        transaction().require_own(stranger)
    assert refused.value.error_code is ErrorCode.TRANSACTION_UNKNOWN
    assert refused.value.error_detail == "dsTransID,acsTransID"
    assert refused.value.message_type is MessageType.RREQ
    assert refused.value.version == "2.2.0"
    assert refused.value.ids["acsTransID"] == OTHER_ID
    transaction().require_own(message(MessageType.RREQ))


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("wish", ["Y", "N", "F", "B"])
def test_a_fallback_is_wished_for_since_231(version: Version, wish: str) -> None:
    """F or B (section 2.5)."""
    wished = transaction(version, threeDSRequestorDecReqInd=wish)
    assert wished.falls_back is (version is Version.V231 and wish in "FB")


@pytest.mark.parametrize("status", ["Y", "N", "U", "A", "R"])
@pytest.mark.parametrize("announced", ["C", "D", "S"])
def test_results_may_be_these(announced: str, status: str) -> None:
    """After every announcement (section 7)."""
    assert transaction().allows_result(announced, status)
    assert not transaction().allows_result(announced, announced)


def test_a_non_payments_result_may_have_no_status() -> None:
    """By the Directory Server's rules (section 7)."""
    plain = Transaction.of(areq(category=Category.NON_PAYMENT))
    assert plain.allows_result("C", None)
    assert not transaction().allows_result("C", None)


@pytest.mark.parametrize("version", list(Version))
def test_an_erro_names_the_transaction(version: Version) -> None:
    """With all identifiers that are known, in its version (section 8)."""
    erro = transaction(version, Channel.APP).erro(
        Component.ACS, ErrorCode.TIMED_OUT, "timeout", about=MessageType.RRES
    )
    assert erro == build(
        MessageType.ERRO,
        version,
        {
            **transaction(version, Channel.APP).ids,
            "errorCode": "402",
            "errorComponent": "A",
            "errorDescription": "The time allowed has passed.",
            "errorDetail": "timeout",
            "errorMessageType": "RRes",
        },
        sender=Component.ACS,
    )


def test_a_fault_in_a_message_repeats_its_identifiers() -> None:
    """So that the sender can tell what was wrong (section 8)."""
    found = fault_in(rreq(), ErrorCode.FORMAT_INVALID, "transStatus")
    assert (found.error_code, found.error_detail) == (ErrorCode.FORMAT_INVALID, "transStatus")
    assert (found.message_type, found.version) == (MessageType.RREQ, "2.2.0")
    assert found.ids == transaction().ids


@pytest.mark.parametrize(
    ("prior", "references"),
    [
        (None, set()),
        ({"threeDSReqPriorRef": ACS_ID}, {ACS_ID}),
        ([{"threeDSReqPriorRef": ACS_ID}, {"threeDSReqPriorRef": OTHER_ID}], {ACS_ID, OTHER_ID}),
        ([{"threeDSReqPriorAuthMethod": "05"}, "odd", {"threeDSReqPriorRef": 1}], set()),
    ],
)
def test_references_are_read_in_both_forms(prior: Json, references: set[str]) -> None:
    """One object before 2.3.1, a list since; whatever else is there is none."""
    request = areq(threeDSRequestorPriorAuthenticationInfo=prior)
    assert prior_references(request) == references


def test_a_timer_is_the_event_at_its_moment() -> None:
    """Whoever runs it hands back what it was given; the moment cannot be changed."""
    silence = TimeRanOut(at=NOON)
    assert timer(silence) == Later(NOON, Bring(silence))
    with pytest.raises(FrozenInstanceError):
        silence.at = NOON
