"""The elements of every message of EMV 3-D Secure 2.2.0, typed. A table of data.

Printed from sekisho.protocol.elements by `make docs`; do not edit.
"""

from collections.abc import Mapping
from typing import Final, Required, TypedDict

from sekisho.protocol.vocabulary import Json, MessageType


class MessageExtension(TypedDict, total=False):
    """One of messageExtension."""

    name: Required[str]
    id: Required[str]
    criticalityIndicator: Required[bool]
    data: Required[dict[str, Json]]


class ThreeDSRequestorAuthenticationInfo(TypedDict, total=False):
    """3DS Requestor Authentication Information."""

    threeDSReqAuthData: str
    threeDSReqAuthMethod: str
    threeDSReqAuthTimestamp: str


class ThreeDSRequestorPriorAuthenticationInfo(TypedDict, total=False):
    """3DS Requestor Prior Transaction Authentication Information."""

    threeDSReqPriorAuthData: str
    threeDSReqPriorAuthMethod: str
    threeDSReqPriorAuthTimestamp: str
    threeDSReqPriorRef: str


class MerchantRiskIndicator(TypedDict, total=False):
    """Merchant Risk Indicator."""

    deliveryEmailAddress: str
    deliveryTimeframe: str
    giftCardAmount: str
    giftCardCount: str
    giftCardCurr: str
    preOrderDate: str
    preOrderPurchaseInd: str
    reorderItemsInd: str
    shipIndicator: str


class HomePhone(TypedDict, total=False):
    """Cardholder Home Phone Number."""

    cc: Required[str]
    subscriber: Required[str]


class MobilePhone(TypedDict, total=False):
    """Cardholder Mobile Phone Number."""

    cc: Required[str]
    subscriber: Required[str]


class WorkPhone(TypedDict, total=False):
    """Cardholder Work Phone Number."""

    cc: Required[str]
    subscriber: Required[str]


class AcctInfo(TypedDict, total=False):
    """Cardholder Account Information."""

    chAccAgeInd: str
    chAccChange: str
    chAccChangeInd: str
    chAccDate: str
    chAccPwChange: str
    chAccPwChangeInd: str
    nbPurchaseAccount: str
    paymentAccAge: str
    paymentAccInd: str
    provisionAttemptsDay: str
    shipAddressUsage: str
    shipAddressUsageInd: str
    shipNameIndicator: str
    suspiciousAccActivity: str
    txnActivityDay: str
    txnActivityYear: str


class DeviceRenderOptions(TypedDict, total=False):
    """Device Rendering Options Supported."""

    sdkInterface: Required[str]
    sdkUiType: Required[list[str]]


class SdkEphemPubKey(TypedDict, total=False):
    """SDK Ephemeral Public Key (QC)."""

    kty: Required[str]
    crv: Required[str]
    x: Required[str]
    y: Required[str]


class AcsRenderingType(TypedDict, total=False):
    """ACS Rendering Type."""

    acsInterface: Required[str]
    acsUiTemplate: Required[str]


class IssuerImage(TypedDict, total=False):
    """Issuer Image."""

    medium: Required[str]
    high: Required[str]
    extraHigh: Required[str]


class PsImage(TypedDict, total=False):
    """Payment System Image."""

    medium: Required[str]
    high: Required[str]
    extraHigh: Required[str]


class CardRangeData(TypedDict, total=False):
    """One of cardRangeData."""

    startRange: Required[str]
    endRange: Required[str]
    actionInd: str
    dsStartProtocolVersion: str
    dsEndProtocolVersion: str
    acsStartProtocolVersion: Required[str]
    acsEndProtocolVersion: Required[str]
    acsInfoInd: list[str]
    threeDSMethodURL: str


