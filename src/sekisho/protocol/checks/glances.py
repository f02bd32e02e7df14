"""What a rule across elements looks at when a message has little to show it.

A rule decides by what it sees of a scene and by nothing else. So it is enough to let it look, once
for each place of the table, at a message that holds no element but those that say its place: if it
then says nothing, it will say nothing of any message that lacks all the elements it has asked for.
Where it asks for a coded element that every message has, each code is shown to it likewise. Messages
of which nothing can come are spared the call, which is most rules for most messages.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Protocol

from sekisho.protocol.checks.expressions import listed_values
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.typed import placing_values
from sekisho.protocol.elements import Scene, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Json


class Rule(Protocol):
    """A rule across elements (`checks.cross.RULES`)."""

    def __call__(self, scene: Scene, findings: Findings, /) -> None:
        """Note what the rule finds wrong."""
        ...


class Trigger(NamedTuple):
    """What makes a rule worth calling: any of this."""

    always: bool
    """It said something, or looked at what cannot be followed."""
    asked: bool
    """The request that the message answers is known."""
    names: tuple[str, ...]
    """One of these elements is there."""
    codes: Mapping[str, tuple[str, ...]]
    """An element has one of these values."""


class Looking:
    """Lets a rule look at messages of a place that hold almost nothing."""

    def __init__(self, rule: Rule, place: Place) -> None:
        self._rule = rule
        self._place = place
        rows = elements_of(*place)
        required = {name: row for name, (row, letter) in rows.items() if letter == "R"}
        self._fixed: dict[str, Json] = {
            name: next(iter(values))
            for name, values in placing_values(place).items()
            if len(values) == 1 and name in required
        }
        self._coded = {
            name: sorted(values)
            for name, row in required.items()
            if row.codes and (values := listed_values(row, place))
        }

    def trigger(self) -> Trigger:
        """Tell what the rule has to be called for."""
        seen = self._glance({})
        coded = next((name for name in seen.names if name in self._coded), None)
        if seen.always or coded is None:
            return seen
        others = tuple(name for name in seen.names if name != coded)
        speaking = []
        for code in self._coded[coded]:
            shown = self._glance({coded: code})
            silent = not shown.always and shown.asked <= seen.asked
            if not (silent and {*shown.names} <= {*others}):
                speaking.append(code)
        return seen._replace(names=others, codes={coded: tuple(speaking)} if speaking else {})

    def _glance(self, shown: Mapping[str, Json]) -> Trigger:
        members = _Little({**self._fixed, **shown})
        scene = _Watched(members, self._place)
        findings = Findings()
        self._rule(scene, findings)
        followed = not members.counted and scene.looked_at.isdisjoint(_OF_READER)
        return Trigger(
            always=bool(findings) or not followed,
            asked="asked" in scene.looked_at,
            names=tuple(members.looked_for),
            codes={},
        )


_OF_READER: Final = frozenset({"to", "scheme", "now"})
"""What a scene says of the reader: it may be other than in the glance."""


class _Little(Mapping[str, Json]):
    """Few elements or none; remembers which others were looked for."""

    def __init__(self, members: Mapping[str, Json]) -> None:
        self._members = members
        self.looked_for: dict[str, None] = {}
        self.counted = False

    def __getitem__(self, name: str) -> Json:
        if name in self._members:
            return self._members[name]
        self.looked_for[name] = None
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        self.counted = True
        return iter(self._members)

    def __len__(self) -> int:
        self.counted = True
        return len(self._members)


class _Watched(Scene):
    """A scene that remembers which of its parts were looked at."""

    def __init__(self, members: Mapping[str, Json], place: Place) -> None:
        self.looked_at: set[str] = set()
        super().__init__(members, members, *place[:4], None, None, place.reading)
        self.looked_at.clear()

    def __getattribute__(self, name: str) -> object:
        if name != "looked_at":
            self.looked_at.add(name)
        return super().__getattribute__(name)
