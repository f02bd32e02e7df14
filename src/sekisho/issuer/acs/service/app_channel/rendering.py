"""What an SDK can show, and which kind of screen a question becomes. Pure.

Protocol facts, sections 2.9 and 5.6. A native screen comes before a form of HTML, unless HTML is wanted;
what an SDK cannot show is no way of asking on that device.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sekisho.issuer.acs.model import ChallengeKind, Renders
from sekisho.protocol import Message, Version
from sekisho.protocol.elements.screens import UiType
from sekisho.protocol.states.split_sdk import split_sdk_of
from sekisho.protocol.vocabulary import Json

NATIVE: Final = "01"
HTML: Final = "02"
"""acsInterface, and sdkInterface for the one or the other; 03 is both."""
PORTRAIT: Final = "01"
"""deviceUserInterfaceMode (since 2.3.1)."""

SCREENS: Final[Mapping[ChallengeKind, UiType]] = {
    ChallengeKind.ONE_TIME_CODE: UiType.TEXT,
    ChallengeKind.STATIC_PASSWORD: UiType.TEXT,
    ChallengeKind.APP_CODE: UiType.TEXT,
    ChallengeKind.OUT_OF_BAND: UiType.OOB,
    ChallengeKind.SINGLE_SELECT: UiType.SINGLE_SELECT,
    ChallengeKind.MULTI_SELECT: UiType.MULTI_SELECT,
    ChallengeKind.INFORMATION: UiType.INFORMATION,
    ChallengeKind.PASSES_BY_ITSELF: UiType.INFORMATION,
    ChallengeKind.FAILS_BY_ITSELF: UiType.INFORMATION,
}
"""The native screen of each kind of question. A passkey has none: it needs a browser."""

METHODS: Final[Mapping[ChallengeKind, tuple[str, ...]]] = {
    ChallengeKind.ONE_TIME_CODE: ("02", "05"),
    ChallengeKind.STATIC_PASSWORD: ("01",),
    ChallengeKind.APP_CODE: ("04",),
    ChallengeKind.OUT_OF_BAND: ("07", "08", "09", "11"),
    ChallengeKind.SINGLE_SELECT: ("06",),
    ChallengeKind.MULTI_SELECT: ("06",),
}
"""authenticationMethod of each kind: what sdkAuthenticationType and limited devices speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """How a question is shown."""

    interface: str
    ui: UiType

    def element(self, version: Version) -> dict[str, Json]:
        """Give acsRenderingType."""
        shown: dict[str, Json] = {"acsInterface": self.interface, "acsUiTemplate": self.ui.value}
        if version >= Version.V231:
            shown["deviceUserInterfaceMode"] = PORTRAIT
        return shown


def renders_of(areq: Message, *, html: bool) -> Renders:
    """Read what the SDK of an AReq can show; `html`: HTML is wanted where it can."""
    options = areq.get("deviceRenderOptions")
    told = options if isinstance(options, dict) else {}
    interface = told.get("sdkInterface")
    allowed = {NATIVE: frozenset({NATIVE}), HTML: frozenset({HTML})}.get(
        str(interface), frozenset({NATIVE, HTML})
    )
    return Renders(
        native=NATIVE in allowed,
        html=HTML in allowed,
        html_wanted=html,
        ui_types=_texts(told.get("sdkUiType")),
        methods=_texts(told.get("sdkAuthenticationType")),
        methods_refused=_refused(areq),
    )


def rendering_of(kind: ChallengeKind, renders: Renders, version: Version) -> Rendering | None:
    """Choose the screen for a kind of question; None: the device cannot show one."""
    native = SCREENS.get(kind)
    if native is None or not _askable(kind, renders):
        return None
    if native.since > version:
        # Before 2.3.1 nothing is merely to be read: an OOB screen has a text and a button to go on.
        native = UiType.OOB
    away = kind is ChallengeKind.OUT_OF_BAND and version >= Version.V231
    in_html = Rendering(interface=HTML, ui=UiType.HTML_OOB if away else UiType.HTML)
    natively = Rendering(interface=NATIVE, ui=native)
    fitting = [each for each in (natively, in_html) if _is_shown(each, renders)]
    if renders.html_wanted:
        fitting.reverse()
    return fitting[0] if fitting else None


def shown_as(kind: ChallengeKind, renders: Renders, version: Version) -> Rendering:
    """Give the screen of a question that is being asked.

    What the ARes promised can be shown; a question that changed its kind behind our back is shown as
    a text, which every SDK knows.
    """
    return rendering_of(kind, renders, version) or Rendering(interface=NATIVE, ui=UiType.TEXT)


def first_shown(
    kinds: Iterable[ChallengeKind], renders: Renders, version: Version
) -> ChallengeKind | None:
    """Give the first kind of question that the device can show."""
    return next((kind for kind in kinds if rendering_of(kind, renders, version)), None)


def _is_shown(rendering: Rendering, renders: Renders) -> bool:
    allowed = renders.native if rendering.interface == NATIVE else renders.html
    return allowed and rendering.ui.value in renders.ui_types


def _askable(kind: ChallengeKind, renders: Renders) -> bool:
    """Tell whether the device may be asked so at all: limited ones may not, others say what they can."""
    methods = METHODS.get(kind, ())
    if any(method in renders.methods_refused for method in methods):
        return False
    return not methods or not renders.methods or bool(set(methods) & set(renders.methods))


def _refused(areq: Message) -> tuple[str, ...]:
    split = split_sdk_of(areq)
    known = sorted({method for methods in METHODS.values() for method in methods})
    return () if split is None else split.refuses(known)


def _texts(listed: Json) -> tuple[str, ...]:
    return (
        tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()
    )
