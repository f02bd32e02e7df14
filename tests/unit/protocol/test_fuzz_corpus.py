"""The kept corpus runs through every harness, without the fuzzer."""

import re
from pathlib import Path

import pytest

from fuzz.harnesses import HARNESSES
from fuzz.seeds import CORPUS, seeds, written

KEPT = sorted(path for path in CORPUS.rglob("*") if path.is_file())
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_kept_input_passes_every_harness(path: Path) -> None:
    """F1: whatever the bytes; what was once found stays mended, whichever way it comes in."""
    data = path.read_bytes()
    for harness in HARNESSES.values():
        harness(data)


def test_every_harness_has_seeds_that_the_script_makes_again(tmp_path: Path) -> None:
    """A seed that nobody can make again cannot be trusted to be what it says."""
    assert set(seeds()) == set(HARNESSES)
    again = {path.relative_to(tmp_path): path.read_bytes() for path in written(tmp_path)}
    kept = {path.relative_to(CORPUS): path.read_bytes() for path in KEPT}
    assert {name: kept.get(name) for name in again} == again
    assert all(name.name.startswith("found-") for name in kept if name not in again)


def test_make_fuzz_runs_every_harness() -> None:
    """A harness that nobody runs finds nothing."""
    named = re.search(r"^HARNESSES \?= (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert named is not None
    assert named[1].split() == list(HARNESSES)


def test_the_corpus_is_small() -> None:
    """It is cloned by everybody."""
    assert sum(path.stat().st_size for path in KEPT) < 300_000


def test_a_harness_lets_nothing_pass_but_the_declared_fault() -> None:
    """A harness that swallows everything finds nothing."""
    with pytest.raises(AttributeError):
        HARNESSES["forms"](5)  # type: ignore[arg-type]  # not bytes: our own mistake must show
