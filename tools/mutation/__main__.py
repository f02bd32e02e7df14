"""Mutation testing of the checks and the state tables: `tools/mutation [MODULE ...]`.

MODULE is a path below `src`, or the end of one: `checks/walk.py`, `walk`. Without any, every module
of `TARGETS`. The score is printed and written to `var/mutation.json`, with every survivor.
"""

import argparse
import gc
import importlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.mutation.mutants import Mutant, mutants_of  # noqa: E402 - found by the line above
from tools.mutation.processes import KILLED, SURVIVED, Outcome, Trial, outcomes_of  # noqa: E402
from tools.mutation.report import (  # noqa: E402
    Equivalent,
    Tried,
    equivalents,
    excused,
    killed_earlier,
    overall,
    printed,
    unused,
    written,
)
from tools.mutation.scores import TARGETS  # noqa: E402
from tools.mutation.swapping import inside_functions, killed_quickly  # noqa: E402
from tools.mutation.trying import Baseline, Order, Tree, afresh, baseline  # noqa: E402

TESTS = {
    "sekisho/protocol/states/": ("tests/unit/protocol/states",),
    "": (
        "tests/unit/protocol/checks",
        "tests/unit/protocol/test_codec.py",
        "tests/unit/protocol/test_conditions.py",
        "tests/unit/protocol/test_cross_rules.py",
        "tests/unit/protocol/test_elements.py",
        "tests/unit/protocol/test_messages.py",
        "tests/unit/protocol/test_round_trip.py",
        "tests/unit/protocol/test_rules.py",
        "tests/unit/protocol/test_scheme_rules.py",
        "tests/unit/protocol/test_vectors.py",
        "tests/unit/protocol/test_when.py",
    ),
}
"""Which tests are for which modules, by the beginning of a module's path. Those that go through the
same code on their way to something else would only make each mutant slow."""

OF_ALL = {
    "sekisho/protocol/states/": ("/test_tables.py::", "/test_stored_words.py::"),
    "": (),
}
"""Tests that hold every module of a folder together.

They touch no line of a table, which is made on import; nor do those that are named after it."""

COPIED = ("src", "tests", "tools", "fuzz", "docs", "Makefile", "pyproject.toml")
LIBRARIES = (
    "argon2", "click", "cryptography.hazmat.primitives.serialization", "cryptography.x509",
    "hypothesis.strategies", "lxml.etree", "msgspec.json", "playwright.sync_api", "signxml",
)  # fmt: skip
"""What the tests import beside the project: loaded once, before any process is forked.

No plugin of pytest: those it wants to load itself."""

TESTS_MOST = 60
"""Where so many quick tests touch a line and none of them notices, others will hardly."""

HANDFUL = 8
"""Tests to try before all others: those that killed lately, and the quickest that touch the lines."""

PATIENCE = 10
"""A mutant that takes so many times as long as all tests together, and a minute, runs for ever."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 0 if the score is reached."""
    parser = argparse.ArgumentParser(prog="tools/mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--tests", action="append", help="these tests only: a lower bound, quicker")
    parser.add_argument(
        "--again",
        action="store_true",
        help="only what survived in the report, where nothing changed",
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth mutant")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--nice", type=int, default=10, help="how much others come first")
    parser.add_argument("--least", type=float, default=90.0, help="the score to reach, in percent")
    parser.add_argument("--root", type=Path, default=ROOT, help="a project laid out like this one")
    parser.add_argument("--report", type=Path, help="default: var/mutation.json in the root")
    given = parser.parse_args(arguments)
    root: Path = given.root.resolve()
    modules = chosen(given.modules, root / "src")
    os.nice(given.nice)
    for library in LIBRARIES:
        importlib.import_module(library)
    declared = equivalents(root / "tools" / "mutation" / "equivalents.toml")
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        tree = _copied(root, Path(folder), tuple(given.tests or tests_of(modules)))
        report = given.report or root / "var" / "mutation.json"
        by_module = _run(tree, modules, declared, given, report)
    print(printed(by_module))
    # What was not tried may well need its excuse.
    stale = unused(by_module, declared) if given.every == 1 else []
    for each in stale:
        print(f"\nequivalents.toml: {each.module}: excuses nothing any more:\n{each.diff}")
    reached = overall(by_module).percent >= given.least
    return 0 if reached and not stale else 1


def chosen(names: Sequence[str], source: Path) -> list[str]:
    """Find the modules that are meant, as paths below the source folder."""
    all_of_them = sorted(
        str(path.relative_to(source)) for target in TARGETS for path in source.glob(target)
    )
    if not names:
        return all_of_them
    found: list[str] = []
    for name in names:
        wanted = name.removeprefix("src/")
        matching = [each for each in all_of_them if _means(wanted, each)]
        if (source / wanted).is_file():
            matching = [wanted]
        if not matching:
            raise SystemExit(
                f"mutation: no module is called {name}; there are\n" + "\n".join(all_of_them)
            )
        found += matching
    return list(dict.fromkeys(found))


def _means(name: str, module: str) -> bool:
    """Tell whether `walk`, `checks/walk.py` or `checks` may stand for a module."""
    stem = module.removesuffix(".py")
    name = name.removesuffix(".py").rstrip("/")
    return f"/{stem}".endswith(f"/{name}") or f"/{name}/" in f"/{module}"


def tests_of(modules: Sequence[str]) -> tuple[str, ...]:
    """Give the tests that are for any of the modules."""
    found: list[str] = []
    for module in modules:
        found += _meant_for(module, TESTS)
    return tuple(dict.fromkeys(found))


