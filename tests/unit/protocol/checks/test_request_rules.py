"""Rules across the elements of an AReq, one by one: what each notes, and what it lets pass."""

from dataclasses import replace
from typing import Final

import pytest

from sekisho.protocol import Component, ErrorCode, Json, Reading, Version
from sekisho.protocol.checks.cross import Rule
from sekisho.protocol.checks.request_rules import (
    confirmation_came_or_not,
    continuation_names_its_beginning,
    exponents_fit,
    requestor_states_trust_plainly,
    sources_are_the_sender_s,
    verification_is_the_directory_s,
)
from sekisho.protocol.elements import Scene
from tests.unit.protocol.checks.noting import SCENE, Found, noted

MISSING, FORMAT, ISO = (
    ErrorCode.ELEMENT_MISSING, ErrorCode.FORMAT_INVALID, ErrorCode.ISO_CODE_INVALID,
)  # fmt: skip
AREQ: Final = replace(SCENE, to=Component.DIRECTORY)
INFO: Final = "threeDSRequestorAuthenticationInfo"
PRIOR: Final = "threeDSRequestorPriorAuthenticationInfo"


def found(rule: Rule, members: dict[str, Json], scene: Scene = AREQ) -> Found:
    return noted(rule, members, scene)


@pytest.mark.parametrize("kind", ["purchase", "recurring"])
def test_an_amount_has_the_exponent_of_its_currency(kind: str) -> None:
    """F1: 304 names both; an unknown currency and a missing exponent are for their own rows."""
    currency, exponent = f"{kind}Currency", f"{kind}Exponent"
    for right in ("392", "0"), ("840", "2"), ("414", "3"), ("000", "9"):
        assert found(exponents_fit, dict(zip((currency, exponent), right, strict=True))) == {}
    for wrong in ("392", "2"), ("840", "0"), ("414", "2"):
        told = found(exponents_fit, dict(zip((currency, exponent), wrong, strict=True)))
        assert told == {ISO: (currency, exponent)}
    assert found(exponents_fit, {currency: "392"}) == found(exponents_fit, {exponent: "2"}) == {}


def test_each_part_of_a_split_payment_has_the_exponent_of_its_currency() -> None:
    """F1: with the path of the list."""
    parts = [
        {"merchantCurrency": "392", "merchantExponent": "0"},
        {"merchantCurrency": "392", "merchantExponent": "2"},
    ]
    path = "multiTransaction.merchantList."
    told = found(exponents_fit, {"multiTransaction": {"merchantList": parts}})
    assert told == {ISO: (f"{path}merchantCurrency", f"{path}merchantExponent")}
    assert found(exponents_fit, {"multiTransaction": {"merchantList": parts[:1]}}) == {}


@pytest.mark.parametrize("name", ["whiteListStatus", "trustListStatus"])
def test_a_requestor_says_of_the_trust_list_yes_or_no(name: str) -> None:
    """F1: what else there is (E, P, R, U) only an ACS can say."""
    for said in ("Y", "N"):
        assert found(requestor_states_trust_plainly, {name: said}) == {}
    for said in ("E", "P", "R", "U"):
        assert found(requestor_states_trust_plainly, {name: said}) == {FORMAT: (name,)}


@pytest.mark.parametrize(
    "name", ["whiteListStatusSource", "trustListStatusSource", "deviceBindingStatusSource"]
)
def test_a_status_comes_from_who_sends_it(name: str) -> None:
    """F1: 01 from the 3DS Server, read strictly; the Directory Server may pass on its own."""
    assert found(sources_are_the_sender_s, {name: "01"}) == {}
    assert found(sources_are_the_sender_s, {}) == {}
    for source in ("02", "03"):
        assert found(sources_are_the_sender_s, {name: source}) == {FORMAT: (name,)}
        lenient = replace(AREQ, reading=Reading.LENIENT)
        assert found(sources_are_the_sender_s, {name: source}, lenient) == {}
        to_acs = replace(AREQ, to=Component.ACS)
        assert found(sources_are_the_sender_s, {name: source}, to_acs) == {}


def test_only_the_directory_server_says_what_it_verified() -> None:
    """F1: dsAuthInfVerifInd is refused where it comes from anybody else."""
    said = {INFO: [{"threeDSReqAuthMethod": "02"}, {"dsAuthInfVerifInd": "01"}]}
    assert found(verification_is_the_directory_s, said) == {FORMAT: (f"{INFO}.dsAuthInfVerifInd",)}
    to_acs = replace(AREQ, to=Component.ACS)
    assert found(verification_is_the_directory_s, said, to_acs) == {}
    assert found(verification_is_the_directory_s, {INFO: [{"threeDSReqAuthMethod": "02"}]}) == {}
    assert found(verification_is_the_directory_s, {}) == {}


def test_a_confirmation_comes_or_the_reason_why_not() -> None:
    """F1: method 09 brings its assertion and no spcIncompInd, since 2.3.1."""
    assertion: dict[str, Json] = {"threeDSReqAuthMethod": "09", "threeDSReqAuthData": "signed"}
    assert found(confirmation_came_or_not, {INFO: [assertion]}) == {}
    both: dict[str, Json] = {INFO: [assertion], "spcIncompInd": "01"}
    assert found(confirmation_came_or_not, both) == {FORMAT: ("spcIncompInd",)}
    neither: dict[str, Json] = {INFO: [{"threeDSReqAuthMethod": "09"}]}
    assert found(confirmation_came_or_not, neither) == {MISSING: (f"{INFO}.threeDSReqAuthData",)}
    other: dict[str, Json] = {INFO: [{"threeDSReqAuthMethod": "02"}], "spcIncompInd": "01"}
    assert found(confirmation_came_or_not, other) == {}
    assert found(confirmation_came_or_not, neither, replace(AREQ, version=Version.V220)) == {}


@pytest.mark.parametrize(
    ("said", "method"),
    [
        ({"threeRIInd": "19"}, "02"),
        ({"spcIncompInd": "01"}, "05"),
        ({INFO: [{"threeDSReqAuthMethod": "09"}]}, "05"),
    ],
)
def test_what_continues_names_its_beginning(said: dict[str, Json], method: str) -> None:
    """F1: the ACS's transaction, and the method by which it was authenticated."""
    rule = continuation_names_its_beginning
    whole = {"threeDSReqPriorRef": "ref", "threeDSReqPriorAuthMethod": method}
    assert found(rule, {**said, PRIOR: [whole]}) == {}
    names = {MISSING: (f"{PRIOR}.threeDSReqPriorRef",)}
    assert found(rule, {**said, PRIOR: [{"threeDSReqPriorAuthMethod": method}]}) == names
    other = {**whole, "threeDSReqPriorAuthMethod": "01"}
    wrong = {FORMAT: (f"{PRIOR}.threeDSReqPriorAuthMethod",)}
    assert found(rule, {**said, PRIOR: [other]}) == wrong
    assert found(rule, {**said, PRIOR: [other]}, replace(AREQ, version=Version.V220)) == {}


@pytest.mark.parametrize("said", [{}, {INFO: [{"threeDSReqAuthMethod": "02"}]}])
def test_what_continues_nothing_may_refer_to_anything(said: dict[str, Json]) -> None:
    """F1: prior authentications are told of freely."""
    prior: Json = [{"threeDSReqPriorAuthMethod": "01"}]
    assert found(continuation_names_its_beginning, {**said, PRIOR: prior}) == {}
