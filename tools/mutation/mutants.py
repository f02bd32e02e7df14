"""Makes the mutants of one module: each the whole source with one operator, constant or call changed.

The changes are mutmut's. Its runner is not used: it keeps all mutants of a function in one process
that has imported everything before, where what is decided on import (tables, conditions, compiled
functions, caches) would stay as it was and every mutant of it would seem to survive.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import (
    mutation_operators,
    operator_arg_removal,
    operator_string,
)

WORDS_FOR_PEOPLE: Mapping[str, tuple[frozenset[str], int]] = {
    "At": (frozenset({"words"}), 0),
    "Go": (frozenset({"when"}), 1),
    "Ignore": (frozenset({"why"}), 0),
    "Limit": (frozenset({"what", "then", "source"}), 0),
    "Misuse": (frozenset(), 0),
    "Never": (frozenset({"why"}), 0),
    "Not": (frozenset({"words"}), 1),
    "Refuse": (frozenset({"why"}), 2),
    "Sent": (frozenset({"words"}), 1),
    "Table": (frozenset({"name", "about"}), 0),
    "Worded": (frozenset({"words"}), 0),
    "ignored": (frozenset({"why"}), 2),
    "never": (frozenset({"why"}), 2),
}
"""Calls with prose in them, by keyword and from a place on: another wording is no fault."""

TABLES_OF_PROSE = frozenset({"EXPECTED"})
"""Mappings that say in words what a rule expects."""

ENUMERATIONS = ("State", "ErrorCode")
"""Lists whose members stand for the decision itself: each is changed for its neighbour."""

Operator: TypeAlias = Callable[[cst.CSTNode], Iterable[cst.CSTNode]]

CRASHING = frozenset({"len", "isinstance", "frozenset"})
"""Calls that fail at once without their arguments: such mutants would only flatter the score."""

UNREAD_NAMES = frozenset({"__all__", "__slots__"})


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One module with one change."""

    module: str
    """The path of the module below `src`."""
    number: int
    first_line: int
    last_line: int
    source: str
    diff: str
    """The lines that changed, `-` before and `+` after."""


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Make every mutant of a module; the order is that of the source."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    positions = wrapper.resolve(PositionProvider)
    collector = _Collector(source)
    wrapper.module.visit(collector)
    mutants: list[Mutant] = []
    seen = {source}
    for node, changed in collector.changes:
        whole = wrapper.module.deep_replace(node, changed)
        text = whole.code if isinstance(whole, cst.Module) else ""
        if text in seen or not _compiles(text):
            continue
        seen.add(text)
        place = positions[node]
        mutants.append(
            Mutant(
                module=module,
                number=len(mutants) + 1,
                first_line=place.start.line,
                last_line=place.end.line,
                source=text,
                diff=_diff(source, text),
            )
        )
    return mutants


class _Collector(cst.CSTVisitor):
    """Walks a module and gathers what might be changed in it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.changes: list[tuple[cst.CSTNode, cst.CSTNode]] = []
        self._prose: set[int] = set()
        self._neighbours = {
            name: _neighbours(name, source) for name in ENUMERATIONS if f"{name}." in source
        }

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _says_nothing(node) or id(node) in self._prose:
            return False
        if isinstance(node, cst.Call):
            self._prose.update(id(argument) for argument in _prose_of(node))
        if isinstance(node, cst.AnnAssign) and _code(node.target) in TABLES_OF_PROSE:
            self._prose.add(id(node.value))
        if isinstance(node, cst.Attribute):
            self._change_member(node)
        skipped = CRASHING.union(WORDS_FOR_PEOPLE)
        for kind, operator in mutation_operators:
            if not isinstance(node, kind):
                continue
            if operator is operator_arg_removal and _called(node) in skipped:
                continue
            self.changes += [(node, each) for each in _telling(operator, node)]
        return True

    def _change_member(self, node: cst.Attribute) -> None:
        neighbours = self._neighbours.get(_code(node.value), {})
        other = neighbours.get(node.attr.value)
        if other is not None:
            self.changes.append((node, node.with_changes(attr=cst.Name(other))))


def _telling(operator: Operator, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Leave out what says no more: a second wrong spelling, a call that fails for want of a value."""
    for place, changed in enumerate(operator(node)):
        if operator is operator_string and place > 0:
            return
        if operator is operator_arg_removal and _shorter(changed, node):
            continue
        yield changed


def _shorter(changed: cst.CSTNode, node: cst.CSTNode) -> bool:
    calls = isinstance(changed, cst.Call) and isinstance(node, cst.Call)
    return calls and len(changed.args) < len(node.args)


def _neighbours(enumeration: str, source: str) -> dict[str, str]:
    """Give for each member that the module names the one that it names next, in a circle."""
    named = sorted(set(re.findall(rf"\b{enumeration}\.([A-Z][A-Z0-9_]*)\b", source)))
    return {} if len(named) == 1 else dict(zip(named, [*named[1:], named[0]], strict=True))


def _prose_of(call: cst.Call) -> Iterator[cst.Arg]:
    """Give the arguments that are prose: named so, or unnamed and at the place of prose."""
    keywords, place = WORDS_FOR_PEOPLE.get(_called(call), (frozenset(), -1))
    for at, argument in enumerate(call.args):
        name = argument.keyword.value if argument.keyword is not None else None
        if name in keywords or (name is None and at == place):
            yield argument


def _says_nothing(node: cst.CSTNode) -> bool:
    """Tell whether a node is there for readers and type checkers only, or is no logic."""
    if isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom):
        return True
    if isinstance(node, cst.AnnAssign):
        return node.value is None or "TypeAlias" in _code(node.annotation.annotation)
    if isinstance(node, cst.Assign):
        return any(_code(target.target) in UNREAD_NAMES for target in node.targets)
    return isinstance(node, cst.Call) and _called(node) in {"cast", "TypeVar"}


def _called(node: cst.CSTNode) -> str:
    return _code(node.func) if isinstance(node, cst.Call) else ""


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _compiles(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return "\n".join(_changed_lines(lines))


def _changed_lines(lines: Collection[str] | Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line[:1] in "+-" and line[:3] not in {"---", "+++"}:
            yield f"{line[0]} {line[1:].strip()}"
