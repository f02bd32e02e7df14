"""One rule of a sound message broken gives exactly its error, for every element of the table."""

import json
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    parse,
)
from sekisho.protocol.checks import Reader, typed_reading, walked
from sekisho.protocol.checks.compiled import quick_reading
from sekisho.protocol.codec import RANGES_BYTES_MAX
from sekisho.protocol.elements import Element, Kind, Scene, elements_of
from sekisho.protocol.places import Place, place_of
from sekisho.protocol.vocabulary import Form
from sekisho.testkit import samples
from sekisho.testkit.messages import ROADS, messages, values
from sekisho.testkit.samples import wire

V210, V220, V231 = Version


def fault_of(
    members: dict[str, Json],
    receiver: Component = Component.DIRECTORY,
    *,
    channel: Channel | None = None,
    category: Category | None = None,
    request: Message | None = None,
    reading: Reading = Reading.LENIENT,
    understood: tuple[str, ...] = (),
) -> tuple[str, str]:
    with pytest.raises(ProtocolFault) as caught:
        parse(
            json.dumps(members).encode(),
            receiver=receiver,
            channel=channel,
            category=category,
            request=request,
            reading=reading,
            understood=understood,
        )
    return caught.value.error_code.value, caught.value.error_detail


def read(
    members: dict[str, Json],
    receiver: Component = Component.DIRECTORY,
    *,
    channel: Channel | None = None,
    category: Category | None = None,
    request: Message | None = None,
    reading: Reading = Reading.LENIENT,
) -> Message:
    return parse(
        wire(members),
        receiver=receiver,
        channel=channel,
        category=category,
        request=request,
        reading=reading,
    )


def place(members: dict[str, Json], kind: MessageType, reading: Reading = Reading.LENIENT) -> Place:
    version = Version(str(members["messageVersion"]))
    return place_of(members, kind, version, channel=None, category=None, reading=reading)


REQUIRED: Final = [
    (version, name)
    for version in Version
    for name, (_, letter) in elements_of(*place(samples.areq(version), MessageType.AREQ)).items()
    if letter == "R" and name not in ("messageType", "deviceChannel")
]


@pytest.mark.parametrize(("version", "name"), REQUIRED)
def test_every_required_element_of_an_areq_is_missed_by_name(version: Version, name: str) -> None:
    """C2: 201 and the name, whether the element is absent, empty or null."""
    assert fault_of(samples.areq(version, **{name: None})) == ("201", name)
    assert fault_of({**samples.areq(version), name: ""}) == ("201", name)
    assert fault_of({**samples.areq(version), name: None}) == ("201", name)


OF_OTHER_TYPE: Final[dict[Kind, Json]] = {
    Kind.TEXT: 5,
    Kind.BOOLEAN: "true",
    Kind.OBJECT: "object",
    Kind.ARRAY: "array",
    Kind.PAIRS: "pairs",
    Kind.ANY: 5,
}

PLACES: Final = [
    Place(form, version, channel, category, Reading.STRICT)
    for version in Version
    for form in (Form.AREQ, Form.ARES, Form.RREQ)
    for channel in Channel
    for category in Category
]


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("channel", [Channel.BROWSER, Channel.APP])
def test_every_element_of_another_json_type_is_refused_by_name(
    version: Version, channel: Channel
) -> None:
    """C2: a number for a text, a text for an object: 203 and the name."""
    members = samples.areq(version) if channel is Channel.BROWSER else samples.app_areq(version)
    rows = elements_of(*place(members, MessageType.AREQ))
    for name, (row, _) in rows.items():
        if name in ("messageType", "deviceChannel", "messageCategory", "messageVersion"):
            continue
        odd = {**members, name: OF_OTHER_TYPE[row.kind]}
        where = place(odd, MessageType.AREQ)
        scene = Scene(odd, odd, *where[:4], Component.DIRECTORY, None, Reading.LENIENT)
        assert name in walked(scene).everything()[ErrorCode.FORMAT_INVALID]
        with pytest.raises(ProtocolFault):
            read(odd)


@settings(deadline=None)
@given(data=st.data(), version=st.sampled_from(Version), channel=st.sampled_from(Channel))
def test_the_quick_reading_and_the_walk_agree(
    data: st.DataObject, version: Version, channel: Channel
) -> None:
    """F1: a change anywhere is found by both readings or by neither."""
    kind = data.draw(
        st.sampled_from([MessageType.AREQ, MessageType.ARES, MessageType.RREQ, MessageType.PRES])
    )
    if version is V210 and channel is Channel.THREE_RI:
        channel = Channel.BROWSER
    made = data.draw(messages(kind, version, channel))
    members = json.loads(made.encode())
    spoil(data, members)
    for reading in Reading:
        where = place_of(
            members, kind, version, channel=channel, category=made.category, reading=reading
        )
        scene = Scene(members, members, *where[:4], ROADS[kind][1], None, reading)
        known = typed_reading(where).converted(members)
        sound = known is not None and quick_reading(where).sound(
            known, members, RANGES_BYTES_MAX, Reader(ROADS[kind][1], None)
        )
        found = walked(scene)
        if sound:
            assert not found, found.everything()
        elif "\\u001f" not in json.dumps(members) and not lonely(members):
            assert found, (members, where)


