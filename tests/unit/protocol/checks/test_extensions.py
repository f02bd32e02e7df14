"""Message extensions, item by item: what one of them has wrong hides nothing of the next."""

from dataclasses import replace
from typing import Final

import pytest

from sekisho.protocol import Category, Channel, Component, ErrorCode, Json, Reading, Version
from sekisho.protocol.checks import extensions
from sekisho.protocol.checks.extensions import check_extensions
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.elements import Scene
from sekisho.protocol.vocabulary import Form

SCENE: Final = Scene(
    members={}, whole={}, form=Form.AREQ, version=Version.V220, channel=Channel.BROWSER,
    category=Category.PAYMENT, to=Component.ACS, asked=None, reading=Reading.STRICT,
)  # fmt: skip
DATA: Final = "messageExtension.data"


def found(value: Json, scene: Scene | None = SCENE) -> dict[ErrorCode, tuple[str, ...]]:
    findings = Findings()
    check_extensions(value, ("KNOWN",), findings, scene)
    return findings.everything()


def bridge(**data: Json) -> dict[str, Json]:
    return {"id": "A000000802-004", "data": {"version": "2.0", **data}}


def test_emvco_s_own_extensions_are_known_by_their_ids() -> None:
    """Section 8: other software writes these very texts."""
    assert extensions.EMVCO == "A000000802-"
    assert extensions.TRAVEL == "A000000802-001"
    assert extensions.BRIDGING == "A000000802-004"
    assert extensions.BRIDGING_VERSIONS == ("1.0", "2.0")
    assert extensions.BRIDGED == ("recurringData", "challengeData", "addData")


@pytest.mark.parametrize("odd", ["text", {}, {"id": None}, {"id": 5}])
def test_what_cannot_be_read_hides_nothing_of_the_next(odd: Json) -> None:
    """Its form is the element table's matter."""
    critical: Json = {"id": "X", "criticalityIndicator": True}
    assert found([odd, critical, critical]) == {
        ErrorCode.EXTENSION_NOT_RECOGNISED: ("X",),
        ErrorCode.DUPLICATE: ("messageExtension",),
    }


@pytest.mark.parametrize("value", ["text", None, {"id": "X", "criticalityIndicator": True}])
def test_what_is_no_list_is_the_element_table_s_matter(value: Json) -> None:
    """It names the whole element."""
    assert found(value) == {}


def test_every_part_of_a_bridge_is_looked_into() -> None:
    """Section 8: also those that come after a part that is missing or is no object."""
    wrong: Json = {"purchaseDate": "tomorrow"}
    assert found([bridge(recurringData="x", challengeData=wrong, addData=wrong)]) == {
        ErrorCode.FORMAT_INVALID: (
            f"{DATA}.recurringData",
            f"{DATA}.challengeData.purchaseDate",
            f"{DATA}.addData.purchaseDate",
        )
    }
    assert found([bridge(addData=wrong)]) == {
        ErrorCode.FORMAT_INVALID: (f"{DATA}.addData.purchaseDate",)
    }


def test_a_bridge_carries_elements_as_2_3_1_writes_them() -> None:
    """Section 8: the version of the message itself, which is older, does not count."""
    later: Json = {"threeDSRequestorChallengeInd": ["02"]}
    older: Json = {"threeDSRequestorChallengeInd": "02"}
    assert found([bridge(challengeData=later)]) == {}
    assert found([bridge(challengeData=older)]) == {
        ErrorCode.FORMAT_INVALID: (f"{DATA}.challengeData.threeDSRequestorChallengeInd",)
    }


@pytest.mark.parametrize("scene", [None, replace(SCENE, reading=Reading.LENIENT)])
def test_a_bridge_just_travels_where_nothing_is_read_strictly(scene: Scene | None) -> None:
    """Whoever does not understand an extension passes it on as it is."""
    assert found([bridge(recurringData="x")], scene) == {}
    assert found([{"id": "KNOWN", "criticalityIndicator": True}], scene) == {}


@pytest.mark.parametrize("data", ["text", None, ["2.0"]])
def test_a_bridge_without_an_object_is_the_element_table_s_matter(data: Json) -> None:
    """It names the data as a whole."""
    assert found([{"id": "A000000802-004", "data": data}]) == {}
