"""Rules across the elements of ARes, RReq, RRes and the final CRes, and of what they answer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from sekisho.kernel.currencies import CURRENCIES
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.walk import walk
from sekisho.protocol.elements import Scene, elements_of
from sekisho.protocol.elements.scene import EMPTY
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.vocabulary import Channel, Form, Json, Reading

_Asked: TypeAlias = Mapping[str, Json]


def status_was_possible(scene: Scene, findings: Findings) -> None:
    """A transStatus answers what was asked: no C on 3RI or after "data share only", and so on."""
    status, asked = scene.members.get("transStatus"), scene.asked
    if (
        (status == "C" and (scene.channel is Channel.THREE_RI or "06" in _wishes(asked)))
        or (status == "S" and scene.channel is not Channel.BROWSER)
        or (asked is not None and not _follows(str(status), asked, scene))
    ):
        findings.note(ErrorCode.FORMAT_INVALID, "transStatus")


def _follows(status: str, asked: _Asked, scene: Scene) -> bool:
    """Tell whether an ARes may answer that AReq with that status."""
    if status == "D":
        return asked.get("threeDSRequestorDecReqInd") in ("Y", "B")
    if status == "S":
        return asked.get("threeDSRequestorSpcSupport") == "Y"
    if status != "I":
        return True
    wishes = _wishes(asked)
    if wishes & {"05", "06", "07"} or any(wish >= "80" for wish in wishes):
        return True
    if scene.scheme is not None:
        return bool(wishes & scene.scheme.informed_by)
    # The Directory Server's rules may allow it for others, and nobody told us which these are.
    return scene.reading is Reading.LENIENT


def _wishes(asked: _Asked | None) -> frozenset[str]:
    wish = asked.get("threeDSRequestorChallengeInd") if asked is not None else None
    listed = wish if isinstance(wish, list) else [wish]
    return frozenset(each for each in listed if isinstance(each, str))


def decoupling_is_confirmed(scene: Scene, findings: Findings) -> None:
    """acsDecConInd is Y with transStatus D, and never without it."""
    given, decoupled = scene.members.get("acsDecConInd"), scene.members.get("transStatus") == "D"
    if (given == "Y" and not decoupled) or (given == "N" and decoupled):
        findings.note(ErrorCode.FORMAT_INVALID, "acsDecConInd")


def confirmation_has_a_currency(scene: Scene, findings: Findings) -> None:
    """Secure Payment Confirmation shows a currency of ISO 4217 (304)."""
    shown = scene.members.get("spcTransData")
    currency = shown.get("currency") if isinstance(shown, dict) else None
    if isinstance(currency, str) and currency.isalpha() and currency not in CURRENCIES:
        findings.note(ErrorCode.ISO_CODE_INVALID, "spcTransData.currency")


def limited_device_types_nothing(scene: Scene, findings: Findings) -> None:
    """Limited split SDKs take neither a static passcode (01) nor knowledge questions (06)."""
    split = scene.asked.get("splitSdkType") if scene.asked is not None else None
    if not (isinstance(split, dict) and split.get("limitedInd") == "Y"):
        return
    methods = scene.members.get("authenticationMethod")
    if isinstance(methods, list) and ("01" in methods or "06" in methods):
        findings.note(ErrorCode.FORMAT_INVALID, "authenticationMethod")


def template_fits_interface(scene: Scene, findings: Findings) -> None:
    """The native interface has no HTML templates."""
    rendering = scene.members.get("acsRenderingType")
    if (
        isinstance(rendering, dict)
        and rendering.get("acsInterface") == "01"
        and rendering.get("acsUiTemplate") in ("05", "06")
    ):
        findings.note(ErrorCode.FORMAT_INVALID, "acsRenderingType.acsUiTemplate")


def result_was_announced(scene: Scene, findings: Findings) -> None:
    """A result follows an ARes with C, D or S, and no other (313)."""
    if _announced(scene) not in (None, "C", "D", "S"):
        findings.note(ErrorCode.RESULT_INCONSISTENT, "threeDSServerTransID")


def result_keeps_its_category(scene: Scene, findings: Findings) -> None:
    """A result has the messageCategory of its AReq."""
    areq, said = _of(scene.asked, "AReq"), scene.members.get("messageCategory")
    if areq is not None and said not in (*EMPTY, areq.get("messageCategory")):
        findings.note(ErrorCode.FORMAT_INVALID, "messageCategory")


def fallback_was_asked(scene: Scene, findings: Findings) -> None:
    """A challenge, and nothing else, falls back to decoupled authentication if the AReq said so."""
    if scene.members.get("transStatus") != "D":
        return
    areq = _of(scene.asked, "AReq")
    if (areq is not None and areq.get("threeDSRequestorDecReqInd") not in ("F", "B")) or _announced(
        scene
    ) not in (None, "C"):
        findings.note(ErrorCode.FORMAT_INVALID, "transStatus")


def fallback_says_why(scene: Scene, findings: Findings) -> None:
    """A fallback has reason 29 (not completed) or 30 (not enough), or one of the scheme's own."""
    reason = scene.members.get("transStatusReason")
    if (
        scene.members.get("transStatus") == "D"
        and isinstance(reason, str)
        and reason not in ("29", "30")
        and reason < "80"
    ):
        findings.note(ErrorCode.FORMAT_INVALID, "transStatusReason")