def lonely(value: Json) -> bool:
    """Tell whether an empty object stands somewhere, which only the walk may let pass."""
    if isinstance(value, dict):
        return not value or any(lonely(each) for each in value.values())
    return isinstance(value, list) and any(lonely(each) for each in value)


def spoil(data: st.DataObject, members: dict[str, Json]) -> None:
    """Change one member, at the top or one level down."""
    name = data.draw(st.sampled_from(sorted(set(members) - {"deviceChannel", "messageCategory"})))
    inner = members[name]
    if isinstance(inner, dict) and inner and data.draw(st.booleans()):
        spoil_one(data, inner, data.draw(st.sampled_from(sorted(inner))))
    else:
        spoil_one(data, members, name)


def spoil_one(data: st.DataObject, members: dict[str, Json], name: str) -> None:
    odd: list[Json] = [
        None,
        "",
        [],
        {},
        "x",
        "0",
        "99",
        "関",
        "x" * 5000,
        5,
        True,
        ["x"],
        ["x", "x"],
    ]
    choice = data.draw(st.integers(-1, len(odd) - 1))
    if choice < 0:
        del members[name]
    else:
        members[name] = odd[choice]


AREQ_RULES: Final[list[tuple[Version, dict[str, Json], str, str]]] = [
    (V220, {"acctNumber": "411111110000000"[:12]}, "203", "acctNumber"),
    (V220, {"acctNumber": "４１１１１１１１００００００００３"}, "203", "acctNumber"),
    (V220, {"acctNumber": "4111111100000003\n"}, "203", "acctNumber"),
    (V220, {"mcc": "54 2"}, "203", "mcc"),
    (V220, {"merchantCountryCode": "901"}, "304", "merchantCountryCode"),
    (V220, {"merchantCountryCode": "JPN"}, "203", "merchantCountryCode"),
    (V220, {"purchaseCurrency": "955"}, "304", "purchaseCurrency"),
    (V220, {"purchaseDate": "20230229000000"}, "203", "purchaseDate"),
    (V220, {"purchaseDate": "20240229240000"}, "203", "purchaseDate"),
    (V220, {"threeDSServerURL": "http://3dss.example"}, "203", "threeDSServerURL"),
    (V220, {"notificationURL": "javascript:alert(1)"}, "203", "notificationURL"),
    (V220, {"notificationURL": "data:text/html,x"}, "203", "notificationURL"),
    (V220, {"notificationURL": "https://bank.example@evil.example/"}, "203", "notificationURL"),
    (V220, {"notificationURL": "https://shop.example/" + "x" * 250}, "203", "notificationURL"),
    (V220, {"notificationURL": "http://localhost.evil.example/"}, "203", "notificationURL"),
    (V220, {"notificationURL": 'https://shop.example/"><script>'}, "203", "notificationURL"),
    (V220, {"cardholderName": "関所太郎"}, "203", "cardholderName"),
    (V220, {"cardholderName": "X"}, "203", "cardholderName"),
    (V220, {"browserIP": "192.0.2.256"}, "203", "browserIP"),
    (V220, {"browserIP": "fe80::1%eth0"}, "203", "browserIP"),
    (V220, {"browserColorDepth": "30"}, "203", "browserColorDepth"),
    (V220, {"browserTZ": "9 h"}, "203", "browserTZ"),
    (V220, {"email": "nobody"}, "203", "email"),
    (V220, {"cardExpiryDate": "2513"}, "203", "cardExpiryDate"),
    (V220, {"billAddrState": "13"}, "201", "billAddrCountry"),
    (V220, {"shipAddrState": "13"}, "201", "shipAddrCountry"),
    (V220, {"homePhone": {"cc": "81"}}, "201", "homePhone.subscriber"),
    (V220, {"homePhone": {"cc": "0081", "subscriber": "3"}}, "203", "homePhone.cc"),
    (V220, {"homePhone": {}}, "203", "homePhone"),
    (V220, {"acctInfo": {"chAccAgeInd": "09"}}, "203", "acctInfo.chAccAgeInd"),
    (V220, {"acctInfo": {"chAccAgeInd": ""}}, "203", "acctInfo.chAccAgeInd"),
    (V220, {"payTokenInd": False}, "203", "payTokenInd"),
    (V220, {"payTokenInd": True}, "201", "payTokenSource"),
    (V220, {"payTokenSource": "01"}, "203", "payTokenSource"),
    (V220, {"whiteListStatus": "E", "whiteListStatusSource": "01"}, "203", "whiteListStatus"),
    (V220, {"whiteListStatus": "Y"}, "201", "whiteListStatusSource"),
    (V220, {"dsURL": "https://ds.example"}, "203", "dsURL"),
    (V220, {"threeDSRequestorDecMaxTime": "00000"}, "203", "threeDSRequestorDecMaxTime"),
    (V220, {"threeDSRequestorDecMaxTime": "10081"}, "203", "threeDSRequestorDecMaxTime"),
    (V220, {"threeDSRequestorDecReqInd": "F"}, "203", "threeDSRequestorDecReqInd"),
    (V231, {"threeDSRequestorDecReqInd": "F"}, "201", "threeDSRequestorDecMaxTime"),
    (V220, {"threeDSRequestorAuthenticationInd": "08"}, "203", "threeDSRequestorAuthenticationInd"),
    (V231, {"threeDSRequestorAuthenticationInd": "11"}, "207", "threeDSRequestorAuthenticationInd"),
    (V220, {"threeDSRequestorAuthenticationInd": "2"}, "203", "threeDSRequestorAuthenticationInd"),
    (
        V220,
        {"threeDSRequestorAuthenticationInd": "02"},
        "201",
        "recurringExpiry,recurringFrequency",
    ),
    (
        V220,
        {
            "threeDSRequestorAuthenticationInd": "03",
            "recurringExpiry": "20301231",
            "recurringFrequency": "28",
        },
        "201",
        "purchaseInstalData",
    ),
    (V220, {"purchaseInstalData": "1"}, "203", "purchaseInstalData"),
    (V220, {"purchaseInstalData": "001"}, "203", "purchaseInstalData"),
    (V231, {"threeDSRequestorAuthenticationInd": "02"}, "201", "recurringInd"),
    (
        V231,
        {
            "threeDSRequestorAuthenticationInd": "02",
            "recurringInd": {"amountInd": "01", "frequencyInd": "01"},
        },
        "201",
        "recurringDate,recurringFrequency",
    ),
    (V231, {"recurringAmount": "100"}, "201", "recurringCurrency,recurringExponent"),
    (
        V231,
        {"recurringAmount": "1", "recurringCurrency": "840", "recurringExponent": "0"},
        "304",
        "recurringCurrency,recurringExponent",
    ),
    (V231, {"threeDSRequestorSpcSupport": "Y"}, "201", "payeeOrigin"),
    (V231, {"spcIncompInd": "01"}, "201", "threeDSRequestorPriorAuthenticationInfo"),
    (
        V231,
        {"threeDSRequestorAuthenticationInfo": [{"threeDSReqAuthMethod": "09"}]},
        "201",
        "threeDSRequestorPriorAuthenticationInfo,threeDSRequestorAuthenticationInfo.threeDSReqAuthData",
    ),
    (
        V231,
        {
            "multiTransaction": {
                "merchantList": [{"merchantNameListed": "a", "merchantAmount": "1"}]
            }
        },
        "201",
        (
            "multiTransaction.merchantList.merchantCurrency,"
            "multiTransaction.merchantList.merchantExponent"
        ),
    ),
    (
        V231,
        {
            "multiTransaction": {"merchantList": [{"merchantNameListed": "a", "sellerId": "1"}]},
            "sellerInfo": [{"sellerName": "a"}],
        },
        "201",
        "sellerInfo.sellerId",
    ),
    (V231, {"browserJavaEnabled": None}, "201", "browserJavaEnabled"),
    (V231, {"acceptLanguage": ["ja", "ja"]}, "204", "acceptLanguage"),
    (V231, {"acceptLanguage": []}, "201", "acceptLanguage"),
    (
        V231,
        {"threeDSRequestorChallengeInd": ["01", "02", "03"]},
        "203",
        "threeDSRequestorChallengeInd",
    ),
    (V231, {"threeDSRequestorChallengeInd": "01"}, "203", "threeDSRequestorChallengeInd"),
    (
        V231,
        {"threeDSRequestorAuthenticationInfo": ["x"]},
        "203",
        "threeDSRequestorAuthenticationInfo",
    ),
    (V231, {"broadInfo": {"a": "x" * 5000}}, "203", "broadInfo"),
    (V220, {"broadInfo": {"a": "x" * 5000}}, "203", "broadInfo"),
    (V220, {"deviceChannel": "80"}, "203", "deviceChannel"),
    (V231, {"deviceChannel": "80"}, "207", "deviceChannel"),
    (V220, {"deviceChannel": "04"}, "203", "deviceChannel"),
    (V231, {"deviceChannel": "04"}, "207", "deviceChannel"),
    (V220, {"deviceChannel": None}, "201", "deviceChannel"),
    (V220, {"messageCategory": "03"}, "203", "messageCategory"),
    (V231, {"messageCategory": "03"}, "207", "messageCategory"),
    (V220, {"messageCategory": None}, "201", "messageCategory"),
    (V220, {"messageVersion": "2.2"}, "203", "messageVersion"),
    (V220, {"messageVersion": 2}, "203", "messageVersion"),
    (V220, {"messageVersion": "2.3.0"}, "102", "2.1.0,2.2.0,2.3.1"),
    (V220, {"messageType": None}, "101", "Invalid Message Type"),
    (V220, {"messageType": ["AReq"]}, "101", "Invalid Message Type"),
]


