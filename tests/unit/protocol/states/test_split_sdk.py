"""Split SDKs (section 2.9): what they say of themselves, and what a Directory Server checks first."""

from datetime import timedelta

import pytest

from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse
from sekisho.protocol import Channel, ErrorCode, Json, Message, ProtocolFault, Version
from sekisho.protocol.elements import BY_NAME
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.states.exchange import AnswerErro
from sekisho.protocol.states.split_sdk import (
    NOT_FOR_LIMITED,
    Check,
    CheckTimeRanOut,
    Event,
    GoOn,
    LookUpSdk,
    SdkNotRecognised,
    SdkRecognised,
    SignatureRefused,
    SignatureVerified,
    SplitSdk,
    State,
    Variant,
    VerifySignature,
    begin,
    decide,
    encryption_for,
    split_sdk_of,
)
from sekisho.testkit.playbook import Play
from sekisho.testkit.samples import SDK_ID, SERVER_ID
from tests.unit.protocol.states.transactions import NOON, after, areq, ring

V231 = Version.V231
NUMBER = "3DS_LOA_SDK_SEKI_020301_00002"


def split(kind: Json = None, **changes: Json) -> Message:
    """Give the AReq of a split SDK."""
    elements: dict[str, Json] = {
        "sdkType": "02",
        "splitSdkType": {"sdkVariant": "01"} if kind is None else kind,
        "sdkServerSignedContent": "header.payload.signature",
        "sdkReferenceNumber": NUMBER,
    }
    return areq(V231, Channel.APP, **{**elements, **changes})


PLAIN = areq(V231, Channel.APP, sdkType="01", defaultSdkType={"sdkVariant": "01"})


@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("limited", [True, False])
def test_a_split_sdk_says_what_it_is(variant: Variant, *, limited: bool) -> None:
    """Native client, browser or shell; limited or not."""
    kind: dict[str, Json] = {
        "sdkVariant": variant.value,
        **({"limitedInd": "Y"} if limited else {}),
    }
    assert split_sdk_of(split(kind)) == SplitSdk(variant=variant, limited=limited)


def test_the_variants_are_those_of_the_table() -> None:
    """One list of codes, of 2.3.1."""
    (row,) = (row for row in BY_NAME["splitSdkType"].children if row.name == "sdkVariant")
    assert {variant.value for variant in Variant} == set(row.codes)


@pytest.mark.parametrize(
    "other", [PLAIN, areq(), split(sdkType="01"), split("01"), split(sdkType=None)]
)
def test_another_sdk_is_no_split_sdk(other: Message) -> None:
    """sdkType 02 with its object, and nothing else."""
    assert split_sdk_of(other) is None
    assert encryption_for(other) == frozenset(Enc)
    with pytest.raises(Misuse):
        begin(other, at=NOON)


def test_a_split_sdk_encrypts_with_gcm() -> None:
    """Anything else is 310."""
    assert encryption_for(split()) == {Enc.GCM}


def test_a_limited_device_is_asked_for_no_passcode_and_no_knowledge() -> None:
    """authenticationMethod 01 and 06."""
    methods = ("01", "02", "06", "07")
    assert SplitSdk(variant=Variant.SHELL, limited=True).refuses(methods) == ("01", "06")
    assert SplitSdk(variant=Variant.SHELL, limited=False).refuses(methods) == ()
    assert set(BY_NAME["authenticationMethod"].codes) > NOT_FOR_LIMITED


def verifying() -> Play[Check]:
    record, _ = begin(split(), at=NOON)
    return Play(decide, record)


def verified(at: float = 1, signed: timedelta = timedelta(0)) -> SignatureVerified:
    return SignatureVerified(at=after(at), signed_at=after(at) + signed)


def looking_up() -> Play[Check]:
    return verifying().on(verified(), LookUpSdk(reference_number=NUMBER))


def told(play: Play[Check]) -> tuple[str, str, str]:
    """Give who says what in the Erro to the 3DS Server."""
    (answer,) = play.effects
    assert isinstance(answer, AnswerErro)
    said = answer.message
    assert (said["errorMessageType"], said["messageVersion"]) == ("AReq", "2.3.1")
    assert (said["threeDSServerTransID"], said["sdkTransID"]) == (SERVER_ID, SDK_ID)
    assert (play.record.state, play.record.until) == (State.REFUSED, None)
    return said.text("errorComponent"), said.text("errorCode"), said.text("errorDetail")


