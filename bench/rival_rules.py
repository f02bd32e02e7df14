"""What a rival has to be helped with until it decides as much as `parse` does on sound messages.

Conditions, rules across elements and extensions are our own functions, called on what the rival has
read; that no member stands twice is seen by writing the message back with msgspec.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from sekisho.protocol import Component, Json
from sekisho.protocol.checks import Findings
from sekisho.protocol.checks.cross import RULES
from sekisho.protocol.checks.extensions import check_extensions
from sekisho.protocol.elements import Scene, elements_of
from sekisho.protocol.elements.condition import ALWAYS, NEVER, Condition
from sekisho.protocol.places import Place

_encode: Final = msgspec.json.Encoder().encode


class Broken(ValueError):
    """A message breaks what its shape does not tell."""


def helped(
    read: Callable[[bytes], Mapping[str, Json]],
    place: Place,
    receiver: Component,
    *,
    conditions: bool,
) -> Callable[[bytes], object]:
    """Give a reading that decides the rest too; with the conditions, where its model lacks them."""
    needed, allowed = _conditions(place) if conditions else ([], [])
    rules = RULES[place.form]

    def whole(data: bytes) -> object:
        members = read(data)
        if len(_encode(members)) != len(data):
            raise Broken("a member twice")  # or blanks: sound for what the benchmark sends
        scene = Scene(members, members, *place[:4], receiver, None, place.reading)
        for name, condition in allowed:
            if name in members and not condition.holds(scene):
                raise Broken(name)
        for name, condition in needed:
            if name not in members and condition.holds(scene):
                raise Broken(name)
        findings = Findings()
        for rule in rules:
            rule(scene, findings)
        if "messageExtension" in members:
            check_extensions(members["messageExtension"], (), findings, scene)
        if findings:
            raise Broken("rules across elements")
        return members

    return whole


def _conditions(
    place: Place,
) -> tuple[list[tuple[str, Condition]], list[tuple[str, Condition]]]:
    needed, allowed = [], []
    for name, (row, letter) in elements_of(*place).items():
        if letter == "C":
            must = row.needed.get(place.form, NEVER).at(place)
            may = row.allowed.get(place.form, ALWAYS).at(place)
            needed += [(name, must)] if must != NEVER else []
            allowed += [(name, may)] if may != ALWAYS else []
    return needed, allowed