def _meant_for(module: str, by_start: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return next(meant for start, meant in by_start.items() if module.startswith(start))


def _copied(root: Path, beside: Path, tests: tuple[str, ...]) -> Tree:
    """Copy the project, with what lies beside it (the test vectors) still beside it."""
    if (root.parent / "shared").is_dir():
        (beside / "shared").symlink_to(root.parent / "shared")
    folder = beside / "copy"
    folder.mkdir()
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)
    there = tuple(each for each in tests if (folder / each).exists())
    return Tree(root=folder.resolve(), tests=there)


def _run(
    tree: Tree,
    modules: list[str],
    declared: Sequence[Equivalent],
    given: argparse.Namespace,
    report: Path,
) -> dict[str, list[Tried]]:
    gc.freeze()
    began = time.monotonic()
    known = baseline(tree, modules)
    print(f"baseline: {len(known.durations)} tests in {known.seconds:.0f} s", file=sys.stderr)
    by_module: dict[str, list[Tried]] = {}
    killers: list[str] = []
    for module in modules:
        text = (tree.source / module).read_text()
        mutants = mutants_of(module, text)[:: given.every]
        _prove_that_mutants_are_loaded(tree, module, known)
        earlier = killed_earlier(report, mutants, text) if given.again else {}
        left = [mutant for mutant in mutants if mutant.number not in earlier]
        outcomes = earlier | _outcomes(tree, left, known, given.jobs, killers)
        by_module[module] = [
            excused(mutant, outcomes[mutant.number], declared) for mutant in mutants
        ]
        written(
            by_module, report, tree.source
        )  # after each module: a run of hours may be cut short
        seconds = time.monotonic() - began
        print(f"{module}: {len(mutants)} mutants, {seconds:.0f} s so far", file=sys.stderr)
    return by_module


def _prove_that_mutants_are_loaded(tree: Tree, module: str, known: Baseline) -> None:
    """Try a module that cannot even be imported: a run that lets it pass proves nothing."""
    work = afresh(tree, module, "raise AssertionError('loaded')\n", Order())
    outcome = Trial(work, _limit(known)).awaited()
    if outcome.verdict != KILLED:
        raise SystemExit(f"mutation: a broken {module} passed the tests")


def _outcomes(
    tree: Tree, mutants: list[Mutant], known: Baseline, jobs: int, killers: list[str]
) -> dict[int, Outcome]:
    """Try the quick way first; what survives it, in the honest one: on few tests, then on many."""
    limit_s = _limit(known)

    def near(mutant: Mutant) -> Order:
        return _order(mutant, known, killers, touching_only=True)

    def afresh_on(order: Order, mutant: Mutant) -> Trial:
        return Trial(afresh(tree, mutant.module, mutant.source, order), limit_s)

    def likely(mutant: Mutant) -> Trial:
        return afresh_on(_first(_order(mutant, known, killers), killers), mutant)

    def thorough(mutant: Mutant) -> Trial:
        return afresh_on(_order(mutant, known, killers), mutant)

    inside = inside_functions(mutants, tree.source)
    killed = killed_quickly(tree, inside, near, killers, jobs=jobs, limit_s=limit_s)
    for begin in (likely, thorough):
        left = [mutant for mutant in mutants if mutant.number not in killed]
        outcomes = outcomes_of(left, begin, killers, jobs)
        killed |= {at: each for at, each in outcomes.items() if each.verdict != SURVIVED}
    return outcomes | killed


def _first(order: Order, killers: Sequence[str]) -> Order:
    """Choose a handful of tests: to collect few files is half the work."""
    ranked = sorted(order.first, key=lambda test: order.first[test])
    chosen = [*ranked[:HANDFUL], *(test for test in killers if test in order.first)][: 2 * HANDFUL]
    return Order(
        files=tuple(sorted({test.split("::")[0] for test in chosen})),
        first={test: float(rank) for rank, test in enumerate(dict.fromkeys(chosen))},
        only=True,
    )


def _order(
    mutant: Mutant, known: Baseline, killers: Sequence[str], *, touching_only: bool = False
) -> Order:
    """Run what touches the lines, then what touches the module; what has killed lately leads, and
    what is named after the module comes before the rest.

    Lines that run on import, or once for a cache, are touched by one test at most and matter to many.
    The number is limited: a score is a lower bound, for a test that was left out might have noticed.
    """
    by_line = known.tests_of[mutant.module]
    lines = range(mutant.first_line, mutant.last_line + 1)
    touching = {test for line in lines for test in by_line.get(line, frozenset())}
    inside = {test for tests in by_line.values() for test in tests} - touching
    others = set(known.durations) - touching - inside
    path = Path(mutant.module)
    stem = path.parent.name if path.stem == "__init__" else path.stem
    own = f"/test_{re.sub('_(table|events)$', '', stem)}"
    marks = (own, *_meant_for(mutant.module, OF_ALL))
    named = sorted(test for test in known.durations if any(mark in test for mark in marks))
    if touching_only:
        inside, others = set(), set()
    chosen = [
        *(test for test in killers if test in touching),
        *(test for test in named if test in touching),
        *_quickest(touching, known),
        *(test for test in killers if test in inside or test in others),
        *(test for test in named if test in inside or test in others),
        *_quickest(inside, known),
        *_quickest(others, known),
    ]
    first = {test: float(rank) for rank, test in enumerate(dict.fromkeys(chosen))}
    files = {test.split("::")[0] for test in first}
    return Order(files=tuple(sorted(files)), first=first, only=True)


def _quickest(tests: set[str], known: Baseline) -> list[str]:
    return sorted(tests, key=lambda test: (known.durations.get(test, 0.0), test))[:TESTS_MOST]


def _limit(known: Baseline) -> float:
    return PATIENCE * known.seconds + 60


if __name__ == "__main__":
    sys.exit(main())
