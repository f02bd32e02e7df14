"""What a card scheme adds is held where the reader knows the scheme, and only there."""

import pytest

from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Misuse
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    Json,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    build,
    parse,
)
from sekisho.protocol.scheme_rules import (
    AMEX,
    CARTES_BANCAIRES,
    DISCOVER,
    JCB,
    MASTERCARD,
    OF_BRAND,
    SCHEMES,
    UNIONPAY,
    VISA,
    SchemeRules,
)
from sekisho.testkit import samples
from sekisho.testkit.samples import wire

V210, V220, V231 = Version
EXPIRY: dict[str, Json] = {"cardExpiryDate": "3012"}


def read(
    members: dict[str, Json],
    scheme: SchemeRules | None,
    *,
    category: Category | None = None,
    request: Message | None = None,
    receiver: Component = Component.DIRECTORY,
) -> Message:
    return parse(
        wire(members), receiver=receiver, scheme=scheme, category=category, request=request
    )


def fault_of(
    members: dict[str, Json],
    scheme: SchemeRules,
    *,
    category: Category | None = None,
    request: Message | None = None,
    receiver: Component = Component.DIRECTORY,
) -> tuple[str, str]:
    with pytest.raises(ProtocolFault) as caught:
        read(members, scheme, category=category, request=request, receiver=receiver)
    return caught.value.error_code.value, caught.value.error_detail


OWN_CODES: list[tuple[SchemeRules, str, str]] = [
    *((VISA, "threeDSRequestorChallengeInd", code) for code in ("81", "82", "83")),
    (CARTES_BANCAIRES, "threeDSRequestorChallengeInd", "90"),
    *((AMEX, "threeDSRequestorAuthenticationInd", str(code)) for code in range(80, 85)),
]


@pytest.mark.parametrize(("scheme", "name", "code"), OWN_CODES)
def test_a_scheme_s_own_code_is_taken_by_that_scheme_only(
    scheme: SchemeRules, name: str, code: str
) -> None:
    """80 to 99: 203 before 2.3.1 and 207 from then on, but without a scheme all of them pass."""
    extra: dict[str, Json] = {**EXPIRY, "threeDSRequestorID": "12345678901234", name: code}
    assert read(samples.areq(**extra), scheme)[name] == code
    assert read(samples.areq(**extra), None)[name] == code
    assert fault_of(samples.areq(**extra), DISCOVER) == ("203", name)
    newer: Json = [code] if name.endswith("ChallengeInd") else code
    modern = samples.areq(V231, **{**extra, name: newer})
    assert fault_of(modern, DISCOVER) == ("207", name)
    assert read(modern, scheme)[name] == newer


REASONS = [
    *((VISA, str(code)) for code in range(80, 90)),
    *((MASTERCARD, code) for code in ("80", "81", "82", "83", "84", "87", "88")),
    *((AMEX, code) for code in ("80", "81")),
]


@pytest.mark.parametrize(("scheme", "code"), REASONS)
def test_a_reason_is_the_scheme_s_own(scheme: SchemeRules, code: str) -> None:
    """C6: a transStatusReason that a scheme defines is read by it and refused by another."""
    ares = samples.ares(transStatus="U", transStatusReason=code, authenticationValue=None, eci=None)
    assert read(ares, scheme)["transStatusReason"] == code
    assert fault_of(ares, UNIONPAY) == ("203", "transStatusReason")


@pytest.mark.parametrize("version", [V220, V231])
def test_the_marks_of_a_card_range_are_the_scheme_s_own(version: Version) -> None:
    """acsInfoInd, wherever a version keeps it; each is named with its path."""
    pres = samples.pres(version)
    row = samples.card_range(version, "4" * 16, "4" * 16)
    inner: dict[str, Json] = {"version": "2.2.0", "acsInfoInd": ["01", "94"]}
    row |= {"acsProtocolVersions": [inner]} if version is V231 else {"acsInfoInd": ["01", "94"]}
    pres["cardRangeData"] = [row]
    server = Component.SERVER
    assert read(pres, MASTERCARD, receiver=server)
    path = "cardRangeData.acsProtocolVersions.acsInfoInd"
    expected = ("207", path) if version is V231 else ("203", "cardRangeData.acsInfoInd")
    assert fault_of(pres, VISA, receiver=server) == expected


def test_delivery_codes_of_cartes_bancaires_are_no_others() -> None:
    """shipIndicator 80 and 81 stand beside the list of the protocol."""
    own = samples.areq(
        merchantRiskIndicator={"shipIndicator": "80"},
        threeDSRequestorID="12345678901234",
        **EXPIRY,
    )
    assert read(own, CARTES_BANCAIRES)
    for scheme in (VISA, None):
        with pytest.raises(ProtocolFault, match=r"203 merchantRiskIndicator\.shipIndicator"):
            read(own, scheme)