@pytest.mark.parametrize(
    ("version", "changes", "code", "detail"), AREQ_RULES, ids=lambda value: str(value)[:60]
)
def test_a_broken_rule_of_an_areq_is_its_error(
    version: Version, changes: dict[str, Json], code: str, detail: str
) -> None:
    """C2, F1: formats, codes, conditions, currencies: the error names what is wrong."""
    assert fault_of(samples.areq(version, **changes)) == (code, detail)


SOUND: Final[list[tuple[Version, dict[str, Json]]]] = [
    (V220, {"browserIP": "2001:db8::7"}),
    (V220, {"purchaseDate": "20000229235959"}),
    (V220, {"notificationURL": "http://shop.localhost:8080/3ds"}),
    (V220, {"notificationURL": "http://127.0.0.1:8080/3ds"}),
    (V220, {"merchantCountryCode": "900"}),
    (V220, {"messageCategory": "80"}),
    (V220, {"threeDSRequestorChallengeInd": "82"}),
    (V220, {"email": "dots..before.@docomo.example"}),
    (V220, {"browserLanguage": "zh-Hant-TW-x-any"}),
    (V220, {"threeDSRequestorPriorAuthenticationInfo": {}}),
    (V220, {"merchantName": "関所ブックス"}),
    (V220, {"browserUserAgent": "a\x1fb"}),
    (V220, {"unknownToAll": {"a": 1}}),
    (V231, {"acctInfo": {"chAccAgeInd": "01", "unknownToAll": "x"}}),
    (V231, {"browserJavascriptEnabled": False, "browserJavaEnabled": None, "browserTZ": None}),
    (
        V231,
        {
            "threeDSRequestorAuthenticationInfo": [
                {"threeDSReqAuthMethod": "06", "threeDSReqAuthData": {"any": ["thing"]}}
            ]
        },
    ),
]


