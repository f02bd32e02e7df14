"""The thorough reading, row by row: what the table's own rows show too rarely."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import ErrorCode, Json, Version
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.walk import check_value, code_fault, repeats, reserved_value, walk
from sekisho.protocol.elements import Element, Kind, Scene, Shape
from sekisho.protocol.elements.when import there
from sekisho.protocol.scheme_rules import SchemeRules
from sekisho.protocol.vocabulary import Form
from tests.unit.protocol.checks.noting import SCENE

V210, V220, V231 = Version
FORMAT: Final = ErrorCode.FORMAT_INVALID


def found(row: Element, value: Json, scene: Scene = SCENE) -> dict[ErrorCode, tuple[str, ...]]:
    findings = Findings()
    check_value(row, value, "the.path", scene, findings)
    return findings.everything()


def walked(row: Element, letter: str, members: dict[str, Json]) -> dict[ErrorCode, tuple[str, ...]]:
    findings = Findings()
    scene = replace(SCENE, members=members, whole=members)
    walk({row.name: (row, letter)}, scene, findings)
    return findings.everything()


CODED: Final = Element(name="coded", codes={"01": "one", "02": "two"}, size=(2, 2))
OWN: Final = replace(CODED, ds_codes=True)


@pytest.mark.parametrize(
    ("row", "value", "fault"),
    [
        (CODED, "01", None),
        (CODED, "85", FORMAT),
        (CODED, "79", FORMAT),
        (OWN, "02", None),
        (OWN, "80", None),
        (OWN, "99", None),
        (OWN, "79", ErrorCode.RESERVED_VALUE),
        (OWN, "00", ErrorCode.RESERVED_VALUE),
        (OWN, "8", FORMAT),
        (OWN, "800", FORMAT),
        (OWN, "8x", FORMAT),
        (OWN, "８５", FORMAT),
        (OWN, "²5", FORMAT),
    ],
)
def test_codes_are_listed_reserved_or_the_directory_server_s_own(
    row: Element, value: str, fault: ErrorCode | None
) -> None:
    """F1: two ASCII digits from 80 on are the DS's, below they are EMVCo's, the rest is no code."""
    assert code_fault(row, value, SCENE) is fault


def test_a_code_of_the_scheme_s_own_is_known() -> None:
    """F1: under the element that the scheme defines it for, and no other of the element."""
    scheme = SchemeRules(name="s", directory_server_id="A000000000", codes={"coded": {"XY": "own"}})
    scene = replace(SCENE, scheme=scheme)
    assert code_fault(CODED, "XY", scene) is None
    assert code_fault(CODED, "XZ", scene) is FORMAT
    assert code_fault(replace(CODED, name="other"), "XY", scene) is FORMAT
    assert code_fault(CODED, "XY", SCENE) is FORMAT


def test_a_boolean_is_true_or_false_and_for_some_elements_only_true() -> None:
    """F1: no text, no number."""
    row = Element(name="flag", kind=Kind.BOOLEAN)
    assert found(row, value=True) == found(row, value=False) == {}
    only = replace(row, pattern="true")
    assert found(only, value=True) == {}
    for each, value in ((only, False), (row, "true"), (row, 1), (only, "true")):
        assert found(each, value) == {FORMAT: ("the.path",)}


def test_a_list_has_its_bounds() -> None:
    """F1: both are inclusive; what is no list is wrong, however long it is."""
    row = Element(name="list", kind=Kind.ARRAY, items=(2, 3))
    assert found(row, ["a", "b"]) == found(row, ["a", "b", "c"]) == {}
    for value in (["a"], ["a", "b", "c", "d"], "ab", {"a": 1, "b": 2}):
        assert found(row, value) == {FORMAT: ("the.path",)}


def test_a_reserved_value_has_a_code_of_its_own_since_231() -> None:
    """F1: 207, before that 203."""
    codes = [reserved_value(version) for version in Version]
    assert codes == [FORMAT, FORMAT, ErrorCode.RESERVED_VALUE]
    assert code_fault(OWN, "50", replace(SCENE, version=V220)) is FORMAT


def test_a_condition_counts_only_where_the_element_is_conditional() -> None:
    """F1: the letter decides; a condition of another place says nothing."""
    row = Element(name="a", needed={Form.AREQ: there("b")}, allowed={Form.AREQ: there("b")})
    assert walked(row, "C", {"a": "x"}) == {FORMAT: ("a",)}
    assert walked(row, "O", {"a": "x"}) == {}
    assert walked(row, "C", {"b": "x"}) == {ErrorCode.ELEMENT_MISSING: ("a",)}
    assert walked(row, "O", {"b": "x"}) == {}
    assert walked(row, "R", {}) == {ErrorCode.ELEMENT_MISSING: ("a",)}


def test_a_text_where_an_object_might_stand_is_judged_as_a_text() -> None:
    """F1: with its own path, codes and lengths."""
    either = Element(name="either", kind=Kind.ANY, size=(1, 3), codes={"01": "one"})
    assert found(either, "01") == {}
    assert found(either, "02") == {FORMAT: ("the.path",)}
    assert found(either, "0123") == {FORMAT: ("the.path",)}
    assert found(either, 5) == {FORMAT: ("the.path",)}
    assert found(either, {}) == {}


def test_a_text_is_judged_by_length_codes_and_shape() -> None:
    """F1: each fault under the path of the text."""
    assert found(CODED, "01") == {}
    assert found(CODED, "03") == {FORMAT: ("the.path",)}
    digits = Element(name="a", shape=Shape.DIGITS, size=(2, 3))
    assert found(digits, "12") == found(digits, "123") == {}
    for value in ("1", "1234", "1x", 12, None):
        assert found(digits, value) == {FORMAT: ("the.path",)}
    currency = Element(name="a", shape=Shape.CURRENCY, size=(3, 3))
    assert found(currency, "392") == {}
    assert found(currency, "999") == {ErrorCode.ISO_CODE_INVALID: ("the.path",)}
    assert found(currency, "39x") == {FORMAT: ("the.path",)}


def test_each_part_of_a_pair_is_judged_as_a_text() -> None:
    """F1: name and value alike, in the scene of the message."""
    pairs = Element(name="pairs", kind=Kind.PAIRS, codes={"01": "one", "02": "two"})
    assert found(pairs, [{"01": "02"}]) == {}
    assert found(pairs, [{"03": "02"}]) == {FORMAT: ("the.path",)}
    assert found(pairs, [{"01": "03"}]) == {FORMAT: ("the.path",)}
    assert found(pairs, [{"01": "02", "02": "01"}]) == {FORMAT: ("the.path",)}
    assert found(pairs, [{}]) == found(pairs, ["x"]) == {FORMAT: ("the.path",)}


@pytest.mark.parametrize("kind", [Kind.OBJECT, Kind.ARRAY])
def test_the_most_characters_of_json_are_allowed_and_one_more_is_not(kind: Kind) -> None:
    """F1: the bound is inclusive."""
    children = (Element(name="a"),) if kind is Kind.OBJECT else ()
    value: Json = {"a": "xy"} if kind is Kind.OBJECT else ["123456"]
    written = 10
    row = Element(name="r", kind=kind, children=children)
    assert found(replace(row, json_most=written), value) == {}
    assert found(replace(row, json_most=written - 1), value) == {FORMAT: ("the.path",)}
    assert found(row, value) == {}


def test_children_are_needed_by_what_stands_beside_them() -> None:
    """F1: a child's condition looks at the object that holds it, not at the message."""
    child = Element(name="a", child_needed=there("b"))
    parent = Element(name="p", kind=Kind.OBJECT, children=(child, Element(name="b")))
    missing = {ErrorCode.ELEMENT_MISSING: ("the.path.a",)}
    assert found(parent, {"b": "x"}) == missing
    assert found(parent, {}, replace(SCENE, members={"b": "x"})) == {}
    assert found(parent, {"a": "", "b": "x"}) == missing
    assert found(parent, {"a": ""}) == {FORMAT: ("the.path.a",)}


@pytest.mark.parametrize("length", [2, 3, 16, 17, 18, 40])
def test_an_item_that_occurs_twice_is_found_wherever_it_stands(length: int) -> None:
    """F1: 204, in short lists and long ones, which are looked through in different ways."""
    items: list[Json] = [{"a": str(at), "b": [at]} for at in range(length)]
    assert not repeats(items)
    for at in range(1, length):
        again: list[Json] = [*items[:at], {"b": [0], "a": "0"}, *items[at + 1 :]]
        assert repeats(again)


@given(st.lists(st.integers(0, 9).map(str), max_size=30))
def test_a_list_repeats_itself_if_it_is_longer_than_its_set(items: list[str]) -> None:
    """F1: the definition, whatever the length."""
    assert repeats(list(items)) is (len(set(items)) < len(items))
