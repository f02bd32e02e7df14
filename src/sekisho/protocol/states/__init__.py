"""The protocol's own state tables: who may send what when, and what silence means.

Each module is one thing in the eyes of one component: its states, its events, its effects, its table
and `decide`. No room is needed to use them; the rooms' own flows (codes, attempts, lock-outs, storage)
stand around them.
"""

from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import Final

from sekisho.protocol.states import (
    acs_authentication,
    app_challenge,
    browser_challenge,
    decoupled,
    directory_relay,
    operation_receiver,
    operation_sender,
    result_delivery,
    sdk_challenge,
    server_authentication,
    spc_at_acs,
    spc_at_requestor,
    split_sdk,
    threeds1_acs,
    threeds1_plug_in,
)
from sekisho.protocol.states.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One table, the module that decides by it, and what may have to be done."""

    table: Table[Enum]
    module: ModuleType
    effects: tuple[type, ...]
    """The classes of its effects; timers (`Later`) are understood."""


CHAPTERS: Final[tuple[Chapter, ...]] = tuple(
    Chapter(table=module.TABLE, module=module, effects=module.EFFECTS)
    for module in (
        server_authentication,
        directory_relay,
        acs_authentication,
        browser_challenge,
        app_challenge,
        sdk_challenge,
        result_delivery,
        decoupled,
        spc_at_requestor,
        spc_at_acs,
        split_sdk,
        operation_receiver,
        operation_sender,
        threeds1_plug_in,
        threeds1_acs,
    )
)
"""Every table with what belongs to it, in the order of a transaction."""

TABLES: Final[tuple[Table[Enum], ...]] = tuple(chapter.table for chapter in CHAPTERS)
"""Every table of the protocol."""

__all__ = ["CHAPTERS", "TABLES", "Chapter"]
