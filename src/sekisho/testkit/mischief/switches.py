"""Which fault is to happen when: switches as people write them, and the plans of transactions.

A switch is `ROLE[.MESSAGE]=FAULT[:TIMES]`, such as `acs=late` or `directory.RReq=twice:1`. Without a
message it is the first leg of the role at which the fault can be done; without a number, every time.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from sekisho.kernel.cards import luhn_holds
from sekisho.kernel.errors import Misuse, TheyErred
from sekisho.protocol import Json
from sekisho.testkit.cards import BRAND_HEADS, rule_of
from sekisho.testkit.mischief.faults import FAULTS, Fault
from sekisho.testkit.mischief.legs import Leg, Role

HEADER: Final = b"x-sekisho-mischief"
PLANS_MAX: Final = 10_000
"""How many transactions' plans are remembered, the newest."""
NUMBER_PLACE: Final = slice(8, 10)
CARD_DIGITS: Final = 16

WANTED: Final[ContextVar[tuple["Switch", ...]]] = ContextVar("sekisho mischief", default=())
"""What the request that is being served asked for."""


class UnknownSwitch(TheyErred):
    """A switch that is not in the table; says what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One fault, where it is to happen, and how often."""

    leg: Leg
    fault: Fault
    times: int | None = None


def read_switches(text: str) -> tuple[Switch, ...]:
    """Read switches separated by commas. Raises UnknownSwitch."""
    return tuple(_read(part.strip()) for part in text.split(",") if part.strip())


def switches_of_card(digits: str) -> tuple[Switch, ...]:
    """Read what a test card calls up: the fault of its last digits, and that of digits 9 and 10.

    The latter happens at the first leg where it can be done.
    """
    rule = rule_of(digits)
    if rule is None or digits[:8] not in BRAND_HEADS.values():
        return ()
    called = read_switches(rule.call.fault or "")
    number = int(digits[NUMBER_PLACE]) if len(digits) == CARD_DIGITS else 0
    found = next((each for each in FAULTS.values() if each.number == number), None)
    return called if found is None else (*called, Switch(leg=found.legs[0], fault=found))


def card_with_mischief(digits: str, fault: Fault) -> str:
    """Give the test card that also calls up a fault; the check digit stands where it is free.

    Raises Misuse for a card that has no room for it.
    """
    if len(digits) != CARD_DIGITS or digits[:8] not in BRAND_HEADS.values():
        raise Misuse("a test card of the sandbox with 16 digits has room for a fault")
    for check in range(10):
        changed = f"{digits[:8]}{fault.number:02d}0{check}{digits[12:]}"
        if luhn_holds(changed):
            return changed
    raise AssertionError("one of ten digits always satisfies the Luhn check")


class Plans:
    """What is to happen to which transaction."""

    def __init__(self) -> None:
        self._always: list[Switch] = []
        self._of: dict[str, list[Switch]] = {}
        self._done: dict[tuple[str, Leg, str], int] = {}

    def always(self, *switches: Switch) -> None:
        """Let every transaction suffer, those without a transaction (PReq) as well."""
        self._always.extend(switches)

    def plan(self, trans_id: str, *switches: Switch) -> None:
        """Let one transaction suffer."""
        self._of.setdefault(trans_id, []).extend(switches)
        while len(self._of) > PLANS_MAX:
            gone = next(iter(self._of))
            del self._of[gone]
            self._done = {key: count for key, count in self._done.items() if key[0] != gone}

    def clear(self) -> None:
        """Let nothing happen any more."""
        self._always.clear()
        self._of.clear()

    def note(self, members: Mapping[str, Json]) -> None:
        """Look at a message that goes out for the first time: its card may call up a fault."""
        trans_id = members.get("threeDSServerTransID")
        card = members.get("acctNumber")
        if not isinstance(trans_id, str) or trans_id in self._of or not isinstance(card, str):
            return
        switches = (*WANTED.get(), *switches_of_card(card))
        if switches:
            self.plan(trans_id, *switches)

    def due(self, leg: Leg, members: Mapping[str, Json]) -> Fault | None:
        """Say which fault is to happen now, and count it."""
        trans_id = str(members.get("threeDSServerTransID"))
        for switch in (*self._of.get(trans_id, ()), *self._always):
            if switch.leg != leg:
                continue
            key = (trans_id, leg, switch.fault.name)
            if switch.times is None or self._done.get(key, 0) < switch.times:
                if switch.times is not None:
                    self._done[key] = self._done.get(key, 0) + 1
                fault: Fault = switch.fault
                return fault
        return None


def _read(text: str) -> Switch:
    where, _, what = text.partition("=")
    name, _, times = what.partition(":")
    role_name, _, message = where.partition(".")
    fault = FAULTS.get(name.strip())
    if fault is None:
        raise UnknownSwitch(f"{text}: faults are {', '.join(FAULTS)}")
    if times and not (times.isascii() and times.isdigit()):
        raise UnknownSwitch(f"{text}: after the colon stands a number of times")
    try:
        role = Role(role_name.strip())
    except ValueError as error:
        known = ", ".join(each.value for each in Role)
        raise UnknownSwitch(f"{text}: roles are {known}") from error
    for leg in fault.legs:
        if leg.role is role and message.strip() in {"", leg.message.value}:
            return Switch(leg=leg, fault=fault, times=int(times) if times else None)
    known = ", ".join(str(leg) for leg in fault.legs)
    raise UnknownSwitch(f"{text}: {fault.name} can happen at {known}")
