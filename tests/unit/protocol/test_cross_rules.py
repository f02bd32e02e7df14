"""Rules across elements, across messages, and against a clock: each fault by code and name."""

from datetime import UTC, datetime, timedelta

import pytest

from sekisho.kernel.errors import Misuse
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    ErrorCode,
    Json,
    Message,
    MessageType,
    ProtocolFault,
    Reading,
    Version,
    erro_for,
    parse,
)
from sekisho.protocol.checks.cross import EXPECTED, RULES, TRANSACTION_IDS
from sekisho.protocol.extensions import BRIDGING, TRAVEL, extension, extensions
from sekisho.protocol.forms import base64url
from sekisho.testkit import samples
from sekisho.testkit.samples import wire
from tests.unit.protocol.states.transactions import OTHER_ID, message

V210, V220, V231 = Version
STRICT, LENIENT = Reading
DIRECTORY, SERVER, ACS, SDK = Component.DIRECTORY, Component.SERVER, Component.ACS, Component.SDK


def read(
    members: dict[str, Json],
    receiver: Component = DIRECTORY,
    *,
    channel: Channel | None = None,
    category: Category | None = None,
    request: Message | None = None,
    reading: Reading = LENIENT,
    understood: tuple[str, ...] = (),
    now: datetime | None = None,
) -> Message:
    return parse(
        wire(members),
        receiver=receiver,
        channel=channel,
        category=category,
        request=request,
        reading=reading,
        understood=understood,
        now=now,
    )


def fault(
    members: dict[str, Json], receiver: Component = DIRECTORY, **how: object
) -> ProtocolFault:
    with pytest.raises(ProtocolFault) as caught:
        read(members, receiver, **how)  # type: ignore[arg-type]  # handed on as they came
    return caught.value


def told(
    members: dict[str, Json], receiver: Component = DIRECTORY, **how: object
) -> tuple[str, str]:
    found = fault(members, receiver, **how)
    return found.error_code.value, found.error_detail


def test_every_rule_says_what_it_expects_and_why() -> None:
    """The reference page and `explain` print both."""
    rules = {rule for rules in RULES.values() for rule in rules}
    assert set(EXPECTED) == rules
    assert all(rule.__doc__ for rule in rules)


@pytest.mark.parametrize("name", TRANSACTION_IDS)
def test_each_identifier_is_echoed(name: str) -> None:
    """F1: 301 for a single one that another transaction has."""
    stranger = {**samples.app_areq(), name: OTHER_ID}
    areq = message(MessageType.AREQ, channel=Channel.APP, **stranger)
    ares = {**samples.ares(), "sdkTransID": samples.SDK_ID}
    assert told(ares, request=areq, receiver=DIRECTORY) == ("301", name)


def test_the_identifiers_of_a_transaction_are_four() -> None:
    """F1: what each party calls it, in the order in which they come to know it."""
    parties = ("threeDSServer", "ds", "acs", "sdk")
    assert tuple(f"{party}TransID" for party in parties) == TRANSACTION_IDS


LATER = {
    "deviceChannel": "03",
    "threeRIInd": "06",
    **dict.fromkeys(
        (
            *(name for name in samples.areq(V231) if name.startswith("browser")),
            "acceptLanguage",
            "threeDSCompInd",
            "notificationURL",
            "threeDSRequestorAuthenticationInd",
        )
    ),
}
INFO = "threeDSRequestorAuthenticationInfo"
PRIOR = "threeDSRequestorPriorAuthenticationInfo"
LISTED: dict[str, Json] = {"merchantNameListed": "a"}

