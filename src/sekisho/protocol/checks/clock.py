"""Holds the times that an AReq tells against the reader's clock, where the reader gives one.

Since 2.3.1 the Directory Server refuses what is more than half an hour off (protocol facts, 1).
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.codec import read_object
from sekisho.protocol.elements import Scene
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.forms import from_base64url
from sekisho.protocol.vocabulary import Component, Form, Json, Version

OFF_MOST: Final = timedelta(minutes=30)


def check_clock(now: datetime, scene: Scene, findings: Findings) -> None:
    """Note purchaseDate and sdkSignatureTimestamp that are too far from now (203)."""
    if (
        scene.form is not Form.AREQ
        or scene.version < Version.V231
        or scene.to is not Component.DIRECTORY
    ):
        return
    if _is_off(scene.members.get("purchaseDate"), now):
        findings.note(ErrorCode.FORMAT_INVALID, "purchaseDate")
    signed = scene.members.get(_SIGNED)
    if isinstance(signed, str) and _is_off(_payload(signed).get("sdkSignatureTimestamp"), now):
        findings.note(ErrorCode.FORMAT_INVALID, f"{_SIGNED}.sdkSignatureTimestamp")


_SIGNED: Final = "sdkServerSignedContent"


def _is_off(text: Json, now: datetime) -> bool:
    """Tell whether a time is too far away; what is no time at all is the element table's matter."""
    try:
        told = datetime.strptime(str(text), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(told - now) > OFF_MOST


def _payload(jws: str) -> dict[str, Json]:
    """Read the payload of a JWS as it is; whether it is signed is for whoever has the keys."""
    try:
        return read_object(from_base64url(jws.split(".")[1]))
    except (ProtocolFault, IndexError):
        return {}
