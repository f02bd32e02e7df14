"""House rules as tests; each message says what to do instead."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "sekisho"
MODULES = sorted(SOURCE.rglob("*.py"))
LINES_MAX = 300
FUNCTION_LINES_MAX = 50
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
MONEY = {"money.py", "ledger"}
TABLE_SAYS = "table of data"


def _source(path: Path) -> tuple[str, ast.Module]:
    text = path.read_text()
    return text, ast.parse(text)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module_is_tidy(path: Path) -> None:
    """One thought a module, one screen a function, a purpose on each."""
    text, tree = _source(path)
    docstring = ast.get_docstring(tree)
    assert docstring, "say in one line what this module is for"
    assert path.stem not in BANNED_NAMES, "name the module for what it is"
    if TABLE_SAYS not in docstring.lower():
        lines = text.count("\n")
        assert lines <= LINES_MAX, (
            f"{lines} lines: one thought per module, split it by use case; "
            f"a table of data says so in its docstring"
        )
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, (
                f"{node.name} has {length} lines and does not fit on a screen: "
                f"branch in the parent, compute in the leaves"
            )
        if isinstance(node, ast.Name) and MONEY.intersection(path.parts):
            assert node.id != "float", "money is Amount, in whole minor units"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_excuses_carry_a_reason(path: Path) -> None:
    """Any, casts and silenced checks need a reason on their line; TODO needs an owner."""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        where = f"line {number}: {line.strip()}"
        assert not re.search(r"\b(TODO|FIXME|XXX)\b", line), f"do it or delete it: {where}"
        excuse = re.search(
            r"#\s*(type:\s*ignore|noqa)(\[[^\]]*\]|:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?", line
        )
        if excuse:
            reason = line[excuse.end() :].strip(" -—#:")
            assert len(reason) > 8, f"say why on the same line: {where}"


TRACKED_TEXT = sorted(
    path
    for folder in ("src", "tests", "tools", "docs", "bench", ".ci")
    for path in (ROOT / folder).rglob("*")
    if path.is_file()
    and path.suffix in {"", ".py", ".md", ".html", ".css", ".js", ".po", ".toml"}
    and "__pycache__" not in path.parts
)


def test_no_file_names_a_machine_or_a_registry() -> None:
    """A path or an address of one machine helps nobody else and tells too much."""
    machine = re.compile(
        r"(?<![\w.])/(?:work|root|farm)/|/home/\w|pypi\.org|npmjs\.|deb\.debian\.org"
    )
    for path in TRACKED_TEXT:
        if path == Path(__file__):
            continue
        found = machine.search(path.read_text())
        assert not found, f"{path.relative_to(ROOT)} names {found and found.group()}"


def test_templates_carry_no_inline_style_or_handler() -> None:
    """Pages live under a content security policy with nonces: inline attributes would not run."""
    inline = re.compile(r"\s(?:style|on[a-z]+)\s*=\s*[\"']", re.IGNORECASE)
    for path in SOURCE.rglob("*.html"):
        found = inline.search(path.read_text())
        assert not found, f"{path.relative_to(ROOT)} has {found and found.group().strip()}"


def test_the_core_is_typed_without_escape() -> None:
    """Kernel and protocol promise their types: no silenced checks there at all."""
    for layer in ("kernel", "protocol"):
        for path in (SOURCE / layer).rglob("*.py"):
            assert "type: ignore" not in path.read_text(), f"{path.name}: find the honest type"