@pytest.mark.parametrize(("version", "changes"), SOUND, ids=lambda value: str(value)[:60])
def test_a_sound_areq_is_read(version: Version, changes: dict[str, Json]) -> None:
    """A2, B15: what buyers and merchants really send, Japanese names included."""
    message = read(samples.areq(version, **changes))
    assert message.received == samples.areq(version, **changes)


def test_unknown_members_are_ignored_and_kept_aside() -> None:
    """F1: they neither reject a message nor travel on, at any depth."""
    message = read(
        samples.areq(V231, ours=1, acctInfo={"chAccAgeInd": "01", "ours": "x"}, acsURL="x")
    )
    assert "ours" not in message
    assert "acsURL" not in message
    assert message["acctInfo"] == {"chAccAgeInd": "01"}
    assert message.received["ours"] == 1


def test_unknown_members_are_left_out_by_the_walk_too() -> None:
    """F1: a message that only the thorough reading lets pass is cleaned like any other."""
    message = read(
        samples.areq(
            V231,
            threeDSRequestorPriorAuthenticationInfo=[
                {"threeDSReqPriorRef": samples.ACS_ID, "x": 1}
            ],
            merchantRiskIndicator={},
            acctInfo={"chAccAgeInd": "01", "ours": "x"},
            messageExtension=[{**extension(1), "ours": "x"}],
        )
    )
    assert message["merchantRiskIndicator"] == {}
    assert message["acctInfo"] == {"chAccAgeInd": "01"}
    assert message["messageExtension"] == [extension(1)]
    prior = message["threeDSRequestorPriorAuthenticationInfo"]
    assert prior == [{"threeDSReqPriorRef": samples.ACS_ID}]


def test_a_strict_reading_takes_no_empty_object() -> None:
    """Live systems send `{}`; we never do."""
    empty = samples.areq(threeDSRequestorPriorAuthenticationInfo={})
    expected = ("203", "threeDSRequestorPriorAuthenticationInfo")
    assert fault_of(empty, reading=Reading.STRICT) == expected


def test_a_strict_reading_holds_2_2_0_to_eight_characters_of_language() -> None:
    """Browsers know longer tags: read, but not written."""
    long = samples.areq(browserLanguage="zh-Hant-TW")
    assert fault_of(long, reading=Reading.STRICT) == ("203", "browserLanguage")


def test_payment_over_3ri_is_refused_in_2_1_0() -> None:
    """F1: 3RI payments begin with 2.2.0."""
    members = {
        name: value
        for name, value in samples.areq(V210).items()
        if not name.startswith(("browser", "threeDSComp", "notification", "purchase"))
        and name != "threeDSRequestorAuthenticationInd"
    }
    members |= {"deviceChannel": "03", "threeRIInd": "01"}
    assert fault_of(members) == ("203", "messageCategory")
    assert read({**members, "messageCategory": "02"})


def test_a_non_payment_areq_needs_amounts_only_for_a_series() -> None:
    """A2: an added card has no amount; a first recurring payment has."""
    no_purchase = dict.fromkeys(
        ("purchaseAmount", "purchaseCurrency", "purchaseExponent", "purchaseDate")
    )
    added = samples.areq(
        messageCategory="02", threeDSRequestorAuthenticationInd="04", **no_purchase
    )
    assert read(added).category is Category.NON_PAYMENT
    series = samples.areq(
        messageCategory="02",
        threeDSRequestorAuthenticationInd="02",
        recurringExpiry="20301231",
        recurringFrequency="28",
        **no_purchase,
    )
    expected = ("201", "purchaseAmount,purchaseCurrency,purchaseExponent,purchaseDate")
    assert fault_of(series) == expected
    later = samples.areq(
        V231,
        messageCategory="02",
        threeDSRequestorAuthenticationInd="07",
        **no_purchase,
    )
    assert fault_of(later) == expected


