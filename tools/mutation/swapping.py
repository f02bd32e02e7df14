"""Tries changes inside functions without importing anything anew: only the code of functions is swapped.

One process collects the tests; each mutant is a fork of it in which the functions that the change
touches run the changed code. That is ten times as quick as importing the project for each mutant.
What was decided on import stays as it was, so a mutant that survives here is not believed: it is tried
again in the slow and honest way. One that is killed is killed, for a test has seen its code run wrong.
"""

import ast
import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import TypeAlias

import pytest
from tools.mutation.mutants import Mutant
from tools.mutation.processes import (
    KILLERS_MOST,
    SURVIVED,
    Outcome,
    Trial,
    in_a_process,
    outcomes_of,
    silence,
)
from tools.mutation.trying import Few, Order, Tree, Witness, arguments, enter

Code: TypeAlias = Mapping[tuple[str, int], CodeType]
"""The functions of a module by qualified name and, where several share one, by their order."""

Ordering: TypeAlias = Callable[[Mutant], Order]
"""Which tests to run on a mutant."""

CONTROLS = 3
"""How often the unchanged code is tried: were it "killed", each mutant would be."""


def killed_quickly(
    tree: Tree,
    mutants: Sequence[Mutant],
    order: Ordering,
    killers: list[str],
    *,
    jobs: int,
    limit_s: float,
) -> dict[int, Outcome]:
    """Try the mutants of one module; give those that did not survive."""
    if not mutants:
        return {}
    scratch = tree.root / "killed.json"
    loop = _Loop(tree, mutants, order, killers, jobs=jobs, limit_s=limit_s, scratch=scratch)

    def work() -> int:
        enter(tree)
        return int(pytest.main(arguments(tree, Order()), plugins=[Few(Order()), loop]))

    if in_a_process(work) != 0:
        raise SystemExit("mutation: the quick trials could not be made; see the output above")
    kept = json.loads(scratch.read_text())
    killers[:] = list(dict.fromkeys([by for _, _, by in reversed(kept)] + killers))[:KILLERS_MOST]
    return {int(number): Outcome(verdict=verdict, by=by) for number, verdict, by in kept}


def inside_functions(mutants: Sequence[Mutant], source: Path) -> list[Mutant]:
    """Choose the mutants that change nothing but what some function does when it is called."""
    if not mutants:
        return []
    tree = ast.parse((source / mutants[0].module).read_text())
    bodies = [
        (node.body[0].lineno, node.end_lineno or 0)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return [
        mutant
        for mutant in mutants
        if any(first <= mutant.first_line and mutant.last_line <= last for first, last in bodies)
    ]


class _Loop:
    """A plugin of pytest that, instead of running the tests once, tries each mutant on them."""

    def __init__(
        self,
        tree: Tree,
        mutants: Sequence[Mutant],
        order: Ordering,
        killers: list[str],
        *,
        jobs: int,
        limit_s: float,
        scratch: Path,
    ) -> None:
        path = tree.source / mutants[0].module
        self._mutants, self._order, self._killers = mutants, order, killers
        self._jobs, self._limit_s = jobs, limit_s
        self._path, self._source, self._scratch = str(path), path.read_text(), scratch

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try each mutant and write down which are killed."""
        items = {item.nodeid: item for item in session.items}
        before = _functions(self._source, self._path)
        living = _living(before)
        gc.collect()
        gc.freeze()

        def trial(changed: Mapping[FunctionType, CodeType], order: Order) -> Trial:
            chosen = _chosen(items, order)
            return Trial(lambda writing: _run(session, chosen, changed, writing), self._limit_s)

        def begin(mutant: Mutant) -> Trial:
            after = _functions(mutant.source, self._path)
            return trial(_swaps(before, after, living), self._order(mutant))

        for mutant in self._mutants[:: max(1, len(self._mutants) // CONTROLS)]:
            outcome = trial({}, self._order(mutant)).awaited()
            if outcome.verdict != SURVIVED:
                raise SystemExit(f"mutation: {outcome.by} fails in a fork, without any mutant")
        outcomes = outcomes_of(self._mutants, begin, self._killers, self._jobs)
        self._scratch.write_text(
            json.dumps(
                [
                    (number, each.verdict, each.by)
                    for number, each in outcomes.items()
                    if each.verdict != SURVIVED
                ]
            )
        )
        return True


def _chosen(items: Mapping[str, pytest.Item], order: Order) -> list[pytest.Item]:
    names = sorted(order.first, key=lambda name: order.first[name])
    return [items[name] for name in names if name in items]


def _functions(source: str, path: str) -> Code:
    """Compile a module and find the code of its functions, those inside functions too."""
    found: dict[tuple[str, int], CodeType] = {}
    for code in _codes(compile(source, path, "exec")):
        place = 0
        while (code.co_qualname, place) in found:
            place += 1
        found[code.co_qualname, place] = code
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _living(functions: Code) -> dict[CodeType, list[FunctionType]]:
    """Find the functions that run the module's code, wherever they are held."""
    living: dict[CodeType, list[FunctionType]] = {code: [] for code in functions.values()}
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__ in living:
            living[thing.__code__].append(thing)
    return living


def _swaps(
    before: Code, after: Code, living: Mapping[CodeType, Sequence[FunctionType]]
) -> dict[FunctionType, CodeType]:
    """Say which function is to run which code; one that closes over other names stays as it is."""
    return {
        function: after[key]
        for key in before.keys() & after.keys()
        if before[key] != after[key]
        for function in living[before[key]]
        if len(after[key].co_freevars) == len(function.__code__.co_freevars)
    }


def _run(
    session: pytest.Session,
    items: Sequence[pytest.Item],
    changed: Mapping[FunctionType, CodeType],
    writing: int,
) -> int:
    """Run the tests on the changed code, up to the first that fails."""
    silence()
    for function, code in changed.items():
        function.__code__ = code
    witness = Witness(writing)
    session.config.pluginmanager.unregister(name="terminalreporter")
    session.config.pluginmanager.register(witness)
    for item, following in zip(items, [*items[1:], None], strict=False):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if witness.saw_a_failure:
            return 1
    return 0
