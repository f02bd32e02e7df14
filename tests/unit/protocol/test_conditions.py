"""Conditions as data: each node says it in words, decides it, and settles what its place decides."""

from collections.abc import Mapping
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import Category, Channel, Component, Json, Reading, Version
from sekisho.protocol.elements.condition import (
    ALWAYS,
    NEVER,
    All,
    Any,
    At,
    Condition,
    InMessage,
    InRequest,
    Inside,
    IsTrue,
    Not,
    RequestKnown,
    Sent,
    Settled,
    There,
    Valued,
    Worded,
)
from sekisho.protocol.elements.scene import Scene
from sekisho.protocol.elements.when import before, since
from sekisho.protocol.vocabulary import Form


def scene(
    members: Mapping[str, Json] | None = None,
    *,
    whole: Mapping[str, Json] | None = None,
    asked: Mapping[str, Json] | None = None,
    version: Version = Version.V220,
    to: Component | None = None,
) -> Scene:
    own: Mapping[str, Json] = {} if members is None else members
    return Scene(
        members=own,
        whole=own if whole is None else whole,
        form=Form.AREQ,
        version=version,
        channel=Channel.BROWSER,
        category=Category.PAYMENT,
        to=to,
        asked=asked,
        reading=Reading.STRICT,
    )


@pytest.mark.parametrize("nothing", [None, "", [], {}], ids=repr)
def test_null_and_empty_count_as_absent(nothing: Json) -> None:
    """F1: absent, null and empty are alike for the question whether an element is present."""
    assert not There("eci").holds(scene({"eci": nothing}))
    assert not There("eci").holds(scene())


@pytest.mark.parametrize("something", [False, 0, "0", [None], {"a": None}], ids=repr)
def test_anything_else_counts_as_present(something: Json) -> None:
    """F1: false is a value, not an absence."""
    assert There("eci").holds(scene({"eci": something}))


DECIDED: Final[list[tuple[Condition, Scene, bool, str]]] = [
    (ALWAYS, scene(), True, "always"),
    (NEVER, scene(), False, "never"),
    (There("eci"), scene({"eci": "05"}), True, "eci is present"),
    (Valued("eci", ("05", "06")), scene({"eci": "06"}), True, "eci is 05 or 06"),
    (Valued("eci", ("05", "06")), scene({"eci": "07"}), False, "eci is 05 or 06"),
    (Valued("eci", ("05",)), scene(), False, "eci is 05"),
    (IsTrue("java"), scene({"java": True}), True, "java is true"),
    (IsTrue("java"), scene({"java": "true"}), False, "java is true"),
    (Inside("a", There("b")), scene({"a": {"b": "1"}}), True, "in a b is present"),
    (Inside("a", There("b")), scene({"a": [{"c": "1"}, {"b": "1"}]}), True, "in a b is present"),
    (Inside("a", There("b")), scene({"a": [{"c": "1"}, "b"]}), False, "in a b is present"),
    (Inside("a", There("b")), scene({"a": "b"}), False, "in a b is present"),
    (InMessage(There("b")), scene({}, whole={"b": "1"}), True, "b is present"),
    (InMessage(There("b")), scene({"b": "1"}, whole={}), False, "b is present"),
    (
        InRequest(There("b")),
        scene(asked={"b": "1"}),
        True,
        "in the message it answers b is present",
    ),
    (InRequest(There("b")), scene({"b": "1"}), False, "in the message it answers b is present"),
    (RequestKnown(), scene(asked={}), True, "the message it answers is known"),
    (RequestKnown(), scene(), False, "the message it answers is known"),
    (Sent(Component.ACS, "ACS"), scene(to=Component.ACS), True, "on the way to the ACS"),
    (Sent(Component.ACS, "ACS"), scene(), False, "on the way to the ACS"),
    (since(Version.V220), scene(), True, "from 2.2.0 on"),
    (since(Version.V231), scene(), False, "from 2.3.1 on"),
    (before(Version.V231), scene(), True, "before 2.3.1"),
    (before(Version.V220), scene(), False, "before 2.2.0"),
    (Not(There("a")), scene(), True, "not (a is present)"),
    (Not(There("a"), "a is absent"), scene({"a": "1"}), False, "a is absent"),
    (There("a") & There("b"), scene({"a": "1"}), False, "a is present, and b is present"),
    (There("a") & There("b"), scene({"a": "1", "b": "1"}), True, "a is present, and b is present"),
    (There("a") | There("b"), scene({"b": "1"}), True, "a is present, or b is present"),
    (There("a") | There("b"), scene(), False, "a is present, or b is present"),
    (Worded("with a", There("a")), scene({"a": "1"}), True, "with a"),
]


