"""Message extensions: no id twice, every critical one understood, EMVCo's own in good form."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.walk import check_value
from sekisho.protocol.elements import BY_NAME, Scene
from sekisho.protocol.elements.scene import EMPTY
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.vocabulary import Json, Reading, Version

EMVCO: Final = "A000000802-"
"""How ids begin that EMVCo itself has given out."""

TRAVEL: Final = "A000000802-001"
"""What an airline, hotel or agency knows of a journey."""

BRIDGING: Final = "A000000802-004"
"""Elements of 2.3.1 in a message of 2.1.0 or 2.2.0."""

BRIDGING_VERSIONS: Final = ("1.0", "2.0")
BRIDGED: Final = ("recurringData", "challengeData", "addData")
"""Objects of a bridging extension: what 2.3.1 has as elements of the message."""


def check_extensions(
    value: Json, understood: Collection[str], findings: Findings, scene: Scene | None = None
) -> None:
    """Note repeated ids (204) and critical extensions that this receiver does not know (202).

    With a scene that is read strictly also critical ones that are not EMVCo's, and what a bridging
    extension has wrong (201, 203): whoever does not understand an extension passes it on as it is.
    """
    if not isinstance(value, list):
        return
    seen: set[str] = set()
    for extension in value:
        if not isinstance(extension, dict):
            continue
        name = extension.get("id")
        if not isinstance(name, str):
            continue
        if name in seen:
            findings.note(ErrorCode.DUPLICATE, "messageExtension")
        seen.add(name)
        critical = extension.get("criticalityIndicator") is True
        if critical and name not in understood:
            findings.note(ErrorCode.EXTENSION_NOT_RECOGNISED, name)
        if scene is not None and scene.reading is Reading.STRICT:
            if critical and name in understood and not name.startswith(EMVCO):
                findings.note(ErrorCode.FORMAT_INVALID, "messageExtension.id")
            if name == BRIDGING:
                _check_bridging(extension.get("data"), scene, findings)


def _check_bridging(data: Json, scene: Scene, findings: Findings) -> None:
    """Hold what a bridging extension carries against the rows that 2.3.1 has for it."""
    if not isinstance(data, dict):
        return
    version = data.get("version")
    if version in EMPTY:
        findings.note(ErrorCode.ELEMENT_MISSING, f"{_DATA}.version")
    elif version not in BRIDGING_VERSIONS:
        findings.note(ErrorCode.FORMAT_INVALID, f"{_DATA}.version")
    for part in BRIDGED:
        if part not in data:
            continue
        carried = data[part]
        if not isinstance(carried, dict):
            findings.note(ErrorCode.FORMAT_INVALID, f"{_DATA}.{part}")
            continue
        later = replace(scene, members=carried, whole=carried, version=Version.V231, asked=None)
        for name in _known(carried):
            row = BY_NAME[name].in_version(Version.V231, scene.reading)
            check_value(row, carried[name], f"{_DATA}.{part}.{name}", later, findings)


_DATA: Final = "messageExtension.data"


def _known(carried: dict[str, Json]) -> Iterator[str]:
    """Give the members that 2.3.1 knows as elements of a message."""
    for name in carried:
        row = BY_NAME.get(name)
        if row is not None and row.exists_in(Version.V231):
            yield name
