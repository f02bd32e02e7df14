"""Rules across the elements of CReq and CRes, and of the screen that a CReq answers."""

from typing import Final

from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.elements import Scene
from sekisho.protocol.elements.screens import parts_unwanted, reply_misfits
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.vocabulary import Channel, Reading, Version

CHOICE_CHARACTERS_MAX: Final = 4
"""The longest code of challengeSelectInfo, since 2.3.1."""


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


def cancellation_is_the_app_s(scene: Scene, findings: Findings) -> None:
    """An app cancels for its cardholder (01) or its own time-out (08); strictly, for nothing else."""
    given = scene.members.get("challengeCancel")
    if (
        isinstance(given, str)
        and scene.reading is Reading.STRICT
        and given in ("03", "04", "05", "09", "10")
    ):
        findings.note(ErrorCode.FORMAT_INVALID, "challengeCancel")


def reply_answers_the_screen(scene: Scene, findings: Findings) -> None:
    """A CReq answers what the CRes before it showed, with one answer; the first gives none."""
    if scene.channel is not Channel.APP:
        return
    if scene.asked is None:
        # Without the screen only the first CReq is known for what it is: its counter is 000.
        first = scene.reading is Reading.STRICT and scene.members.get("sdkCounterStoA") == "000"
        misfits = reply_misfits(None, scene.members, scene.version) if first else ()
    else:
        shown = scene.asked if scene.asked.get("messageType") == "CRes" else None
        misfits = reply_misfits(shown, scene.members, scene.version)
    if misfits:
        findings.note(ErrorCode.FORMAT_INVALID, *misfits)


def screen_shows_only_its_parts(scene: Scene, findings: Findings) -> None:
    """Read strictly, a screen shows nothing that its kind has no room for."""
    if scene.reading is Reading.STRICT:
        unwanted = parts_unwanted(scene.members, scene.version)
        if unwanted:
            findings.note(ErrorCode.FORMAT_INVALID, *unwanted)


def choices_are_short(scene: Scene, findings: Findings) -> None:
    """Since 2.3.1 the code of a choice has four characters at most."""
    pairs = scene.members.get("challengeSelectInfo")
    if scene.version < Version.V231 or not isinstance(pairs, list):
        return
    codes = [code for pair in pairs if isinstance(pair, dict) for code in pair]
    if any(len(code) > CHOICE_CHARACTERS_MAX for code in codes):
        findings.note(ErrorCode.FORMAT_INVALID, "challengeSelectInfo")
    if len(set(codes)) < len(codes):
        findings.note(ErrorCode.DUPLICATE, "challengeSelectInfo")
