"""Shows one rule across elements a message, and gives what it notes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from sekisho.protocol import Category, Channel, ErrorCode, Json, Reading, Version
from sekisho.protocol.checks.cross import Rule
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.elements import Scene
from sekisho.protocol.vocabulary import Form

Found: TypeAlias = dict[ErrorCode, tuple[str, ...]]

SCENE: Final = Scene(
    members={}, whole={}, form=Form.AREQ, version=Version.V231, channel=Channel.BROWSER,
    category=Category.PAYMENT, to=None, asked=None, reading=Reading.STRICT,
)  # fmt: skip
"""A payment of the newest version in a browser, read strictly by nobody in particular."""


def noted(rule: Rule, members: Mapping[str, Json], scene: Scene) -> Found:
    """Let a rule look at these elements in a scene; give the names by error code."""
    findings = Findings()
    rule(replace(scene, members=members, whole=members), findings)
    return findings.everything()
