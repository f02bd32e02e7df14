"""Shows one rule across elements a message, and gives what it notes."""

from dataclasses import replace
from typing import TypeAlias

from sekisho.protocol import ErrorCode, Json
from sekisho.protocol.checks.cross import Rule
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.elements import Scene

Found: TypeAlias = dict[ErrorCode, tuple[str, ...]]


def noted(rule: Rule, members: dict[str, Json], scene: Scene) -> Found:
    """Let a rule look at these elements in a scene; give the names by error code."""
    findings = Findings()
    rule(replace(scene, members=members, whole=members), findings)
    return findings.everything()
