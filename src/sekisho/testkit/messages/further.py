"""What rules across elements ask of a message besides: series, sellers, answers to what was asked.

In our own words once more (protocol facts, sections 2, 5, 7 and 8), as in `settling`.
"""

from collections.abc import Callable, Iterator
from typing import Final

from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.protocol import Channel, Component, Json, Message, MessageType, Version
from sekisho.protocol.elements.screens import REPLIES, reply_misfits
from sekisho.protocol.vocabulary import Form
from sekisho.testkit.messages.arranging import Members
from sekisho.testkit.messages.stages import Stage

_INFO: Final = "threeDSRequestorAuthenticationInfo"
_PRIOR: Final = "threeDSRequestorPriorAuthenticationInfo"
_EARLIER: Final = "d7c1ee99-9478-44a6-b1f2-391e29c6b340"


def further(members: Members, stage: Stage) -> None:
    """Change a message until the further rules hold."""
    for adjust in _BY_FORM.get(stage.place.form, ()):
        adjust(members, stage)


def _sources(members: Members, stage: Stage) -> None:
    """What comes from the 3DS Server was set by it."""
    if stage.receiver is Component.DIRECTORY:
        for name in ("whiteListStatusSource", "trustListStatusSource", "deviceBindingStatusSource"):
            if name in members:
                members[name] = "01"


def _sellers(members: Members, _stage: Stage) -> None:
    """Every part of a split payment has its currency's exponent and a seller that is described."""
    split = members.get("multiTransaction")
    if not isinstance(split, dict):
        return
    known = [each.get("sellerId") for each in _objects(members.get("sellerInfo"))]
    listed: list[Json] = []
    for each in _objects(split.get("merchantList")):
        part = {**each}
        currency = part.get("merchantCurrency")
        if isinstance(currency, str) and currency in CURRENCIES_BY_NUMBER:
            part["merchantExponent"] = str(CURRENCIES_BY_NUMBER[currency].exponent)
        if any(known) and part.get("sellerId") not in known:
            part.pop("sellerId", None)
        if part not in listed:
            listed.append(part)
    members["multiTransaction"] = {**split, "merchantList": listed}


def _authentication(members: Members, stage: Stage) -> None:
    """Only the Directory Server verifies; a confirmation comes, or its failure is told."""
    given = members.get(_INFO)
    if not isinstance(given, list) or stage.place.version < Version.V231:
        return
    after: list[Json] = []
    for each in _objects(given):
        part = {**each}
        if stage.receiver is Component.DIRECTORY:
            part.pop("dsAuthInfVerifInd", None)
        if part.get("threeDSReqAuthMethod") == "09":
            if "spcIncompInd" in members:
                part["threeDSReqAuthMethod"] = "01"
            part.setdefault("threeDSReqAuthData", "assertion")
        part = part or {"threeDSReqAuthMethod": "01"}
        if part not in after:
            after.append(part)
    members[_INFO] = after


def _continuation(members: Members, stage: Stage) -> None:
    """A second AReq names what it continues, and asks for it decoupled after a fallback."""
    if stage.place.version < Version.V231:
        return
    fallback = members.get("threeRIInd") == "19"
    if fallback:
        members["threeDSRequestorDecReqInd"] = "Y"
    confirmed = "spcIncompInd" in members or any(
        each.get("threeDSReqAuthMethod") == "09" for each in _objects(members.get(_INFO))
    )
    prior = members.get(_PRIOR)
    if isinstance(prior, list) and prior and (fallback or confirmed):
        method = "02" if fallback else "05"
        named: dict[str, Json] = {
            "threeDSReqPriorAuthMethod": method,
            "threeDSReqPriorRef": _EARLIER,
        }
        members[_PRIOR] = [named, *(each for each in prior[1:] if each != named)]


def _answer(members: Members, stage: Stage) -> None:
    """A status is one that was asked for, and acsDecConInd agrees with it."""
    status = members.get("transStatus")
    asked = stage.request.elements if stage.request is not None else None
    wish = asked.get("threeDSRequestorChallengeInd") if asked is not None else None
    wishes = wish if isinstance(wish, list) else [wish]
    informed = asked is None or any(
        isinstance(each, str) and (each in ("05", "06", "07") or each >= "80") for each in wishes
    )
    if (status == "S" and stage.place.channel is not Channel.BROWSER) or (
        status == "I" and not informed
    ):
        members["transStatus"] = "N"
    if "acsDecConInd" in members:
        members["acsDecConInd"] = "Y" if members.get("transStatus") == "D" else "N"
    shown = members.get("spcTransData")
    if isinstance(shown, dict):
        members["spcTransData"] = {**shown, "currency": "JPY"}


