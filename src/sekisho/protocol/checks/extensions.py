"""Message extensions: no id twice, and every critical one understood."""

from collections.abc import Collection

from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.vocabulary import Json


def check_extensions(value: Json, understood: Collection[str], findings: Findings) -> None:
    """Note repeated ids (204) and critical extensions that this receiver does not know (202)."""
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
        if extension.get("criticalityIndicator") is True and name not in understood:
            findings.note(ErrorCode.EXTENSION_NOT_RECOGNISED, name)
