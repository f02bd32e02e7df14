"""The screens of an app challenge: what each shows, and what may be answered. A table of data.

Protocol facts, sections 5.5 and 5.6. One letter for each UI type, 01 to 07: M must be there, C under a
condition, O may, - must not. What older versions have otherwise stands in `older`; there the tables of
the sources are thinner, so less is demanded and less refused than in 2.3.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sekisho.protocol.vocabulary import Json, Version


class UiType(StrEnum):
    """`acsUiType`: how a screen is built."""

    TEXT = "01"
    """One or two boxes to type into."""
    SINGLE_SELECT = "02"
    """One of a list."""
    MULTI_SELECT = "03"
    """Any of a list."""
    OOB = "04"
    """Authenticate elsewhere, then come back."""
    HTML = "05"
    """A form of the ACS's own."""
    HTML_OOB = "06"
    """The same, for an authentication elsewhere; since 2.3.1."""
    INFORMATION = "07"
    """Something to read; since 2.3.1."""

    @property
    def since(self) -> Version:
        """The first version that has such screens."""
        return Version.V231 if self in (UiType.HTML_OOB, UiType.INFORMATION) else Version.V210


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One element of a CRes that a screen is made of."""

    name: str
    letters: str
    """For the UI types 01 to 07, in 2.3.1."""
    older: str = "-------"
    """The same for 2.1.0 and 2.2.0, where the element exists there."""
    zone: int = 3
    """1 header, 2 branding, 3 challenge, 4 information."""
    portrait: int = 0
    """Its place from the top; 0: it is not shown as such."""
    landscape: int = 0
    """Its place when the device lies on its side."""
    raised: int = 0
    """Its place, either way, when togglePositionInd is 01."""
    since: Version = Version.V210
    until: Version = Version.V231

    def letter(self, ui: UiType, version: Version) -> str:
        """Give M, C, O or - for a kind of screen in a version."""
        if not self.since <= version <= self.until:
            return "-"
        return (self.letters if version >= Version.V231 else self.older)[int(ui.value) - 1]


PARTS: Final = (
    Part(name="issuerImage", letters="CCCC--C", older="CCCCO--", zone=2, portrait=1, landscape=1),
    Part(name="psImage", letters="CCCC--C", older="CCCCO--", zone=2, portrait=1, landscape=1),
    Part(name="challengeInfoHeader", letters="MMMM--M", older="OOOOO--", portrait=2, landscape=2),
    Part(name="challengeInfoText", letters="MMMM--M", older="OOOOO--", portrait=3, landscape=3),
    Part(
        name="challengeInfoTextIndicator",
        letters="OOOO--O",
        older="OOOOO--",
        portrait=3,
        landscape=3,
    ),
    Part(
        name="challengeAddInfo",
        letters="-------",
        older="OOOOO--",
        portrait=3,
        landscape=3,
        until=Version.V220,
    ),
    Part(name="challengeInfoLabel", letters="-MMO--O", older="MMMOO--", portrait=4, landscape=4),
    Part(
        name="challengeEntryBox",
        letters="M------",
        portrait=5,
        landscape=5,
        since=Version.V231,
    ),
    Part(
        name="challengeEntryBoxTwo",
        letters="O------",
        portrait=6,
        landscape=6,
        since=Version.V231,
    ),
    Part(name="challengeSelectInfo", letters="-MM----", older="-MM----", portrait=5, landscape=5),
    Part(
        name="trustListInfoText",
        letters="OOOO--O",
        portrait=12,
        landscape=10,
        raised=7,
        since=Version.V231,
    ),
    Part(
        name="whitelistingInfoText",
        letters="-------",
        older="OOOOO--",
        portrait=12,
        landscape=10,
        since=Version.V220,
        until=Version.V220,
    ),
    Part(
        name="deviceBindingInfoText",
        letters="OOOO--O",
        portrait=13,
        landscape=12,
        raised=8,
        since=Version.V231,
    ),
    Part(name="togglePositionInd", letters="OOOO--O", since=Version.V231),
    Part(
        name="submitAuthenticationLabel",
        letters="MMM----",
        older="MMM-O--",
        portrait=9,
        landscape=9,
    ),
    Part(name="oobAppLabel", letters="---C---", older="---O---", portrait=9, landscape=9),
    Part(name="oobAppURL", letters="---C-C-", older="---O---"),
    Part(name="oobContinueLabel", letters="---C---", older="---M---", portrait=10, landscape=9),
    Part(
        name="resendInformationLabel", letters="O------", older="O---O--", portrait=10, landscape=9
    ),
    Part(
        name="infoContinueLabel",
        letters="------M",
        portrait=10,
        landscape=9,
        since=Version.V231,
    ),
    Part(
        name="challengeAddLabel",
        letters="OOOO--O",
        portrait=11,
        landscape=9,
        since=Version.V231,
    ),
    Part(
        name="whyInfoLabel", letters="OOOO--O", older="OOOOO--", zone=4, portrait=14, landscape=10
    ),
    Part(name="whyInfoText", letters="OOOO--O", older="OOOOO--", zone=4, portrait=15, landscape=11),
    Part(
        name="expandInfoLabel",
        letters="OOOO--O",
        older="OOOOO--",
        zone=4,
        portrait=16,
        landscape=12,
    ),
    Part(
        name="expandInfoText", letters="OOOO--O", older="OOOOO--", zone=4, portrait=17, landscape=13
    ),
    Part(name="acsHTML", letters="----MM-", older="----M--"),
    Part(name="acsHTMLRefresh", letters="-------", older="----O--", until=Version.V220),
)
"""Everything that a CRes may show, in the order of a screen held upright, its toggles raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One element of a CReq with which the cardholder, or the SDK, answers a screen."""

    name: str
    on: frozenset[UiType]
    """The screens that it answers."""
    since: Version = Version.V210
    until: Version = Version.V231
    shown: str | None = None
    """What the screen must have shown for this to be possible."""
    beside: bool = False
    """It stands beside an answer; only oobAppStatus may also stand alone."""

    def answers(self, ui: UiType, version: Version) -> bool:
        """Tell whether such a screen can be answered with it in that version."""
        return self.since <= version <= self.until and ui in self.on


_TYPED: Final = frozenset({UiType.TEXT, UiType.SINGLE_SELECT, UiType.MULTI_SELECT})
_NATIVE: Final = _TYPED | {UiType.OOB, UiType.INFORMATION}
_AWAY: Final = frozenset({UiType.OOB, UiType.HTML_OOB})
_ALL: Final = frozenset(UiType)

REPLIES: Final = (
    Reply(name="challengeCancel", on=_ALL),
    Reply(name="challengeDataEntry", on=_TYPED),
    Reply(
        name="challengeDataEntryTwo",
        on=frozenset({UiType.TEXT}),
        since=Version.V231,
        shown="challengeEntryBoxTwo",
    ),
    Reply(name="challengeNoEntry", on=_TYPED, since=Version.V220),
    Reply(name="resendChallenge", on=frozenset({UiType.TEXT}), shown="resendInformationLabel"),
    Reply(name="challengeAddCode", on=_NATIVE, since=Version.V231, shown="challengeAddLabel"),
    Reply(name="oobContinue", on=_AWAY),
    Reply(name="oobAppStatus", on=_AWAY, since=Version.V231, shown="oobAppURL", beside=True),
    Reply(name="challengeHTMLDataEntry", on=frozenset({UiType.HTML, UiType.HTML_OOB})),
    Reply(name="infoContinueIndicator", on=frozenset({UiType.INFORMATION}), since=Version.V231),
    Reply(
        name="trustListDataEntry",
        on=_NATIVE,
        since=Version.V231,
        shown="trustListInfoText",
        beside=True,
    ),
    Reply(
        name="whitelistingDataEntry",
        on=_ALL,
        since=Version.V220,
        until=Version.V220,
        shown="whitelistingInfoText",
        beside=True,
    ),
    Reply(
        name="deviceBindingDataEntry",
        on=_NATIVE,
        since=Version.V231,
        shown="deviceBindingInfoText",
        beside=True,
    ),
)
"""Everything that a CReq after the first may answer."""

USUAL: Final[Mapping[UiType, tuple[str, ...]]] = {
    UiType.TEXT: ("challengeDataEntry",),
    UiType.SINGLE_SELECT: ("challengeDataEntry",),
    UiType.MULTI_SELECT: ("challengeDataEntry",),
    UiType.OOB: ("oobContinue",),
    UiType.HTML: ("challengeHTMLDataEntry",),
    UiType.HTML_OOB: ("challengeHTMLDataEntry", "oobContinue"),
    UiType.INFORMATION: ("infoContinueIndicator",),
}
"""The answer that each screen is there for; what to name when none came."""

ENTRIES: Final = frozenset({"challengeDataEntry", "challengeDataEntryTwo"})
"""The two boxes of one screen; of all other answers a CReq holds one."""

PRESSED: Final = "01"
BY_ITSELF: Final = "02"
"""`oobContinue` since 2.3.1: the cardholder pressed, or the app merely came back."""


def ui_type(shown: Mapping[str, Json]) -> UiType | None:
    """Tell the kind of a screen; None for those that only a Directory Server's rules define."""
    given = shown.get("acsUiType")
    return _UI_TYPES.get(given) if isinstance(given, str) else None


