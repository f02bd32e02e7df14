"""One rule broken gives exactly its error: every rule of every element at every place of the table.

The mutators know what must come back without asking the checks (`sekisho.testkit.mutations.oracle`
says why that is so). Whatever the table gains, these tests try without being told.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.protocol import Category, Channel, MessageType, Reading, Version
from sekisho.protocol.announcement import announcing_ares
from sekisho.protocol.elements import Element, Kind
from sekisho.protocol.schemas import kinds
from sekisho.testkit import samples
from sekisho.testkit.messages import (
    ANSWERS,
    SECOND_ROADS,
    Stage,
    exists,
    messages,
    simplest,
    stages,
)
from sekisho.testkit.messages import stage as stage_of
from sekisho.testkit.mutations import Mutation, Rule, mutants, mutations, whole_mutants
from sekisho.testkit.mutations.breaking import RECOGNISED_BY

KINDS: Final = [(kind, version) for version in Version for kind in kinds(version)]

Answer = tuple[str, str]


def answer_to(mutation: Mutation) -> Answer:
    fault = mutation.fault()
    return fault.error_code.value, fault.error_detail


def expected(mutation: Mutation) -> Answer:
    return mutation.error_code.value, mutation.error_detail


def on_first_road(stage: Stage) -> bool:
    return SECOND_ROADS.get(stage.kind) != (stage.sender, stage.receiver)


@pytest.mark.parametrize(("kind", "version"), KINDS)
@pytest.mark.parametrize("reading", Reading)
def test_every_broken_rule_of_every_element_is_its_error(
    kind: MessageType, version: Version, reading: Reading
) -> None:
    """F1: code and names, for every element at every channel, category and road.

    What is inside an element is alike wherever it stands, and is broken once for each form; read
    leniently, the second road of a message adds nothing.
    """
    looked_into: set[tuple[str, str]] = set()
    unbroken: Counter[str] = Counter()
    for stage in stages(kind, version):
        if reading is Reading.LENIENT and not on_first_road(stage):
            continue
        where = stage.read(reading)
        for name in where.rows.keys() - RECOGNISED_BY:
            place = (where.place.form, name)
            found = [*mutants(where, name, deep=place not in looked_into)]
            looked_into.add(place)
            unbroken[name] += not found
            for mutation in found:
                assert answer_to(mutation) == expected(mutation), (str(mutation), mutation.data)
    stages_known = len([*stages(kind, version)])
    assert not [name for name, times in unbroken.items() if times >= stages_known]


def rules_of(row: Element) -> set[Rule]:
    """Name the rules that a row states, by its own letters, apart from the mutators."""
    rules = {Rule.NULL, Rule.EMPTY, Rule.OTHER_TYPE, Rule.MEMBER_TWICE}
    if row.kind is Kind.TEXT and not row.codes:
        rules |= {Rule.TOO_LONG} if row.size[1] is not None else set()
        rules |= {Rule.TOO_SHORT} if row.size[0] > 1 else set()
        rules |= {Rule.MALFORMED} if row.pattern else set()
    if row.kind is Kind.TEXT and row.codes:
        rules.add(Rule.UNLISTED)
        rules |= {Rule.RESERVED} if row.ds_codes and row.size[0] == 2 else set()
    if row.kind is Kind.BOOLEAN and row.pattern == "true":
        rules.add(Rule.NOT_TRUE)
    if row.kind is Kind.ARRAY and (row.items[1] is None or row.items[1] > 1):
        rules.add(Rule.ITEM_TWICE)
    if row.kind is Kind.ARRAY and row.items[1] is not None and row.items[1] <= 99:
        rules.add(Rule.TOO_MANY)
    return rules


@pytest.mark.parametrize(("kind", "version"), KINDS)
def test_every_rule_that_a_row_states_is_broken(kind: MessageType, version: Version) -> None:
    """A mutator that left a rule out would prove nothing about it."""
    stage = next(iter(stages(kind, version)))
    for name, (row, letter) in stage.rows.items():
        if name in RECOGNISED_BY:
            continue
        tried = {mutation.rule for mutation in mutants(stage, name) if mutation.path == name}
        if tried <= {Rule.FORBIDDEN}:
            continue  # it cannot stand at this stage; others hold it
        assert rules_of(row) <= tried, name
        assert letter != "R" or Rule.MISSING in tried, name


def decoupled(stage: Stage) -> Stage:
    """Give the stage on which the result of a decoupled authentication is read."""
    ids = {"threeDSServerTransID": samples.SERVER_ID, "acsTransID": samples.ACS_ID}
    place = stage.place
    announced = announcing_ares(
        version=place.version,
        channel=place.channel,
        category=place.category,
        ids={**ids, "dsTransID": samples.DS_ID},
        decoupled=True,
    )
    return replace(stage, request=announced)


def beside_its_request(stage: Stage) -> Iterator[Stage]:
    """Give a result and an answer as they are read by who knows what they follow from."""
    if stage.kind is MessageType.RREQ:
        yield decoupled(stage)
    for asked_kind, answer in ANSWERS.items():
        if answer is stage.kind and answer in (MessageType.ARES, MessageType.PRES):
            place = stage.place
            asked = stage_of(asked_kind, place.version, place.channel, place.category)
            yield replace(stage, request=asked.built(simplest(asked)))


def test_what_no_condition_allows_is_put_there() -> None:
    """F1: 203 for an element whose condition does not hold, in every message that has such."""
    found = {
        (kind, version): {
            name
            for first in stages(kind, version)
            for stage in (first, *beside_its_request(first))
            for name in stage.rows
            for mutation in mutants(stage, name, deep=False)
            if mutation.rule is Rule.FORBIDDEN
        }
        for kind, version in KINDS
        if kind in (MessageType.ARES, MessageType.RREQ, MessageType.PRES)
    }
    for (kind, version), names in found.items():
        stated = {
            name
            for stage in stages(kind, version)
            for name, (row, letter) in stage.rows.items()
            if letter == "C" and kind.value in {form.value for form in row.allowed}
        }
        assert names == stated, (kind, version)


ROUTES: Final = [
    (kind, version, channel, category)
    for kind, version in KINDS
    for channel in Channel
    for category in Category
    if exists(kind, version, channel, category)
]


@pytest.mark.parametrize(("kind", "version"), KINDS)
@pytest.mark.parametrize("reading", Reading)
def test_a_message_broken_as_such_is_its_error(
    kind: MessageType, version: Version, reading: Reading
) -> None:
    """F1: bytes, type, version, receiver, extensions, and elements that do not fit each other."""
    rules = set[Rule]()
    for stage in stages(kind, version):
        for mutation in whole_mutants(stage.read(reading)):
            rules.add(mutation.rule)
            assert answer_to(mutation) == expected(mutation), (str(mutation), mutation.data)
    assert {Rule.NOT_A_MESSAGE, Rule.UNKNOWN_TYPE, Rule.MALFORMED} <= rules


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("channel", Channel)
def test_an_answer_with_another_s_identifiers_or_version_is_refused(
    version: Version, channel: Channel
) -> None:
    """A2: 301 for each identifier, 203 for a version that was not agreed on."""
    stage = decoupled(
        next(each for each in stages(MessageType.RREQ, version) if each.place.channel is channel)
    )
    found = [*whole_mutants(stage)]
    assert {Rule.OTHER_TRANSACTION, Rule.OTHER_VERSION} <= {mutation.rule for mutation in found}
    for mutation in found:
        assert answer_to(mutation) == expected(mutation), str(mutation)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), route=st.sampled_from(ROUTES))
def test_a_drawn_message_with_one_broken_rule_is_its_error(
    data: st.DataObject, route: tuple[MessageType, Version, Channel, Category]
) -> None:
    """F1: whatever else is in the message, the answer is that of the broken rule."""
    message = data.draw(messages(*route))
    mutation = data.draw(mutations(message))
    assert answer_to(mutation) == expected(mutation), (str(mutation), mutation.data)