def test_market_900_is_known_to_jcb_and_cartes_bancaires() -> None:
    """304 elsewhere; without a scheme it passes, wherever it stands."""
    market = samples.areq(
        merchantCountryCode="900", threeDSRequestorID="12345678MCT987654321", **EXPIRY
    )
    assert read(market, JCB)
    assert read(market, None)
    assert fault_of(market, VISA) == ("304", "merchantCountryCode")
    assert read({**market, "threeDSRequestorID": "12345678901234"}, CARTES_BANCAIRES)
    inside = samples.areq(V231, sellerInfo=[{"sellerName": "a", "sellerAddrCountry": "900"}])
    assert fault_of({**inside, **EXPIRY}, VISA) == ("304", "sellerInfo.sellerAddrCountry")


@pytest.mark.parametrize(
    ("scheme", "good", "bad"),
    [
        (JCB, "12345678MCT987654321", "1234567MCT987654321"),
        (JCB, "12345678MCT987654321012345", "12345678MCT9876543210123456"),
        (CARTES_BANCAIRES, "12345678901234", "1234567890123"),
    ],
)
def test_a_requestor_s_id_has_the_scheme_s_form(scheme: SchemeRules, good: str, bad: str) -> None:
    """JCB: BIN, MCT, merchant; CB: SIRET (protocol facts, 11)."""
    assert read(samples.areq(threeDSRequestorID=good), scheme)
    assert fault_of(samples.areq(threeDSRequestorID=bad), scheme) == ("203", "threeDSRequestorID")


@pytest.mark.parametrize("scheme", [VISA, MASTERCARD, DISCOVER])
def test_some_schemes_want_the_expiry_date(scheme: SchemeRules) -> None:
    """DS rules: Visa, Mastercard, Discover."""
    assert fault_of(samples.areq(), scheme) == ("201", "cardExpiryDate")
    assert read(samples.areq(**EXPIRY), scheme)
    assert read(samples.areq(), AMEX)


def test_visa_wants_the_acquirer_for_non_payments_too() -> None:
    """Disagreement 7: O in the text, required by Visa."""
    added = samples.areq(
        messageCategory="02",
        threeDSRequestorAuthenticationInd="04",
        acquirerBIN=None,
        purchaseAmount=None,
        purchaseCurrency=None,
        purchaseExponent=None,
        purchaseDate=None,
        **EXPIRY,
    )
    assert read(added, None)
    assert read(added, MASTERCARD)
    assert fault_of(added, VISA) == ("201", "acquirerBIN")


def test_cartes_bancaires_wants_the_address_of_the_browser() -> None:
    """In the browser channel only: an app has none."""
    requestor = {"threeDSRequestorID": "12345678901234"}
    assert fault_of(samples.areq(browserIP=None, **requestor), CARTES_BANCAIRES) == (
        "201",
        "browserIP",
    )
    assert read(samples.app_areq(**requestor), CARTES_BANCAIRES)


@pytest.mark.parametrize("code", ["01", "04", "05"])
def test_amex_wants_to_know_where_goods_go(code: str) -> None:
    """shipIndicator 01 to 04 need the shipping address; digital goods do not."""
    sent = samples.areq(merchantRiskIndicator={"shipIndicator": code})
    if code == "05":
        assert read(sent, AMEX)
        return
    wanted = "shipAddrCity,shipAddrCountry,shipAddrLine1,shipAddrPostCode"
    assert fault_of(sent, AMEX) == ("201", wanted)


def test_mastercard_wants_the_first_authentication_of_a_later_payment() -> None:
    """3RI payments rest on an authentication with the cardholder there."""
    later = {
        name: value
        for name, value in samples.areq(**EXPIRY).items()
        if not name.startswith(("browser", "threeDSComp", "notification"))
        and name != "threeDSRequestorAuthenticationInd"
    } | {"deviceChannel": "03", "threeRIInd": "06"}
    assert read(later, VISA)
    prior = "threeDSRequestorPriorAuthenticationInfo"
    assert fault_of(later, MASTERCARD) == ("201", prior)
    assert read({**later, prior: {"threeDSReqPriorRef": samples.ACS_ID}}, MASTERCARD)
    assert read({**later, "messageCategory": "02"}, MASTERCARD)


ECIS = [
    (VISA, "Y", "05", "07"),
    (VISA, "A", "06", "05"),
    (MASTERCARD, "Y", "02", "05"),
    (MASTERCARD, "Y", "07", "00"),
    (MASTERCARD, "A", "01", "02"),
    (AMEX, "Y", "05", "02"),
    (JCB, "A", "06", "05"),
    (DISCOVER, "Y", "05", "06"),
    (UNIONPAY, "A", "06", "07"),
    (CARTES_BANCAIRES, "Y", "02", "06"),
]


@pytest.mark.parametrize(("scheme", "status", "good", "bad"), ECIS)
def test_the_eci_is_the_scheme_s_for_the_status(
    scheme: SchemeRules, status: str, good: str, bad: str
) -> None:
    """A3, C6: section 11; a Y or A without one is missing it."""
    assert read(samples.ares(transStatus=status, eci=good), scheme)
    assert fault_of(samples.ares(transStatus=status, eci=bad), scheme) == ("203", "eci")
    assert fault_of(samples.ares(transStatus=status, eci=None), scheme) == ("201", "eci")
    assert read(samples.rreq(transStatus=status, eci=good), scheme)
    assert fault_of(samples.rreq(transStatus=status, eci=bad), scheme) == ("203", "eci")


