"""Prints the state diagrams: every `NEXT` table of every room, found by walking the flows."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from types import ModuleType
from typing import Final

import sekisho.acquirer
import sekisho.interoperability
import sekisho.issuer
from sekisho.app.docs.diagrams import Flow, Move, anchor, drawn
from sekisho.app.docs.literals import assigned_names, constant_texts, table_remarks

DOMAINS: Final = (sekisho.acquirer, sekisho.interoperability, sekisho.issuer)

INTRODUCTION: Final = """# States

<!-- Printed from the rooms' flow tables by `make docs`; do not edit. -->

How everything that Sekisho remembers may change. Each table below **is** the code: a record changes only
by looking itself up there.

## What is guaranteed

- A move that a table does not have is refused (`OutOfTurn`) or, where the flow says that it came too late,
  changes nothing. It is never guessed.
- The new record and whatever must be done because of it (its effects) are kept in one transaction.
- Nothing in a flow asks the time, the database, the network or chance: an event brings what it needs.
- A final state has no way out, whatever arrives and however often.

Diagrams leave out moves from a state to itself. Where the remark of a line names a second state, the flow
chooses between them by what the event says; the diagram draws both.
"""


def flows() -> list[Flow]:
    """Find every flow table of every room."""
    return [
        _flow(module, name)
        for module in _flow_modules()
        for name in assigned_names(module)
        if name == "NEXT" or name.endswith("_NEXT")
    ]


def states_page() -> str:
    """Give the page."""
    found = flows()
    contents = "\n".join(f"- [{flow.title}](#{anchor(flow.title)})" for flow in found)
    return "\n".join(
        [INTRODUCTION, contents, *(line for flow in found for line in _shown(flow)), ""]
    )


def _flow_modules() -> Iterator[ModuleType]:
    for domain in DOMAINS:
        for found in pkgutil.walk_packages(domain.__path__, f"{domain.__name__}."):
            if "flow" in found.name.split("."):
                yield importlib.import_module(found.name)


def _flow(module: ModuleType, name: str) -> Flow:
    table: Mapping[tuple[Enum, type | Enum], Enum] = getattr(module, name)
    prefix = name.removesuffix("NEXT")
    remarks = table_remarks(module, name)
    texts = constant_texts(module)
    moves = tuple(
        Move(source=source, event=event, target=target, remark=remarks.get(number, ""))
        for number, ((source, event), target) in enumerate(table.items())
    )
    return Flow(
        title=_title(module, prefix),
        name=name,
        module=module,
        states=type(moves[0].target),
        moves=moves,
        start=getattr(module, f"{prefix}START", None),
        start_text=texts.get(f"{prefix}START", ""),
        final=frozenset(getattr(module, f"{prefix}FINAL", ())),
        final_text=texts.get(f"{prefix}FINAL", ""),
    )


def _title(module: ModuleType, prefix: str) -> str:
    """Name a flow: the room, then what moves, by the first argument of its `decide`."""
    room = module.__name__.split(".")[2]
    if prefix:
        return f"{room}: {prefix.rstrip('_').lower()}"
    record = next(iter(inspect.get_annotations(module.decide).values()))
    return f"{room}: {_words(record.__name__).removesuffix(' record')}"


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _shown(flow: Flow) -> Iterator[str]:
    yield f"\n## {flow.title}\n"
    yield f"{inspect.getdoc(flow.module)}\n"
    yield f"The table is `{flow.name}` of `{flow.module.__name__}`.\n"
    yield from drawn(flow)
