"""Brings a message into line with what takes more than one element to decide.

What the conditions of the table demand is added, what they forbid is left out; what rules across
elements want (protocol facts, sections 5 and 7) is said here once more, in our own words, so that a
message that comes out sound says something about the checks.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.protocol import Channel, Json, Version
from sekisho.protocol.elements import Condition, Element, Kind
from sekisho.protocol.elements.scene import EMPTY
from sekisho.protocol.elements.screens import (
    REPLIES,
    USUAL,
    UiType,
    parts_of,
    ui_type,
)
from sekisho.protocol.vocabulary import Form
from sekisho.testkit.messages.arranging import Desk, Members, arranged
from sekisho.testkit.messages.further import further
from sekisho.testkit.messages.stages import Stage

Value: TypeAlias = Callable[[Element], Json]

ROUNDS_MAX: Final = 25
"""Settling takes a handful of rounds; more means that two rules chase each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a message must keep, whatever else has to change for it."""

    keep: frozenset[str] = frozenset()
    """Elements that stay as they are."""
    lack: frozenset[str] = frozenset()
    """Elements that stay away."""


ANYTHING: Final = Wish()


def settled(members: Members, stage: Stage, value: Value, wish: Wish = ANYTHING) -> Members | None:
    """Change a message until its conditions hold; None when the wish cannot be granted."""
    current: Members | None = {**stage.told(), **members}
    for _ in range(ROUNDS_MAX):
        before = current
        if before is None or any(name in before for name in wish.lack):
            return None
        current = _round(before, stage, value, wish)
        if current == before:
            return current
    return None


def _round(members: Members, stage: Stage, value: Value, wish: Wish) -> Members | None:
    after = adjusted(members, stage, value, wish)
    if any(after.get(name) != members.get(name) for name in wish.keep):
        return None
    found: Members | None = after
    for name, (row, letter) in stage.rows.items():
        if found is not None and letter == "C":
            found = _conditional(row, found, stage, value, wish)
        if found is not None and name in found:
            found[name] = _inside(row, found[name], found, stage, value)
    return found


def adjusted(members: Members, stage: Stage, value: Value, wish: Wish = ANYTHING) -> Members:
    """Apply the rules across elements once."""
    after = {**members}
    for adjust in _ADJUSTMENTS:
        adjust(after, stage, value, wish)
    return after


def _conditional(
    row: Element, members: Members, stage: Stage, value: Value, wish: Wish
) -> Members | None:
    """Settle whether one conditional element is there."""
    name, form, scene = row.name, stage.place.form, stage.scene(members)
    allowed, needed = row.allowed.get(form), row.needed.get(form)
    if name in members and allowed is not None and not allowed.holds(scene):
        if needed is not None and needed.holds(scene):
            # Demanded and forbidden at once: what demands it has to give way.
            return _arranged(needed, members, stage, value, wish, want=False)
        if name in wish.keep:
            return _arranged(allowed, members, stage, value, wish, want=True)
        return {each: given for each, given in members.items() if each != name}
    if name not in members and needed is not None and needed.holds(scene):
        if name in wish.lack:
            return _arranged(needed, members, stage, value, wish, want=False)
        return {**members, name: value(row)}
    return members


def _arranged(
    condition: Condition,
    members: Members,
    stage: Stage,
    value: Value,
    wish: Wish,
    *,
    want: bool,
) -> Members | None:
    """Give the first arrangement whose changes the rules across elements leave alone."""
    rows = {each: known for each, (known, _) in stage.rows.items()}
    fixed = wish.keep | wish.lack
    desk = Desk(stage=stage, rows=rows, value=value, fixed=fixed, want=want)
    for after in arranged(condition, members, desk):
        changed = {name for name in {*members, *after} if members.get(name) != after.get(name)}
        lasting = adjusted(after, stage, value, wish)
        if all(lasting.get(name) == after.get(name) for name in changed):
            return after
    return None


def _inside(row: Element, given: Json, members: Members, stage: Stage, value: Value) -> Json:
    """Add the children that a condition demands, at every depth."""
    if isinstance(given, list):
        return [_inside(row, item, members, stage, value) for item in given]
    if not isinstance(given, dict) or row.free or row.kind is Kind.TEXT:
        return given
    after = {**given}
    for child in row.children:
        if child.name in after:
            after[child.name] = _inside(child, after[child.name], members, stage, value)
        elif child.child_needed is not None and child.child_needed.holds(
            stage.scene(members, after)
        ):
            after[child.name] = value(child)
    return after


def _rendering(members: Members, _stage: Stage, _value: Value, _wish: Wish) -> None:
    """The native interface has no HTML templates."""
    rendering = members.get("acsRenderingType")
    if isinstance(rendering, dict) and rendering.get("acsUiTemplate") in ("05", "06"):
        members["acsRenderingType"] = {**rendering, "acsInterface": "02"}


def _amounts(members: Members, _stage: Stage, _value: Value, _wish: Wish) -> None:
    """A currency's exponent is the one of ISO 4217."""
    for of in ("purchase", "recurring"):
        currency = members.get(f"{of}Currency")
        if isinstance(currency, str) and f"{of}Exponent" in members:
            members[f"{of}Exponent"] = str(CURRENCIES_BY_NUMBER[currency].exponent)


