"""Gathers every fault of a message, each with the rule that it breaks."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from sekisho.protocol.checks import Findings, Reader, cross, inspect
from sekisho.protocol.checks.extensions import check_extensions
from sekisho.protocol.checks.findings import REPORTED_FIRST
from sekisho.protocol.checks.walk import walk
from sekisho.protocol.elements import Scene, elements_of
from sekisho.protocol.explanation.wording import Words, found_in, words
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.places import Place

CROSS_RULES: Final[Mapping[cross.Rule, str]] = cross.EXPECTED
"""What each rule across elements expects."""

_EXTENSIONS: Final = {
    ErrorCode.DUPLICATE: Words("no extension id twice", "an id that occurs again"),
    ErrorCode.EXTENSION_NOT_RECOGNISED: Words(
        "every critical extension known to the receiver", "one that is critical and not known"
    ),
    ErrorCode.FORMAT_INVALID: Words(
        "critical extensions of EMVCo only, and a bridging extension of version 1.0 or 2.0 whose "
        "elements have the form of 2.3.1",
        "another",
    ),
    ErrorCode.ELEMENT_MISSING: Words("a bridging extension that tells its version", "none"),
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
    reader = Reader(scene.to, scene.asked, understood, scene.scheme, scene.now)
    if not inspect(scene.members, place, reader)[0]:
        return [], None  # the quick way tells a sound message: it may be one of 64 MiB
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
        check_extensions(scene.members["messageExtension"], understood, findings, scene)
        for code, path in _each(findings):
            yield Noted(code, path, _EXTENSIONS[code], "message extensions")


def _each(findings: Findings) -> Iterator[tuple[ErrorCode, str]]:
    for code, paths in findings.everything().items():
        for path in paths:
            yield code, path