def _methods(members: Members, stage: Stage) -> None:
    """A limited device types nothing."""
    split = stage.request.get("splitSdkType") if stage.request is not None else None
    methods = members.get("authenticationMethod")
    if isinstance(split, dict) and split.get("limitedInd") == "Y" and isinstance(methods, list):
        members["authenticationMethod"] = [
            each for each in methods if each not in ("01", "06")
        ] or ["07"]


def _reply(members: Members, stage: Stage) -> None:
    """An app cancels for its own reasons; whoever answers a screen has seen one."""
    if members.get("challengeCancel") in ("03", "04", "05", "09", "10"):
        members["challengeCancel"] = "01"
    answers = [each.name for each in REPLIES if each.name in members]
    if stage.request is not None and stage.place.channel is Channel.APP:
        _fit(members, stage.request, answers)
        return
    answered = any(name != "challengeCancel" for name in answers)
    if answered and members.get("sdkCounterStoA") == "000":
        members["sdkCounterStoA"] = "001"


def _fit(members: Members, request: Message, answers: list[str]) -> None:
    """Cancel where a screen would be answered wrongly; say nothing before the first screen."""
    shown = request.elements if request.type is MessageType.CRES else None
    if reply_misfits(shown, members, request.version):
        for name in answers:
            del members[name]
        if shown is not None:
            members["challengeCancel"] = "01"


def _choices(members: Members, _stage: Stage) -> None:
    """Each choice has a code of its own, of at most four characters."""
    pairs = members.get("challengeSelectInfo")
    if isinstance(pairs, list):
        by_code = {code[:4]: text for each in _objects(pairs) for code, text in each.items()}
        members["challengeSelectInfo"] = [{code: text} for code, text in by_code.items()]


def _result(members: Members, stage: Stage) -> None:
    """A fallback comes after a challenge and says why; only decoupled time runs out with 03."""
    asked = stage.request.elements if stage.request is not None else {}
    announced = asked.get("transStatus") if asked.get("messageType") == "ARes" else None
    if members.get("transStatus") == "D" and announced not in (None, "C"):
        members["transStatus"] = "N"
    if members.get("transStatus") == "D" and "transStatusReason" in members:
        members["transStatusReason"] = "29"
    decoupled = announced == "D" or (
        announced is None and asked.get("threeDSRequestorDecReqInd", "N") != "N"
    )
    if members.get("challengeCancel") == "03" and asked and not decoupled:
        members["challengeCancel"] = "01"
    if "challengeErrorReporting" in members:
        members["challengeErrorReporting"] = {
            "messageType": "Erro",
            "messageVersion": stage.place.version.value,
            "errorCode": "203",
            "errorComponent": "A",
            "errorDescription": "Not in the required format.",
            "errorDetail": "challengeDataEntry",
        }


def _receipt(members: Members, stage: Stage) -> None:
    """Only a fallback goes on, and a Y was delivered."""
    asked = stage.request.elements if stage.request is not None else {}
    status = asked.get("transStatus")
    if asked and (
        (members.get("resultsStatus") == "04" and status != "D")
        or (members.get("resultsStatus") in ("02", "03") and status == "Y")
    ):
        members["resultsStatus"] = "01"


def _sequence(members: Members, _stage: Stage) -> None:
    """The number of a notice is one of its sequence."""
    sequence = members.get("opSeq")
    if isinstance(sequence, dict) and str(sequence["seqNum"]) > str(sequence["seqTotal"]):
        members["opSeq"] = {**sequence, "seqNum": "01"}


_BY_FORM: Final[dict[Form, tuple[Callable[[Members, Stage], None], ...]]] = {
    Form.AREQ: (_sources, _sellers, _authentication, _continuation),
    Form.ARES: (_answer, _methods),
    Form.CREQ: (_reply,),
    Form.CRES: (_choices,),
    Form.RREQ: (_result, _methods),
    Form.RRES: (_receipt,),
    Form.OREQ: (_sequence,),
}


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    for each in value if isinstance(value, list) else (value,):
        if isinstance(each, dict):
            yield each
