"""Gathers every fault of a message, each with the rule that it breaks."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from sekisho.protocol.checks import Findings, cross
from sekisho.protocol.checks.extensions import check_extensions
from sekisho.protocol.checks.findings import REPORTED_FIRST
from sekisho.protocol.checks.walk import walk
from sekisho.protocol.elements import Scene, elements_of
from sekisho.protocol.explanation.wording import Words, found_in, words
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.places import Place

CROSS_RULES: Final[Mapping[cross.Rule, str]] = {
    cross.channel_is_known: "a deviceChannel of 01, 02 or 03: what another demands is unknown",
    cross.payment_over_3ri_is_younger: "messageCategory 02: 2.1.0 has no payments over 3RI",
    cross.exponents_fit: "the exponent that ISO 4217 lists for the currency",
    cross.requestor_states_trust_plainly: "Y or N in an AReq",
    cross.status_was_possible: "a transStatus that the AReq and its channel leave possible: C not "
    "over 3RI nor after challenge indicator 06, D only if threeDSRequestorDecReqInd is Y or B, "
    "S only if threeDSRequestorSpcSupport is Y",
    cross.template_fits_interface: "no HTML template (05, 06) on the native interface (01)",
    cross.one_action_a_screen: "one action only: cancel, resend, no entry or the added choice",
    cross.identifiers_echo: "the identifier of the message that it belongs to",
    cross.fallback_was_asked: "D only if the AReq has threeDSRequestorDecReqInd F or B",
    cross.timeout_names_its_kind: "04 or 05, as transStatusReason 14 is a timeout",
}
"""What each rule across elements expects."""

_EXTENSIONS: Final = {
    ErrorCode.DUPLICATE: Words("no extension id twice", "an id that occurs again"),
    ErrorCode.EXTENSION_NOT_RECOGNISED: Words(
        "every critical extension known to the receiver", "one that is critical and not known"
    ),
}


Verdict: TypeAlias = tuple[ErrorCode, tuple[str, ...]] | None
"""The one code that is reported, with its elements; None: nothing is wrong."""


class Noted(NamedTuple):
    """A fault, as one reading has it."""

    code: ErrorCode
    path: str
    words: Words
    rule: str


def judged(scene: Scene, place: Place, understood: Collection[str]) -> tuple[list[Noted], Verdict]:
    """Give every fault of a message, and the one code with its elements that is reported."""
    together = Findings()
    noted: dict[tuple[ErrorCode, str], Noted] = {}
    for each in _by_rule(scene, place, understood):
        together.note(each.code, each.path)
        noted.setdefault((each.code, each.path), each)
    in_order = sorted(noted.values(), key=lambda each: REPORTED_FIRST.index(each.code))
    return in_order, together.verdict()


def _by_rule(scene: Scene, place: Place, understood: Collection[str]) -> Iterator[Noted]:
    rows = elements_of(*place)
    findings = Findings()
    walk(rows, scene, findings)
    for code, path in _each(findings):
        letter = rows[path.partition(".")[0]][1]
        where = f"element table, {path} in {place.form.value} {place.version.value} ({letter})"
        yield Noted(code, path, words(code, path, rows, scene), where)
    for rule in cross.RULES[scene.form]:
        findings = Findings()
        rule(scene, findings)
        for code, path in _each(findings):
            found = found_in(scene.members, findings.everything()[code])
            said = Words(CROSS_RULES[rule], found)
            yield Noted(code, path, said, f"rule across elements, {rule.__name__}")
    if "messageExtension" in scene.members:
        findings = Findings()
        check_extensions(scene.members["messageExtension"], understood, findings)
        for code, path in _each(findings):
            yield Noted(code, path, _EXTENSIONS[code], "message extensions")


def _each(findings: Findings) -> Iterator[tuple[ErrorCode, str]]:
    for code, paths in findings.everything().items():
        for path in paths:
            yield code, path
