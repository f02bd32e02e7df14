"""The mutation tool: its mutants reach the code under test, wherever that code was decided."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tools.mutation.mutants import mutants_of
from tools.mutation.processes import KILLED, SURVIVED, Outcome
from tools.mutation.report import equivalents, excused, unused

ROOT = Path(__file__).resolve().parents[3]

RULES = '''
"""What is decided on import, once for all, in made code, and untested."""

from functools import cache

LIMITS = {"most": 3}


@cache
def made(name):
    names = {}
    exec("def told(value): return value < " + str(LIMITS[name] + 1), names)
    return names["told"]


def unwatched(value):
    return value or 7
'''

TESTS = '''
"""Tests that know the limit."""

from hypothesis import given, strategies as st

from toy.rules import made, unwatched


def test_the_first_to_ask_has_the_function_made():
    assert made("most")(0)


def test_three_is_allowed_and_four_is_not():
    assert made("most")(3)
    assert not made("most")(4)


@given(st.integers(max_value=0))
def test_nothing_below_is_refused(value):
    assert made("most")(value)


def test_the_other_function_exists():
    assert unwatched(7)
'''

PYPROJECT = (ROOT / "pyproject.toml").read_text()
"""The tool must cope with the project's own settings of pytest."""

EQUIVALENT = """
[[equivalent]]
module = "toy/rules.py"
diff = '''
- return value or 7
+ return value and 7
'''
reason = "the one caller gives 7"
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project laid out like this one, with one module and the tests of it."""
    root = tmp_path_factory.mktemp("toy")
    for path, text in {
        "src/toy/__init__.py": '"""A toy."""\n',
        "src/toy/rules.py": RULES,
        "tests/unit/protocol/test_rules.py": TESTS,
        "pyproject.toml": PYPROJECT,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def _run(root: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    command = [sys.executable, str(ROOT / "tools" / "mutation"), "toy/rules.py", f"--root={root}"]
    done = subprocess.run(
        [*command, *arguments], check=False, capture_output=True, text=True, timeout=250
    )
    report = root / "var" / "mutation.json"
    document = json.loads(report.read_text())["modules"]["toy/rules.py"] if report.exists() else {}
    return done, document


def test_mutants_of_tables_caches_and_made_code_are_loaded_and_killed(toy: Path) -> None:
    """A tool that tests the original instead would let them all survive, or kill them all."""
    done, report = _run(toy, "--least=100")
    survivors = {each["diff"] for each in report["survivors"]}
    assert survivors == {
        "- return value or 7\n+ return value and 7",
        "- return value or 7\n+ return value or 8",
    }, done.stdout + done.stderr
    assert report["killed"] == report["mutants"] - 2
    assert report["mutants"] > 10
    killed_by = " ".join(report["killers"])
    assert "test_three_is_allowed_and_four_is_not" in killed_by
    assert done.returncode == 1, "the score was not reached"
    assert "toy/rules.py:17" in done.stdout


def test_a_declared_equivalent_is_reported_apart(toy: Path) -> None:
    """An excuse counts for one change only, and both scores are given."""
    declared = toy / "tools" / "mutation" / "equivalents.toml"
    declared.parent.mkdir(parents=True)
    declared.write_text(EQUIVALENT)
    done, report = _run(toy, "--least=50")
    assert report["equivalent"] == 1
    assert [each["excuse"] for each in report["survivors"]] == ["", "the one caller gives 7"]
    assert report["score_percent"] > report["score_percent_of_all"]
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_declaration_that_excuses_nothing_is_reported(tmp_path: Path) -> None:
    """The code has changed, or a test kills the mutant by now: the list must not rot."""
    path = tmp_path / "equivalents.toml"
    path.write_text(EQUIVALENT)
    declared = equivalents(path)
    (mutant,) = [
        each
        for each in mutants_of("toy/rules.py", RULES)
        if each.diff == "- return value or 7\n+ return value and 7"
    ]
    killed = excused(mutant, Outcome(verdict=KILLED, by="test"), declared)
    survived = excused(mutant, Outcome(verdict=SURVIVED, by=""), declared)
    assert unused({"toy/rules.py": [survived]}, declared) == []
    assert unused({"toy/rules.py": [killed]}, declared) == list(declared)
    assert unused({"toy/other.py": []}, declared) == [], "that module was not run"
    path.write_text(EQUIVALENT.replace("the one caller gives 7", " "))
    with pytest.raises(SystemExit, match="no reason"):
        equivalents(path)


def test_tests_that_fail_without_a_mutant_stop_the_run(tmp_path: Path, toy: Path) -> None:
    """Against red tests every mutant is "killed": such a score would be a lie."""
    for path in ("src/toy/__init__.py", "src/toy/rules.py", "tests/unit/protocol/test_rules.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((toy / path).read_text().replace("(3)", "(5)"))
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    done, report = _run(tmp_path)
    assert done.returncode == 1
    assert report == {}
    assert "fail without any mutant" in done.stderr


def test_a_module_that_no_test_loads_stops_the_run(tmp_path: Path, toy: Path) -> None:
    """Its mutants would all survive, or be killed by something else."""
    for path in ("src/toy/__init__.py", "src/toy/rules.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((toy / path).read_text())
    test = tmp_path / "tests" / "unit" / "protocol" / "test_rules.py"
    test.parent.mkdir(parents=True)
    test.write_text("def test_nothing():\n    assert 1\n")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    done, report = _run(tmp_path)
    assert done.returncode == 1
    assert report == {}
    assert "do not load the module" in done.stderr


def test_words_types_and_exports_are_not_mutated() -> None:
    """Another wording is no fault: mutants of it would only have to be excused."""
    source = (
        "from typing import TypeAlias\n"
        '__all__ = ["A"]\n'
        "A: TypeAlias = int | None\n"
        'B: "int | str"\n'
        'C = Worded("it rains", wet)\n'
        'EXPECTED: dict[str, str] = {wet: "an umbrella"}\n'
    )
    assert [each.diff.splitlines()[1] for each in mutants_of("m.py", source)] == [
        "+ C = None",
        "+ EXPECTED: dict[str, str] = None",
    ]


def test_a_member_of_the_states_is_changed_for_its_neighbour() -> None:
    """A state table is made of them, and an operator would change none of them."""
    source = "ROWS = {(State.A, Came): Go((State.B,), 'at once')}\n"
    changed = [each.diff.splitlines()[1] for each in mutants_of("m.py", source)]
    assert "+ ROWS = {(State.A, Came): Go((State.A,), 'at once')}" in changed
    assert not any("XXat once" in each for each in changed)


def test_each_declared_equivalent_gives_a_reason() -> None:
    """The list that is checked in can be read, and says why of everything."""
    declared = equivalents(ROOT / "tools" / "mutation" / "equivalents.toml")
    assert all(len(each.reason) > 20 for each in declared)
    assert all((ROOT / "src" / each.module).is_file() for each in declared)


def test_each_declared_equivalent_is_a_change_that_is_made() -> None:
    """An excuse for what nobody changes would make a run of hours fail at its end."""
    for each in equivalents(ROOT / "tools" / "mutation" / "equivalents.toml"):
        made = mutants_of(each.module, (ROOT / "src" / each.module).read_text())
        assert each.diff in {mutant.diff for mutant in made}, each.diff
