"""The journeys that exist, computed from the protocol."""

import pytest

from sekisho.protocol import Category, Channel, Version
from sekisho.testkit.cards import rule_of
from sekisho.testkit.journeys import CROSSINGS, JOURNEYS, Gap, Journey, gap_in
from tests.journey_table import HOLE, NONE, WALKED, holes, summary, table

PA, NPA = Category
APP, BROWSER, THREE_RI = Channel
V210, V220, V231 = Version


def gap(last: str, channel: Channel, category: Category, version: Version) -> Gap | None:
    return gap_in(Journey(channel=channel, category=category, version=version, last=last))


@pytest.mark.parametrize(
    ("last", "channel", "category", "version", "found"),
    [
        ("03", THREE_RI, PA, V210, Gap.NO_SUCH_REQUEST),
        ("03", THREE_RI, NPA, V210, None),
        ("03", THREE_RI, PA, V220, None),
        ("43", BROWSER, PA, V210, Gap.NO_SUCH_ANSWER),
        ("43", BROWSER, PA, V220, None),
        ("43", THREE_RI, NPA, V220, Gap.NOT_ASKED_FOR),
        ("43", THREE_RI, NPA, V231, None),
        ("72", THREE_RI, NPA, V231, Gap.NOBODY_THERE),
        ("76", APP, PA, V231, Gap.BROWSERS_ONLY),
        ("79", APP, PA, V220, Gap.NO_SUCH_SCREEN),
        ("79", APP, PA, V231, None),
        ("79", BROWSER, PA, V210, None),
        ("80", THREE_RI, NPA, V210, Gap.NO_SUCH_ANSWER),
        ("80", THREE_RI, PA, V220, None),
        ("84", BROWSER, PA, V220, Gap.NO_SUCH_ANSWER),
        ("84", BROWSER, NPA, V231, None),
        ("84", APP, PA, V231, Gap.BROWSERS_ONLY),
        ("85", BROWSER, PA, V220, Gap.NO_SUCH_ANSWER),
        ("85", APP, PA, V231, None),
        ("85", THREE_RI, PA, V231, Gap.NOBODY_THERE),
        ("86", BROWSER, PA, V231, Gap.APPS_ONLY),
        ("87", APP, PA, V220, Gap.NO_SUCH_SCREEN),
        ("88", APP, PA, V210, Gap.NO_SUCH_OFFER),
        ("88", BROWSER, PA, V220, None),
        ("89", BROWSER, PA, V220, Gap.NO_SUCH_OFFER),
        ("89", BROWSER, PA, V231, None),
    ],
)
def test_the_protocol_says_what_there_is(
    last: str, channel: Channel, category: Category, version: Version, found: Gap | None
) -> None:
    """F1, F2: by version, channel and category."""
    assert gap(last, channel, category, version) is found


def test_every_gap_occurs() -> None:
    """F1: no reason is given that holds nowhere."""
    assert {gap_in(journey) for journey in CROSSINGS} == {None, *Gap}


@pytest.mark.parametrize("journey", JOURNEYS, ids=[each.name for each in JOURNEYS])
def test_every_journey_has_its_card(journey: Journey) -> None:
    """F4: of that version alone, calling up that outcome."""
    rule = rule_of(journey.ending)
    assert rule is not None
    assert rule.versions == (journey.version.value,)
    assert rule.call is journey.call


def test_the_table_shows_what_was_walked_and_what_was_not() -> None:
    """A hole cannot hide."""
    first, second = JOURNEYS[0], JOURNEYS[1]
    told = {first.name: True, second.name: False}
    assert summary(told).startswith(f"1 of {len(JOURNEYS)} journeys")
    cells = "".join(line[26:] for line in table(told)[2:-2])
    assert cells.count(HOLE) == len(JOURNEYS) - 2
    assert cells.count(WALKED) == 1
    assert cells.count(NONE) == len(CROSSINGS) - len(JOURNEYS)
    assert holes([first.name]) == [each.name for each in JOURNEYS[1:]]
