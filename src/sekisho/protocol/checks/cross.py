"""The rules that take more than one element to decide, each a function of the whole message."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.walk import reserved_value
from sekisho.protocol.elements import Scene
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.vocabulary import Channel, Form, Version

Rule: TypeAlias = Callable[[Scene, Findings], None]

TRANSACTION_IDS: Final = ("threeDSServerTransID", "dsTransID", "acsTransID", "sdkTransID")
"""The identifiers that run through a transaction."""


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
    members = scene.members
    for currency, exponent in _AMOUNTS:
        if currency in members and exponent in members:
            listed = CURRENCIES_BY_NUMBER.get(str(members[currency]))
            if listed is not None and members[exponent] != str(listed.exponent):
                findings.note(ErrorCode.ISO_CODE_INVALID, currency, exponent)


_AMOUNTS: Final = (
    ("purchaseCurrency", "purchaseExponent"),
    ("recurringCurrency", "recurringExponent"),
)


def requestor_states_trust_plainly(scene: Scene, findings: Findings) -> None:
    """An AReq says of the trust list only Y or N."""
    for name in ("whiteListStatus", "trustListStatus"):
        if scene.members.get(name, "Y") not in ("Y", "N"):
            findings.note(ErrorCode.FORMAT_INVALID, name)


def status_was_possible(scene: Scene, findings: Findings) -> None:
    """A transStatus answers what was asked: no C on 3RI or after "data share only", and so on."""
    status = scene.members.get("transStatus")
    asked = scene.asked
    if (status == "C" and (scene.channel is Channel.THREE_RI or _only_shared(asked))) or (
        asked is not None
        and (
            (status == "D" and asked.get("threeDSRequestorDecReqInd") not in ("Y", "B"))
            or (status == "S" and asked.get("threeDSRequestorSpcSupport") != "Y")
        )
    ):
        findings.note(ErrorCode.FORMAT_INVALID, "transStatus")


def _only_shared(asked: Mapping[str, object] | None) -> bool:
    wish = asked.get("threeDSRequestorChallengeInd") if asked is not None else None
    return wish == "06" or (isinstance(wish, list) and "06" in wish)


def fallback_was_asked(scene: Scene, findings: Findings) -> None:
    """A challenge falls back to decoupled authentication only if the AReq said so."""
    if (
        scene.asked is not None
        and scene.members.get("transStatus") == "D"
        and scene.asked.get("messageType") == "AReq"
        and scene.asked.get("threeDSRequestorDecReqInd") not in ("F", "B")
    ):
        findings.note(ErrorCode.FORMAT_INVALID, "transStatus")


def timeout_names_its_kind(scene: Scene, findings: Findings) -> None:
    """A result with reason 14 says which time ran out: challengeCancel 04 or 05."""
    cancel = scene.members.get("challengeCancel")
    if (
        scene.members.get("transStatusReason") == "14"
        and isinstance(cancel, str)
        and cancel not in ("04", "05")
    ):
        findings.note(ErrorCode.FORMAT_INVALID, "challengeCancel")


def template_fits_interface(scene: Scene, findings: Findings) -> None:
    """The native interface has no HTML templates."""
    rendering = scene.members.get("acsRenderingType")
    if (
        isinstance(rendering, dict)
        and rendering.get("acsInterface") == "01"
        and rendering.get("acsUiTemplate") in ("05", "06")
    ):
        findings.note(ErrorCode.FORMAT_INVALID, "acsRenderingType.acsUiTemplate")


def one_action_a_screen(scene: Scene, findings: Findings) -> None:
    """A CReq of an app says one thing: cancel, resend, nothing entered, or the other choice."""
    if scene.channel is not Channel.APP:
        return
    members = scene.members
    taken = [
        name
        for name in ("challengeCancel", "challengeNoEntry", "challengeAddCode", "resendChallenge")
        if members.get(name) not in (None, "", "N")
    ]
    if len(taken) > 1:
        findings.note(ErrorCode.FORMAT_INVALID, *taken)


def identifiers_echo(scene: Scene, findings: Findings) -> None:
    """An answer carries the identifiers of what it answers (301)."""
    if scene.asked is None:
        return
    for name in TRANSACTION_IDS:
        asked, said = scene.asked.get(name), scene.members.get(name)
        if asked is not None and said is not None and asked != said:
            findings.note(ErrorCode.TRANSACTION_UNKNOWN, name)


RULES: Final[Mapping[Form, Sequence[Rule]]] = {
    Form.AREQ: (
        channel_is_known,
        payment_over_3ri_is_younger,
        exponents_fit,
        requestor_states_trust_plainly,
    ),
    Form.ARES: (status_was_possible, template_fits_interface, identifiers_echo),
    Form.CREQ: (one_action_a_screen, identifiers_echo),
    Form.CRES: (identifiers_echo,),
    Form.FINAL_CRES: (fallback_was_asked, identifiers_echo),
    Form.RREQ: (
        fallback_was_asked,
        timeout_names_its_kind,
        template_fits_interface,
        identifiers_echo,
    ),
    Form.RRES: (identifiers_echo,),
    Form.PREQ: (),
    Form.PRES: (identifiers_echo,),
    Form.ERRO: (),
    Form.OREQ: (),
    Form.ORES: (identifiers_echo,),
}
