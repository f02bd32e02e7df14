"""Makes the mutants of one module: each the whole source with one operator, constant or call changed.

The changes are mutmut's. Its runner is not used: it keeps all mutants of a function in one process
that has imported everything before, where what is decided on import (tables, conditions, compiled
functions, caches) would stay as it was and every mutant of it would seem to survive.
"""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_arg_removal

WORDS_FOR_PEOPLE = frozenset({"Condition"})
"""Calls whose first argument is prose: another wording is no fault."""

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
    collector = _Collector()
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

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[tuple[cst.CSTNode, cst.CSTNode]] = []
        self._prose: set[int] = set()

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _says_nothing(node) or id(node) in self._prose:
            return False
        prose = isinstance(node, cst.Call) and _called(node) in WORDS_FOR_PEOPLE
        if prose and isinstance(node, cst.Call) and node.args:
            self._prose.add(id(node.args[0]))
        skipped = WORDS_FOR_PEOPLE | CRASHING
        for kind, operator in mutation_operators:
            if not isinstance(node, kind):
                continue
            if operator is operator_arg_removal and _called(node) in skipped:
                continue
            self.changes.extend((node, changed) for changed in operator(node))
        return True


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
