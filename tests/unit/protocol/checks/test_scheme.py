"""What a card scheme adds, by rules of our own making: the edges that no real scheme shows."""

from dataclasses import replace
from functools import partial
from typing import Final

import pytest

from sekisho.protocol import Category, Component, ErrorCode, Json, Version
from sekisho.protocol.checks.scheme import check_scheme
from sekisho.protocol.elements import Scene
from sekisho.protocol.scheme_rules import SchemeRules
from sekisho.protocol.vocabulary import Form
from tests.unit.protocol.checks.noting import SCENE, Found, noted

MISSING, FORMAT, RESERVED = (
    ErrorCode.ELEMENT_MISSING, ErrorCode.FORMAT_INVALID, ErrorCode.RESERVED_VALUE,
)  # fmt: skip
RREQ: Final = replace(SCENE, form=Form.RREQ, to=Component.DIRECTORY)
PLAIN: Final = SchemeRules(name="s", directory_server_id="A000000999")
INSIGHTS: Final = replace(
    PLAIN.with_codes("messageCategory", {"80": "insights"}),
    answers={"80": {"transStatus": "U", "eci": None}},
)


def found(scheme: SchemeRules, members: dict[str, Json], scene: Scene = RREQ) -> Found:
    return noted(partial(check_scheme, scheme), members, scene)


@pytest.mark.parametrize("code", ["80", "85", "99"])
def test_a_code_of_schemes_is_one_that_this_scheme_has(code: str) -> None:
    """F1: 80 to 99, both included; what a scheme has not defined is reserved."""
    members: dict[str, Json] = {"transStatusReason": code}
    assert found(PLAIN, members) == {RESERVED: ("transStatusReason",)}
    own = PLAIN.with_codes("transStatusReason", {code: "its own"})
    assert found(own, members) == {}
    assert found(PLAIN, members, replace(RREQ, version=Version.V220)) == {
        FORMAT: ("transStatusReason",)
    }


@pytest.mark.parametrize("code", ["01", "79", "8", "800"])
def test_other_codes_are_for_their_row(code: str) -> None:
    """F1: EMVCo's, and what is no code of two digits."""
    assert found(PLAIN, {"transStatusReason": code}) == {}


def test_a_category_of_the_scheme_s_own_has_its_own_answer() -> None:
    """F1: said by the result itself, or by the AReq that is answered."""
    right: dict[str, Json] = {"messageCategory": "80", "transStatus": "U"}
    assert found(INSIGHTS, right) == {}
    assert found(INSIGHTS, {**right, "transStatus": "Y"}) == {FORMAT: ("transStatus",)}
    assert found(INSIGHTS, {**right, "eci": "05"}) == {FORMAT: ("eci",)}
    assert found(INSIGHTS, {"messageCategory": "80"}) == {MISSING: ("transStatus",)}
    asked = replace(RREQ, form=Form.ARES, asked={"messageCategory": "80"})
    assert found(INSIGHTS, {"transStatus": "Y"}, asked) == {FORMAT: ("transStatus",)}
    assert found(INSIGHTS, {"transStatus": "U"}, asked) == {}
    assert found(INSIGHTS, {"messageCategory": "01", "transStatus": "Y"}) == {}
    assert found(INSIGHTS, {"transStatus": "Y"}) == {}


def test_a_payment_brings_the_eci_of_its_status() -> None:
    """F1: for Y and A one must come, and it is one of the scheme's."""
    scheme = replace(
        PLAIN,
        eci={"Y": frozenset({"05"}), "A": frozenset({"06"}), "N": frozenset({"07"})},
        non_payment_eci=frozenset({"00"}),
    )
    for status, eci in (("Y", "05"), ("A", "06")):
        assert found(scheme, {"transStatus": status, "eci": eci}) == {}
        assert found(scheme, {"transStatus": status}) == {MISSING: ("eci",)}
        assert found(scheme, {"transStatus": status, "eci": "07"}) == {FORMAT: ("eci",)}
    assert found(scheme, {"transStatus": "N"}) == found(scheme, {"transStatus": "C"}) == {}
    assert found(scheme, {"transStatus": "N", "eci": "05"}) == {FORMAT: ("eci",)}
    other = replace(RREQ, category=Category.NON_PAYMENT)
    assert found(scheme, {"transStatus": "Y"}, other) == {}
    assert found(scheme, {"transStatus": "Y", "eci": "00"}, other) == {}
    assert found(scheme, {"transStatus": "Y", "eci": "05"}, other) == {FORMAT: ("eci",)}
    assert found(PLAIN, {"transStatus": "Y", "eci": "05"}, other) == {}


def test_a_status_that_a_scheme_does_not_use_is_wrong() -> None:
    """F1: `never_status`."""
    scheme = replace(PLAIN, never_status=frozenset({"I"}))
    assert found(scheme, {"transStatus": "I"}) == {FORMAT: ("transStatus",)}
    assert found(scheme, {"transStatus": "Y"}) == {}
