"""A stranger can use the library: the examples run, the names are few, the types are shipped."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sekisho import protocol
from sekisho.testkit import samples
from sekisho.testkit.samples import wire

ROOT = Path(__file__).resolve().parents[3]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", ["docs/protocol.md", "src/sekisho/protocol/__init__.py"])
def test_the_examples_run_and_print_what_they_say(path: str) -> None:
    """F1: an example that does not run is worse than none."""
    text = (ROOT / path).read_text(encoding="utf-8")
    code = "".join(FENCE.findall(text)) if path.endswith(".md") else protocol.__doc__ or ""
    names = {} if path.endswith(".md") else dict(vars(protocol))
    test = doctest.DocTestParser().get_doctest(code, names, path, path, 0)
    assert len(test.examples) >= 3
    found: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=found.append)
    assert "".join(found) == ""


def test_the_names_are_few_and_each_is_explained() -> None:
    """F1: what a stranger sees first fits on a screen; everything else lies in its module."""
    assert len(protocol.__all__) <= 18
    assert set(protocol.__all__) == {
        name for name in vars(protocol) if name in protocol.__all__ and name[0] != "_"
    }
    undocumented = [
        name
        for name in protocol.__all__
        if name != "Json" and not (getattr(protocol, name).__doc__ or "").strip()
    ]
    assert undocumented == []


def test_types_are_shipped() -> None:
    """F1: without the marker a stranger's type checker takes everything for Any."""
    assert (ROOT / "src" / "sekisho" / "py.typed").is_file()


def test_the_library_needs_none_of_our_servers() -> None:
    """F1: no framework, database or event loop is loaded with it."""
    code = "import sys, sekisho.protocol; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"litestar", "sqlalchemy", "aiohttp", "uvicorn", "asyncio", "structlog"}
    rooms = {"acquirer", "interoperability", "issuer", "adapters", "app", "testkit", "clients"}
    assert not {name for name in loaded if name.startswith(tuple(f"sekisho.{r}" for r in rooms))}


def test_the_explained_message_of_the_guide_is_explained_as_it_says() -> None:
    """F3: what `docs/explain.md` shows is what is printed."""
    text = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
    shown = re.search(r"^\$ sekisho explain ares\.json (.*?)\n(.*?)^```$", text, re.M | re.S)
    assert shown is not None
    ares = samples.ares(
        authenticationValue="tooshort", acsURL="https://acs.example/challenge", trustListStatus="Y"
    )
    done = subprocess.run(
        [sys.executable, "-m", "sekisho.app", "explain", "-", *shown[1].split()],
        input=wire(ares), capture_output=True, check=False, env={"COLUMNS": "100"},
    )  # fmt: skip
    assert done.stdout.decode() == shown[2]
    assert done.returncode == 1


def test_the_guide_names_every_option_and_no_other() -> None:
    """F3: an option that nobody explains is one that nobody uses."""
    guide = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sekisho.app", "explain", "--help"],
        capture_output=True, check=True, text=True, env={"COLUMNS": "200"},
    )  # fmt: skip
    there = set(re.findall(r"^\s+(--[a-z-]+)", done.stdout, re.M)) - {"--help", "--lenient"}
    assert there == set(re.findall(r"`(--[a-z-]+)", guide))