def parts_of(ui: UiType, version: Version) -> dict[str, str]:
    """Give the elements that such a screen may show, each with M, C or O, in upright order."""
    letters = {part.name: part.letter(ui, version) for part in PARTS}
    return {name: letter for name, letter in letters.items() if letter != "-"}


def replies_to(ui: UiType, version: Version) -> tuple[str, ...]:
    """Give the elements with which such a screen can be answered at all."""
    return tuple(reply.name for reply in REPLIES if reply.answers(ui, version))


def parts_missing(shown: Mapping[str, Json], version: Version) -> tuple[str, ...]:
    """Name what a CRes for its kind of screen must have and has not (201)."""
    ui = ui_type(shown)
    if ui is None:
        return ()
    wanted = parts_of(ui, version).items()
    return tuple(name for name, letter in wanted if letter == "M" and not _is_there(shown, name))


def parts_unwanted(shown: Mapping[str, Json], version: Version) -> tuple[str, ...]:
    """Name what a CRes carries that its kind of screen has no place for (203)."""
    ui = ui_type(shown)
    if ui is None:
        return ()
    allowed = parts_of(ui, version)
    return tuple(
        part.name for part in PARTS if part.name not in allowed and _is_there(shown, part.name)
    )


def offered_codes(shown: Mapping[str, Json]) -> tuple[str, ...]:
    """List the codes of challengeSelectInfo, in the order of the screen."""
    pairs = shown.get("challengeSelectInfo")
    listed = pairs if isinstance(pairs, list) else []
    return tuple(code for pair in listed if isinstance(pair, dict) for code in pair)


