"""Rules across the elements of an AReq."""

from collections.abc import Iterator, Mapping
from typing import Final

from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.walk import reserved_value
from sekisho.protocol.elements import Scene
from sekisho.protocol.elements.scene import EMPTY
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.vocabulary import Channel, Component, Json, Reading, Version


def channel_is_known(scene: Scene, findings: Findings) -> None:
    """A Directory Server's own deviceChannel (80 to 99) is nothing we could check: refuse it."""
    given = scene.members.get("deviceChannel")
    if isinstance(given, str) and given >= "80":
        findings.note(reserved_value(scene.version), "deviceChannel")


def payment_over_3ri_is_younger(scene: Scene, findings: Findings) -> None:
    """2.1.0 knows 3RI for non-payment only."""
    if (
        scene.version is Version.V210
        and scene.channel is Channel.THREE_RI
        and scene.members.get("messageCategory") == "01"
    ):
        findings.note(ErrorCode.FORMAT_INVALID, "messageCategory")


def exponents_fit(scene: Scene, findings: Findings) -> None:
    """A currency's exponent is the one of ISO 4217 (304, both names)."""
    for currency, exponent in _AMOUNTS:
        if currency in scene.members:
            _check_exponent(scene.members, "", currency, exponent, findings)
    if "multiTransaction" in scene.members:
        for listed in _inside(scene.members["multiTransaction"], "merchantList"):
            _check_exponent(
                listed,
                "multiTransaction.merchantList.",
                "merchantCurrency",
                "merchantExponent",
                findings,
            )


_AMOUNTS: Final = (
    ("purchaseCurrency", "purchaseExponent"),
    ("recurringCurrency", "recurringExponent"),
)


def requestor_states_trust_plainly(scene: Scene, findings: Findings) -> None:
    """An AReq says of the trust list only Y or N."""
    for name in ("whiteListStatus", "trustListStatus"):
        if scene.members.get(name, "Y") not in ("Y", "N"):
            findings.note(ErrorCode.FORMAT_INVALID, name)


def sources_are_the_sender_s(scene: Scene, findings: Findings) -> None:
    """Whoever sets a status names itself: what comes from the 3DS Server says 01 (read strictly)."""
    if scene.reading is Reading.LENIENT or scene.to is not Component.DIRECTORY:
        return
    for name in ("whiteListStatusSource", "trustListStatusSource", "deviceBindingStatusSource"):
        if scene.members.get(name, "01") in ("02", "03"):
            findings.note(ErrorCode.FORMAT_INVALID, name)


def verification_is_the_directory_s(scene: Scene, findings: Findings) -> None:
    """What the Directory Server found of a requestor's authentication comes from nobody else."""
    if scene.to is not Component.DIRECTORY or _INFO not in scene.members:
        return
    if any("dsAuthInfVerifInd" in each for each in _objects(scene.members[_INFO])):
        findings.note(ErrorCode.FORMAT_INVALID, f"{_INFO}.dsAuthInfVerifInd")


_INFO: Final = "threeDSRequestorAuthenticationInfo"
_PRIOR: Final = "threeDSRequestorPriorAuthenticationInfo"


def confirmation_came_or_not(scene: Scene, findings: Findings) -> None:
    """The second AReq of Secure Payment Confirmation brings the assertion or says why not."""
    if scene.version < Version.V231 or _INFO not in scene.members:
        return
    for each in _objects(scene.members[_INFO]):
        if each.get("threeDSReqAuthMethod") == "09":
            if each.get("threeDSReqAuthData") in EMPTY:
                findings.note(ErrorCode.ELEMENT_MISSING, f"{_INFO}.threeDSReqAuthData")
            if scene.members.get("spcIncompInd") not in EMPTY:
                findings.note(ErrorCode.FORMAT_INVALID, "spcIncompInd")


def continuation_names_its_beginning(scene: Scene, findings: Findings) -> None:
    """A second AReq says which ACS transaction it continues, and how that one ended."""
    if scene.version < Version.V231 or _PRIOR not in scene.members:
        return
    method = _continued_by(scene.members)
    if method is None:
        return
    priors = list(_objects(scene.members[_PRIOR]))
    for name, wanted in (("threeDSReqPriorRef", None), ("threeDSReqPriorAuthMethod", method)):
        given = [each[name] for each in priors if each.get(name) not in EMPTY]
        if not given:
            findings.note(ErrorCode.ELEMENT_MISSING, f"{_PRIOR}.{name}")
        elif wanted is not None and wanted not in given:
            findings.note(ErrorCode.FORMAT_INVALID, f"{_PRIOR}.{name}")


def fallback_is_decoupled(scene: Scene, findings: Findings) -> None:
    """The AReq after a challenge that fell back (threeRIInd 19) asks for decoupled authentication."""
    if scene.version < Version.V231 or scene.members.get("threeRIInd") != "19":
        return
    asked = scene.members.get("threeDSRequestorDecReqInd")
    if asked in EMPTY:
        findings.note(ErrorCode.ELEMENT_MISSING, "threeDSRequestorDecReqInd")
    elif asked != "Y":
        findings.note(ErrorCode.FORMAT_INVALID, "threeDSRequestorDecReqInd")


def sellers_are_described(scene: Scene, findings: Findings) -> None:
    """A seller that a split payment names is one that sellerInfo describes, where it describes any."""
    if "multiTransaction" not in scene.members or "sellerInfo" not in scene.members:
        return
    known = [each.get("sellerId") for each in _objects(scene.members["sellerInfo"])]
    for listed in _inside(scene.members["multiTransaction"], "merchantList"):
        if listed.get("sellerId") not in (*EMPTY, *known) and any(known):
            findings.note(ErrorCode.FORMAT_INVALID, "multiTransaction.merchantList.sellerId")


def _continued_by(members: Mapping[str, Json]) -> str | None:
    """Tell how the transaction that this one continues was authenticated; None: it continues none."""
    if members.get("threeRIInd") == "19":
        return "02"
    confirmed = members.get("spcIncompInd") not in EMPTY or any(
        each.get("threeDSReqAuthMethod") == "09" for each in _objects(members.get(_INFO))
    )
    return "05" if confirmed else None


def _check_exponent(
    members: Mapping[str, Json], path: str, currency: str, exponent: str, findings: Findings
) -> None:
    if currency not in members or exponent not in members:
        return
    listed = CURRENCIES_BY_NUMBER.get(str(members[currency]))
    if listed is not None and members[exponent] != str(listed.exponent):
        findings.note(ErrorCode.ISO_CODE_INVALID, path + currency, path + exponent)


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    """Give the objects of an array, or the one object."""
    for each in value if isinstance(value, list) else (value,):
        if isinstance(each, dict):
            yield each


def _inside(value: Json, name: str) -> Iterator[dict[str, Json]]:
    for each in _objects(value):
        yield from _objects(each.get(name))