class AReq(TypedDict, total=False):
    """The elements of AReq."""

    threeDSServerTransID: Required[str]
    dsTransID: str
    sdkTransID: str
    messageType: Required[str]
    messageVersion: Required[str]
    messageCategory: Required[str]
    deviceChannel: Required[str]
    messageExtension: list[MessageExtension]
    threeDSRequestorAuthenticationInd: str
    threeDSRequestorAuthenticationInfo: ThreeDSRequestorAuthenticationInfo
    threeDSReqAuthMethodInd: str
    threeDSRequestorChallengeInd: str
    threeDSRequestorDecMaxTime: str
    threeDSRequestorDecReqInd: str
    threeDSRequestorID: Required[str]
    threeDSRequestorName: Required[str]
    threeDSRequestorURL: Required[str]
    threeDSRequestorPriorAuthenticationInfo: ThreeDSRequestorPriorAuthenticationInfo
    threeDSServerOperatorID: str
    threeDSServerRefNumber: Required[str]
    threeDSServerURL: Required[str]
    acquirerBIN: str
    acquirerMerchantID: str
    mcc: str
    merchantCountryCode: str
    merchantName: str
    merchantRiskIndicator: MerchantRiskIndicator
    acctNumber: Required[str]
    acctID: str
    acctType: str
    cardExpiryDate: str
    cardholderName: str
    email: str
    homePhone: HomePhone
    mobilePhone: MobilePhone
    workPhone: WorkPhone
    billAddrCity: str
    billAddrCountry: str
    billAddrLine1: str
    billAddrLine2: str
    billAddrLine3: str
    billAddrPostCode: str
    billAddrState: str
    shipAddrCity: str
    shipAddrCountry: str
    shipAddrLine1: str
    shipAddrLine2: str
    shipAddrLine3: str
    shipAddrPostCode: str
    shipAddrState: str
    addrMatch: str
    acctInfo: AcctInfo
    payTokenInd: bool
    payTokenSource: str
    purchaseAmount: str
    purchaseCurrency: str
    purchaseExponent: str
    purchaseDate: str
    purchaseInstalData: str
    recurringExpiry: str
    recurringFrequency: str
    transType: str
    deviceInfo: str
    deviceRenderOptions: DeviceRenderOptions
    sdkAppID: str
    sdkEncData: str
    sdkEphemPubKey: SdkEphemPubKey
    sdkMaxTimeout: str
    sdkReferenceNumber: str
    dsReferenceNumber: str
    dsURL: str
    whiteListStatus: str
    whiteListStatusSource: str
    broadInfo: dict[str, Json]
    threeDSCompInd: str
    notificationURL: str
    browserAcceptHeader: str
    browserIP: str
    browserJavaEnabled: bool
    browserJavascriptEnabled: bool
    browserLanguage: str
    browserColorDepth: str
    browserScreenHeight: str
    browserScreenWidth: str
    browserTZ: str
    browserUserAgent: str
    threeRIInd: str


class ARes(TypedDict, total=False):
    """The elements of ARes."""

    threeDSServerTransID: Required[str]
    dsTransID: Required[str]
    acsTransID: Required[str]
    sdkTransID: str
    messageType: Required[str]
    messageVersion: Required[str]
    messageExtension: list[MessageExtension]
    dsReferenceNumber: Required[str]
    whiteListStatus: str
    whiteListStatusSource: str
    broadInfo: dict[str, Json]
    transStatus: str
    transStatusReason: str
    acsReferenceNumber: Required[str]
    acsOperatorID: str
    acsChallengeMandated: str
    acsDecConInd: str
    acsRenderingType: AcsRenderingType
    acsSignedContent: str
    authenticationType: str
    authenticationValue: str
    eci: str
    cardholderInfo: str
    acsURL: str