def chosen_codes(ui: UiType, entry: str) -> tuple[str, ...]:
    """Split the challengeDataEntry of a list into codes: only 03 takes several, with commas."""
    return tuple(entry.split(",")) if ui is UiType.MULTI_SELECT else (entry,)


def reply_misfits(
    shown: Mapping[str, Json] | None, said: Mapping[str, Json], version: Version
) -> tuple[str, ...]:
    """Name the elements of an app's CReq that do not answer the screen before it (all of them 203).

    `shown` are the elements of the CRes, None before the first: then nothing can be answered yet,
    only cancelled. Two answers at once are both named; where there is none, the one that is missed.
    """
    spoken = [reply for reply in REPLIES if _speaks(said, reply.name)]
    if shown is None:
        return tuple(reply.name for reply in spoken if reply.name != "challengeCancel")
    ui = ui_type(shown)
    if ui is None:
        return ()
    strays = tuple(
        reply.name
        for reply in spoken
        if not reply.answers(ui, version)
        or (reply.shown is not None and not _is_there(shown, reply.shown))
    )
    return _number_misfits(ui, said, version) or strays or _choice_misfits(ui, shown, said)


_UI_TYPES: Final = {ui.value: ui for ui in UiType}


def _speaks(said: Mapping[str, Json], name: str) -> bool:
    """Tell whether an element says something; older SDKs send resendChallenge N for "no"."""
    return _is_there(said, name) and not (name == "resendChallenge" and said[name] == "N")


def _is_there(members: Mapping[str, Json], name: str) -> bool:
    return members.get(name) not in (None, "", [], {})


def _number_misfits(ui: UiType, said: Mapping[str, Json], version: Version) -> tuple[str, ...]:
    """Name the answers where there is more than one, and the usual one where there is none."""
    answers = [reply.name for reply in REPLIES if not reply.beside and _speaks(said, reply.name)]
    if ui is UiType.HTML_OOB and said.get("oobContinue") == PRESSED:
        # The form itself is the answer then, and must be there.
        answers.remove("oobContinue")
    if not answers:
        # Before 2.3.1 a field left empty is often not mentioned at all: the ACS asks again.
        silent = ui in _TYPED and version < Version.V231
        return () if silent or _speaks(said, "oobAppStatus") else USUAL[ui]
    return () if len(answers) == 1 or set(answers) == ENTRIES else tuple(answers)


def _choice_misfits(
    ui: UiType, shown: Mapping[str, Json], said: Mapping[str, Json]
) -> tuple[str, ...]:
    """Name challengeDataEntry when it says what the list did not offer, or says it twice."""
    entry = said.get("challengeDataEntry")
    if ui is UiType.TEXT or not isinstance(entry, str) or not entry:
        return ()
    chosen = chosen_codes(ui, entry)
    sound = len(set(chosen)) == len(chosen) and set(chosen) <= set(offered_codes(shown))
    return () if sound else ("challengeDataEntry",)
