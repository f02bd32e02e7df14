"""What a reader knows reaches whatever looks at a message."""

from datetime import UTC, datetime

import pytest

from sekisho.protocol import Category, Channel, Component, Reading, Version
from sekisho.protocol.checks import Reader
from sekisho.protocol.elements import Scene
from sekisho.protocol.places import Place
from sekisho.protocol.scheme_rules import SCHEMES
from sekisho.protocol.vocabulary import Form

PLACE = Place(Form.ARES, Version.V220, Channel.APP, Category.NON_PAYMENT, Reading.LENIENT)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_scene_shows_all_that_the_reader_knows() -> None:
    """Rules look at a scene and at nothing else."""
    scheme = next(iter(SCHEMES.values()))
    asked, members = {"a": "asked"}, {"a": "told"}
    reader = Reader(Component.DIRECTORY, asked, ("X",), scheme, NOON)
    assert reader.scene(members, PLACE) == Scene(
        members=members, whole=members, form=Form.ARES, version=Version.V220,
        channel=Channel.APP, category=Category.NON_PAYMENT, to=Component.DIRECTORY, asked=asked,
        reading=Reading.LENIENT, scheme=scheme, now=NOON,
    )  # fmt: skip


def test_a_reader_that_is_told_nothing_knows_nothing() -> None:
    """No extension is understood, no scheme and no clock are asked."""
    reader = Reader(None, None)
    assert reader.understood == ()
    assert (reader.scheme, reader.now) == (None, None)


def test_a_reader_stays_as_it_is() -> None:
    """One is made for a message and handed to every rule."""
    with pytest.raises(AttributeError):
        Reader(None, None).to = Component.ACS  # type: ignore[misc]  # that is the point
