"""A condition that was written as Python says what the condition itself says."""

from types import SimpleNamespace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import Category, Channel, Component, Json, Reading, Version
from sekisho.protocol.checks import Reader
from sekisho.protocol.checks.expressions import NOT_THERE
from sekisho.protocol.checks.inlined import Conditions, Value, Values
from sekisho.protocol.elements import Condition, Element, Kind
from sekisho.protocol.elements.condition import (
    ALWAYS,
    NEVER,
    All,
    At,
    InMessage,
    InRequest,
    Inside,
    IsTrue,
    Not,
    RequestKnown,
    Sent,
    There,
    Valued,
    Worded,
)
from sekisho.protocol.elements.condition import Any as Either
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Form

PLACE: Final = Place(Form.AREQ, Version.V231, Channel.BROWSER, Category.PAYMENT, Reading.STRICT)
CHILDREN: Final = (Element(name="c"), Element(name="d", kind=Kind.BOOLEAN))
ROWS: Final = {
    "a": Element(name="a"),
    "b": Element(name="b", kind=Kind.BOOLEAN),
    "o": Element(name="o", kind=Kind.OBJECT, children=CHILDREN),
    "l": Element(name="l", kind=Kind.ARRAY, children=CHILDREN),
}

SIMPLE: Final[tuple[Condition, ...]] = (
    ALWAYS, NEVER, There("a"), There("unknown"), Valued("a", ("1",)), Valued("a", ("1", "2")),
    Valued("unknown", ("1",)), IsTrue("b"), IsTrue("unknown"), Sent(Component.ACS, "to the ACS"),
    RequestKnown(), InRequest(There("a")), InRequest(Valued("a", ("2",))),
    At("since 2.3.1", versions=frozenset({Version.V231})),
    At("before 2.3.1", versions=frozenset({Version.V210, Version.V220})),
)  # fmt: skip
COMPOUND: Final[tuple[Condition, ...]] = (
    Either((There("a"), IsTrue("b"))), Either((IsTrue("b"), Sent(Component.ACS, "to the ACS"))),
    All((There("a"), IsTrue("b"))), All((There("a"), Not(IsTrue("b")))), Worded("w", There("a")),
)  # fmt: skip
INNER: Final[tuple[Condition, ...]] = (
    There("c"), Valued("c", ("1",)), IsTrue("d"), InMessage(There("a")), There("unknown"), ALWAYS,
    At("since 2.3.1", versions=frozenset({Version.V231})), Not(There("c")),
    At("before 2.3.1", versions=frozenset({Version.V210, Version.V220})),
)  # fmt: skip


def conditions() -> st.SearchStrategy[Condition]:
    inside = st.builds(Inside, st.sampled_from(["o", "l", "unknown"]), st.sampled_from(INNER))
    return st.recursive(
        st.sampled_from(SIMPLE) | inside,
        lambda of: (
            st.builds(Not, of)
            | st.builds(InMessage, of)
            | st.builds(Worded, st.just("words"), of)
            | st.builds(All, st.tuples(of, of))
            | st.builds(Either, st.tuples(of, of))
        ),
        max_leaves=5,
    )


def objects() -> st.SearchStrategy[dict[str, Json]]:
    return st.fixed_dictionaries(
        {}, optional={"c": st.sampled_from(["1", "2"]), "d": st.booleans()}
    )


def messages() -> st.SearchStrategy[dict[str, Json]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "a": st.sampled_from(["1", "2", "3"]),
            "b": st.booleans(),
            "o": objects().filter(bool),
            "l": st.lists(objects().filter(bool), min_size=1, max_size=2),
        },
    )


def evaluated(condition: Condition, members: dict[str, Json], reader: Reader) -> bool:
    """Write the condition, and let Python say what it says of a record."""
    kept: dict[str, object] = {}

    def keep(thing: object) -> str:
        kept[f"k{len(kept)}"] = thing
        return f"k{len(kept) - 1}"

    writer = Conditions(PLACE, keep)
    values: Values = {name: Value(f"v_{name}", row) for name, row in ROWS.items()}
    writer.message = values
    written = writer.written(condition, values)
    record = {f"v_{name}": held(members.get(name, NOT_THERE)) for name in ROWS}
    known = {"reader": reader, "members": members, "place": PLACE}
    return said(written, {**known, **kept, **record})


