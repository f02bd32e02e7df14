"""What a condition may look at: the place of the table, the message, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from sekisho.protocol.vocabulary import Category, Channel, Component, Form, Json, Reading, Version

if TYPE_CHECKING:
    # A scheme's rules are made of conditions; a scene only carries them.
    from sekisho.protocol.scheme_rules import SchemeRules

EMPTY: Final[tuple[Json, ...]] = (None, "", [], {})
"""Absent, null and empty are alike for the question whether an element is present."""


class Here(Protocol):
    """What is known of a place of the table before any message comes."""

    @property
    def form(self) -> Form:
        """The message."""
        ...

    @property
    def version(self) -> Version:
        """Its version."""
        ...

    @property
    def channel(self) -> Channel:
        """How the cardholder came."""
        ...

    @property
    def category(self) -> Category:
        """Whether money is to move."""
        ...

    @property
    def reading(self) -> Reading:
        """How it is read."""
        ...


@dataclass(slots=True)
class Scene:
    """Everything a condition may look at."""

    members: Mapping[str, Json]
    """The object in question: the message, or the object inside it that holds the child."""
    whole: Mapping[str, Json]
    """The message."""
    form: Form
    version: Version
    channel: Channel
    category: Category
    to: Component | None
    """Who reads the message."""
    asked: Mapping[str, Json] | None
    """The elements of the request it answers (or of the AReq that began it), where known."""
    reading: Reading
    scheme: "SchemeRules | None" = None
    """What the card scheme in question adds; None: its own codes and demands are not looked into."""
    now: datetime | None = None
    """The moment of reading, where its clock is to be held against the message's."""


def looking_at(scene: Scene, members: Mapping[str, Json]) -> Scene:
    """Look at an object inside the message, or at another message."""
    return Scene(
        members=members,
        whole=scene.whole,
        form=scene.form,
        version=scene.version,
        channel=scene.channel,
        category=scene.category,
        to=scene.to,
        asked=scene.asked,
        reading=scene.reading,
        scheme=scene.scheme,
        now=scene.now,
    )