def _statuses(members: Members, stage: Stage, _value: Value, _wish: Wish) -> None:
    """The requestor knows of the trust list only yes or no; an answer answers what was asked."""
    if stage.place.form is Form.AREQ:
        for name in ("whiteListStatus", "trustListStatus"):
            if members.get(name, "N") not in ("Y", "N"):
                members[name] = "Y"
    status = members.get("transStatus")
    if stage.place.form is Form.ARES and status in {*_impossible(stage)}:
        members["transStatus"] = "N"
    if stage.place.form in (Form.RREQ, Form.FINAL_CRES) and status == "D":
        asked = stage.request.elements if stage.request is not None else {"messageType": ""}
        if asked["messageType"] == "AReq" and asked.get("threeDSRequestorDecReqInd") not in (
            "F",
            "B",
        ):
            members["transStatus"] = "N"


def _impossible(stage: Stage) -> Iterator[str]:
    """Give the answers that this request rules out."""
    if stage.place.channel is Channel.THREE_RI:
        yield "C"
    if stage.request is None:
        return
    asked = stage.request.elements
    wish = asked.get("threeDSRequestorChallengeInd")
    if wish == "06" or (isinstance(wish, list) and "06" in wish):
        yield "C"
    if asked.get("threeDSRequestorDecReqInd") not in ("Y", "B"):
        yield "D"
    if asked.get("threeDSRequestorSpcSupport") != "Y":
        yield "S"


def _timeouts(members: Members, stage: Stage, _value: Value, wish: Wish) -> None:
    """A result with reason 14 says which time ran out."""
    if stage.place.form is Form.RREQ and members.get("transStatusReason") == "14":
        if "challengeCancel" in wish.keep and members.get("challengeCancel") not in ("04", "05"):
            members["transStatusReason"] = "01"
        elif members.get("challengeCancel") not in ("04", "05"):
            members["challengeCancel"] = "04"


def _screen(members: Members, stage: Stage, value: Value, wish: Wish) -> None:
    """A CRes shows what its kind of screen has room for, and all that it must."""
    version = stage.place.version
    if stage.place.form is not Form.CRES:
        return
    every = {name for ui in UiType for name in parts_of(ui, version)}
    wanted = every & wish.keep
    ui = ui_type(members)
    if ui is None or not wanted <= set(parts_of(ui, version)):
        fitting = [
            each
            for each in UiType
            if each.since <= version and wanted <= set(parts_of(each, version))
        ]
        if not fitting or "acsUiType" in wish.keep:
            return
        ui = fitting[0]
        members["acsUiType"] = ui.value
    parts = parts_of(ui, version)
    for name in every - set(parts):
        members.pop(name, None)
    for name, letter in parts.items():
        if letter == "M" and name not in members and name not in wish.lack:
            members[name] = value(stage.rows[name][0])
    _out_of_band(members, ui, stage, value)


def _out_of_band(members: Members, ui: UiType, stage: Stage, value: Value) -> None:
    """An address to open has a label, and a label something to open."""
    version = stage.place.version
    if ui is UiType.OOB and version >= Version.V231:
        for one, other in (("oobAppURL", "oobAppLabel"), ("oobAppLabel", "oobAppURL")):
            if one in members and other not in members:
                members[other] = value(stage.rows[other][0])


def _reply(members: Members, stage: Stage, value: Value, wish: Wish) -> None:
    """A CReq of an app cancels or gives one answer; the first after the ARes gives none."""
    if stage.place.form is not Form.CREQ or stage.place.channel is not Channel.APP:
        return
    version = stage.place.version
    spoken = [reply.name for reply in REPLIES if members.get(reply.name) not in EMPTY]
    wanted = [name for name in spoken if name in wish.keep] or spoken[:1]
    screens = [
        ui
        for ui in UiType
        if ui.since <= version
        and all(reply.answers(ui, version) for reply in REPLIES if reply.name in wanted)
    ]
    answers = [reply.name for reply in REPLIES if reply.name in wanted and not reply.beside]
    if wanted and not answers and screens:
        answers = [USUAL[screens[0]][0]]
        for name in answers:
            members[name] = value(stage.rows[name][0])
    for name in spoken:
        if name not in (*wanted, *answers[:1]):
            del members[name]


def _extensions(members: Members, _stage: Stage, _value: Value, _wish: Wish) -> None:
    """No id stands twice, and nobody need understand what only we know."""
    extensions = members.get("messageExtension")
    if isinstance(extensions, list):
        by_id = {str(each["id"]): each for each in extensions if isinstance(each, dict)}
        members["messageExtension"] = [
            {**each, "criticalityIndicator": False} for each in by_id.values()
        ]


_ADJUSTMENTS: Final[tuple[Callable[[Members, Stage, Value, Wish], None], ...]] = (
    _rendering,
    _amounts,
    _statuses,
    _timeouts,
    _screen,
    _reply,
    _extensions,
    lambda members, stage, _value, _wish: further(members, stage),
)
"""What rules across several elements ask of a message."""


def bare(stage: Stage, value: Value, names: Collection[str] = ()) -> Members:
    """Give what is required there, and these elements; conditions are not looked at."""
    told = stage.told()
    return told | {
        name: value(row)
        for name, (row, letter) in stage.rows.items()
        if name not in told and (letter == "R" or name in names)
    }
