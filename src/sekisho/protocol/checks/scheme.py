"""Holds a message against the rules of a card scheme, where the reader knows which one it is."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.walk import reserved_value
from sekisho.protocol.elements import Element, Scene, Shape, elements_of
from sekisho.protocol.elements.scene import EMPTY
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.places import Place
from sekisho.protocol.scheme_rules import SchemeRules
from sekisho.protocol.vocabulary import Category, Form, Json, Version

MARKET: Final = "900"
"""The country code that only some schemes know."""


def check_scheme(scheme: SchemeRules, scene: Scene, findings: Findings) -> None:
    """Note codes and countries that are not the scheme's, and what it demands beyond the protocol."""
    place = Place(scene.form, scene.version, scene.channel, scene.category, scene.reading)
    for name, row in _of_schemes(place):
        if name in scene.members:
            for path, leaf, text in _texts(row, scene.members[name], name):
                fault = _fault_of(scheme, leaf, text, scene.version)
                if fault is not None:
                    findings.note(fault, path)
    for demand in scheme.demands:
        if (
            demand.form is scene.form
            and scene.members.get(demand.element) in EMPTY
            and demand.when.holds(scene)
        ):
            findings.note(ErrorCode.ELEMENT_MISSING, demand.element)
    if scene.form is Form.AREQ:
        requestor = scene.members.get("threeDSRequestorID")
        if isinstance(requestor, str) and requestor and not scheme.names(requestor):
            findings.note(ErrorCode.FORMAT_INVALID, "threeDSRequestorID")
    elif scene.form in (Form.ARES, Form.RREQ):
        _check_result(scheme, scene, findings)


def _fault_of(scheme: SchemeRules, row: Element, text: str, version: Version) -> ErrorCode | None:
    if row.shape is Shape.COUNTRY:
        foreign = text == MARKET and not scheme.market_country
        return ErrorCode.ISO_CODE_INVALID if foreign else None
    unknown = _is_scheme_s(text) and not scheme.knows(row.name, text)
    return reserved_value(version) if unknown else None


def _check_result(scheme: SchemeRules, scene: Scene, findings: Findings) -> None:
    status, eci = scene.members.get("transStatus"), scene.members.get("eci")
    if status in scheme.never_status:
        findings.note(ErrorCode.FORMAT_INVALID, "transStatus")
    answer = _own_answer(scheme, scene)
    if answer is not None:
        for name, said in answer.items():
            _compare(name, said, scene.members.get(name), findings)
        return
    usual = scheme.eci.get(status) if isinstance(status, str) else None
    if scene.category is not Category.PAYMENT:
        usual = scheme.non_payment_eci or None
    elif usual is not None and status in ("Y", "A") and eci in EMPTY:
        findings.note(ErrorCode.ELEMENT_MISSING, "eci")
    if usual is not None and eci not in EMPTY and eci not in usual:
        findings.note(ErrorCode.FORMAT_INVALID, "eci")


def _own_answer(scheme: SchemeRules, scene: Scene) -> Mapping[str, str | None] | None:
    """Give what a message of the scheme's own category must be answered with."""
    said = scene.members.get("messageCategory")
    if said is None and scene.asked is not None:
        said = scene.asked.get("messageCategory")
    return scheme.answers.get(said) if isinstance(said, str) else None


def _compare(name: str, wanted: str | None, found: Json, findings: Findings) -> None:
    if wanted is not None and found in EMPTY:
        findings.note(ErrorCode.ELEMENT_MISSING, name)
    elif found not in EMPTY and found != wanted:
        findings.note(ErrorCode.FORMAT_INVALID, name)


@cache
def _of_schemes(place: Place) -> tuple[tuple[str, Element], ...]:
    """Give the elements of a place that hold anything which is a scheme's to define."""
    return tuple((name, row) for name, (row, _) in elements_of(*place).items() if _concerns(row))


def _concerns(row: Element) -> bool:
    return row.ds_codes or row.shape is Shape.COUNTRY or any(map(_concerns, row.children))


def _texts(row: Element, value: Json, path: str) -> Iterator[tuple[str, Element, str]]:
    """Give every text of an element that is a scheme's to define, children included."""
    for item in value if isinstance(value, list) else (value,):
        if isinstance(item, str) and (row.ds_codes or row.shape is Shape.COUNTRY):
            yield path, row, item
        elif isinstance(item, dict):
            for child in row.children:
                if child.name in item and _concerns(child):
                    yield from _texts(child, item[child.name], f"{path}.{child.name}")


def _is_scheme_s(code: str) -> bool:
    return len(code) == 2 and "80" <= code <= "99"  # noqa: PLR2004 - codes have two digits
