"""The elements of every message of EMV 3-D Secure 2.3.1, typed. A table of data.

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
    """One of threeDSRequestorAuthenticationInfo."""

    threeDSReqAuthData: str | dict[str, Json]
    threeDSReqAuthMethod: str
    threeDSReqAuthTimestamp: str
    dsAuthInfVerifInd: str


class ThreeDSRequestorPriorAuthenticationInfo(TypedDict, total=False):
    """One of threeDSRequestorPriorAuthenticationInfo."""

    threeDSReqPriorAuthData: str
    threeDSReqPriorAuthMethod: str
    threeDSReqPriorAuthTimestamp: str
    threeDSReqPriorDsTransId: str
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
    transChar: list[str]


class MultiTransactionMerchantList(TypedDict, total=False):
    """One of merchantList."""

    merchantNameListed: Required[str]
    acquirerMerchantIdListed: str
    merchantAmount: str
    merchantCurrency: str
    merchantExponent: str
    sellerId: str


class MultiTransaction(TypedDict, total=False):
    """Multi-Transaction."""

    avNumberUse: str
    avValidityTime: str
    merchantList: Required[list[MultiTransactionMerchantList]]


class SellerInfoSellerPhone(TypedDict, total=False):
    """sellerPhone."""

    cc: Required[str]
    subscriber: Required[str]


class SellerInfo(TypedDict, total=False):
    """One of sellerInfo."""

    sellerName: Required[str]
    sellerId: str
    sellerBusinessName: str
    sellerAccDate: str
    sellerAddrLine1: str
    sellerAddrLine2: str
    sellerAddrLine3: str
    sellerAddrCity: str
    sellerAddrState: str
    sellerAddrPostCode: str
    sellerAddrCountry: str
    sellerEmail: str
    sellerPhone: SellerInfoSellerPhone


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
    chAccReqID: str
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


class PayTokenInfo(TypedDict, total=False):
    """EMV Payment Token Information."""

    token: str
    tokenAdditionalData: dict[str, Json]
    tokenAssuranceMethod: str
    tokenRequestorId: str
    tokenCryptogram: str
    tokenCryptogramValidityIndicator: str
    tokenStatusIndicator: str


class RecurringInd(TypedDict, total=False):
    """Recurring Indicator."""

    amountInd: Required[str]
    frequencyInd: Required[str]


class DeviceRenderOptions(TypedDict, total=False):
    """Device Rendering Options Supported."""

    sdkInterface: Required[str]
    sdkUiType: Required[list[str]]
    sdkAuthenticationType: list[str]


class SdkEphemPubKey(TypedDict, total=False):
    """SDK Ephemeral Public Key (QC)."""

    kty: Required[str]
    crv: Required[str]
    x: Required[str]
    y: Required[str]


class DefaultSdkType(TypedDict, total=False):
    """Default-SDK Type."""

    sdkVariant: Required[str]
    wrappedInd: str


class SplitSdkType(TypedDict, total=False):
    """Split-SDK Type."""

    sdkVariant: Required[str]
    limitedInd: str


class BroadInfo(TypedDict, total=False):
    """Broadcast Information."""

    category: Required[str]
    description: str
    expDate: str
    severity: Required[str]
    recipients: Required[list[str]]
    source: Required[str]


class AcsRenderingType(TypedDict, total=False):
    """ACS Rendering Type."""

    acsInterface: Required[str]
    acsUiTemplate: Required[str]
    deviceUserInterfaceMode: Required[str]


class CardholderInfo(TypedDict, total=False):
    """Cardholder Information."""

    text: Required[str]
    issuerImage: str
    paymentSystemImage: str


class SpcTransData(TypedDict, total=False):
    """SPC Transaction Data."""

    additionalData: str
    challenge: Required[str]
    challengeInfoText: str
    currency: Required[str]
    displayName: Required[str]
    icon: Required[str]
    issuerImageSpc: dict[str, Json]
    psImageSpc: dict[str, Json]
    payeeName: str
    payeeOrigin: str
    timeout: Required[str]
    value: Required[str]
    extInd: str


class WebAuthnCredList(TypedDict, total=False):
    """One of webAuthnCredList."""

    rpID: Required[str]
    credentialIds: Required[str]


class ChallengeEntryBox(TypedDict, total=False):
    """Challenge Entry Box."""

    challengeDataEntryLabel: Required[str]
    challengeDataEntryKeyboardType: str
    challengeDataEntryAutofill: str
    challengeDataEntryAutofillType: str
    challengeDataEntryLengthMax: str
    challengeDataEntryMasking: str
    challengeDataEntryToggle: str


class ChallengeEntryBoxTwo(TypedDict, total=False):
    """Challenge Entry Box 2."""

    challengeDataEntryLabel: Required[str]
    challengeDataEntryKeyboardType: str
    challengeDataEntryAutofill: str
    challengeDataEntryAutofillType: str
    challengeDataEntryLengthMax: str
    challengeDataEntryMasking: str
    challengeDataEntryToggle: str


class IssuerImage(TypedDict, total=False):
    """Issuer Image."""

    default: Required[str]
    dark: str
    monochrome: str


class PsImage(TypedDict, total=False):
    """Payment System Image."""

    default: Required[str]
    dark: str
    monochrome: str


class DsUrlList(TypedDict, total=False):
    """One of dsUrlList."""

    threeDSServerToDsUrl: Required[str]
    dsCountryCode: str


class CardRangeDataRanges(TypedDict, total=False):
    """One of ranges."""

    start: Required[str]
    end: Required[str]


class CardRangeDataAcsProtocolVersionsSupportedMsgExt(TypedDict, total=False):
    """One of supportedMsgExt."""

    id: Required[str]
    version: Required[str]


class CardRangeDataAcsProtocolVersions(TypedDict, total=False):
    """One of acsProtocolVersions."""

    version: Required[str]
    acsInfoInd: list[str]
    threeDSMethodURL: str
    supportedMsgExt: list[CardRangeDataAcsProtocolVersionsSupportedMsgExt]


class CardRangeData(TypedDict, total=False):
    """One of cardRangeData."""

    ranges: Required[list[CardRangeDataRanges]]
    actionInd: str
    issuerCountryCode: str
    dsProtocolVersions: list[str]
    acsProtocolVersions: Required[list[CardRangeDataAcsProtocolVersions]]


class OpSeq(TypedDict, total=False):
    """Operation Sequence."""

    seqId: Required[str]
    seqNum: Required[str]
    seqTotal: Required[str]


class OpPriorTransRef(TypedDict, total=False):
    """Operation Prior Transaction Reference."""

    transIdType: Required[str]
    transId: Required[str]


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
    threeDSRequestorAuthenticationInfo: list[ThreeDSRequestorAuthenticationInfo]
    threeDSRequestorChallengeInd: list[str]
    threeDSRequestorDecMaxTime: str
    threeDSRequestorDecReqInd: str
    threeDSRequestorID: Required[str]
    threeDSRequestorName: Required[str]
    threeDSRequestorURL: Required[str]
    threeDSRequestorPriorAuthenticationInfo: list[ThreeDSRequestorPriorAuthenticationInfo]
    threeDSServerOperatorID: str
    threeDSServerRefNumber: Required[str]
    threeDSServerURL: Required[str]
    acquirerBIN: str
    acquirerMerchantID: str
    acquirerCountryCode: Required[str]
    acquirerCountryCodeSource: Required[str]
    mcc: str
    merchantCountryCode: str
    merchantName: str
    merchantRiskIndicator: MerchantRiskIndicator
    multiTransaction: MultiTransaction
    sellerInfo: list[SellerInfo]
    taxId: str
    acctNumber: Required[str]
    acctID: str
    acctType: str
    cardExpiryDate: str
    cardSecurityCode: str
    cardSecurityCodeStatus: str
    cardSecurityCodeStatusSource: str
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
    payTokenInfo: PayTokenInfo
    purchaseAmount: str
    purchaseCurrency: str
    purchaseExponent: str
    purchaseDate: str
    purchaseInstalData: str
    recurringAmount: str
    recurringCurrency: str
    recurringExponent: str
    recurringDate: str
    recurringInd: RecurringInd
    recurringExpiry: str
    recurringFrequency: str
    transType: str
    appIp: str
    deviceInfo: str
    deviceRenderOptions: DeviceRenderOptions
    sdkAppID: str
    sdkEncData: str
    sdkEphemPubKey: SdkEphemPubKey
    sdkMaxTimeout: str
    sdkReferenceNumber: str
    sdkType: str
    defaultSdkType: DefaultSdkType
    splitSdkType: SplitSdkType
    sdkServerSignedContent: str
    dsReferenceNumber: str
    dsURL: str
    trustListStatus: str
    trustListStatusSource: str
    deviceBindingStatus: str
    deviceBindingStatusSource: str
    broadInfo: BroadInfo
    threeDSCompInd: str
    threeDSMethodId: str
    threeDSRequestorSpcSupport: str
    notificationURL: str
    acceptLanguage: list[str]
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
    deviceId: str
    userId: str
    payeeOrigin: str
    spcIncompInd: str
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
    cardSecurityCodeStatus: str
    cardSecurityCodeStatusSource: str
    dsReferenceNumber: Required[str]
    trustListStatus: str
    trustListStatusSource: str
    deviceBindingStatus: str
    deviceBindingStatusSource: str
    broadInfo: BroadInfo
    transStatus: str
    transStatusReason: str
    transStatusReasonInfo: str
    transChallengeExemption: str
    acsReferenceNumber: Required[str]
    acsOperatorID: str
    acsChallengeMandated: str
    acsDecConInd: str
    acsRenderingType: AcsRenderingType
    acsSignedContent: str
    authenticationMethod: list[str]
    authenticationValue: str
    eci: str
    cardholderInfo: CardholderInfo
    deviceInfoRecognisedVersion: str
    threeDSRequestorAppURLInd: str
    acsURL: str
    spcTransData: SpcTransData
    webAuthnCredList: list[WebAuthnCredList]


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
    challengeDataEntryTwo: str
    challengeHTMLDataEntry: str
    challengeNoEntry: str
    challengeAddCode: str
    resendChallenge: str
    oobContinue: str
    oobAppStatus: str
    oobAppURLInd: str
    infoContinueIndicator: bool
    trustListDataEntry: str
    deviceBindingDataEntry: str
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
    challengeAddLabel: str
    challengeEntryBox: ChallengeEntryBox
    challengeEntryBoxTwo: ChallengeEntryBoxTwo
    challengeSelectInfo: list[dict[str, str]]
    expandInfoLabel: str
    expandInfoText: str
    whyInfoLabel: str
    whyInfoText: str
    submitAuthenticationLabel: str
    resendInformationLabel: str
    infoContinueLabel: str
    oobContinueLabel: str
    oobAppLabel: str
    oobAppURL: str
    issuerImage: IssuerImage
    psImage: PsImage
    togglePositionInd: str
    trustListInfoText: str
    deviceBindingInfoText: str
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
    trustListStatus: str
    trustListStatusSource: str
    deviceBindingStatus: str
    deviceBindingStatusSource: str
    transStatus: str
    transStatusReason: str
    transStatusReasonInfo: str
    acsRenderingType: AcsRenderingType
    authenticationMethod: list[str]
    authenticationValue: str
    eci: str
    cardholderInfo: CardholderInfo
    challengeCancel: str
    interactionCounter: str
    challengeErrorReporting: dict[str, Json]


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
    cardRangeDataDownloadInd: str


class PRes(TypedDict, total=False):
    """The elements of PRes."""

    threeDSServerTransID: Required[str]
    dsTransID: Required[str]
    messageType: Required[str]
    messageVersion: Required[str]
    messageExtension: list[MessageExtension]
    serialNum: str
    cardRangeDataFileURL: str
    readOrder: Required[str]
    dsProtocolVersions: Required[list[str]]
    dsUrlList: list[DsUrlList]
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


class OReq(TypedDict, total=False):
    """The elements of OReq."""

    dsTransID: Required[str]
    messageType: Required[str]
    messageVersion: Required[str]
    messageExtension: list[MessageExtension]
    dsReferenceNumber: Required[str]
    opCategory: Required[str]
    opDescription: Required[str]
    opExpDate: Required[str]
    opSeverity: Required[str]
    opSeq: Required[OpSeq]
    opPriorTransRef: OpPriorTransRef


class ORes(TypedDict, total=False):
    """The elements of ORes."""

    threeDSServerTransID: str
    dsTransID: Required[str]
    acsTransID: str
    messageType: Required[str]
    messageVersion: Required[str]
    messageExtension: list[MessageExtension]
    threeDSServerRefNumber: str
    acsReferenceNumber: str
    opStatus: Required[str]


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
    MessageType.OREQ: OReq,
    MessageType.ORES: ORes,
}
"""The type of each message."""
