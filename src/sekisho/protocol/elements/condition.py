"""Conditions as data: the table says when an element must or may be there, others read that.

The checks ask `holds`, compiled checks and JSON Schemas are written from the same nodes, and the
reference pages print `text`. What depends only on version, channel and category is settled by `at`,
once for each place of the table.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sekisho.protocol.elements.scene import EMPTY, Here, Scene, looking_at
from sekisho.protocol.vocabulary import Category, Channel, Component, Form, Reading, Version


class Condition(ABC):
    """A condition of the specification that a message, its place or its request can decide."""

    __slots__ = ()

    @property
    @abstractmethod
    def text(self) -> str:
        """Say it for people."""

    @abstractmethod
    def holds(self, scene: Scene) -> bool:
        """Decide it."""

    def at(self, here: Here) -> "Condition":
        """Settle what the place decides by itself; ALWAYS and NEVER where that is all."""
        del here
        return self

    def __and__(self, other: "Condition") -> "Condition":
        return All((*_parts(self, All), *_parts(other, All)))

    def __or__(self, other: "Condition") -> "Condition":
        return Any((*_parts(self, Any), *_parts(other, Any)))


@dataclass(frozen=True, slots=True)
class Settled(Condition):
    """True or false, whatever the message."""

    value: bool

    @property
    def text(self) -> str:
        return "always" if self.value else "never"

    def holds(self, scene: Scene) -> bool:
        del scene
        return self.value


ALWAYS: Final = Settled(value=True)
NEVER: Final = Settled(value=False)


@dataclass(frozen=True, slots=True)
class There(Condition):
    """The element is in the same object."""

    name: str

    @property
    def text(self) -> str:
        return f"{self.name} is present"

    def holds(self, scene: Scene) -> bool:
        return scene.members.get(self.name) not in EMPTY


@dataclass(frozen=True, slots=True)
class Valued(Condition):
    """The element of the same object has one of these values."""

    name: str
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"{self.name} is {' or '.join(self.values)}"

    def holds(self, scene: Scene) -> bool:
        return scene.members.get(self.name) in self.values


@dataclass(frozen=True, slots=True)
class IsTrue(Condition):
    """The boolean element of the same object is true."""

    name: str

    @property
    def text(self) -> str:
        return f"{self.name} is true"

    def holds(self, scene: Scene) -> bool:
        return scene.members.get(self.name) is True


@dataclass(frozen=True, slots=True)
class Inside(Condition):
    """The element is an object (or an array with an object) of which the condition holds."""

    name: str
    of: Condition

    @property
    def text(self) -> str:
        return f"in {self.name} {self.of.text}"

    def holds(self, scene: Scene) -> bool:
        value = scene.members.get(self.name)
        items = value if isinstance(value, list) else [value]
        return any(
            self.of.holds(looking_at(scene, item)) for item in items if isinstance(item, dict)
        )


@dataclass(frozen=True, slots=True)
class InMessage(Condition):
    """The condition holds of the message, whichever object is in question."""

    of: Condition

    @property
    def text(self) -> str:
        return self.of.text

    def holds(self, scene: Scene) -> bool:
        return self.of.holds(looking_at(scene, scene.whole))

    def at(self, here: Here) -> Condition:
        of = self.of.at(here)
        return of if isinstance(of, Settled) else InMessage(of)


@dataclass(frozen=True, slots=True)
class InRequest(Condition):
    """The condition holds of the request that this message answers; not, if that is not known."""

    of: Condition

    @property
    def text(self) -> str:
        return f"in the message it answers {self.of.text}"

    def holds(self, scene: Scene) -> bool:
        return scene.asked is not None and self.of.holds(looking_at(scene, scene.asked))


@dataclass(frozen=True, slots=True)
class RequestKnown(Condition):
    """The reader knows the request that this message answers."""

    @property
    def text(self) -> str:
        return "the message it answers is known"

    def holds(self, scene: Scene) -> bool:
        return scene.asked is not None


@dataclass(frozen=True, slots=True)
class Sent(Condition):
    """The message is on its way to this component."""

    to: Component
    words: str

    @property
    def text(self) -> str:
        return f"on the way to the {self.words}"

    def holds(self, scene: Scene) -> bool:
        return scene.to is self.to


@dataclass(frozen=True, slots=True)
class At(Condition):
    """The message stands in one of these columns of the table; an empty set means any."""

    words: str
    versions: frozenset[Version] = frozenset(Version)
    channels: frozenset[Channel] = frozenset(Channel)
    categories: frozenset[Category] = frozenset(Category)
    forms: frozenset[Form] = frozenset(Form)
    readings: frozenset[Reading] = frozenset(Reading)

    @property
    def text(self) -> str:
        return self.words

    def holds(self, scene: Scene) -> bool:
        return self._has(scene)

    def at(self, here: Here) -> Condition:
        return ALWAYS if self._has(here) else NEVER

    def _has(self, here: Here) -> bool:
        return (
            here.version in self.versions
            and here.channel in self.channels
            and here.category in self.categories
            and here.form in self.forms
            and here.reading in self.readings
        )


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """The condition does not hold."""

    of: Condition
    words: str = ""

    @property
    def text(self) -> str:
        return self.words or f"not ({self.of.text})"

    def holds(self, scene: Scene) -> bool:
        return not self.of.holds(scene)

    def at(self, here: Here) -> Condition:
        of = self.of.at(here)
        return Settled(value=not of.value) if isinstance(of, Settled) else Not(of, self.words)


@dataclass(frozen=True, slots=True)
class All(Condition):
    """Every one of the conditions holds."""

    of: tuple[Condition, ...]

    @property
    def text(self) -> str:
        return ", and ".join(part.text for part in self.of)

    def holds(self, scene: Scene) -> bool:
        return all(part.holds(scene) for part in self.of)

    def at(self, here: Here) -> Condition:
        left = tuple(part for each in self.of if (part := each.at(here)) != ALWAYS)
        if NEVER in left:
            return NEVER
        return All(left) if len(left) > 1 else (*left, ALWAYS)[0]


@dataclass(frozen=True, slots=True)
class Any(Condition):
    """One of the conditions holds."""

    of: tuple[Condition, ...]

    @property
    def text(self) -> str:
        return ", or ".join(part.text for part in self.of)

    def holds(self, scene: Scene) -> bool:
        return any(part.holds(scene) for part in self.of)

    def at(self, here: Here) -> Condition:
        left = tuple(part for each in self.of if (part := each.at(here)) != NEVER)
        if ALWAYS in left:
            return ALWAYS
        return Any(left) if len(left) > 1 else (*left, NEVER)[0]


@dataclass(frozen=True, slots=True)
class Worded(Condition):
    """A condition that people are told in words of its own."""

    words: str
    of: Condition

    @property
    def text(self) -> str:
        return self.words

    def holds(self, scene: Scene) -> bool:
        return self.of.holds(scene)

    def at(self, here: Here) -> Condition:
        return self.of.at(here)


def _parts(condition: Condition, kind: type[All] | type[Any]) -> Iterator[Condition]:
    if isinstance(condition, kind):
        yield from condition.of
    else:
        yield condition
