"""Typed access: the printed types are what the table says, and fit every message that is read."""

import ast
import typing
from pathlib import Path
from types import GenericAlias, UnionType
from typing import Any, Final, Required, get_args, get_origin, get_type_hints

import pytest

from sekisho.app.docs.typed_elements import (
    module_path,
    module_text,
    stale_modules,
    write_modules,
)
from sekisho.kernel.errors import Misuse
from sekisho.protocol import Component, MessageType, Version, parse
from sekisho.protocol.schemas import kinds
from sekisho.protocol.typed_elements import TYPES, elements, v220, v231
from sekisho.testkit import samples
from sekisho.testkit.messages import simplest, specimens, stages

ROOT: Final = Path(__file__).parents[3]
KINDS: Final = [(kind, version) for version in Version for kind in kinds(version)]


@pytest.mark.parametrize("version", Version)
def test_no_module_is_stale(version: Version) -> None:
    """F1: the types are those of the table; otherwise run `make docs` and commit what it writes."""
    text = (ROOT / module_path(version)).read_text(encoding="utf-8")
    assert text == module_text(version), f"{module_path(version)} is stale: run `make docs`"
    ast.parse(text)


def test_modules_are_written_only_where_they_changed(tmp_path: Path) -> None:
    """A second run writes nothing; a changed file is put right."""
    paths = [module_path(version) for version in Version]
    assert stale_modules(tmp_path) == paths
    assert write_modules(tmp_path) == paths
    assert write_modules(tmp_path) == []
    (tmp_path / paths[1]).write_text("stale", encoding="utf-8")
    assert stale_modules(tmp_path) == write_modules(tmp_path) == [paths[1]]


def fits(value: object, kind: Any) -> bool:  # a type, of which typing has no type of its own
    """Tell whether a value has a printed type, members of dictionaries included."""
    if typing.is_typeddict(kind):
        hints = get_type_hints(kind)
        return (
            isinstance(value, dict)
            and kind.__required_keys__ <= value.keys()
            and all(name in hints and fits(each, hints[name]) for name, each in value.items())
        )
    if isinstance(kind, UnionType):
        return any(fits(value, each) for each in get_args(kind))
    if get_origin(kind) is Required:
        return fits(value, get_args(kind)[0])
    if isinstance(kind, GenericAlias) and get_origin(kind) is list:
        return isinstance(value, list) and all(fits(each, get_args(kind)[0]) for each in value)
    return isinstance(value, get_origin(kind) or kind)


@pytest.mark.parametrize(("kind", "version"), KINDS)
def test_every_sound_message_has_its_type(kind: MessageType, version: Version) -> None:
    """F1: no element without a place in the type, and none of another kind."""
    shape = TYPES[version][kind]
    required = [set(get_type_hints(shape))]
    for stage in stages(kind, version):
        required.append(set(simplest(stage)))
        for message in specimens(stage):
            assert fits(dict(elements(message, shape)), shape), stage
    promised = {*shape.__required_keys__}
    assert promised <= set.intersection(*required), "what is promised must always be there"
    assert {"messageType", "messageVersion"} <= promised


def test_a_type_checker_knows_the_elements() -> None:
    """What is read by name has its type: a text, a boolean, a list of objects."""
    areq = parse(samples.wire(samples.areq()), receiver=Component.DIRECTORY)
    typed = elements(areq, v220.AReq)
    amount: str = typed["purchaseAmount"]
    java: bool = typed["browserJavaEnabled"]
    assert (amount, java) == ("14500", False)
    pres = parse(samples.wire(samples.pres(Version.V231)), receiver=Component.SERVER)
    ranges: list[v231.CardRangeData] = elements(pres, v231.PRes)["cardRangeData"]
    assert ranges[0]["ranges"][0]["start"] == "4111111100000000"


def test_another_message_s_type_is_our_mistake() -> None:
    """A message of 2.2.0 has not the elements of 2.3.1, nor an AReq those of an ARes."""
    areq = parse(samples.wire(samples.areq()), receiver=Component.DIRECTORY)
    for shape in (v231.AReq, v220.ARes, dict):
        with pytest.raises(Misuse, match=r"<AReq 2\.2\.0> does not have the elements of"):
            elements(areq, shape)


def test_what_a_fit_is() -> None:
    """The test's own measure refuses what it should."""
    assert fits({"cc": "81", "subscriber": "3"}, v231.HomePhone)
    assert not fits({"cc": "81"}, v231.HomePhone)
    assert not fits({"cc": "81", "subscriber": 3}, v231.HomePhone)
    assert not fits({"cc": "81", "subscriber": "3", "unknown": "x"}, v231.HomePhone)
    assert fits("a", str | dict[str, str])
    assert not fits(["a", 5], list[str])