def test_the_directory_s_additions_are_demanded_by_the_acs_only() -> None:
    """A2: dsTransID, dsReferenceNumber and dsURL stand on the second hop, not on the first."""
    expected = ("201", "dsTransID,dsReferenceNumber,dsURL")
    assert fault_of(samples.areq(), Component.ACS) == expected
    forwarded = samples.areq(
        dsTransID=samples.DS_ID, dsReferenceNumber="DS", dsURL="https://ds.example"
    )
    assert read(forwarded, Component.ACS)["dsURL"] == "https://ds.example"


def test_the_device_data_are_encrypted_on_the_first_hop_only() -> None:
    """A2: sdkEncData goes to the Directory Server, deviceInfo from it to the ACS."""
    assert read(samples.app_areq())
    assert fault_of(samples.app_areq(sdkEncData=None)) == ("201", "sdkEncData")
    assert fault_of(samples.app_areq(deviceInfo="e30")) == ("203", "deviceInfo")


ARES_RULES: Final[list[tuple[dict[str, Json], str, str]]] = [
    ({"transStatus": "Q"}, "203", "transStatus"),
    ({"transStatus": "S"}, "203", "transStatus"),
    ({"authenticationValue": None}, "201", "authenticationValue"),
    ({"authenticationValue": "AABAIcJIo5DIzAgVAkiAAAAAAA="}, "203", "authenticationValue"),
    ({"transStatus": "N"}, "201", "transStatusReason"),
    ({"transStatus": "U", "transStatusReason": "22"}, "203", "authenticationValue"),
    ({"transStatus": "N", "transStatusReason": "01"}, "203", "authenticationValue"),
    ({"transStatus": "R", "authenticationValue": None}, "201", "transStatusReason"),
    ({"transStatusReason": "27"}, "203", "transStatusReason"),
    ({"acsReferenceNumber": None}, "201", "acsReferenceNumber"),
    ({"whiteListStatus": "Y"}, "201", "whiteListStatusSource"),
    ({"cardholderInfo": "x" * 129}, "203", "cardholderInfo"),
]


@pytest.mark.parametrize(
    ("changes", "code", "detail"), ARES_RULES, ids=lambda value: str(value)[:60]
)
def test_a_broken_rule_of_an_ares_is_its_error(
    changes: dict[str, Json], code: str, detail: str
) -> None:
    """A3: a result without its proof, or a proof without its result, is refused."""
    assert fault_of(samples.ares(**changes)) == (code, detail)


def test_a_challenge_needs_its_parts() -> None:
    """A4: mandated or not, by what type, and where."""
    bare = samples.ares(transStatus="C", authenticationValue=None, eci=None)
    assert fault_of(bare) == ("201", "acsChallengeMandated,acsURL,authenticationType")
    assert read(samples.challenge_ares())["acsURL"]
    modern = samples.challenge_ares(V231, authenticationMethod=None)
    assert fault_of(modern) == ("201", "authenticationMethod")


def test_a_challenge_after_data_share_only_is_refused() -> None:
    """C8: threeDSRequestorChallengeInd 06 forbids a challenge."""
    for version, wish in [(V220, "06"), (V231, ["06"])]:
        areq = read(samples.areq(version, threeDSRequestorChallengeInd=wish))
        challenge = samples.challenge_ares(version)
        assert fault_of(challenge, request=areq) == ("203", "transStatus")


def test_decoupled_authentication_is_answered_where_it_was_asked_for() -> None:
    """F2: D with the cardholder's instruction; the ACS has to confirm it."""
    asked = samples.areq(threeDSRequestorDecReqInd="Y", threeDSRequestorDecMaxTime="00030")
    decoupled = samples.challenge_ares(
        transStatus="D", acsURL=None, acsDecConInd="Y", cardholderInfo="See your bank's app."
    )
    assert read(decoupled, request=read(asked))["transStatus"] == "D"
    silent = {**decoupled, "cardholderInfo": ""}
    assert fault_of(silent, request=read(asked)) == ("201", "cardholderInfo")


def test_secure_payment_confirmation_is_answered_where_it_was_asked_for() -> None:
    """F2: S only to a requestor that supports it, and with what the browser needs."""
    spc = samples.ares(V231, transStatus="S", authenticationValue=None, eci=None)
    assert fault_of(spc) == ("201", "spcTransData,webAuthnCredList")
    whole = {
        **spc,
        "webAuthnCredList": [{"rpID": "bank.example", "credentialIds": "A" * 16}],
        "spcTransData": {
            "challenge": "A" * 43,
            "currency": "JPY",
            "displayName": "Visa 0003",
            "icon": "data:image/png;base64,AAAA",
            "timeout": "60000",
            "value": "145.00",
        },
    }
    assert read(whole)
    assert fault_of(whole, request=read(samples.areq(V231))) == ("203", "transStatus")


def test_a_proof_may_come_with_n_by_the_directory_s_rules() -> None:
    """C6: Visa's reason 89 is a value although N."""
    assert read(samples.ares(transStatus="N", transStatusReason="89"))


def test_non_payment_results_follow_the_directory_s_rules() -> None:
    """A2: for an added card a status may come with or without a value."""
    for changes in ({"authenticationValue": None}, {"transStatus": "N"}, {"transStatus": None}):
        assert read(samples.ares(**changes), category=Category.NON_PAYMENT)


