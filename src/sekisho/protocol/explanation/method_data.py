"""Explains 3DS Method data, which name no message type: the request, or the ACS's notification."""

from collections.abc import Mapping

from sekisho.protocol.checks.findings import Findings as Gathered
from sekisho.protocol.checks.walk import walk
from sekisho.protocol.elements import Scene
from sekisho.protocol.explanation.carrying import METHOD_FIELD
from sekisho.protocol.explanation.explained import Explanation
from sekisho.protocol.explanation.heading import METHOD_ROW
from sekisho.protocol.explanation.judging import Noted
from sekisho.protocol.explanation.listing import listed_by
from sekisho.protocol.explanation.told import Findings
from sekisho.protocol.explanation.unwrapping import Unwrapped
from sekisho.protocol.explanation.wording import words
from sekisho.protocol.vocabulary import (
    Category,
    Channel,
    Component,
    Form,
    Json,
    Reading,
    Version,
)


def explained_method_data(captured: Unwrapped) -> Explanation:
    """Explain the request to the ACS, or its notification without the address."""
    told = Findings(
        first=[(each, each.path) for each in _faults(captured.members)], judged={}, last=[]
    )
    reply = "threeDSMethodNotificationURL" not in captured.members
    return Explanation(
        came_as=captured.came_as,
        subject="3DS Method data: " + ("the ACS's notification" if reply else "the request"),
        message_type=None,
        message_version=None,
        read_as=None,
        listed_by=None,
        channel=None,
        category=None,
        receiver=Component.SERVER if reply else Component.ACS,
        elements=listed_by({row.name: row for row in METHOD_ROW.children}, captured.members),
        faults=told.faults(),
        reported=told.reported(),
    )


def _faults(members: Mapping[str, Json]) -> list[Noted]:
    rows = {
        child.name: (child, "R" if child.name == "threeDSServerTransID" else "O")
        for child in METHOD_ROW.children
    }
    scene = Scene(
        members=members,
        whole=members,
        form=Form.CREQ,
        version=Version.V231,
        channel=Channel.BROWSER,
        category=Category.PAYMENT,
        to=None,
        asked=None,
        reading=Reading.STRICT,
    )
    findings = Gathered()
    walk(rows, scene, findings)
    return [
        Noted(code, name, words(code, name, rows, scene), f"element table, {METHOD_FIELD}.{name}")
        for code, names in findings.everything().items()
        for name in names
    ]