@pytest.mark.parametrize("status", "NUR")
def test_a_refused_payment_may_come_without_eci(status: str) -> None:
    """07 or none for Visa; the ECI of success never."""
    refused = samples.ares(
        transStatus=status, transStatusReason="01", authenticationValue=None, eci=None
    )
    assert read(refused, VISA)
    assert read({**refused, "eci": "07"}, VISA)
    assert read({**refused, "eci": "00"}, MASTERCARD)
    assert fault_of({**refused, "eci": "05"}, VISA) == ("203", "eci")


def test_non_payments_have_ecis_of_their_own() -> None:
    """Mastercard: N2 and N0; where a scheme says nothing, any."""
    added = samples.ares(eci="N2")
    assert read(added, MASTERCARD, category=Category.NON_PAYMENT)
    assert read({**added, "eci": "99"}, VISA, category=Category.NON_PAYMENT)
    other = {**added, "eci": "02"}
    assert fault_of(other, MASTERCARD, category=Category.NON_PAYMENT) == ("203", "eci")


def test_identity_check_insights_is_never_an_authentication() -> None:
    """Section 2.4: always U, reason 80, ECI 04, no value."""
    insights = samples.areq(
        messageCategory="80",
        purchaseAmount=None,
        purchaseCurrency=None,
        purchaseExponent=None,
        purchaseDate=None,
        **EXPIRY,
    )
    request = read(insights, MASTERCARD)
    answer = samples.ares(
        transStatus="U", transStatusReason="80", authenticationValue=None, eci="04"
    )
    assert read(answer, MASTERCARD, request=request)
    told = fault_of(samples.ares(), MASTERCARD, request=request)
    assert told == ("201", "transStatusReason")
    told = fault_of(samples.ares(transStatusReason="80"), MASTERCARD, request=request)
    assert told == ("203", "transStatus,eci,authenticationValue")
    assert fault_of(insights, VISA) == ("203", "messageCategory")


def test_i_answers_what_the_scheme_lets_it_answer() -> None:
    """Section 7: 05, 06, 07, the scheme's own, and what its rules add; Amex does not use it."""
    informed = samples.ares(transStatus="I", eci="07")
    exempt = read(samples.areq(threeDSRequestorChallengeInd="05", **EXPIRY), VISA)
    asked = read(samples.areq(threeDSRequestorChallengeInd="04", **EXPIRY), VISA)
    assert read(informed, VISA, request=exempt)
    assert fault_of(informed, VISA, request=asked) == ("203", "transStatus")
    assert read(informed, None, request=asked)
    assert fault_of(informed, AMEX, request=exempt) == ("203", "transStatus")
    low = read(samples.areq(V231, threeDSRequestorChallengeInd=["10"], **EXPIRY), VISA)
    modern = samples.ares(V231, transStatus="I", eci="07")
    assert read(modern, VISA, request=low)


def test_what_we_send_is_held_to_the_scheme_too() -> None:
    """`build` refuses as `parse` does: a mistake of ours."""

    def make(scheme: SchemeRules) -> Message:
        return build(
            MessageType.ARES,
            V220,
            samples.ares(eci="02"),
            sender=Component.ACS,
            channel=Channel.BROWSER,
            scheme=scheme,
        )

    assert make(MASTERCARD)["eci"] == "02"
    with pytest.raises(Misuse, match="203 eci"):
        make(VISA)


def test_a_scheme_learns_further_codes() -> None:
    """What the public does not know is configuration (disagreement 10)."""
    taught = DISCOVER.with_codes("threeDSRequestorChallengeInd", {"85": "ours"})
    taught = taught.with_codes("threeDSRequestorChallengeInd", {"86": "ours too"})
    for code in ("85", "86"):
        wish = samples.areq(threeDSRequestorChallengeInd=code, **EXPIRY)
        assert read(wish, taught)
        assert fault_of(wish, DISCOVER) == ("203", "threeDSRequestorChallengeInd")


def test_a_scheme_is_found_by_its_directory_server_and_its_brand() -> None:
    """Section 1: the RIDs; every brand that we know has a scheme."""
    assert SCHEMES["A000000042"] is CARTES_BANCAIRES
    assert set(OF_BRAND) == set(Brand)
    assert all(SCHEMES[rules.directory_server_id] is rules for rules in OF_BRAND.values())


def test_what_is_no_text_is_none_of_the_scheme_s_codes() -> None:
    """F1: a number among the marks is named once, by its own row, whatever the scheme says of codes."""
    row = {**samples.card_range(V220, "4" * 16, "4" * 16), "acsInfoInd": ["01", 94]}
    pres = samples.pres(cardRangeData=[row])
    expected = ("203", "cardRangeData.acsInfoInd")
    assert fault_of(pres, VISA, receiver=Component.SERVER) == expected