def test_a_strict_reading_wants_no_element_out_of_place() -> None:
    """F1: what live ACS add out of habit is read, but never sent by ours."""
    habit = samples.ares(acsChallengeMandated="N", acsDecConInd="N", authenticationType="02")
    assert read(habit)
    expected = ("203", "acsChallengeMandated,acsDecConInd,authenticationType")
    assert fault_of(habit, reading=Reading.STRICT) == expected
    reasoned = samples.ares(transStatusReason="01")
    assert read(reasoned)
    assert fault_of(reasoned, reading=Reading.STRICT) == ("203", "transStatusReason")


RREQ_RULES: Final[list[tuple[Version, dict[str, Json], str, str]]] = [
    (V220, {"transStatus": "C"}, "203", "transStatus"),
    (V220, {"transStatus": "D"}, "203", "transStatus"),
    (V220, {"authenticationType": None}, "201", "authenticationType"),
    (V220, {"authenticationMethod": None}, "201", "authenticationMethod"),
    (V220, {"transStatus": "N"}, "201", "transStatusReason"),
    (V210, {"interactionCounter": None}, "201", "interactionCounter"),
    (V220, {"messageCategory": None}, "201", "messageCategory"),
    (
        V220,
        {"transStatus": "N", "transStatusReason": "14", "authenticationValue": None},
        "201",
        "challengeCancel",
    ),
    (
        V220,
        {
            "transStatus": "N",
            "transStatusReason": "14",
            "authenticationValue": None,
            "challengeCancel": "01",
        },
        "203",
        "challengeCancel",
    ),
    (V231, {"challengeCancel": "09"}, "201", "challengeErrorReporting"),
]


@pytest.mark.parametrize(
    ("version", "changes", "code", "detail"), RREQ_RULES, ids=lambda value: str(value)[:60]
)
def test_a_broken_rule_of_a_result_is_its_error(
    version: Version, changes: dict[str, Json], code: str, detail: str
) -> None:
    """A3: the result that authorization rests on is held to every rule."""
    members = samples.rreq(version, **changes)
    assert fault_of(members, channel=Channel.BROWSER) == (code, detail)


def test_the_method_of_2_2_0_stops_at_the_directory() -> None:
    """The Directory Server does not forward authenticationMethod: its lack is no error after it."""
    assert read(samples.rreq(authenticationMethod=None), Component.SERVER)


def test_an_abandoned_challenge_has_no_method() -> None:
    """D3: the cardholder cancelled: N, reason, challengeCancel, nothing else."""
    cancelled = samples.rreq(
        transStatus="N",
        transStatusReason="01",
        challengeCancel="01",
        authenticationValue=None,
        authenticationType=None,
        authenticationMethod=None,
    )
    assert read(cancelled, channel=Channel.BROWSER)["challengeCancel"] == "01"


def test_only_a_decoupled_result_lacks_the_interaction_counter() -> None:
    """F2: whether it was decoupled, the request tells; where it does not, read it either way."""
    bare = samples.rreq(interactionCounter=None)
    asked = read(samples.areq())
    decoupled = read(
        samples.areq(threeDSRequestorDecReqInd="Y", threeDSRequestorDecMaxTime="00030")
    )
    confirmed = read(samples.ares(acsDecConInd="N"))
    channel = Channel.BROWSER
    assert read(bare, channel=channel)
    assert fault_of(bare, channel=channel, reading=Reading.STRICT) == ("201", "interactionCounter")
    assert fault_of(bare, request=asked) == ("201", "interactionCounter")
    assert read(bare, request=decoupled)
    assert fault_of(bare, request=confirmed) == ("201", "interactionCounter")


def test_a_challenge_falls_back_to_decoupled_only_if_asked() -> None:
    """F2: 2.3.1 fallback, requested by F or B."""
    fallback = samples.rreq(
        V231, transStatus="D", transStatusReason="29", authenticationValue=None, eci=None
    )
    asked = samples.areq(V231, threeDSRequestorDecReqInd="B", threeDSRequestorDecMaxTime="00030")
    assert read(fallback, request=read(asked))["transStatus"] == "D"
    assert fault_of(fallback, request=read(samples.areq(V231))) == ("203", "transStatus")
    unexplained = samples.changed(fallback, {"transStatusReason": None})
    assert fault_of(unexplained, request=read(asked)) == ("201", "transStatusReason")


def test_an_answer_carries_the_ids_of_its_request() -> None:
    """A2: 301 and each id that differs."""
    rreq = read(samples.rreq(), channel=Channel.BROWSER)
    other = samples.rres(dsTransID=samples.SDK_ID, acsTransID=samples.SDK_ID)
    assert fault_of(other, request=rreq) == ("301", "dsTransID,acsTransID")


def test_2_1_0_results_of_an_app_may_lack_its_id() -> None:
    """Sources disagree: read either way, always sent."""
    rres = samples.rres(V210)
    assert read(rres, channel=Channel.APP)
    assert fault_of(rres, channel=Channel.APP, reading=Reading.STRICT) == ("201", "sdkTransID")


CRES: Final[dict[str, Json]] = {
    "messageType": "CRes",
    "messageVersion": "2.3.1",
    "threeDSServerTransID": samples.SERVER_ID,
    "acsTransID": samples.ACS_ID,
    "sdkTransID": samples.SDK_ID,
    "acsCounterAtoS": "000",
    "challengeCompletionInd": "N",
}