AREQ_FAULTS: list[tuple[dict[str, Json], str, str]] = [
    ({INFO: [{"dsAuthInfVerifInd": "01"}]}, "203", f"{INFO}.dsAuthInfVerifInd"),
    (
        {
            INFO: [{"threeDSReqAuthMethod": "09", "threeDSReqAuthData": "x"}],
            "spcIncompInd": "01",
            PRIOR: [{"threeDSReqPriorAuthMethod": "05", "threeDSReqPriorRef": samples.ACS_ID}],
        },
        "203",
        "spcIncompInd",
    ),
    ({"spcIncompInd": "01", PRIOR: [{"threeDSReqPriorAuthMethod": "05"}]},
     "201", f"{PRIOR}.threeDSReqPriorRef"),
    ({"spcIncompInd": "01", PRIOR: [{"threeDSReqPriorRef": samples.ACS_ID}]},
     "201", f"{PRIOR}.threeDSReqPriorAuthMethod"),
    (
        {
            "spcIncompInd": "01",
            PRIOR: [{"threeDSReqPriorAuthMethod": "02", "threeDSReqPriorRef": samples.ACS_ID}],
        },
        "203",
        f"{PRIOR}.threeDSReqPriorAuthMethod",
    ),
    (
        {
            "multiTransaction": {"merchantList": [{**LISTED, "sellerId": "2"}]},
            "sellerInfo": [{"sellerName": "a", "sellerId": "1"}],
        },
        "203",
        "multiTransaction.merchantList.sellerId",
    ),
    (
        {
            "multiTransaction": {
                "merchantList": [
                    {
                        **LISTED,
                        "merchantAmount": "1",
                        "merchantCurrency": "392",
                        "merchantExponent": "2",
                    }
                ]
            }
        },
        "304",
        ("multiTransaction.merchantList.merchantCurrency,"
        "multiTransaction.merchantList.merchantExponent"),
    ),
    ({"cardSecurityCodeStatus": "Y", "cardSecurityCodeStatusSource": "01"}, "203",
     "cardSecurityCodeStatus,cardSecurityCodeStatusSource"),
    ({"sellerInfo": [{"sellerName": "a", "sellerAddrState": "東京"}]}, "203",
     "sellerInfo.sellerAddrState"),
    ({"billAddrState": "J-3", "billAddrCountry": "392"}, "203", "billAddrState"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code", "detail"), AREQ_FAULTS, ids=lambda one: str(one)[:50])
def test_elements_of_an_areq_agree(changes: dict[str, Json], code: str, detail: str) -> None:
    """F1: what stands in an AReq together must fit together."""
    assert told(samples.areq(V231, **changes)) == (code, detail)


def test_what_the_directory_verified_comes_from_it_alone() -> None:
    """On the way to the ACS the Directory Server's own findings are welcome."""
    forwarded = samples.areq(
        V231,
        dsTransID=samples.DS_ID,
        dsReferenceNumber="DS",
        dsURL="https://ds.example",
        cardSecurityCodeStatus="Y",
        cardSecurityCodeStatusSource="01",
        threeDSRequestorAuthenticationInfo=[{"dsAuthInfVerifInd": "01"}],
    )
    assert read(forwarded, ACS)["cardSecurityCodeStatus"] == "Y"
    older = samples.areq(threeDSReqAuthMethodInd="01")
    assert told(older) == ("203", "threeDSReqAuthMethodInd")


def test_a_confirmation_brings_its_assertion() -> None:
    """Section 2.8: method 09 with the assertion and the transaction that it continues."""
    prior: Json = [{"threeDSReqPriorAuthMethod": "05", "threeDSReqPriorRef": samples.ACS_ID}]
    bare = samples.areq(V231, **{INFO: [{"threeDSReqAuthMethod": "09"}], PRIOR: prior})
    assert told(bare) == ("201", f"{INFO}.threeDSReqAuthData")
    whole: Json = [{"threeDSReqAuthMethod": "09", "threeDSReqAuthData": {"id": "x"}}]
    assert read({**bare, INFO: whole})
    assert read(samples.areq(V231, spcIncompInd="03", **{PRIOR: prior}))


def test_a_fallback_continues_a_challenge() -> None:
    """Section 2.5: threeRIInd 19, decoupled asked for, method 02 and the acsTransID before."""
    prior: Json = [{"threeDSReqPriorAuthMethod": "02", "threeDSReqPriorRef": samples.ACS_ID}]
    sound: dict[str, Json] = {
        "threeRIInd": "19",
        "threeDSRequestorDecReqInd": "Y",
        "threeDSRequestorDecMaxTime": "00030",
        PRIOR: prior,
    }
    areq = samples.areq(V231, **{**LATER, **sound})
    assert read(areq)
    lacking = samples.changed(areq, {"threeDSRequestorDecReqInd": None})
    assert told(lacking) == ("201", "threeDSRequestorDecReqInd")
    assert told({**areq, "threeDSRequestorDecReqInd": "B"}) == ("203", "threeDSRequestorDecReqInd")
    other: Json = [{"threeDSReqPriorAuthMethod": "05", "threeDSReqPriorRef": samples.ACS_ID}]
    assert told({**areq, PRIOR: other}) == ("203", f"{PRIOR}.threeDSReqPriorAuthMethod")


def test_a_seller_without_description_is_nobody_s_fault() -> None:
    """Where sellerInfo names no ids, none can be missed."""
    split: Json = {"merchantList": [LISTED]}
    assert read(samples.areq(V231, multiTransaction=split, sellerInfo=[{"sellerName": "a"}]))
    assert read(
        samples.areq(V231, multiTransaction={"merchantList": [{**LISTED, "sellerId": "1"}]})
    )


@pytest.mark.parametrize("source", ["02", "03"])
def test_who_sets_a_status_names_itself(source: str) -> None:
    """Section 2.7, read strictly: the 3DS Server's word is its own."""
    status = samples.areq(whiteListStatus="Y", whiteListStatusSource=source)
    assert read(status)
    assert told(status, reading=STRICT) == ("203", "whiteListStatusSource")
    assert read({**status, "whiteListStatusSource": "01"}, reading=STRICT)
    on_the_way = {
        **status,
        "dsTransID": samples.DS_ID,
        "dsReferenceNumber": "DS",
        "dsURL": "https://ds.example",
    }
    assert read(on_the_way, ACS, reading=STRICT)


NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(("minutes", "late"), [(-31, True), (-30, False), (30, False), (31, True)])
def test_a_purchase_is_dated_now(minutes: int, late: bool) -> None:
    """Section 1: since 2.3.1 the Directory Server refuses more than half an hour."""
    told_at = f"{NOON + timedelta(minutes=minutes):%Y%m%d%H%M%S}"
    areq = samples.areq(V231, purchaseDate=told_at)
    if late:
        assert told(areq, now=NOON) == ("203", "purchaseDate")
    else:
        assert read(areq, now=NOON)
    assert read(areq)
    assert read(samples.areq(purchaseDate=told_at), now=NOON)
    forwarded = {**areq, "dsTransID": samples.DS_ID, "dsReferenceNumber": "D"}
    assert read({**forwarded, "dsURL": "https://ds.example"}, ACS, now=NOON)
    assert read(samples.ares(V231), now=NOON)


def signed(payload: bytes) -> str:
    return f"e30.{base64url(payload)}.e30"


def test_a_split_sdk_signs_now() -> None:
    """Section 1: sdkSignatureTimestamp likewise; what cannot be read is for who verifies it."""
    stamps = {
        "20240229120000": None,
        "20240229110000": ("203", "sdkServerSignedContent.sdkSignatureTimestamp"),
    }
    for stamp, expected in stamps.items():
        areq = samples.app_areq(
            V231,
            sdkType="02",
            defaultSdkType=None,
            splitSdkType={"sdkVariant": "01"},
            purchaseDate="20240229120000",
            sdkServerSignedContent=signed(f'{{"sdkSignatureTimestamp":"{stamp}"}}'.encode()),
        )
        if expected is None:
            assert read(areq, now=NOON)
        else:
            assert told(areq, now=NOON) == expected
    assert read({**areq, "sdkServerSignedContent": signed(b"no object")}, now=NOON)
    assert told({**areq, "sdkServerSignedContent": "no JWS"}) == ("203", "sdkServerSignedContent")


def decoupled(**changes: Json) -> dict[str, Json]:
    return samples.challenge_ares(
        **{
            "transStatus": "D",
            "acsURL": None,
            "acsDecConInd": "Y",
            "cardholderInfo": "Look at your bank's app.",
            **changes,
        }
    )


def test_decoupling_is_confirmed_with_d_only() -> None:
    """Section 7: D with acsDecConInd Y; Y with nothing else."""
    assert read(decoupled())
    assert told(decoupled(acsDecConInd="N")) == ("203", "acsDecConInd")
    other = samples.challenge_ares(acsDecConInd="Y", cardholderInfo="Look at your bank's app.")
    assert told(other) == ("203", "acsDecConInd")
    assert read(samples.challenge_ares(acsDecConInd="N"))


def test_i_acknowledges_what_was_wished() -> None:
    """Section 7: after challenge indicator 05, 06, 07 or the Directory Server's own; disagreement 10."""
    informed = samples.ares(transStatus="I", eci="07")
    for wish, fits in (("05", True), ("06", True), ("07", True), ("82", True), ("04", False)):
        areq = read(samples.areq(threeDSRequestorChallengeInd=wish))
        assert read(informed, request=areq)
        if fits:
            assert read(informed, request=areq, reading=STRICT)
        else:
            assert told(informed, request=areq, reading=STRICT) == ("203", "transStatus")


def test_spc_is_for_browsers() -> None:
    """Section 2.8; and it shows a currency that there is (304)."""
    spc: dict[str, Json] = {
        "challenge": "A" * 43,
        "currency": "JPY",
        "displayName": "Visa 0003",
        "icon": "https://bank.example/icon.png",
        "timeout": "60000",
        "value": "145",
    }
    ares = samples.ares(
        V231,
        transStatus="S",
        authenticationValue=None,
        eci=None,
        webAuthnCredList=[{"rpID": "bank.example", "credentialIds": "A" * 16}],
        spcTransData=spc,
    )
    assert read(ares)
    spoilt = {**ares, "spcTransData": {**spc, "currency": "XQX"}}
    assert told(spoilt) == ("304", "spcTransData.currency")
    bare = samples.ares(V231, transStatus="S", authenticationValue=None, eci=None)
    for channel in (Channel.APP, Channel.THREE_RI):
        extra = {"sdkTransID": samples.SDK_ID, "deviceInfoRecognisedVersion": "1.5"}
        found = told({**bare, **extra, "threeDSRequestorAppURLInd": "N"}, channel=channel)
        assert found == ("203", "transStatus")


def test_a_limited_device_is_asked_to_type_nothing() -> None:
    """Section 2.9: neither static passcode nor knowledge questions."""
    split = samples.app_areq(
        V231,
        sdkType="02",
        defaultSdkType=None,
        splitSdkType={"sdkVariant": "03", "limitedInd": "Y"},
        sdkServerSignedContent="YQ.YQ.YQ",
    )
    ares = samples.challenge_ares(
        V231,
        acsURL=None,
        sdkTransID=samples.SDK_ID,
        acsSignedContent="YQ.YQ.YQ",
        deviceInfoRecognisedVersion="1.5",
        threeDSRequestorAppURLInd="N",
        acsRenderingType={
            "acsInterface": "02",
            "acsUiTemplate": "06",
            "deviceUserInterfaceMode": "01",
        },
    )
    request = read(split)
    assert read({**ares, "authenticationMethod": ["07"]}, request=request)
    for method in ("01", "06"):
        typed = {**ares, "authenticationMethod": ["07", method]}
        assert told(typed, request=request) == ("203", "authenticationMethod")
    free = read({**split, "splitSdkType": {"sdkVariant": "03"}})
    assert read({**ares, "authenticationMethod": ["01"]}, request=free)


def test_the_security_code_is_answered_where_it_was_sent() -> None:
    """cardSecurityCodeStatus: when a code or a status came, and only then."""
    sent = read(samples.areq(V231, cardSecurityCode="123"))
    assert told(samples.ares(V231), request=sent) == ("201", "cardSecurityCodeStatus")
    status = samples.ares(V231, cardSecurityCodeStatus="Y", cardSecurityCodeStatusSource="02")
    assert read(status, request=sent)
    assert told(status, request=read(samples.areq(V231))) == ("203", "cardSecurityCodeStatus")


def abandoned(version: Version = V220, **changes: Json) -> dict[str, Json]:
    return samples.rreq(
        version,
        **{
            "transStatus": "N",
            "transStatusReason": "01",
            "challengeCancel": "01",
            "authenticationValue": None,
            "authenticationType": None,
            "authenticationMethod": None,
            **changes,
        },
    )


def test_an_abandoned_challenge_proves_nothing() -> None:
    """Section 7: no authenticationValue, no authenticationType; Y and A are no ends of it."""
    assert read(abandoned(), channel=Channel.BROWSER, reading=STRICT)
    for status in ("Y", "A"):
        proven = samples.rreq(transStatus=status, challengeCancel="01")
        expected = ("203", "challengeCancel,authenticationValue")
        found = fault(proven, channel=Channel.BROWSER)
        assert (found.error_code, set(found.elements)) == ("203", {*expected[1].split(",")})
    typed = abandoned(authenticationType="02", authenticationMethod="02")
    assert read(typed, channel=Channel.BROWSER)
    found = fault(typed, channel=Channel.BROWSER, reading=STRICT)
    assert set(found.elements) == {"authenticationMethod", "authenticationType"}


def test_the_method_of_2_2_0_is_not_sent_on() -> None:
    """Read strictly: authenticationMethod ends at the Directory Server; 2.3.1 carries it on."""
    assert read(samples.rreq(), SERVER, channel=Channel.BROWSER)
    found = told(samples.rreq(), SERVER, channel=Channel.BROWSER, reading=STRICT)
    assert found == ("203", "authenticationMethod")
    assert read(samples.rreq(V231), SERVER, channel=Channel.BROWSER, reading=STRICT)


def test_a_result_follows_what_was_announced() -> None:
    """313 for a result to a final ARes, whatever it says (section 8); older versions are told 301."""
    final = read(samples.ares())
    found = fault(samples.rreq(), request=final)
    assert found.error_code is ErrorCode.RESULT_INCONSISTENT
    assert found.error_detail == "threeDSServerTransID"
    assert erro_for(found, component=DIRECTORY)["errorCode"] == "301"
    assert read(samples.rreq(), request=read(samples.challenge_ares()))


def test_a_result_keeps_the_category() -> None:
    """RReq carries the AReq's messageCategory."""
    areq = read(samples.areq())
    other = samples.rreq(messageCategory="02")
    assert told(other, request=areq) == ("203", "messageCategory")


def test_only_a_challenge_falls_back() -> None:
    """Section 2.5: D in a result after C; with reason 29 or 30, or the scheme's own."""
    fallback = abandoned(V231, transStatus="D", transStatusReason="29", challengeCancel=None)
    challenge = read(samples.challenge_ares(V231))
    for reason, fits in (("29", True), ("30", True), ("80", True), ("01", False)):
        result = {**fallback, "transStatusReason": reason}
        if fits:
            assert read(result, request=challenge)
        else:
            assert told(result, request=challenge) == ("203", "transStatusReason")
    other = read(decoupled_231())
    assert told(fallback, request=other) == ("203", "transStatus")


def decoupled_231() -> dict[str, Json]:
    return samples.challenge_ares(
        V231,
        transStatus="D",
        acsURL=None,
        acsDecConInd="Y",
        cardholderInfo={"text": "Look at your bank's app."},
    )


def test_only_decoupled_time_runs_out_with_03() -> None:
    """Section 7: challengeCancel 03."""
    result = abandoned(transStatus="U", transStatusReason="24", challengeCancel="03")
    asked = samples.areq(threeDSRequestorDecReqInd="Y", threeDSRequestorDecMaxTime="00030")
    assert read(result, request=read(asked))
    assert read(result, request=read(decoupled()))
    assert told(result, request=read(samples.areq())) == ("203", "challengeCancel")
    assert told(result, request=read(samples.challenge_ares())) == ("203", "challengeCancel")


def test_a_reported_error_is_an_erro() -> None:
    """2.3.1: challengeErrorReporting holds the Erro that was sent or received, whole."""
    reported = abandoned(
        V231, challengeCancel="10", challengeErrorReporting=samples.erro(V231, errorComponent="A")
    )
    assert read(reported, channel=Channel.BROWSER)
    for changes, expected in (
        ({"errorCode": None}, ("201", "challengeErrorReporting.errorCode")),
        ({"errorComponent": "Z"}, ("203", "challengeErrorReporting.errorComponent")),
        ({"messageType": "AReq"}, ("203", "challengeErrorReporting.messageType")),
    ):
        inner: Json = samples.changed(samples.erro(V231), changes)
        bad = {**reported, "challengeErrorReporting": inner}
        assert told(bad, channel=Channel.BROWSER) == expected
    stray = {**reported, "challengeCancel": "01"}
    assert read(stray, channel=Channel.BROWSER)
    found = told(stray, channel=Channel.BROWSER, reading=STRICT)
    assert found == ("203", "challengeErrorReporting")


def test_a_decoupled_result_has_no_screen_to_report() -> None:
    """interactionCounter, read strictly."""
    result = samples.rreq(authenticationMethod="11")
    assert read(result, request=read(decoupled()))
    found = told(result, request=read(decoupled()), reading=STRICT)
    assert found == ("203", "interactionCounter")


def test_a_receipt_fits_its_result() -> None:
    """resultsStatus 04 after a fallback only; 02 and 03, read strictly, not after Y."""
    passed = read(samples.rreq(V231), channel=Channel.BROWSER)
    fallback = abandoned(V231, transStatus="D", transStatusReason="29", challengeCancel=None)
    fallen = read(fallback, channel=Channel.BROWSER)
    assert read(samples.rres(V231, resultsStatus="04"), ACS, request=fallen)
    assert told(samples.rres(V231, resultsStatus="04"), ACS, request=passed) == (
        "203",
        "resultsStatus",
    )
    for status in ("02", "03"):
        late = samples.rres(V231, resultsStatus=status)
        assert read(late, ACS, request=passed)
        assert told(late, ACS, request=passed, reading=STRICT) == ("203", "resultsStatus")
        assert read(late, ACS, request=fallen, reading=STRICT)


def test_a_final_cres_with_a_forbidden_status_is_met_with_silence() -> None:
    """Section 7: processing ends without Erro; anything else wrong with it is answered."""
    forbidden = fault(samples.final_cres(transStatus="A"), SERVER, channel=Channel.BROWSER)
    assert (forbidden.error_code, forbidden.error_detail) == ("203", "transStatus")
    assert not forbidden.answerable
    with pytest.raises(Misuse):
        erro_for(forbidden, component=SERVER)
    missing = samples.changed(samples.final_cres(), {"transStatus": None})
    assert fault(missing, SERVER, channel=Channel.BROWSER).answerable
    other = samples.final_cres(transStatus="A", acsTransID="x")
    assert fault(other, SERVER, channel=Channel.BROWSER).answerable
    assert fault(samples.ares(transStatus="Q")).answerable


SCREEN: dict[str, Json] = {
    "messageType": "CRes",
    "messageVersion": "2.2.0",
    "threeDSServerTransID": samples.SERVER_ID,
    "acsTransID": samples.ACS_ID,
    "sdkTransID": samples.SDK_ID,
    "acsCounterAtoS": "000",
    "challengeCompletionInd": "N",
    "acsUiType": "02",
    "challengeInfoLabel": "Which phone?",
    "challengeSelectInfo": [{"01": "Mobile ends 12"}, {"02": "Mobile ends 34"}],
    "submitAuthenticationLabel": "Go on",
}

REPLIES: list[tuple[dict[str, Json], str | None]] = [
    ({"challengeDataEntry": "02"}, None),
    ({"challengeCancel": "01"}, None),
    ({"challengeNoEntry": "Y"}, None),
    ({"challengeDataEntry": "03"}, "challengeDataEntry"),
    ({"oobContinue": True}, "oobContinue"),
    ({"challengeHTMLDataEntry": "a=b"}, "challengeHTMLDataEntry"),
    ({"resendChallenge": "Y"}, "resendChallenge"),
    ({"challengeDataEntry": "01", "whitelistingDataEntry": "Y"}, "whitelistingDataEntry"),
    ({"challengeDataEntry": "01", "challengeNoEntry": "Y"}, "challengeDataEntry,challengeNoEntry"),
]


@pytest.mark.parametrize(("reply", "wrong"), REPLIES, ids=lambda one: str(one)[:50])
def test_a_reply_answers_the_screen_before(reply: dict[str, Json], wrong: str | None) -> None:
    """Section 5.5: one answer, of the kind that the screen asks for, and only what was asked."""
    screen = read(SCREEN, SDK, channel=Channel.APP)
    creq = samples.app_creq(sdkCounterStoA="001", **reply)
    if wrong is None:
        assert read(creq, ACS, request=screen)
    else:
        assert told(creq, ACS, request=screen) == ("203", wrong)


def test_no_answer_at_all_is_named_by_what_is_missed() -> None:
    """2.3.1: none with no data is 203; before, an empty field may go unmentioned."""
    modern = {
        **SCREEN,
        "messageVersion": "2.3.1",
        "challengeInfoHeader": "Phones",
        "challengeInfoText": "Choose",
    }
    screen = read(modern, SDK, channel=Channel.APP)
    silent = samples.app_creq(V231, sdkCounterStoA="001")
    assert told(silent, ACS, request=screen) == ("203", "challengeDataEntry")
    older = read(SCREEN, SDK, channel=Channel.APP)
    assert read(samples.app_creq(sdkCounterStoA="001"), ACS, request=older)


def test_the_first_creq_answers_nothing() -> None:
    """Section 5.5: after the ARes, or by its counter where nothing is known (read strictly)."""
    early = samples.app_creq(challengeDataEntry="1234")
    ares = samples.challenge_ares(
        acsURL=None,
        sdkTransID=samples.SDK_ID,
        acsSignedContent="YQ.YQ.YQ",
        acsRenderingType={"acsInterface": "02", "acsUiTemplate": "05"},
    )
    announced = read(ares, channel=Channel.APP)
    assert told(early, ACS, request=announced) == ("203", "challengeDataEntry")
    assert read(early, ACS, channel=Channel.APP)
    assert told(early, ACS, channel=Channel.APP, reading=STRICT) == ("203", "challengeDataEntry")
    later = {**early, "sdkCounterStoA": "001"}
    assert read(later, ACS, channel=Channel.APP, reading=STRICT)
    browser = read(samples.creq(), ACS, request=read(samples.challenge_ares()))
    assert browser["challengeWindowSize"] == "02"


@pytest.mark.parametrize("code", ["03", "04", "05", "09", "10"])
def test_an_app_cancels_for_its_own_reasons(code: str) -> None:
    """Read strictly: 01 or 08; the other codes are the ACS's."""
    version = V231 if code in ("09", "10") else V220
    creq = samples.app_creq(version, challengeCancel=code)
    assert read(creq, ACS, channel=Channel.APP)
    found = told(creq, ACS, channel=Channel.APP, reading=STRICT)
    assert found == ("203", "challengeCancel")


def test_a_screen_shows_its_own_parts() -> None:
    """Section 5.6, read strictly; leniently a stray label is looked over."""
    stray = {**SCREEN, "resendInformationLabel": "Again", "acsHTML": "PGI-"}
    assert read(stray, SDK, channel=Channel.APP)
    found = fault(stray, SDK, channel=Channel.APP, reading=STRICT)
    assert found.error_code is ErrorCode.FORMAT_INVALID
    assert set(found.elements) == {"resendInformationLabel", "acsHTML"}


def test_choices_have_short_codes_of_their_own() -> None:
    """Since 2.3.1 four characters; none twice."""
    modern = {
        **SCREEN,
        "messageVersion": "2.3.1",
        "challengeInfoHeader": "Phones",
        "challengeInfoText": "Choose",
    }
    long: Json = [{"12345": "a"}]
    assert read({**SCREEN, "challengeSelectInfo": long}, SDK)
    assert told({**modern, "challengeSelectInfo": long}, SDK) == ("203", "challengeSelectInfo")
    assert read({**modern, "challengeSelectInfo": [{"1234": "a"}]}, SDK)
    twice: Json = [{"1": "a"}, {"1": "b"}]
    assert told({**modern, "challengeSelectInfo": twice}, SDK) == ("204", "challengeSelectInfo")


NOTICE: dict[str, Json] = {
    "messageType": "OReq",
    "messageVersion": "2.3.1",
    "dsReferenceNumber": "DS",
    "dsTransID": samples.DS_ID,
    "opCategory": "03",
    "opDescription": "A certificate ends soon.",
    "opExpDate": "20301231",
    "opSeverity": "02",
    "opSeq": {"seqId": samples.SDK_ID, "seqNum": "02", "seqTotal": "02"},
}
RECEIPT: dict[str, Json] = {
    "messageType": "ORes",
    "messageVersion": "2.3.1",
    "dsTransID": samples.DS_ID,
    "opStatus": "01",
    "acsTransID": samples.ACS_ID,
    "acsReferenceNumber": "3DS_LOA_ACS",
}


def test_a_notice_is_one_of_its_sequence() -> None:
    """Section 2.10: number and total; reserved categories are 207."""
    assert read(NOTICE, ACS)
    beyond: Json = {"seqId": samples.SDK_ID, "seqNum": "03", "seqTotal": "02"}
    assert told({**NOTICE, "opSeq": beyond}, ACS) == ("203", "opSeq.seqNum")


@pytest.mark.parametrize("name", ["seqNum", "seqTotal"])
def test_a_malformed_number_of_a_sequence_is_named_alone(name: str) -> None:
    """Section 2.10: what is no number stands above and below nothing."""
    sequence: dict[str, Json] = {"seqId": samples.SDK_ID, "seqNum": "02", "seqTotal": "02"}
    for wrong in ("0x", "1", "003", "9z"):
        broken = {**sequence, name: wrong}
        assert told({**NOTICE, "opSeq": broken}, ACS) == ("203", f"opSeq.{name}")


def test_a_sequence_that_is_no_object_is_named_as_a_whole() -> None:
    """Section 2.10."""
    assert told({**NOTICE, "opSeq": "02"}, ACS) == ("203", "opSeq")
    assert told({**NOTICE, "opCategory": "07"}, ACS) == ("207", "opCategory")


def test_a_notice_is_answered_by_one_party() -> None:
    """ORes: the ACS's identifiers or the 3DS Server's, both of one, never of both."""
    assert read(RECEIPT, request=read(NOTICE, ACS))
    servers = {"threeDSServerTransID": samples.SERVER_ID, "threeDSServerRefNumber": "SER"}
    of_server = samples.changed(
        {**RECEIPT, **servers}, {"acsTransID": None, "acsReferenceNumber": None}
    )
    assert read(of_server)
    both = {**RECEIPT, **servers}
    assert told(both) == ("203", "threeDSServerTransID,threeDSServerRefNumber")
    none = samples.changed(RECEIPT, {"acsTransID": None, "acsReferenceNumber": None})
    assert told(none) == ("201", "threeDSServerTransID,threeDSServerRefNumber")
    for name, missed in (
        ("acsTransID", "acsTransID"),
        ("acsReferenceNumber", "acsReferenceNumber"),
    ):
        assert told(samples.changed(RECEIPT, {name: None})) == ("201", missed)


PREQ: dict[str, Json] = {
    "messageType": "PReq",
    "messageVersion": "2.3.1",
    "threeDSServerTransID": samples.SERVER_ID,
    "threeDSServerRefNumber": "SER",
}


def test_a_file_of_card_ranges_comes_to_who_asked() -> None:
    """Section 10: then without ranges and serial number."""
    filed = samples.changed(
        samples.pres(V231, cardRangeDataFileURL="https://ds.example/ranges.gz"),
        {"cardRangeData": None, "serialNum": None},
    )
    asked = read({**PREQ, "cardRangeDataDownloadInd": "Y"})
    assert read(filed, SERVER)
    assert read(filed, SERVER, request=asked)
    assert told(filed, SERVER, request=read(PREQ)) == ("203", "cardRangeDataFileURL")


def test_everything_was_asked_for_and_something_must_come() -> None:
    """Section 10: no serial number in the PReq, no file: the ranges themselves (201)."""
    empty = samples.changed(samples.pres(V231), {"cardRangeData": None})
    assert told(empty, SERVER, request=read(PREQ)) == ("201", "cardRangeData")
    assert read(empty, SERVER, request=read({**PREQ, "serialNum": "1"}))
    assert read(empty, SERVER)


def extended(id: str, data: Json, *, critical: bool = False) -> dict[str, Json]:
    return samples.areq(
        messageExtension=[{"name": "n", "id": id, "criticalityIndicator": critical, "data": data}]
    )


BRIDGED: list[tuple[dict[str, Json], tuple[str, str] | None]] = [
    ({"version": "2.0", "recurringData": {"recurringAmount": "100"}}, None),
    ({"version": "1.0", "recurringData": {"ours": 5}}, None),
    ({"recurringData": {}}, ("201", "messageExtension.data.version")),
    ({"version": "3.0"}, ("203", "messageExtension.data.version")),
    ({"version": "1.0", "addData": "x"}, ("203", "messageExtension.data.addData")),
    (
        {"version": "1.0", "recurringData": {"recurringDate": "tomorrow"}},
        ("203", "messageExtension.data.recurringData.recurringDate"),
    ),
    (
        {"version": "1.0", "challengeData": {"threeDSRequestorChallengeInd": ["15"]}},
        ("207", "messageExtension.data.challengeData.threeDSRequestorChallengeInd"),
    ),
]


@pytest.mark.parametrize(("data", "expected"), BRIDGED, ids=lambda one: str(one)[:50])
def test_a_bridge_carries_what_2_3_1_knows(data: Json, expected: tuple[str, str] | None) -> None:
    """Read strictly, the elements inside have the form of 2.3.1; leniently they just travel."""
    areq = extended(BRIDGING, data)
    assert read(areq)["messageExtension"] == areq["messageExtension"]
    if expected is None:
        assert read(areq, reading=STRICT)
    else:
        assert told(areq, reading=STRICT) == expected


@pytest.mark.parametrize("reading", Reading)
def test_a_bridge_that_is_no_object_is_named_as_a_whole(reading: Reading) -> None:
    """Section 8: and nothing inside it."""
    areq = extended(BRIDGING, "no object")
    assert told(areq, reading=reading) == ("203", "messageExtension.data")


def test_an_extension_is_found_by_its_id() -> None:
    """Section 8: typed, and in the order of the message."""
    message = read(extended(TRAVEL, {"version": "1.0", "trip": {"to": "HND"}}))
    found = extension(message, TRAVEL)
    assert found is not None
    assert (found.id, found.name, found.critical) == (TRAVEL, "n", False)
    assert found.part("trip") == {"to": "HND"}
    assert found.part("version") == {}
    assert extension(message, BRIDGING) is None
    assert extensions(message) == (found,)
    assert extensions(read(samples.areq())) == ()


def test_what_is_critical_is_emvco_s() -> None:
    """Section 8: read strictly, also where the receiver understands it."""
    own = extended("A000000003-001", {"a": "b"}, critical=True)
    assert read(own, understood=("A000000003-001",))
    found = told(own, understood=("A000000003-001",), reading=STRICT)
    assert found == ("203", "messageExtension.id")
    emvco = extended(TRAVEL, {"a": "b"}, critical=True)
    message = read(emvco, understood=(TRAVEL,), reading=STRICT)
    travel = extension(message, TRAVEL)
    assert travel is not None
    assert travel.critical


def test_an_erro_carries_no_extension() -> None:
    """Section 8: it is left aside, like anything unknown."""
    erro = samples.erro(messageExtension=[{"id": "X"}])
    assert "messageExtension" not in read(erro, SERVER)
