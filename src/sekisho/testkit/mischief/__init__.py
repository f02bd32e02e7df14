"""Peers that misbehave on purpose: every fault a switch with its reason, for tests and the sandbox.

One table (`FAULTS`) says what each fault does, why a real system does it and where it can happen;
`REACTIONS` what the other side must do about it. A real room becomes its own misbehaving twin by
`Mischief.road` around its calls and `spoilt_port` around its mutual-TLS port.
"""

from sekisho.testkit.mischief.faults import FAULTS, Fault
from sekisho.testkit.mischief.legs import LEGS, Leg, Role
from sekisho.testkit.mischief.peers import Heard, Mischief, SpoiltRoad, members_of
from sekisho.testkit.mischief.ports import asks_for_mischief, spoilt_handler, spoilt_port
from sekisho.testkit.mischief.reactions import REACTIONS, Reaction
from sekisho.testkit.mischief.switches import (
    Plans,
    Switch,
    UnknownSwitch,
    card_with_mischief,
    read_switches,
    switches_of_card,
)

__all__ = [
    "FAULTS",
    "LEGS",
    "REACTIONS",
    "Fault",
    "Heard",
    "Leg",
    "Mischief",
    "Plans",
    "Reaction",
    "Role",
    "SpoiltRoad",
    "Switch",
    "UnknownSwitch",
    "asks_for_mischief",
    "card_with_mischief",
    "members_of",
    "read_switches",
    "spoilt_handler",
    "spoilt_port",
    "switches_of_card",
]
