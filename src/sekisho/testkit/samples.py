"""One sound message of each kind of the browser and app flows, to change in one place and send.

A change of None takes the element out. The card is a test card, the merchant does not exist.
"""

from collections.abc import Mapping
from typing import Final

from sekisho.protocol import Json, Version
from sekisho.protocol.codec import write_object

SERVER_ID: Final = "8a880dc0-d2d2-4067-bcb1-b08d1690b26e"
DS_ID: Final = "f25084f0-5b16-4c0a-ae5d-b24808a95e4b"
ACS_ID: Final = "d7c1ee99-9478-44a6-b1f2-391e29c6b340"
SDK_ID: Final = "b2385523-a66c-4907-ac3c-91848e8c0067"

Members = Mapping[str, Json]


def areq(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give a browser payment AReq as the 3DS Server sends it."""
    members: dict[str, Json] = {
        "messageType": "AReq",
        "messageVersion": version.value,
        "messageCategory": "01",
        "deviceChannel": "02",
        "threeDSServerTransID": SERVER_ID,
        "threeDSServerRefNumber": "3DS_LOA_SER_SEKI_020200_00001",
        "threeDSServerURL": "https://3dss.example/results",
        "threeDSRequestorID": "requestor-1",
        "threeDSRequestorName": "Sekisho Books",
        "threeDSRequestorURL": "https://shop.example",
        "threeDSRequestorAuthenticationInd": "01",
        "threeDSCompInd": "Y",
        "acquirerBIN": "400551",
        "acquirerMerchantID": "merchant-1",
        "mcc": "5942",
        "merchantCountryCode": "392",
        "merchantName": "Sekisho Books",
        "notificationURL": "https://shop.example/3ds/done",
        "acctNumber": "4111111100000003",
        "purchaseAmount": "14500",
        "purchaseCurrency": "392",
        "purchaseExponent": "0",
        "purchaseDate": "20240229093000",
        "browserAcceptHeader": "text/html",
        "browserIP": "192.0.2.7",
        "browserJavaEnabled": False,
        "browserLanguage": "ja",
        "browserColorDepth": "24",
        "browserScreenHeight": "1080",
        "browserScreenWidth": "1920",
        "browserTZ": "-540",
        "browserUserAgent": "Mozilla/5.0",
    }
    if version >= Version.V220:
        members["browserJavascriptEnabled"] = True
    if version >= Version.V231:
        members |= {
            "acquirerCountryCode": "392",
            "acquirerCountryCodeSource": "01",
            "acceptLanguage": ["ja"],
        }
    return changed(members, changes)


def app_areq(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give an app payment AReq as the 3DS Server sends it."""
    browser_only = {
        name: None
        for name in areq(version)
        if name.startswith("browser")
        or name in ("threeDSCompInd", "notificationURL", "acceptLanguage")
    }
    point = {"x": "C1PL42i6kmNkM61aupEAgLJ4gF1ZRzcV7lqo1TG0mL4", "y": "A" * 43}
    members: dict[str, Json] = {
        **areq(version, **browser_only),
        "deviceChannel": "01",
        "sdkTransID": SDK_ID,
        "sdkAppID": "dbd64fcb-c19a-4728-8849-e3d50bfdde39",
        "sdkReferenceNumber": "3DS_LOA_SDK_SEKI_020200_00001",
        "sdkMaxTimeout": "05",
        "sdkEphemPubKey": {"kty": "EC", "crv": "P-256", **point},
        "sdkEncData": "eyJhIjoxfQ..aXY.Y2lwaGVy.dGFn",
        "deviceRenderOptions": {"sdkInterface": "03", "sdkUiType": ["01", "02", "03"]},
    }
    if version >= Version.V231:
        members |= {"sdkType": "01", "defaultSdkType": {"sdkVariant": "01"}}
    return changed(members, changes)


def ares(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give a browser ARes with a full authentication."""
    return changed(
        {
            **_ids("ARes", version),
            "acsReferenceNumber": "3DS_LOA_ACS_SEKI_020200_00001",
            "dsReferenceNumber": "DS_LOA_DIS_SEKI_020200_00001",
            "transStatus": "Y",
            "authenticationValue": "MTIzNDU2Nzg5MDA5ODc2NTQzMjE=",
            "eci": "05",
        },
        changes,
    )


def challenge_ares(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give a browser ARes that asks for a challenge."""
    asked: dict[str, Json] = {
        "transStatus": "C",
        "authenticationValue": None,
        "eci": None,
        "acsChallengeMandated": "N",
        "acsURL": "https://acs.example/challenge",
    }
    by_version: dict[str, Json] = (
        {"authenticationMethod": ["02"]}
        if version >= Version.V231
        else {"authenticationType": "02"}
    )
    return ares(version, **{**asked, **by_version, **changes})


def rreq(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give the result of a browser challenge as the ACS sends it."""
    members: dict[str, Json] = {
        **_ids("RReq", version),
        "messageCategory": "01",
        "transStatus": "Y",
        "authenticationValue": "MTIzNDU2Nzg5MDA5ODc2NTQzMjE=",
        "eci": "05",
        "interactionCounter": "01",
    }
    if version >= Version.V231:
        members["authenticationMethod"] = ["02"]
    else:
        members |= {"authenticationMethod": "02", "authenticationType": "02"}
    return changed(members, changes)


def rres(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give the answer to `rreq`."""
    return changed({**_ids("RRes", version), "resultsStatus": "01"}, changes)


def creq(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give the CReq that a browser brings."""
    return changed({**_ids("CReq", version, "acsTransID"), "challengeWindowSize": "02"}, changes)


def app_creq(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give the first CReq of an app."""
    members = {
        **_ids("CReq", version, "acsTransID"),
        "sdkTransID": SDK_ID,
        "sdkCounterStoA": "000",
    }
    if version >= Version.V231:
        members["oobAppURLInd"] = "01"
    return changed(members, changes)


def final_cres(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give the CRes that a browser brings back."""
    return changed({**_ids("CRes", version, "acsTransID"), "transStatus": "Y"}, changes)


def erro(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give an Erro of the Directory Server about an AReq."""
    return changed(
        {
            "messageType": "Erro",
            "messageVersion": version.value,
            "threeDSServerTransID": SERVER_ID,
            "errorCode": "203",
            "errorComponent": "D",
            "errorDescription": "An element is not in the required format.",
            "errorDetail": "mcc",
            "errorMessageType": "AReq",
        },
        changes,
    )


def pres(version: Version = Version.V220, **changes: Json) -> dict[str, Json]:
    """Give a PRes with one card range."""
    members: dict[str, Json] = {
        "messageType": "PRes",
        "messageVersion": version.value,
        "threeDSServerTransID": SERVER_ID,
        "dsTransID": DS_ID,
        "serialNum": "1",
    }
    if version >= Version.V231:
        members |= {"readOrder": "01", "dsProtocolVersions": ["2.2.0", "2.3.1"]}
    else:
        members |= {"dsStartProtocolVersion": "2.1.0", "dsEndProtocolVersion": "2.2.0"}
    members["cardRangeData"] = [card_range(version, "4111111100000000", "4111111199999999")]
    return changed(members, changes)


def card_range(version: Version, start: str, end: str, *, action: str = "A") -> dict[str, Json]:
    """Give one item of cardRangeData."""
    if version >= Version.V231:
        return {
            "ranges": [{"start": start, "end": end}],
            "actionInd": action,
            "acsProtocolVersions": [
                {
                    "version": "2.2.0",
                    "acsInfoInd": ["01"],
                    "threeDSMethodURL": "https://acs.example/method",
                },
                {"version": "2.3.1", "acsInfoInd": ["01", "81"]},
            ],
        }
    return {
        "startRange": start,
        "endRange": end,
        "actionInd": action,
        "acsStartProtocolVersion": "2.1.0",
        "acsEndProtocolVersion": "2.2.0",
        "acsInfoInd": ["01"],
        "threeDSMethodURL": "https://acs.example/method",
    }


def changed(members: Members, changes: Members) -> dict[str, Json]:
    """Apply changes to a message; None takes an element out."""
    after = {**members, **changes}
    return {name: value for name, value in after.items() if value is not None}


def wire(members: Members) -> bytes:
    """Write a message as it travels."""
    return write_object(members)


def _ids(kind: str, version: Version, *only: str) -> dict[str, Json]:
    ids: dict[str, Json] = {"acsTransID": ACS_ID}
    if not only:
        ids["dsTransID"] = DS_ID
    return {
        "messageType": kind,
        "messageVersion": version.value,
        "threeDSServerTransID": SERVER_ID,
        **ids,
    }
