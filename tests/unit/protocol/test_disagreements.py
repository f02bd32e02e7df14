"""Where the sources disagree (protocol facts, section 13, by number): what each reading makes of it."""

import pytest

from sekisho.protocol import (
    Channel,
    Component,
    Json,
    Message,
    ProtocolFault,
    Reading,
    Version,
    parse,
)
from sekisho.protocol.states.limits import METHOD
from sekisho.testkit import samples
from sekisho.testkit.samples import wire

V210, V220, V231 = Version
BOTH = tuple(Reading)


def read(
    members: dict[str, Json],
    reading: Reading,
    receiver: Component = Component.DIRECTORY,
    channel: Channel | None = None,
) -> Message:
    return parse(wire(members), receiver=receiver, reading=reading, channel=channel)


def detail(
    members: dict[str, Json],
    reading: Reading,
    receiver: Component = Component.DIRECTORY,
    channel: Channel | None = None,
) -> str:
    with pytest.raises(ProtocolFault) as caught:
        read(members, reading, receiver, channel)
    return str(caught.value)


def test_1_a_result_of_2_1_0_may_lack_the_sdk_s_id() -> None:
    """Number 1: optional on input, required when written."""
    rres = samples.rres(V210)
    assert read(rres, Reading.LENIENT, Component.ACS, Channel.APP)
    assert detail(rres, Reading.STRICT, Component.ACS, Channel.APP) == "201 sdkTransID"


@pytest.mark.parametrize("reading", BOTH)
def test_2_errata_of_2_2_0_are_codes_like_others(reading: Reading) -> None:
    """Number 2: AuthenticationInd 07 and threeRIInd 12 are accepted."""
    assert read(samples.areq(threeDSRequestorAuthenticationInd="07"), reading)
    older = samples.areq(V210, threeDSRequestorAuthenticationInd="07")
    assert detail(older, reading) == "203 threeDSRequestorAuthenticationInd"


OOB: dict[str, Json] = {
    "messageType": "CRes",
    "messageVersion": "2.1.0",
    "threeDSServerTransID": samples.SERVER_ID,
    "acsTransID": samples.ACS_ID,
    "sdkTransID": samples.SDK_ID,
    "acsCounterAtoS": "000",
    "challengeCompletionInd": "N",
    "acsUiType": "04",
    "oobContinueLabel": "Done",
    "challengeAddInfo": "Welcome back",
}


def test_3_the_second_text_of_2_1_0_is_read_in_2_2_0() -> None:
    """Number 3: accepted on input, sent in 2.1.0 only (what is not known is left out)."""
    assert "challengeAddInfo" in read(OOB, Reading.STRICT, Component.SDK)
    newer = {**OOB, "messageVersion": "2.2.0"}
    assert "challengeAddInfo" in read(newer, Reading.LENIENT, Component.SDK)
    assert "challengeAddInfo" not in read(newer, Reading.STRICT, Component.SDK)


@pytest.mark.parametrize("reading", BOTH)
def test_4_a_browser_s_last_cres_may_say_that_it_is_complete(reading: Reading) -> None:
    """Number 4: not in the text, common in production."""
    cres = samples.final_cres(challengeCompletionInd="Y")
    message = read(cres, reading, Component.SERVER, Channel.BROWSER)
    assert "challengeCompletionInd" not in message


@pytest.mark.parametrize("reading", BOTH)
def test_5_the_older_meanings_of_a_cancellation_are_not_read(reading: Reading) -> None:
    """Number 5: in 2.1.0 the errata's list holds, 02 and 03 are reserved."""
    for code in ("02", "03"):
        rreq = samples.rreq(
            V210,
            transStatus="N",
            transStatusReason="01",
            challengeCancel=code,
            authenticationValue=None,
            authenticationType=None,
            authenticationMethod=None,
        )
        found = detail(rreq, reading, Component.DIRECTORY, Channel.BROWSER)
        assert found == "203 challengeCancel"


def test_6_the_3ds_method_has_the_time_of_its_version() -> None:
    """Number 6: ten seconds, since 2.3.1 five."""
    assert [METHOD.of(version).total_seconds() for version in Version] == [10, 10, 5]


@pytest.mark.parametrize("reading", BOTH)
def test_7_merchant_data_of_a_non_payment_are_optional(reading: Reading) -> None:
    """Number 7: O in the text; who requires them is a scheme (see test_scheme_rules)."""
    bare = samples.areq(
        messageCategory="02",
        threeDSRequestorAuthenticationInd="04",
        **dict.fromkeys(
            (
                "acquirerBIN",
                "mcc",
                "merchantName",
                *(name for name in samples.areq() if name.startswith("purchase")),
            )
        ),
    )
    assert read(bare, reading)


def test_9_ranges_of_2_3_1_may_have_the_older_names() -> None:
    """Number 9: startRange and endRange are read as start and end; strictly they are unknown."""
    item = samples.card_range(V231, "1" * 16, "2" * 16)
    item["ranges"] = [{"startRange": "1" * 16, "endRange": "2" * 16}]
    pres = samples.pres(V231, cardRangeData=[item])
    assert read(pres, Reading.LENIENT, Component.SERVER)
    found = detail(pres, Reading.STRICT, Component.SERVER)
    assert found == "201 cardRangeData.ranges.start,cardRangeData.ranges.end"


@pytest.mark.parametrize("reading", BOTH)
def test_10_a_brand_s_own_values_pass_where_no_brand_is_named(reading: Reading) -> None:
    """Number 10: 80 to 99 are configuration."""
    assert read(samples.areq(threeDSRequestorChallengeInd="99"), reading)


@pytest.mark.parametrize("reading", BOTH)
@pytest.mark.parametrize("version", Version)
def test_11_an_erro_may_not_know_what_it_is_about(version: Version, reading: Reading) -> None:
    """Number 11: conditional in the text; of bytes that are no message nobody knows the type."""
    assert read(samples.erro(version, errorMessageType=None), reading, Component.SERVER)


@pytest.mark.parametrize("reading", BOTH)
@pytest.mark.parametrize("code", ["401", "999", "206"])
def test_13_any_three_digits_are_an_error_code(code: str, reading: Reading) -> None:
    """Number 13 and section 8: 401 does not exist, and still no Erro is answered with an Erro."""
    assert read(samples.erro(errorCode=code), reading, Component.SERVER)["errorCode"] == code


@pytest.mark.parametrize("reading", BOTH)
def test_13_two_kinds_of_screen_are_younger(reading: Reading) -> None:
    """Number 13: UI types 06 and 07 only since 2.3.1; and a UUID's version digit is nobody's."""
    for kind in ("06", "07"):
        early = {**OOB, "acsUiType": kind}
        assert "acsUiType" in detail(early, reading, Component.SDK)
    odd = samples.areq(threeDSServerTransID="3ac7caa7-aa42-2663-791b-2ac05a542c4a")
    assert read(odd, reading)