@pytest.mark.parametrize(
    ("condition", "at", "holds", "text"),
    DECIDED,
    ids=[f"{type(each[0]).__name__} {each[2]} {at}" for at, each in enumerate(DECIDED)],
)
def test_a_condition_decides_and_says_what_it_means(
    condition: Condition, at: Scene, holds: bool, text: str
) -> None:
    """F1: the words in the reference pages are those of the condition that the checks ask."""
    assert condition.holds(at) is holds
    assert condition.text == text


def test_what_the_place_decides_is_settled_once() -> None:
    """F1: a rule of another version is gone before any message comes."""
    here = scene()
    a, b = There("a"), There("b")
    old, new = before(Version.V220), since(Version.V220)
    assert (old & a).at(here) == NEVER
    assert (new & a).at(here) == a
    assert (new & a & b).at(here) == All((a, b))
    assert (new & new).at(here) == ALWAYS
    assert (old | a).at(here) == a
    assert (old | a | b).at(here) == Any((a, b))
    assert (old | old).at(here) == NEVER
    assert (new | a).at(here) == ALWAYS
    assert Not(old & a).at(here) == ALWAYS
    assert Not(new & a, "no a").at(here) == Not(a, "no a")
    assert Worded("old", old).at(here) == NEVER
    assert InMessage(old & a).at(here) == NEVER
    assert InMessage(new & a).at(here) == InMessage(a)


@pytest.mark.parametrize(
    "elsewhere",
    [
        At("", versions=frozenset({Version.V231})),
        At("", channels=frozenset({Channel.APP})),
        At("", categories=frozenset({Category.NON_PAYMENT})),
        At("", forms=frozenset({Form.ARES})),
        At("", readings=frozenset({Reading.LENIENT})),
    ],
    ids=["version", "channel", "category", "form", "reading"],
)
def test_each_side_of_a_place_counts(elsewhere: At) -> None:
    """F1: version, channel, category, message and reading can each rule a place out."""
    assert elsewhere.at(scene()) == NEVER
    assert not elsewhere.holds(scene())


NAMES: Final = st.sampled_from("abc")
LEAVES: Final = st.one_of(
    st.builds(There, NAMES),
    st.builds(Valued, NAMES, st.just(("1", "2"))),
    st.builds(IsTrue, NAMES),
    st.builds(InRequest, st.builds(There, NAMES)),
    st.builds(since, st.sampled_from(Version)),
    st.builds(before, st.sampled_from(Version)),
    st.builds(Settled, st.booleans()),
)
CONDITIONS: Final = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(InMessage, inner),
        st.builds(Worded, st.just("so"), inner),
        st.builds(Inside, NAMES, inner),
        st.tuples(inner, inner).map(lambda pair: pair[0] & pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1]),
    ),
    max_leaves=8,
)
MEMBERS: Final = st.dictionaries(
    NAMES,
    st.sampled_from(["1", "2", "3", "", None, True]) | st.just({"a": "1", "b": True}),
    max_size=3,
)


@given(CONDITIONS, MEMBERS, st.none() | MEMBERS, st.sampled_from(Version))
def test_settling_never_changes_what_a_condition_decides(
    condition: Condition,
    members: dict[str, Json],
    asked: dict[str, Json] | None,
    version: Version,
) -> None:
    """F1: the compiled checks read the settled condition, the walk the whole one."""
    here = scene(members, asked=asked, version=version)
    assert condition.at(here).holds(here) == condition.holds(here)