def timeout_names_its_kind(scene: Scene, findings: Findings) -> None:
    """A result with reason 14 says which time ran out: challengeCancel 04 or 05."""
    cancel = scene.members.get("challengeCancel")
    if (
        scene.members.get("transStatusReason") == "14"
        and isinstance(cancel, str)
        and cancel not in ("04", "05")
    ):
        findings.note(ErrorCode.FORMAT_INVALID, "challengeCancel")


def only_a_decoupled_time_runs_out_so(scene: Scene, findings: Findings) -> None:
    """challengeCancel 03 ends a decoupled authentication, not a challenge."""
    if scene.members.get("challengeCancel") != "03":
        return
    areq = _of(scene.asked, "AReq")
    if (areq is not None and areq.get("threeDSRequestorDecReqInd", "N") == "N") or _announced(
        scene
    ) not in (None, "D"):
        findings.note(ErrorCode.FORMAT_INVALID, "challengeCancel")


def reported_error_is_an_erro(scene: Scene, findings: Findings) -> None:
    """challengeErrorReporting is a whole Erro: what it lacks or has wrong is named inside it."""
    reported = scene.members.get("challengeErrorReporting")
    if not isinstance(reported, dict) or not reported:
        return
    inner = Findings()
    rows = elements_of(Form.ERRO, scene.version, scene.channel, scene.category, scene.reading)
    walk(rows, _inside(scene, reported), inner)
    if reported.get("messageType") not in (*EMPTY, "Erro"):
        inner.note(ErrorCode.FORMAT_INVALID, "messageType")
    for code, names in inner.everything().items():
        findings.note(code, *(f"challengeErrorReporting.{name}" for name in names))


def receipt_fits_its_result(scene: Scene, findings: Findings) -> None:
    """The RRes goes on with a fallback (04) only after one, and finds no result undelivered if Y."""
    rreq = _of(scene.asked, "RReq")
    if rreq is None:
        return
    said, status = scene.members.get("resultsStatus"), rreq.get("transStatus")
    undelivered = said in ("02", "03") and status == "Y" and scene.reading is Reading.STRICT
    if (said == "04" and status != "D") or undelivered:
        findings.note(ErrorCode.FORMAT_INVALID, "resultsStatus")


def _of(asked: _Asked | None, kind: str) -> _Asked | None:
    """Give the message that is answered if it is of that kind."""
    return asked if asked is not None and asked.get("messageType") == kind else None


def _announced(scene: Scene) -> Json:
    """Give the transStatus of the ARes before; None where none is known."""
    ares = _of(scene.asked, "ARes")
    return None if ares is None else ares.get("transStatus")


def _inside(scene: Scene, members: _Asked) -> Scene:
    """Look at a message inside a message."""
    return replace(scene, members=members, whole=members, form=Form.ERRO, asked=None)
