"""What the reader of a message knows besides the message itself."""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from sekisho.protocol.elements import Scene
from sekisho.protocol.places import Place
from sekisho.protocol.scheme_rules import SchemeRules
from sekisho.protocol.vocabulary import Component, Json


class Reader(msgspec.Struct, frozen=True):
    """Who reads a message, and what with; a record of its own, as one is made for every message."""

    to: Component | None
    """Which component it is."""
    asked: Mapping[str, Json] | None
    """The elements of the message that this one answers, where known."""
    understood: Collection[str] = ()
    """The ids of the critical extensions that it knows."""
    scheme: SchemeRules | None = None
    """What the card scheme adds."""
    now: datetime | None = None
    """The moment that times in the message are held against."""

    def scene(self, members: Mapping[str, Json], place: Place) -> Scene:
        """Give what rules and conditions may look at."""
        return Scene(
            members=members,
            whole=members,
            form=place.form,
            version=place.version,
            channel=place.channel,
            category=place.category,
            to=self.to,
            asked=self.asked,
            reading=place.reading,
            scheme=self.scheme,
            now=self.now,
        )