TEMPLATES: Final = [
    (
        "01",
        V231,
        "challengeInfoHeader,challengeInfoText,challengeEntryBox,submitAuthenticationLabel",
    ),
    (
        "02",
        V231,
        (
            "challengeInfoHeader,challengeInfoLabel,challengeInfoText,challengeSelectInfo,"
            "submitAuthenticationLabel"
        ),
    ),
    ("04", V231, "challengeInfoHeader,challengeInfoText"),
    ("05", V231, "acsHTML"),
    ("06", V231, "acsHTML"),
    ("07", V231, "challengeInfoHeader,challengeInfoText,infoContinueLabel"),
    ("01", V220, "challengeInfoLabel,submitAuthenticationLabel"),
    ("03", V220, "challengeInfoLabel,challengeSelectInfo,submitAuthenticationLabel"),
    ("04", V220, "oobContinueLabel"),
    ("05", V210, "acsHTML"),
]


@pytest.mark.parametrize(("template", "version", "missing"), TEMPLATES)
def test_each_challenge_screen_has_its_parts(template: str, version: Version, missing: str) -> None:
    """A4: text, single and multiple choice, out of band, HTML, information."""
    screen = {**CRES, "messageVersion": version.value, "acsUiType": template}
    assert fault_of(screen, Component.SDK) == ("201", missing)


def test_a_screen_of_choices_has_pairs() -> None:
    """A4: each choice is an object of one pair, code and text."""
    screen: dict[str, Json] = {
        **CRES,
        "messageVersion": "2.2.0",
        "acsUiType": "02",
        "challengeInfoLabel": "Which phone?",
        "submitAuthenticationLabel": "Go on",
    }
    choices: list[Json] = [{"01": "Mobile ends 12"}, {"02": "Mobile ends 34"}]
    assert read({**screen, "challengeSelectInfo": choices}, Component.SDK)
    wrong: list[Json] = [{"01": "a", "02": "b"}, "01", {"01": 5}, {"01": "x" * 46}]
    for choice in wrong:
        spoilt: dict[str, Json] = {**screen, "challengeSelectInfo": [choice]}
        assert fault_of(spoilt, Component.SDK) == ("203", "challengeSelectInfo")


def test_the_entry_box_s_parts_depend_on_each_other() -> None:
    """A4: autofill names its type, masking offers its toggle."""
    screen: dict[str, Json] = {
        **CRES,
        "acsUiType": "01",
        "challengeInfoHeader": "Your code",
        "challengeInfoText": "Type it",
        "submitAuthenticationLabel": "Go on",
    }
    box: dict[str, Json] = {
        "challengeDataEntryLabel": "Code",
        "challengeDataEntryAutofill": "Y",
        "challengeDataEntryMasking": "Y",
    }
    expected = "challengeEntryBox.challengeDataEntryAutofillType,challengeEntryBox.challengeDataEntryToggle"
    assert fault_of({**screen, "challengeEntryBox": box}, Component.SDK) == ("201", expected)
    box |= {"challengeDataEntryAutofillType": "01", "challengeDataEntryToggle": "Y"}
    assert read({**screen, "challengeEntryBox": box}, Component.SDK)


def test_the_last_cres_of_an_app_carries_the_status() -> None:
    """A4: completion Y and transStatus; no screen any more."""
    final = {**CRES, "challengeCompletionInd": "Y"}
    assert fault_of(final, Component.SDK) == ("201", "transStatus")
    assert read({**final, "transStatus": "N"}, Component.SDK)


def test_a_browser_s_final_cres_may_say_that_it_is_complete() -> None:
    """A4: many live ACS add challengeCompletionInd; it is left aside."""
    cres = samples.final_cres(challengeCompletionInd="Y")
    message = read(cres, Component.SERVER, channel=Channel.BROWSER)
    assert "challengeCompletionInd" not in message
    bad = samples.final_cres(transStatus="A")
    assert fault_of(bad, Component.SERVER, channel=Channel.BROWSER) == ("203", "transStatus")


def test_a_browser_s_creq_names_its_window() -> None:
    """A4: challengeWindowSize is required and one of five."""
    assert fault_of(samples.creq(challengeWindowSize="06"), Component.ACS) == (
        "203",
        "challengeWindowSize",
    )
    assert fault_of(samples.creq(challengeWindowSize=None), Component.ACS) == (
        "201",
        "challengeWindowSize",
    )


def test_oob_continues_by_a_boolean_before_2_3_1() -> None:
    """A4: the shape of oobContinue changed."""
    channel = Channel.APP
    assert read(samples.app_creq(oobContinue=True), Component.ACS, channel=channel)
    old, new = samples.app_creq(oobContinue="01"), samples.app_creq(V231, oobContinue=True)
    assert fault_of(old, Component.ACS, channel=channel) == ("203", "oobContinue")
    assert fault_of(new, Component.ACS, channel=channel) == ("203", "oobContinue")


def extension(number: int, *, critical: bool = False, size: int = 1) -> dict[str, Json]:
    return {
        "name": f"extension {number}",
        "id": f"A000000802-{number:03}",
        "criticalityIndicator": critical,
        "data": {"a": "x" * size},
    }