def said(written: str, names: dict[str, object]) -> bool:
    """Let Python say it, as inside the function that it is made for."""
    made: dict[str, Any] = {"NOT_THERE": NOT_THERE, **names}
    exec(f"def told(scene):\n    return bool({written})", made)  # noqa: S102 - our own text
    return bool(made["told"](None))


def held(value: Json) -> object:
    if isinstance(value, dict):
        return SimpleNamespace(**{row.name: value.get(row.name, NOT_THERE) for row in CHILDREN})
    return [held(item) for item in value] if isinstance(value, list) else value


@given(
    condition=conditions(),
    members=messages(),
    asked=st.none() | messages(),
    to=st.sampled_from(Component),
)
def test_a_written_condition_says_what_the_condition_says(
    condition: Condition,
    members: dict[str, Json],
    asked: dict[str, Json] | None,
    to: Component,
) -> None:
    """F1: whatever is asked of whichever message, request and receiver."""
    reader = Reader(to, asked)
    assert evaluated(condition, members, reader) == condition.holds(reader.scene(members, PLACE))


@pytest.mark.parametrize(
    "condition", [*SIMPLE, *COMPOUND, *(Inside(name, of) for name in "ol" for of in INNER)]
)
@pytest.mark.parametrize(
    "members",
    [
        {},
        {"a": "1", "b": True},
        {"a": "2", "b": False},
        {"a": "1", "o": {"c": "1", "d": True}},
        {"o": {"c": "2", "d": False}},
        {"a": "3", "l": [{"c": "2"}, {"c": "1", "d": True}]},
        {"l": [{"d": False}, {"c": "2"}]},
    ],
)
def test_each_kind_of_condition_says_so_too(condition: Condition, members: dict[str, Json]) -> None:
    """F1: one by one, so that a failure names the kind."""
    for asked in (None, {"a": "2"}, {}):
        for to in (Component.ACS, Component.DIRECTORY):
            reader = Reader(to, asked)
            for each in (condition, Not(condition), InMessage(condition)):
                said = evaluated(each, members, reader)
                assert said == each.holds(reader.scene(members, PLACE)), each


def test_what_the_place_does_not_know_is_told() -> None:
    """A record of the place lacks it: who has such a message must look closer."""
    values: Values = {name: Value(name, row) for name, row in ROWS.items()}
    for condition, foreign in (
        (There("x"), {"x"}),
        (Valued("x", ("1",)), {"x"}),
        (IsTrue("x"), {"x"}),
        (Inside("x", There("c")), {"x"}),
        (Inside("o", There("x")), {"x", "o"}),
        (Inside("l", All((There("c"), There("d")))), set()),
        (All((There("a"), Not(There("x")))), {"x"}),
    ):
        writer = Conditions(PLACE, lambda _: "kept")
        writer.message = values
        writer.written(condition, values)
        assert writer.foreign == foreign, condition


def test_lists_inside_lists_are_looked_through_under_names_of_their_own() -> None:
    """Else the inner item would take the outer one's place."""
    inner = Element(name="l", kind=Kind.ARRAY, children=CHILDREN)
    outer = Element(name="l", kind=Kind.ARRAY, children=(inner, *CHILDREN))
    writer = Conditions(PLACE, lambda _: "kept")
    condition = Inside("l", All((Inside("l", There("c")), There("d"))))
    written = writer.written(condition, {"l": Value("v", outer)})
    item = SimpleNamespace(l=[SimpleNamespace(c="1", d=NOT_THERE)], c=NOT_THERE, d=True)
    assert said(written, {"v": [item]})
    item.d = NOT_THERE
    assert not said(written, {"v": [item]})