def test_the_signature_is_looked_at_first() -> None:
    """Section 8, the order of checks; the 3DS Server waits."""
    record, effects = begin(split(), at=NOON)
    assert effects == (
        VerifySignature(content="header.payload.signature"),
        ring(CheckTimeRanOut, after(6)),
    )
    assert (record.state, record.until) == (State.VERIFYING, after(6))
    verifying().refuses(SdkRecognised(at=after(1)), Misuse)
    verifying().refuses(SdkNotRecognised(at=after(1)), Misuse)


def test_a_signed_and_admitted_sdk_is_believed() -> None:
    """Then the AReq goes on to its other checks, under the same clock."""
    play = looking_up()
    assert (play.record.state, play.record.until) == (State.LOOKING_UP, after(6))
    play.on(SdkRecognised(at=after(2)), GoOn()).ends(State.BELIEVED)
    assert play.record.until is None


def test_a_bad_signature_is_308() -> None:
    """Erro D/308."""
    fault = ProtocolFault(ErrorCode.SIGNATURE_INVALID, detail="the chain has ended")
    play = verifying().after(SignatureRefused(at=after(1), fault=fault), AnswerErro)
    assert told(play) == ("D", "308", "the chain has ended")


@pytest.mark.parametrize("minutes", [-31, 31, 600])
def test_a_signature_of_another_time_is_203(minutes: int) -> None:
    """More than thirty minutes off the Directory Server's clock (section 1)."""
    play = verifying().after(verified(1, timedelta(minutes=minutes)), AnswerErro)
    assert told(play) == ("D", "203", "sdkServerSignedContent.sdkSignatureTimestamp")


@pytest.mark.parametrize("minutes", [-30, 0, 30])
def test_half_an_hour_is_not_too_far(minutes: int) -> None:
    """Up to and including."""
    verifying().after(verified(1, timedelta(minutes=minutes)), LookUpSdk)


def test_an_sdk_that_is_not_admitted_is_305() -> None:
    """Section 8: SDK type or reference invalid."""
    play = looking_up().after(SdkNotRecognised(at=after(2)), AnswerErro)
    assert told(play) == ("D", "305", "sdkReferenceNumber")


@pytest.mark.parametrize("play", [verifying(), looking_up()], ids=["signature", "look-up"])
def test_a_check_that_takes_too_long_is_given_up(play: Play[Check]) -> None:
    """Transient failure: nothing is wrong with the AReq."""
    play.after(CheckTimeRanOut(at=after(6)), AnswerErro)
    assert told(play) == ("D", "403", "timeout")


def test_a_verdict_after_its_time_is_none() -> None:
    """Even if the timer is late."""
    play = looking_up().after(SdkRecognised(at=after(6)), AnswerErro)
    assert told(play) == ("D", "403", "timeout")
    looking_up().on(SdkRecognised(at=after(5.9)), GoOn())


@pytest.mark.parametrize(
    "event",
    [
        verified(3),
        verified(3, timedelta(hours=9)),
        SignatureRefused(at=after(3), fault=ProtocolFault(ErrorCode.SIGNATURE_INVALID)),
    ],
    ids=["verified", "old", "refused"],
)
def test_the_signature_is_looked_at_once(event: Event) -> None:
    """A second verdict changes nothing, before or after the end."""
    for play in (looking_up(), looking_up().after(SdkRecognised(at=after(2)), GoOn)):
        assert decide(play.record, event) == (play.record, ())


@pytest.mark.parametrize(
    "event",
    [SdkRecognised(at=after(3)), SdkNotRecognised(at=after(3)), CheckTimeRanOut(at=after(6))],
    ids=lambda each: type(each).__name__,
)
def test_the_3ds_server_is_answered_once(event: Event) -> None:
    """Whatever comes after the end."""
    for play in (
        looking_up().after(SdkRecognised(at=after(2)), GoOn),
        looking_up().after(SdkNotRecognised(at=after(2)), AnswerErro),
    ):
        assert decide(play.record, event) == (play.record, ())


def test_a_check_asks_for_one_timer() -> None:
    """Both steps share it."""
    assert not [each for each in looking_up().effects if isinstance(each, Later)]
