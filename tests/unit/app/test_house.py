"""What the house does before and after it serves: the folder it holds, the failure it reports."""

from pathlib import Path

import pytest

from sekisho.adapters.http.server import PortTaken
from sekisho.app.house import FolderInUse, hold_folder, only_cause


def test_a_data_folder_has_one_house(tmp_path: Path) -> None:
    """F7: a second house stops before it changes a file of the first, whatever its database."""
    held = hold_folder(tmp_path / "var")
    with pytest.raises(FolderInUse, match="var"):
        hold_folder(tmp_path / "var")
    held.release()
    hold_folder(tmp_path / "var").release()


def test_the_one_failure_in_a_group_is_what_a_person_is_told() -> None:
    """F7: a port that is taken is a sentence, however many task groups it came through."""
    taken = PortTaken("port 8080 cannot be had")
    assert only_cause(ExceptionGroup("outer", [ExceptionGroup("inner", [taken])])) is taken


def test_two_failures_stay_together() -> None:
    """Nothing that went wrong is left out of the report."""
    both = ExceptionGroup("both", [ValueError("one"), OSError("other")])
    assert only_cause(both) is both
