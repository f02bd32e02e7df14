"""The element table says of every element what the collected facts of the specification say.

The facts lie beside the working copy, in ../shared; the package itself never reads them.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from sekisho.protocol import Category, Channel, Version
from sekisho.protocol.elements import BY_NAME, ELEMENTS, Element, Kind
from sekisho.protocol.vocabulary import Form

FACTS: Final = Path(__file__).parents[4] / "shared" / "protocol" / "fields.json"

Fact = dict[str, Any]  # as the facts are written, without a schema of their own


def facts() -> list[Fact]:
    assert FACTS.is_file(), f"the collected facts must lie beside the working copy: {FACTS.name}"
    loaded: list[Fact] = json.loads(FACTS.read_text())
    return loaded


def in_version(fact: Fact, version: Version) -> Fact | None:
    if fact["since"] > version or ("until" in fact and fact["until"][:5] < version):
        return None
    return {**fact, **fact.get("version_overrides", {}).get(version.value, {})}


def letter(fact: Fact, form: Form, channel: Channel, category: Category) -> str:
    place = fact["inclusion"].get(form.value, "N")
    if isinstance(place, str):
        return place
    given = place.get(channel.value, "N")
    if isinstance(given, str):
        return given
    return str(given.get(category.value, "N"))


def pairs() -> Iterator[tuple[str, Fact, Element]]:
    """Walk facts and table side by side, children included."""
    for fact in facts():
        yield fact["name"], fact, BY_NAME[fact["name"]]
        yield from inner_pairs(fact["name"], fact, BY_NAME[fact["name"]])


def inner_pairs(path: str, fact: Fact, row: Element) -> Iterator[tuple[str, Fact, Element]]:
    for child in fact.get("children", []):
        found = [each for each in row.children if each.name == child["name"]]
        assert len(found) == 1, f"{path}.{child['name']} is not in the table"
        yield f"{path}.{child['name']}", child, found[0]
        yield from inner_pairs(f"{path}.{child['name']}", child, found[0])


def test_the_table_holds_exactly_the_elements_of_the_specification() -> None:
    """F1: nothing is missing, nothing is ours."""
    assert [row.name for row in ELEMENTS] == [fact["name"] for fact in facts()]


@pytest.mark.parametrize("version", Version)
def test_every_place_has_the_letter_of_the_specification(version: Version) -> None:
    """F1: inclusion in every message, channel and category of every version."""
    wrong = []
    for fact in facts():
        there = in_version(fact, version)
        row = BY_NAME[fact["name"]]
        assert row.exists_in(version) is (there is not None), row.name
        if there is None:
            continue
        shown = row.in_version(version)
        for form in Form:
            for channel in Channel:
                for category in Category:
                    expected = letter(there, form, channel, category)
                    found = shown.inclusion(form, channel, category)
                    if found != expected:
                        wrong.append((row.name, form, channel, category, expected, found))
    assert wrong == []


@pytest.mark.parametrize("version", Version)
def test_every_child_has_the_letter_of_the_specification(version: Version) -> None:
    """F1: a child's inclusion in its parent, and the versions that know it."""
    for path, fact, row in pairs():
        if "." in path:
            assert row.letter == fact["inclusion_in_parent"], path
            assert row.exists_in(version) is (in_version(fact, version) is not None), path


@pytest.mark.parametrize("version", Version)
def test_every_length_is_that_of_the_specification(version: Version) -> None:
    """F1: characters of texts, items of arrays, characters of whole objects."""
    for path, fact, row in pairs():
        there = in_version(fact, version)
        if there is None:
            continue
        shown = row.in_version(version)
        if path in OWN_LENGTHS and version < Version.V231:
            continue
        for what, bounds in lengths(there).items():
            assert getattr(shown, what) == bounds, f"{path}: {what} in {version}"


OWN_LENGTHS: Final = frozenset(
    {
        # The facts give these older lengths in words only.
        "threeDSRequestorAuthenticationInfo.threeDSReqAuthData",
        "threeDSRequestorPriorAuthenticationInfo.threeDSReqPriorAuthData",
        "deviceRenderOptions.sdkUiType",
        "acsSignedContent",
    }
)


def lengths(fact: Fact) -> dict[str, object]:
    """Read a length as the facts write it."""
    text = fact["length"]
    for pattern, read in LENGTH_FORMS:
        if found := re.fullmatch(pattern, text):
            return read(found, fact["type"])
    raise AssertionError(f"a length of a new form: {text}")


def of_items(found: re.Match[str], _kind: str) -> dict[str, object]:
    least, most, low, high = found.groups()
    bounds = {"items": (int(least), None if most == "n" else int(most))}
    return {**bounds, "size": (int(low), int(high or low))} if low else {**bounds}


def at_most(found: re.Match[str], kind: str) -> dict[str, object]:
    most = int(found[1]) * (1024 if found[2] else 1)
    return {"json_most": most} if kind == "object" else {"size": (1, most)}


LENGTH_FORMS: Final[list[tuple[str, Callable[[re.Match[str], str], dict[str, object]]]]] = [
    (r"(\d+)-(\d+|n) items(?: of (\d+)(?:-(\d+))? characters)?", of_items),
    (
        r"max (\d+) items, max (\d+) characters",
        lambda found, _: {"items": (1, int(found[1])), "json_most": int(found[2])},
    ),
    (r"(?:fixed )?(\d+)", lambda found, _: {"size": (int(found[1]), int(found[1]))}),
    (r"(\d+)-(\d+)", lambda found, _: {"size": (int(found[1]), int(found[2]))}),
    (r"(?:object )?max (\d+)(KB)?(?: \(.*)?", at_most),
    (r"min (\d+)", lambda found, _: {"size": (int(found[1]), None)}),
    (r"n/a.*|no stated.*", lambda *_: {}),
]


@pytest.mark.parametrize("version", Version)
def test_every_code_list_is_that_of_the_specification(version: Version) -> None:
    """F1: a value exists from the version that introduced it."""
    for path, fact, row in pairs():
        there = in_version(fact, version)
        if there is None or not row.codes or path in OWN_CODES:
            continue
        since = fact["values_since"]
        listed = {code for code in there["values"] if since.get(code, "2.1.0") <= version}
        shown = row.in_version(version)
        if shown.kind is not Kind.BOOLEAN:
            assert shown.codes_for(None, version) == listed, path
            assert shown.ds_codes is ("reserved" in fact), path


OWN_CODES: Final = frozenset(
    {
        # 2.1.0 takes the codes of 2.2.0 by erratum, and the Directory Servers have their own.
        "cardRangeData.acsInfoInd",
        "cardRangeData.acsProtocolVersions.acsInfoInd",
    }
)


def test_a_transaction_status_is_allowed_where_the_specification_allows_it() -> None:
    """F1: ARes, RReq and the final CRes each have their own list."""
    fact = next(fact for fact in facts() if fact["name"] == "transStatus")
    for form, by_version in fact["values_by_message"].items():
        for version, codes in by_version.items():
            row = BY_NAME["transStatus"].in_version(Version(version))
            assert row.codes_for(Form(form), Version(version)) == set(codes)


def test_conditions_stand_only_where_inclusion_is_conditional() -> None:
    """A condition where the letter is never C would never be asked: a mistake in the table."""
    for row in ELEMENTS:
        letters = {
            form: "".join(
                row.in_version(version).where.get(form, "")
                for version in Version
                if row.exists_in(version)
            )
            for form in {*row.needed, *row.allowed}
        }
        assert all("C" in found for found in letters.values()), row.name