class CReq(TypedDict, total=False):
    """The elements of CReq."""

    threeDSServerTransID: Required[str]
    acsTransID: Required[str]
    sdkTransID: str
    messageType: Required[str]
    messageVersion: Required[str]
    messageExtension: list[MessageExtension]
    threeDSRequestorAppURL: str
    sdkCounterStoA: str
    challengeCancel: str
    challengeDataEntry: str
    challengeHTMLDataEntry: str
    challengeNoEntry: str
    resendChallenge: str
    oobContinue: bool
    whitelistingDataEntry: str
    challengeWindowSize: str


class CRes(TypedDict, total=False):
    """The elements of CRes."""

    threeDSServerTransID: Required[str]
    acsTransID: Required[str]
    sdkTransID: str
    messageType: Required[str]
    messageVersion: Required[str]
    messageExtension: list[MessageExtension]
    acsCounterAtoS: str
    acsUiType: str
    challengeCompletionInd: str
    acsHTML: str
    challengeInfoHeader: str
    challengeInfoLabel: str
    challengeInfoText: str
    challengeInfoTextIndicator: str
    challengeSelectInfo: list[dict[str, str]]
    expandInfoLabel: str
    expandInfoText: str
    whyInfoLabel: str
    whyInfoText: str
    submitAuthenticationLabel: str
    resendInformationLabel: str
    oobContinueLabel: str
    oobAppLabel: str
    oobAppURL: str
    issuerImage: IssuerImage
    psImage: PsImage
    whitelistingInfoText: str
    acsHTMLRefresh: str
    challengeAddInfo: str
    transStatus: str


class RReq(TypedDict, total=False):
    """The elements of RReq."""

    threeDSServerTransID: Required[str]
    dsTransID: Required[str]
    acsTransID: Required[str]
    sdkTransID: str
    messageType: Required[str]
    messageVersion: Required[str]
    messageCategory: Required[str]
    messageExtension: list[MessageExtension]
    whiteListStatus: str
    whiteListStatusSource: str
    transStatus: str
    transStatusReason: str
    acsRenderingType: AcsRenderingType
    authenticationMethod: str
    authenticationType: str
    authenticationValue: str
    eci: str
    challengeCancel: str
    interactionCounter: str


class RRes(TypedDict, total=False):
    """The elements of RRes."""

    threeDSServerTransID: Required[str]
    dsTransID: Required[str]
    acsTransID: Required[str]
    sdkTransID: str
    messageType: Required[str]
    messageVersion: Required[str]
    messageExtension: list[MessageExtension]
    resultsStatus: Required[str]


class PReq(TypedDict, total=False):
    """The elements of PReq."""

    threeDSServerTransID: Required[str]
    messageType: Required[str]
    messageVersion: Required[str]
    messageExtension: list[MessageExtension]
    threeDSServerOperatorID: str
    threeDSServerRefNumber: Required[str]
    serialNum: str


class PRes(TypedDict, total=False):
    """The elements of PRes."""

    threeDSServerTransID: Required[str]
    dsTransID: Required[str]
    messageType: Required[str]
    messageVersion: Required[str]
    messageExtension: list[MessageExtension]
    serialNum: str
    dsStartProtocolVersion: Required[str]
    dsEndProtocolVersion: Required[str]
    cardRangeData: list[CardRangeData]


class Erro(TypedDict, total=False):
    """The elements of Erro."""

    threeDSServerTransID: str
    dsTransID: str
    acsTransID: str
    sdkTransID: str
    messageType: Required[str]
    messageVersion: Required[str]
    errorCode: Required[str]
    errorComponent: Required[str]
    errorDescription: Required[str]
    errorDetail: Required[str]
    errorMessageType: str


MESSAGES: Final[Mapping[MessageType, type]] = {
    MessageType.AREQ: AReq,
    MessageType.ARES: ARes,
    MessageType.CREQ: CReq,
    MessageType.CRES: CRes,
    MessageType.RREQ: RReq,
    MessageType.RRES: RRes,
    MessageType.PREQ: PReq,
    MessageType.PRES: PRes,
    MessageType.ERRO: Erro,
}
"""The type of each message."""
