"""What a rule across elements looks at when a message has nothing to show it.

A rule decides by what it sees of a scene and by nothing else. So it is enough to let it look, once
for each place of the table, at a message that holds no element: if it then says nothing, it will
say nothing of any message that lacks all the elements it has asked for. Such messages are spared
the call, which is most rules for most messages.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Protocol

from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.elements import Scene
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Json


class Rule(Protocol):
    """A rule across elements (`checks.cross.RULES`)."""

    def __call__(self, scene: Scene, findings: Findings, /) -> None:
        """Note what the rule finds wrong."""
        ...


class Glance(NamedTuple):
    """What makes a rule worth calling."""

    always: bool
    """It said something, or looked at the message in a way that cannot be followed."""
    asked: bool
    """It looked for the request that the message answers."""
    names: tuple[str, ...]
    """The elements that it looked for."""


_OF_READER: Final = frozenset({"to", "scheme", "now"})
"""What a scene says of the reader: it may be other than in the glance."""


def glance(rule: Rule, place: Place) -> Glance:
    """Let a rule look at a message without elements, whose request is not known."""
    members = _Nothing()
    scene = _Watched(members, place)
    findings = Findings()
    rule(scene, findings)
    return Glance(
        always=bool(findings) or members.counted or not scene.looked_at.isdisjoint(_OF_READER),
        asked="asked" in scene.looked_at,
        names=tuple(members.looked_for),
    )


class _Nothing(Mapping[str, Json]):
    """No elements at all; remembers which were looked for."""

    def __init__(self) -> None:
        self.looked_for: dict[str, None] = {}
        self.counted = False

    def __getitem__(self, name: str) -> Json:
        self.looked_for[name] = None
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        self.counted = True
        return iter(())

    def __len__(self) -> int:
        self.counted = True
        return 0


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