def test_extensions_have_limits() -> None:
    """F1: ten before 2.3.1, then fifteen; 81,920 characters in all; no id twice."""
    ten: list[Json] = [extension(number) for number in range(10)]
    assert read(samples.areq(messageExtension=ten))
    eleven = [*ten, extension(10)]
    assert fault_of(samples.areq(messageExtension=eleven)) == ("203", "messageExtension")
    assert read(samples.areq(V231, messageExtension=eleven))
    twice: list[Json] = [extension(1), extension(1, size=2)]
    assert fault_of(samples.areq(messageExtension=twice)) == ("204", "messageExtension")
    heavy: list[Json] = [extension(number, size=8030) for number in range(11)]
    assert fault_of(samples.areq(V231, messageExtension=heavy)) == ("203", "messageExtension")
    one: list[Json] = [extension(1, size=9000)]
    assert fault_of(samples.areq(messageExtension=one)) == ("203", "messageExtension.data")


def test_a_critical_extension_must_be_understood() -> None:
    """F1: 202 with the ids of all that are not."""
    both: list[Json] = [extension(1, critical=True), extension(2, critical=True), extension(3)]
    members = samples.areq(messageExtension=both)
    assert fault_of(members) == ("202", "A000000802-001,A000000802-002")
    assert fault_of(members, understood=("A000000802-001",)) == ("202", "A000000802-002")


def test_extensions_of_the_wrong_form_are_refused() -> None:
    """F1: whatever stands where extensions belong."""
    wrong: list[Json] = ["x", ["x"], [{"id": 5}], []]
    for value in wrong:
        code, detail = fault_of(samples.areq(messageExtension=value))
        assert code in ("201", "203")
        assert detail.startswith("messageExtension")


def test_an_erro_is_read_whatever_its_version_and_code() -> None:
    """F1: it ends a transaction; a quarrel about it would not help anybody."""
    for changes in ({"messageVersion": "2.4.0"}, {"errorCode": "999"}, {"errorMessageType": None}):
        assert read(samples.erro(**changes), Component.SERVER).type is MessageType.ERRO
    assert fault_of(samples.erro(errorCode="x"), Component.SERVER) == ("203", "errorCode")


def test_operational_notices_begin_with_2_3_1() -> None:
    """F1: before that the type is unknown."""
    notice: dict[str, Json] = {"messageType": "OReq", "messageVersion": "2.2.0"}
    assert fault_of(notice, Component.ACS) == ("101", "Invalid Message Type")


def test_card_ranges_with_the_names_of_2_2_0_are_read_leniently() -> None:
    """Public simulators keep startRange and endRange inside `ranges` of 2.3.1."""
    item = samples.card_range(V231, "1" * 16, "2" * 16)
    item["ranges"] = [{"startRange": "1" * 16, "endRange": "2" * 16}]
    old = samples.pres(V231, cardRangeData=[item])
    message = read(old, Component.SERVER)
    ranges = message["cardRangeData"]
    assert isinstance(ranges, list)
    assert isinstance(ranges[0], dict)
    assert ranges[0]["ranges"] == [{"start": "1" * 16, "end": "2" * 16}]
    code, _ = fault_of(old, Component.SERVER, reading=Reading.STRICT)
    assert code == "201"
    for odd in ("x", ["x"], [{"ranges": "x"}], [{"ranges": ["x"]}]):
        assert fault_of(samples.pres(V231, cardRangeData=odd), Component.SERVER)[0] in (
            "201",
            "203",
        )


@settings(deadline=None, max_examples=30)
@given(data=st.data(), where=st.sampled_from(PLACES))
def test_well_formed_values_are_found_well_formed(data: st.DataObject, where: Place) -> None:
    """The strategies of the testkit and the shapes of the table mean the same."""
    rows = list(elements_of(*where).values())
    row: Element = data.draw(st.sampled_from(rows))[0]
    value = data.draw(values(row, where))
    members: dict[str, Json] = {row.name: value}
    scene = Scene(members, members, *where[:4], Component.ACS, None, Reading.STRICT)
    named = {name for names in walked(scene).everything().values() for name in names}
    inside = {name for name in named if name.startswith(f"{row.name}.")}
    # Rules between children, each well-formed; `messages.message` draws such that fit together.
    inside -= {
        "acsRenderingType.acsUiTemplate",
        "multiTransaction.merchantList.merchantCurrency",
        "multiTransaction.merchantList.merchantExponent",
    }
    # What the table leaves free, a rule may know: challengeErrorReporting is a whole Erro.
    assert row.free or not inside, (row.name, value)


def test_a_signed_content_passes_the_walk_as_the_text_it_is() -> None:
    """A4: its children describe the payload, which is for whoever verifies it."""
    message = read(
        samples.challenge_ares(
            acsURL=None,
            sdkTransID=samples.SDK_ID,
            acsSignedContent="YQ.YQ.YQ",
            acsRenderingType={"acsInterface": "02", "acsUiTemplate": "05"},
            broadInfo={},
        ),
        channel=Channel.APP,
    )
    assert message["acsSignedContent"] == "YQ.YQ.YQ"
