"""The operator of the Directory Server, at a running house over mutual TLS."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_house import RunningHouse, a_house

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]


@pytest.fixture(scope="module")
def own_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house whose register is changed."""
    with a_house(tmp_path_factory.mktemp("operator")) as running:
        yield running


def sekisho(house: RunningHouse, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `sekisho directory` for a house."""
    return subprocess.run(
        [sys.executable, "-m", "sekisho.app", "directory", "--data", str(house.data), *arguments],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_members_and_ranges_are_listed_enrolled_and_removed(own_house: RunningHouse) -> None:
    """D4: a second ACS is enrolled and removed while the house runs; a clash is said in one line."""
    marks = (
        "--role", "ACS", "--reference-number", "ACS2", "--operator-id", "OP2",
        "--url", "https://acs2.example/3ds",
    )  # fmt: skip
    added = sekisho(own_house, "members", "add", "acs2", "--certificate-name", "acs2", *marks)
    assert added.returncode == 0, added.stderr
    listed = sekisho(own_house, "members", "list").stdout.splitlines()
    assert {json.loads(line)["id"] for line in listed} == {"server", "acs", "acs2"}
    clash = sekisho(own_house, "members", "add", "acs3", "--certificate-name", "acs2", *marks)
    assert clash.returncode == 1
    assert clash.stderr.endswith("the certificate acs2 is that of acs2\n")
    assert sekisho(own_house, "members", "remove", "acs2").returncode == 0
    assert len(sekisho(own_house, "members", "list").stdout.splitlines()) == 2


def test_a_file_of_ranges_takes_the_place_of_all_or_of_none(
    own_house: RunningHouse, tmp_path: Path
) -> None:
    """What `list` prints `import` reads; a bad line is named, and nothing has changed."""
    before = sekisho(own_house, "ranges", "list").stdout
    file = tmp_path / "ranges.jsonl"
    file.write_text(before + '{"startRange": "1"}\n', encoding="utf-8")
    refused = sekisho(own_house, "ranges", "import", str(file))
    assert refused.returncode == 1
    number = len(before.splitlines()) + 1
    assert f"line {number}.startRange: must have 13 to 19 characters" in refused.stderr
    assert sekisho(own_house, "ranges", "list").stdout == before
    file.write_text(before.splitlines()[0] + "\n", encoding="utf-8")
    taken = json.loads(sekisho(own_house, "ranges", "import", str(file)).stdout)
    assert (taken["lines"], taken["ranges"]) == (1, 1)
    assert sekisho(own_house, "ranges", "list").stdout == before.splitlines()[0] + "\n"
