"""Runs tests against one version of a module, each time in a process of its own.

The process is forked from one that holds pytest and the libraries but nothing of ours, so that all of
the project is imported afresh, the module under test from the text it is given. Import takes a sixth
of a second, which makes this as quick as switching mutants inside one process, and honest.
"""

import contextlib
import importlib.abc
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, Phase, settings
from tools.mutation.processes import NOT_LOADED, in_a_process, silence

PLUGINS: Final = ("pytest_asyncio.plugin", "pytest_timeout", "_hypothesis_pytestplugin")
"""All of pytest's plugins that the tests need: others only take time to load."""

EXAMPLES: Final = 20
"""Examples of a property test; enough, because they are always the same."""

TEST_S_MOST: Final = 60
"""A test of changed code that takes so long goes round for ever; unchanged, none takes a tenth."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A copy of the project, so that nobody's editing disturbs a run."""

    root: Path
    tests: tuple[str, ...]
    """Test files and folders below the root."""

    @property
    def source(self) -> Path:
        """Give the folder that is imported from."""
        return self.root / "src"


@dataclass(kw_only=True)
class Order:
    """Which tests to run, and which of them first."""

    files: tuple[str, ...] = ()
    """Test files; empty: all of the tree."""
    first: Mapping[str, float] = field(default_factory=dict)
    """Tests to begin with, the lowest number leading."""
    only: bool = False
    """Those and no others."""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The tests against the unchanged project."""

    seconds: float
    durations: Mapping[str, float]
    """Seconds by test."""
    tests_of: Mapping[str, Mapping[int, frozenset[str]]]
    """Tests by module and line; those of code that runs on import are not among them."""


def baseline(tree: Tree, modules: Sequence[str]) -> Baseline:
    """Run all tests once, unchanged, and learn which lines each of them touches."""
    scratch = tree.root / "baseline.json"
    began = time.monotonic()
    if in_a_process(lambda: _measure(tree, modules, scratch)) != 0:
        raise SystemExit("mutation: the tests fail without any mutant; see the output above")
    kept = json.loads(scratch.read_text())
    return Baseline(
        seconds=time.monotonic() - began,
        durations=kept["durations"],
        tests_of={
            module: {int(line): frozenset(tests) for line, tests in lines.items()}
            for module, lines in kept["lines"].items()
        },
    )


def _measure(tree: Tree, modules: Sequence[str], result: Path) -> int:
    enter(tree)
    wanted = [str(tree.source / module) for module in modules]
    measuring = Coverage(data_file=None, config_file=False, include=wanted)
    plugin = _Measuring(measuring)
    measuring.start()
    # To be measured takes a test many times as long: no limit.
    patient = arguments(tree, Order(), test_s_most=0)
    code = pytest.main(patient, plugins=[Few(Order()), plugin])
    measuring.stop()
    data = measuring.get_data()
    lines = {}
    for module, path in zip(modules, wanted, strict=True):
        by_line = data.contexts_by_lineno(path)
        lines[module] = {line: sorted(set(tests) - {""}) for line, tests in by_line.items()}
    result.write_text(json.dumps({"durations": plugin.durations, "lines": lines}))
    return int(code)


def afresh(tree: Tree, module: str, text: str, order: Order) -> Callable[[int], int]:
    """Give the work of a trial that imports everything, the module from the text."""
    return lambda writing: _try(tree, module, text, order, writing)


def _try(tree: Tree, module: str, text: str, order: Order, writing: int) -> int:
    silence()
    enter(tree)
    name = ".".join(Path(module).with_suffix("").parts).removesuffix(".__init__")
    sys.meta_path.insert(0, _Finder(name, tree.source / module, text))
    code = int(pytest.main(arguments(tree, order), plugins=[Few(order), Witness(writing)]))
    if code == 0 and name not in sys.modules:
        return NOT_LOADED
    return code


def enter(tree: Tree) -> None:
    """Import the project from the copy from now on."""
    sys.dont_write_bytecode = (
        False  # tests are compiled once, in the first run, for all that follow
    )
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(tree.root)
    sys.path.insert(0, str(tree.source))
    packages = {each.stem for each in tree.source.iterdir()}
    ours = sorted(each for each in sys.modules if each.split(".")[0] in packages)
    if ours:
        raise SystemExit(f"mutation: imported too early: {', '.join(ours)}")


def arguments(tree: Tree, order: Order, *, test_s_most: int = TEST_S_MOST) -> list[str]:
    """Give what pytest is called with; `test_s_most` is the limit of each test, 0 for none."""
    tests = order.files or tree.tests
    # The libraries are loaded before pytest could rewrite their assertions, and may stay as they are;
    # code that no test touches is told of by name.
    calm = ("pytest.PytestAssertRewriteWarning", "coverage.exceptions.CoverageWarning")
    ignored = [f"-Wignore::{warning}" for warning in calm]
    plugins = [f"-p{plugin}" for plugin in PLUGINS]
    how = ["-x", f"--timeout={test_s_most}", "--no-header", "--tb=short", f"--rootdir={tree.root}"]
    return [*how, *plugins, *ignored, *tests]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports one module from a text."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self._name, self._path, self._text = name, path, text

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for the one module."""
        if fullname != self._name:
            return None
        folders = [str(self._path.parent)] if self.is_package(fullname) else None
        return importlib.util.spec_from_file_location(
            fullname, self._path, loader=self, submodule_search_locations=folders
        )

    def is_package(self, fullname: str) -> bool:
        """Tell whether the one module is a package."""
        return self._path.name == "__init__.py"

    def get_source(self, fullname: str) -> str:
        """Give the text."""
        return self._text

    def get_code(self, fullname: str) -> CodeType:
        """Compile the text."""
        return compile(self._text, str(self._path), "exec")


class Few:
    """Makes property tests few, quick and always the same, and puts the likely tests first."""

    def __init__(self, order: Order) -> None:
        self._order = order

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Take the place of the profile that the tests' conftest has loaded by now."""
        settings.register_profile(
            "mutation",
            derandomize=True,
            database=None,
            deadline=None,
            max_examples=EXAMPLES,
            phases=(Phase.explicit, Phase.generate),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutation")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Begin with the tests that are likely to fail."""
        if self._order.only:
            items[:] = [item for item in items if item.nodeid in self._order.first]
        last = float("inf")
        items.sort(key=lambda item: self._order.first.get(item.nodeid, last))


class _Measuring:
    """Notes how long each test takes and which lines it touches."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self.durations: dict[str, float] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, None, None]:
        """Measure one test."""
        self._coverage.switch_context(item.nodeid)
        began = time.monotonic()
        yield
        self.durations[item.nodeid] = time.monotonic() - began


class Witness:
    """Tells the parent which test failed first."""

    def __init__(self, writing: int) -> None:
        self._writing = writing
        self.saw_a_failure = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the name of a failed test; the run stops after the first."""
        if report.failed:
            self.saw_a_failure = True
            with contextlib.suppress(BrokenPipeError):
                os.write(self._writing, report.nodeid.encode())
